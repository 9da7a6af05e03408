"""`requestid`: a repeated request is not carried out again but answered with its first reply.

Source: Intuit, "Request ID": unique within a company, at most 50 characters, 36 for a batch.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from quickbooks_emulator.messages import Reply
from quickbooks_emulator.problems import Problem

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
