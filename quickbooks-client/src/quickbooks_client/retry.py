"""Whether to send a call again: one pure decision, and the loop (`backoff`) that follows it.

| what came back | what happens | at most |
|---|---|---|
| a good reply | it is handed on | |
| 401, or 3200 | the token is renewed, and the call sent again | one refresh |
| 429, or 3001 at any status | wait as `Retry-After` says, else 60, 120, 240 s | the call's time |
| 500, 502, 503, 504, 10000, maintenance, 600, a cut or unreadable reply, no reply | wait as \
`Retry-After` says, else 1, 2, 4 s | three retries |
| 403 3100 | wait 2 s: such spells come with incidents | one retry |
| anything else | the error is raised | |

Waits are jittered. What QuickBooks refused before any work (401, 403, 429) may be sent again, as
may a read; after a failure a write only if it carries a requestid, with which QuickBooks answers a
repetition by its first reply. No try begins after `total_s`, which counts everything: tries, waits,
the wait for the budget, refreshes of the token.
Source: Intuit, "API call limits and throttles"; "Idempotent requests".
"""

from __future__ import annotations

import dataclasses
import enum
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Generic, TypeVar

import backoff

from quickbooks_client import errors
from quickbooks_client.answer import Answer, Wanted
from quickbooks_client.faults import from_answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from quickbooks_client.clock import Clock

T = TypeVar("T")

MAX_RETRIES = 3
"""After failures of the server or the connection."""
THROTTLE_WAIT_S = 60.0
"""Source: Intuit, "API call limits and throttles": wait 60 seconds."""
MAX_THROTTLE_WAIT_S = 240.0
FAILURE_WAIT_S = 1.0
DENIAL_WAIT_S = 2.0
LONG_WAIT_S = 10.0
"""From here on a wait is a warning: a person sees that nothing seems to happen."""

_LOG = logging.getLogger(__name__)


class Action(enum.Enum):
    """What to do with what came back."""

    ACCEPT = "hand it on"
    WAIT = "wait, then send again"
    RENEW = "renew the token, then send again"
    STOP = "raise the error"


@dataclasses.dataclass(frozen=True, slots=True)
class Terms:
    """What a call is, as far as it matters for sending it again."""

    attempted: str
    """In words, such as `query Invoice`."""
    is_write: bool = False
    has_request_id: bool = False
    is_id_known: bool = True
    """Whether the caller knows its requestid: not when it was given here."""
    wanted: Wanted = Wanted.JSON
    can_renew: bool = True
    """Whether a refused token can be renewed: not for the refresh itself."""
    total_s: float = 600.0

    @property
    def can_repeat(self) -> bool:
        """Sending it twice does no harm."""
        return not self.is_write or self.has_request_id


@dataclasses.dataclass(frozen=True, slots=True)
class Attempts:
    """What has happened to one call before what came back now."""

    failures: int = 0
    throttles: int = 0
    denials: int = 0
    renewals: int = 0
    """Times the token was renewed, by us or by finding another's."""
    has_refreshed: bool = False
    elapsed_s: float = 0.0

    @property
    def count(self) -> int:
        """Tries made."""
        return self.failures + self.throttles + self.denials + self.renewals


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """What to do, and how long to wait before."""

    action: Action
    error: errors.QuickBooksError | None = None
    wait_s: float = 0.0
    asked_s: float | None = None
    """What QuickBooks asked for where that is longer than the call may take."""


_ACCEPT = Decision(Action.ACCEPT)
_NONE = Attempts()


def decide(
    came: object, attempts: Attempts, terms: Terms, *, now: datetime, jitter: float
) -> Decision:
    """Return what to do with what came back: the table above.

    Args:
        came: A reply (`Answer`), or the error that stood in its place; anything else is good.
        attempts: What came before it, and how long all of it has taken.
        terms: What was sent.
        now: The time, for a `Retry-After` that is a date.
        jitter: A random number from 0 up to 1, so that many callers do not come back as one.
    """
    error = _error(came, terms, now)
    if error is None:
        return _ACCEPT
    asked_s = error.retry_after_s if isinstance(error, errors.RetriableError) else None
    if _is_refused_token(error):
        # Another process may have left a token that is refused as well: found, not refreshed.
        is_final = (
            not terms.can_renew
            or attempts.has_refreshed
            or attempts.renewals > 1
            or attempts.elapsed_s > terms.total_s
        )
        return Decision(Action.STOP if is_final else Action.RENEW, error)
    if isinstance(error, errors.ThrottledError):
        if asked_s is None:
            # Never less than is advised.
            step = min(THROTTLE_WAIT_S * 2**attempts.throttles, MAX_THROTTLE_WAIT_S)
            wait_s = step * (1 + jitter / 4)
        else:
            # Nor is a server hammered that asks for no wait at all, over and over.
            wait_s = max(asked_s, FAILURE_WAIT_S * 2**attempts.throttles) + jitter
    elif isinstance(
        error, (errors.ServerError, errors.ConnectionLostError, errors.RequestInProgressError)
    ):
        if not terms.can_repeat or attempts.failures >= MAX_RETRIES:
            return Decision(Action.STOP, error)
        wait_s = FAILURE_WAIT_S * 2**attempts.failures * (1 + jitter) / 2
        if asked_s is not None:
            wait_s = max(wait_s, asked_s + jitter)
    elif _is_denial(error) and terms.can_renew and not attempts.denials:
        wait_s = DENIAL_WAIT_S * (1 + jitter) / 2
    else:
        return Decision(Action.STOP, error)
    if attempts.elapsed_s + wait_s > terms.total_s:
        return Decision(Action.STOP, error, asked_s=asked_s)
    return Decision(Action.WAIT, error, wait_s)


def persist(
    send: Callable[[], T | errors.QuickBooksError],
    terms: Terms,
    *,
    clock: Clock,
    jitter: Callable[[], float],
    told: Callable[[Decision], None] | None = None,
    renew: Callable[[], bool] | None = None,
    scope: str = "",
) -> T:
    """Return what `send` returns once it is good, sending again as `decide` says.

    Args:
        send: One try: returns what came back, also when that is an error. What it raises ends
            the call.
        terms: As for `decide`.
        clock: Waits.
        jitter: Gives a random number from 0 up to 1.
        told: Told of each decision about an error.
        renew: Renews the token; returns whether it made a refresh.
        scope: On whose behalf, such as a stream's name, for the log.

    Raises:
        QuickBooksError: The last error; it tells how often and how long was tried, and whether a
            write may have been applied.
    """
    course = _Course(send, terms, clock, jitter, told, renew, scope, clock.monotonic())
    _next_try(course)
    if course.decision.error is not None:
        raise course.ended(course.decision.error)
    return course.came  # type: ignore[return-value] # accepted, so it is no error


def caught(act: Callable[[], T]) -> Callable[[], T | errors.QuickBooksError]:
    """Return `act` for `persist`: an error it raises is returned, to be decided about."""

    def send() -> T | errors.QuickBooksError:
        try:
            return act()
        except errors.QuickBooksError as error:
            return error

    return send


@dataclasses.dataclass(slots=True)
class _Course(Generic[T]):
    """One call's tries."""

    send: Callable[[], T | errors.QuickBooksError]
    terms: Terms
    clock: Clock
    jitter: Callable[[], float]
    told: Callable[[Decision], None] | None
    renew: Callable[[], bool] | None
    scope: str
    began: float
    came: T | errors.QuickBooksError | None = None
    decision: Decision = _ACCEPT
    attempts: Attempts = _NONE
    may_be_applied: bool = False

    def try_once(self) -> None:
        """Send, and decide about what came back."""
        try:
            self.came = self.send()
        except errors.QuickBooksError as final:
            self.ended(final)
            raise
        attempts = dataclasses.replace(self.attempts, elapsed_s=self._elapsed_s())
        self.decision = decide(
            self.came, attempts, self.terms, now=self.clock.now(), jitter=self.jitter()
        )
        error = self.decision.error
        if error is not None:
            self.attempts = _counted(attempts, error)
            if self.terms.is_write and _is_doubtful(error):
                self.may_be_applied = True
            if self.told is not None:
                self.told(self.decision)

    def prepare(self) -> float:
        """Do what comes before the next try; return the seconds that `backoff` is to wait."""
        decision, error = self.decision, self.decision.error
        _LOG.log(
            logging.WARNING if decision.wait_s >= LONG_WAIT_S else logging.INFO,
            "%s%s Sent again %s (try %d).",
            f"{self.scope}: " if self.scope else "",
            error,
            f"in {decision.wait_s:.1f} s" if decision.wait_s else "with another token",
            self.attempts.count + 1,
        )
        if decision.action is Action.RENEW and self.renew is not None:
            try:
                has_refreshed = self.renew()
            except errors.QuickBooksError as failed:
                self.ended(failed)
                raise
            if has_refreshed:
                self.attempts = dataclasses.replace(self.attempts, has_refreshed=True)
        elif decision.wait_s:
            # On the client's clock: `backoff` knows none but the machine's.
            self.clock.sleep(decision.wait_s)
        return 0.0

    def ended(self, error: errors.QuickBooksError) -> errors.QuickBooksError:
        """Return `error` with what is to be said of the whole course."""
        if not error.afterword:
            error.tries = max(self.attempts.count, 1)
            error.elapsed_s = self._elapsed_s()
            error.afterword = _course_in_words(error, self.decision, self.terms)
        if self.may_be_applied:
            error.may_be_applied = True
            error.afterword = f"{error.afterword} {_doubt_in_words(self.terms)}".lstrip()
        return error

    def _elapsed_s(self) -> float:
        return self.clock.monotonic() - self.began


@backoff.on_predicate(
    backoff.runtime,
    lambda course: course.decision.action in {Action.WAIT, Action.RENEW},
    value=lambda course: course.prepare(),
    jitter=None,
    logger=None,
)
def _next_try(course: _Course[T]) -> _Course[T]:
    course.try_once()
    return course


def _error(came: object, terms: Terms, now: datetime) -> errors.QuickBooksError | None:
    if isinstance(came, Answer):
        return from_answer(came, attempted=terms.attempted, now=now, wanted=terms.wanted)
    return came if isinstance(came, errors.QuickBooksError) else None


def _counted(attempts: Attempts, error: errors.QuickBooksError) -> Attempts:
    if isinstance(error, errors.ThrottledError):
        return dataclasses.replace(attempts, throttles=attempts.throttles + 1)
    if _is_refused_token(error):
        return dataclasses.replace(attempts, renewals=attempts.renewals + 1)
    if _is_denial(error):
        return dataclasses.replace(attempts, denials=attempts.denials + 1)
    return dataclasses.replace(attempts, failures=attempts.failures + 1)


def _course_in_words(error: errors.QuickBooksError, decision: Decision, terms: Terms) -> str:
    said = []
    if decision.asked_s is not None:
        said.append(
            f"QuickBooks asks to wait {decision.asked_s:.0f} s, more than is left of the"
            f" {terms.total_s:.0f} s a call may take."
        )
    if error.tries > 1:
        said.append(f"Gave up after {error.tries} tries in {error.elapsed_s:.0f} s.")
    elif error.elapsed_s >= 1:
        said.append(f"It took {error.elapsed_s:.0f} s.")
    return " ".join(said)


def _doubt_in_words(terms: Terms) -> str:
    if terms.has_request_id and terms.is_id_known:
        return "The write may have been applied: send it again with the same requestid only."
    return "The write may have been applied: look in QuickBooks before sending it again."


def _is_refused_token(error: errors.QuickBooksError) -> bool:
    return isinstance(error, errors.AuthenticationError) and (
        error.status == HTTPStatus.UNAUTHORIZED or error.code == "3200"
    )


def _is_denial(error: errors.QuickBooksError) -> bool:
    return isinstance(error, errors.WrongCompanyError) and error.code != "130"


def _is_doubtful(error: errors.QuickBooksError) -> bool:
    """Return whether a write that ended so may have been applied."""
    if isinstance(error, errors.ConnectionLostError):
        return error.is_sent
    if isinstance(error, errors.UnexpectedReplyError):
        return error.status is None or error.status < HTTPStatus.MULTIPLE_CHOICES
    return isinstance(error, (errors.ServerError, errors.RequestInProgressError))
