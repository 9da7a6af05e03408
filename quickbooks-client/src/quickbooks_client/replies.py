"""What every face of the client takes from a successful exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_client.envelope import opens_with, server_time
from quickbooks_client.faults import raise_unexpected
from quickbooks_client.json_text import exact
from quickbooks_client.records import Reply

if TYPE_CHECKING:
    from datetime import datetime

    import msgspec

    from quickbooks_client.gate import Exchange
    from quickbooks_client.request import Request


def time_of(exchange: Exchange, request: Request) -> datetime:
    """Return when the server answered, UTC.

    Raises:
        UnexpectedReplyError: The answer does not tell.
    """
    moment = server_time(exchange.members, exchange.answer.headers)
    if moment is None:
        raise_unexpected("An answer without a time", exchange.answer, request.attempted)
    return moment


def member_of(entity: str, exchange: Exchange, request: Request) -> msgspec.Raw:
    """Return the entity's own object within an answer.

    Raises:
        UnexpectedReplyError: There is none.
    """
    named = (raw for name, raw in exchange.members.items() if name.lower() == entity.lower())
    found = next((raw for raw in named if opens_with(raw, b"{")), None)
    if found is None:
        raise_unexpected(f"An answer without {entity}", exchange.answer, request.attempted)
    return found


def reply_of(entity: str, exchange: Exchange, request: Request) -> Reply:
    """Return the entity in an answer, parsed.

    Raises:
        UnexpectedReplyError: There is none.
    """
    raw = member_of(entity, exchange, request)
    return Reply(exact(raw), time_of(exchange, request), exchange.answer.intuit_tid)
