"""`requestid`: a repeated request is not carried out again but answered with its first reply.

Source: Intuit, "Request ID": unique within a company, at most 50 characters, 36 for a batch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quickbooks_emulator.messages import Reply, Request, refusal
from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Company
    from quickbooks_emulator.targets import Target

LONGEST = 50
LONGEST_IN_BATCH = 36


@dataclass(frozen=True, slots=True)
class Remembered:
    """The first reply to a request id."""

    status: int
    body: bytes
    at: float


@dataclass(slots=True)
class Replies:
    """The first replies of one company."""

    by_id: dict[str, Remembered] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)
    """Ids not yet written to the emulator's file."""

    def first(self, request_id: str, now: float, retention_s: float) -> Reply | None:
        """The first reply, while it is remembered."""
        found = self.by_id.get(request_id)
        if found is None or now - found.at >= retention_s:
            return None
        return Reply(found.status, found.body)

    def remember(self, request_id: str, reply: Reply, now: float) -> None:
        """Keep a first reply."""
        self.by_id[request_id] = Remembered(reply.status, reply.body, now)
        self.fresh.append(request_id)


def check_length(request_id: str, *, is_batch: bool) -> None:
    """Raises Problem 2130 for an id that is too long."""
    most = LONGEST_IN_BATCH if is_batch else LONGEST
    if len(request_id) > most:
        raise Problem(
            "2130",
            f"The request id must not be longer than {most} characters. "
            f"Supplied length:{len(request_id)}",
            "requestid",
        )


def once(
    service: Service, company: Company, request: Request, target: Target, work: Callable[[], Reply]
) -> Reply:
    """The reply of `work`, unless the requestid has been answered before. Raises Problem."""
    request_id = request.query.get("requestid", "")
    if not request_id:
        return work()
    replies = service.replies_of(company.realm_id)
    now = service.clock.epoch()
    check_length(request_id, is_batch=target.operation == "batch")
    first = replies.first(request_id, now, service.switches.requestid_retention_s)
    if first is not None:
        if service.switches.requestid_replay == "refused":
            raise Problem("600", f"The request id {request_id} has been used.", "requestid")
        return first
    try:
        reply = work()
    except Problem as problem:
        if service.switches.requestid_replays_faults:
            fault = refusal(problem, request, service.clock.now(), shape="json")
            replies.remember(request_id, fault, now)
        raise
    replies.remember(request_id, reply, now)
    return reply
