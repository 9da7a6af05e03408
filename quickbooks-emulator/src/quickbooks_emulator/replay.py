"""`requestid`: a repeated request is not carried out again but answered with its first reply.

The first reply is kept as JSON, so that a repetition may ask for it as XML and the other way
round. It belongs to the company, whatever the call was and whichever app made it.

Source: Intuit, "Request ID": unique within a company, at most 50 characters, 36 for a batch, whose
items are remembered one by one under the request's id and their own.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from quickbooks_emulator.messages import Reply, Request, refusal
from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Company
    from quickbooks_emulator.targets import Target

LONGEST = 50
LONGEST_IN_BATCH = 36
SEPARATOR = "\x1f"
"""Between a batch's requestid and an item's bId; no requestid may hold it."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """The first reply to a request id."""

    status: int
    body: bytes
    at: float


@dataclass(slots=True)
class Replies:
    """The first replies of one company, oldest first."""

    by_id: dict[str, Remembered] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)
    """Ids not yet written to the emulator's file."""
    forgotten: list[str] = field(default_factory=list)
    """Ids not yet removed from it."""
    running: dict[str, asyncio.Event] = field(default_factory=dict)
    """Ids whose first request has not been answered yet; the event is set when it is."""

    def first(self, request_id: str, now: float, retention_s: float) -> Remembered | None:
        """The first reply, while it is remembered."""
        found = self.by_id.get(request_id)
        return None if found is None or now - found.at >= retention_s else found

    def remember(
        self, request_id: str, status: int, body: bytes, now: float, retention_s: float
    ) -> None:
        """Keep a first reply, and let go of those whose time is over."""
        self.by_id.pop(request_id, None)
        self.by_id[request_id] = Remembered(status, body, now)
        self.fresh.append(request_id)
        while self.by_id:
            oldest = next(iter(self.by_id))
            if now - self.by_id[oldest].at < retention_s:
                break
            del self.by_id[oldest]
            self.forgotten.append(oldest)


def check(request_id: str, *, is_batch: bool) -> None:
    """Raises Problem 2130 for an id that is too long or not printable."""
    most = LONGEST_IN_BATCH if is_batch else LONGEST
    if len(request_id) > most:
        raise Problem(
            "2130",
            f"The request id must not be longer than {most} characters. "
            f"Supplied length:{len(request_id)}",
            "requestid",
        )
    if not request_id.isprintable():
        raise Problem("2130", "The request id holds unsupported characters.", "requestid")


def once(
    service: Service, company: Company, request: Request, target: Target, work: Callable[[], Reply]
) -> Reply:
    """The reply of `work`, unless the requestid has been answered before. Raises Problem."""
    request_id = request.query.get("requestid", "")
    if not request_id:
        return work()
    check(request_id, is_batch=target.operation == "batch")
    replies, switches = service.replies_of(company.realm_id), service.switches
    now, retention_s = service.clock.epoch(), switches.requestid_retention_s
    first = replies.first(request_id, now, retention_s)
    if first is not None:
        if switches.requestid_replay == "refused":
            raise used(request_id)
        return Reply(first.status, first.body)
    try:
        reply = work()
    except Problem as problem:
        if not switches.requestid_replays_faults:
            raise
        reply = refusal(problem, request, service.clock.now(), shape="json")
    replies.remember(request_id, reply.status, reply.body, now, retention_s)
    return reply


def item_once(
    service: Service, company: Company, request_id: str, item_id: str, work: Callable[[], bytes]
) -> tuple[bytes, bool]:
    """A batch item's answer, and whether it is that of an earlier request. Raises Problem 600."""
    if not request_id:
        return work(), False
    replies, switches = service.replies_of(company.realm_id), service.switches
    now, retention_s = service.clock.epoch(), switches.requestid_retention_s
    key = f"{request_id}{SEPARATOR}{item_id}"
    first = replies.first(key, now, retention_s)
    if first is not None:
        if switches.requestid_replay == "refused":
            raise used(request_id)
        return first.body, True
    answer = work()
    if switches.requestid_replays_faults or not answer.startswith(b'{"Fault"'):
        replies.remember(key, 200, answer, now, retention_s)
    return answer, False


def check_free(service: Service, company: Company, request_id: str) -> None:
    """Raises Problem 600 for a batch's id that a single write has had."""
    now, retention_s = service.clock.epoch(), service.switches.requestid_retention_s
    if service.replies_of(company.realm_id).first(request_id, now, retention_s) is not None:
        raise used(request_id)


def used(request_id: str) -> Problem:
    """600: the id has been used or is in use."""
    return Problem("600", f"Duplicate Request ID : {request_id}", "requestid")


@asynccontextmanager
async def turn(
    service: Service, request: Request, target: Target
) -> AsyncIterator[tuple[Request, Reply | None]]:
    """The time in which a request runs: what to carry out, or the refusal of a repetition.

    Source: Intuit, "Error codes" (600); what happens to a repetition while the first request
    still runs is not documented, see the switch `requestid_running`.
    """
    request_id = request.query.get("requestid", "")
    is_write = request.method == "POST" and target.operation != "query"
    if not request_id or not is_write or target.realm_id not in service.companies:
        yield request, None
        return
    running, reading = service.replies_of(target.realm_id).running, service.switches
    if request_id in running and reading.requestid_running == "executed":
        query = {name: text for name, text in request.query.items() if name != "requestid"}
        yield replace(request, query=query), None
        return
    if request_id in running and reading.requestid_running == "refused":
        yield request, refusal(used(request_id), request, service.clock.now())
        return
    while request_id in running:
        await running[request_id].wait()
    running[request_id] = asyncio.Event()
    try:
        yield request, None
    finally:
        running.pop(request_id).set()
