"""What is kept of a connection, and what every place to keep it promises.

QuickBooks hands out a new refresh token about once a day and the old one may die at once, so a
token that is lost means that somebody has to connect the company again. Hence: one refresh at a
time (`lock`), the new token durable before it is used (`save`), nothing half-written ever visible.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import contextlib
    from collections.abc import Mapping

LOCK_TIMEOUT_S = 180.0
"""A refresh with all its retries is over long before."""


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

    def to_json(self) -> dict[str, str]:
        """Return the token as it is stored."""
        return {
            name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
            for name, value in dataclasses.asdict(self).items()
            if value is not None
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Token:
        """Return the token that `to_json` wrote. Any: JSON."""
        return cls(
            access_token=stored["access_token"],
            refresh_token=stored["refresh_token"],
            **{
                field.name: datetime.fromisoformat(stored[field.name])
                for field in dataclasses.fields(cls)
                if field.name.endswith("_at") and stored.get(field.name)
            },
        )


class TokenStore(Protocol):
    """Keeps the token of one company."""

    def load(self) -> Token | None:
        """Return the stored token; None when there is none yet."""
        ...

    def save(self, token: Token) -> None:
        """Make `token` durable before returning. Called with the lock held."""
        ...

    def forget(self) -> None:
        """Remove the token. Called with the lock held."""
        ...

    def lock(self) -> contextlib.AbstractContextManager[None]:
        """Keep every other process out; a process that dies lets go."""
        ...

    def describe(self) -> str:
        """Return where this is, without secrets."""
        ...
