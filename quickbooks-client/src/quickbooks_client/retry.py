"""Whether to send a call again: one pure decision, and the loop (`backoff`) that follows it.

| what came back | what happens |
|---|---|
| 401 | refresh the token, send once more |
| 429, or 3001 | wait as `Retry-After` says, else 60 s, 120 s, 240 s …, with jitter |
| 500, 502, 503, 504, maintenance, 600, cut or unreadable reply, no reply | three retries |
| anything else | none |

A write is only repeated when nobody can have applied it (401, 429) or when it carries a requestid,
with which QuickBooks answers a repetition by its first reply. The whole takes a bounded time.
Source: Intuit, "API call limits and throttles"; "Idempotent requests".
"""

from __future__ import annotations

import dataclasses
import enum
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

import backoff

from quickbooks_client.errors import (
    AuthenticationError,
    ConnectionLostError,
    QuickBooksError,
    RequestInProgressError,
    ServerError,
    ThrottledError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_client.clock import Clock

T = TypeVar("T")

MAX_FAILURES = 3
"""Retries after failures of the server or the connection."""
THROTTLE_WAIT_S = 60.0
"""Source: Intuit, "API call limits and throttles": wait 60 seconds."""
MAX_THROTTLE_WAIT_S = 240.0
FAILURE_WAIT_S = 1.0


class Action(enum.Enum):
    """What to do after a failed try."""

    WAIT = "wait, then send again"
    RENEW = "renew the token, then send again"
    STOP = "stop"


@dataclasses.dataclass(slots=True)
class Attempts:
    """What has happened to one call so far, the latest failure included."""

    failures: int = 0
    throttles: int = 0
    refusals: int = 0
    """Times the access token was refused."""
    elapsed_s: float = 0.0

    @property
    def count(self) -> int:
        """Tries made."""
        return self.failures + self.throttles + self.refusals

    def add(self, error: QuickBooksError) -> None:
        """Count one more failed try."""
        if isinstance(error, ThrottledError):
            self.throttles += 1
        elif _is_refused_token(error):
            self.refusals += 1
        else:
            self.failures += 1


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """What to do, and how long to wait before."""

    action: Action
    wait_s: float = 0.0


_STOP = Decision(Action.STOP)


def decide(
    error: QuickBooksError,
    attempts: Attempts,
    *,
    can_repeat: bool,
    total_s: float,
    jitter: float,
) -> Decision:
    """Return what to do after `error`.

    Args:
        error: The latest failure.
        attempts: All failures, the latest included.
        can_repeat: Sending twice does no harm: a read, or a write with a requestid.
        total_s: Seconds the call may take altogether.
        jitter: A random number from 0 up to 1, so that many callers do not come back as one.
    """
    if _is_refused_token(error):
        # Twice at most: another process may have left a token that is refused as well.
        return Decision(Action.RENEW) if attempts.refusals <= 2 else _STOP  # noqa: PLR2004
    if isinstance(error, ThrottledError):
        if error.retry_after_s is not None:
            wait_s = error.retry_after_s + jitter
        else:
            step = min(THROTTLE_WAIT_S * 2 ** (attempts.throttles - 1), MAX_THROTTLE_WAIT_S)
            # Never less than is advised.
            wait_s = step * (1 + jitter / 4)
    elif isinstance(error, (ServerError, ConnectionLostError, RequestInProgressError)):
        if not can_repeat or attempts.failures > MAX_FAILURES:
            return _STOP
        wait_s = FAILURE_WAIT_S * 2 ** (attempts.failures - 1) * (1 + jitter) / 2
    else:
        return _STOP
    if attempts.elapsed_s + wait_s > total_s:
        return _STOP
    return Decision(Action.WAIT, wait_s)


def persist(
    send: Callable[[], T],
    *,
    can_repeat: bool,
    clock: Clock,
    total_s: float,
    jitter: Callable[[], float],
    before_wait: Callable[[QuickBooksError, Decision], None] | None = None,
    before_retry: Callable[[QuickBooksError, Decision], None] | None = None,
) -> T:
    """Return what `send` returns, sending again as `decide` says.

    Args:
        send: One try.
        can_repeat: As for `decide`.
        clock: Waits.
        total_s: As for `decide`.
        jitter: Gives a random number from 0 up to 1.
        before_wait: Called before each wait.
        before_retry: Called after the wait; without it a refused token is final. What it raises
            ends the loop.

    Raises:
        QuickBooksError: The last failure; its reason tells how often and how long was tried.
    """
    attempts = Attempts()
    started = clock.monotonic()
    decision = _STOP

    def gives_up(error: Exception) -> bool:
        nonlocal decision
        if not isinstance(error, QuickBooksError):
            return True
        attempts.add(error)
        attempts.elapsed_s = clock.monotonic() - started
        decision = decide(error, attempts, can_repeat=can_repeat, total_s=total_s, jitter=jitter())
        if decision.action is Action.RENEW and before_retry is None:
            decision = _STOP
        if decision.action is Action.STOP and attempts.count > 1:
            error.reason = (
                f"{error.reason} Gave up after {attempts.count} tries"
                f" in {attempts.elapsed_s:.0f} s."
            )
        return decision.action is Action.STOP

    def waits(details: object) -> None:
        # The wait is on our clock, not in `backoff`, which knows none but the machine's.
        error = details["exception"]  # type: ignore[index] # backoff passes a dict
        if before_wait is not None:
            before_wait(error, decision)
        if decision.wait_s:
            clock.sleep(decision.wait_s)
        if before_retry is not None:
            before_retry(error, decision)

    loop = backoff.on_exception(
        backoff.runtime,
        QuickBooksError,
        value=_no_wait,
        jitter=None,
        giveup=gives_up,
        on_backoff=waits,
        logger=None,
    )
    return loop(send)()


def _no_wait(_: Exception) -> float:
    return 0.0


def _is_refused_token(error: QuickBooksError) -> bool:
    return isinstance(error, AuthenticationError) and error.status == HTTPStatus.UNAUTHORIZED
