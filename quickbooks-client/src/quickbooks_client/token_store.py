"""What is kept of a connection, and what every place to keep it promises.

QuickBooks hands out a new refresh token about once a day and the old one may die at once, so a
token that is lost means that somebody has to connect the company again. Hence: one refresh at a
time (`lock`), room for the answer before it is asked for (`prepare`), the new token durable before
it is used (`save`), nothing half-written ever visible.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from quickbooks_client.redact import know

if TYPE_CHECKING:
    import contextlib
    from collections.abc import Mapping

LOCK_TIMEOUT_S = 180.0
"""A refresh with all its retries is over long before, unless the endpoint hangs."""
SIGN_IN = "run `quickbooks auth login`"
"""What to do when there is no token that works."""


@dataclasses.dataclass(frozen=True, slots=True)
class Token:
    """An access token and the refresh token that goes with it."""

    access_token: str = dataclasses.field(repr=False)
    refresh_token: str = dataclasses.field(repr=False)
    expires_at: datetime
    """When the access token ends, UTC."""
    refresh_expires_at: datetime | None = None
    """When the refresh token ends unless it is used before."""
    refresh_hard_expires_at: datetime | None = None
    """When the connection ends whatever is done."""
    obtained_at: datetime | None = None

    def __post_init__(self) -> None:
        know(self.access_token, self.refresh_token)

    def to_json(self) -> dict[str, str]:
        """Return the token as it is stored."""
        return {
            name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
            for name, value in dataclasses.asdict(self).items()
            if value is not None
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Token:
        """Return the token that `to_json` wrote. Any: JSON.

        Raises:
            KeyError: Something is missing.
            TypeError: `stored` is no mapping, or holds another kind of value.
            ValueError: A time is none.
        """
        return cls(
            access_token=_text(stored["access_token"]),
            refresh_token=_text(stored["refresh_token"]),
            expires_at=_moment(stored["expires_at"]),
            **{
                name: _moment(stored[name])
                for name in ("refresh_expires_at", "refresh_hard_expires_at", "obtained_at")
                if stored.get(name) is not None
            },
        )


class TokenStore(Protocol):
    """Keeps the token of one company."""

    def load(self) -> Token | None:
        """Return the stored token; None when there is none yet. Needs no lock."""
        ...

    def prepare(self) -> None:
        """Make sure that a token could be saved now. Called with the lock held.

        Raises:
            ConfigurationError: It could not.
            StoreBusyError: The lock was lost.
        """
        ...

    def save(self, token: Token) -> None:
        """Make `token` durable before returning. Called with the lock held, as the last thing."""
        ...

    def forget(self) -> None:
        """Remove the token. Called with the lock held, as the last thing."""
        ...

    def lock(self) -> contextlib.AbstractContextManager[None]:
        """Keep every other process out until the token is saved; one that dies lets go.

        Raises:
            StoreBusyError: Another one did not let go in time.
        """
        ...

    def describe(self) -> str:
        """Return where this is, without secrets."""
        ...


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("A token is a text")
    return value


def _moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise TypeError("A time is a text")
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("A time has an offset")
    return moment
