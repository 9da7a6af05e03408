"""Bookmarks: what Singer STATE says about a stream, read and written without I/O.

A bookmark is stamped with the version of its form and with the company it is about. What cannot be
read with certainty is refused: a guessed bookmark would lose records in silence.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION: Final = 1

_START_OVER: Final = "run without state (in Meltano: `--full-refresh`) for a full sync"


class StateError(Exception):
    """The state given to the tap cannot be used; the message says why and what to do."""


@dataclasses.dataclass(frozen=True, slots=True)
class Resume:
    """Where an interrupted paged read goes on."""

    position: datetime
    """`LastUpdatedTime` up to which everything was delivered; that second is read again."""
    first_answer: datetime
    """Server time of the interrupted read's first answer: later changes count as not read."""


@dataclasses.dataclass(frozen=True, slots=True)
class Bookmark:
    """How far one stream has been delivered."""

    complete_through: datetime | None = None
    """Every change up to this server time was delivered; None before the first whole sync."""
    resume: Resume | None = None
    versions: Mapping[str, str] | None = None
    """`SyncToken` by `Id` as last delivered, where changes are found by comparing."""
    is_in_cdc: bool | None = None
    """Whether change data capture was seen to carry the entity; None when not known yet."""


def read(stream: str, bookmark: object, *, realm_id: str | None) -> Bookmark:
    """Return the bookmark of `stream`.

    Args:
        stream: Its name, for the message.
        bookmark: The stream's object in the state; empty means that there is none.
        realm_id: The company of this run; None when it is not configured.

    Raises:
        StateError: It is damaged, from a newer version, or about another company.
    """
    if not isinstance(bookmark, dict):
        raise _damaged(stream, "it is not an object")
    if not bookmark:
        return Bookmark()
    version = bookmark.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise _damaged(stream, "it has no version, so tap-quickbooks did not write it")
    if version > VERSION:
        raise StateError(
            f"The state of {stream} was written by a newer tap-quickbooks (form {version}, this"
            f" one knows {VERSION}): update the tap, or {_START_OVER}."
        )
    owner = bookmark.get("realm_id")
    if realm_id is not None and owner != realm_id:
        raise StateError(
            f"The state of {stream} is about company {owner}, setting realm_id says {realm_id}:"
            f" set the right company, or {_START_OVER}."
        )
    resume = bookmark.get("resume")
    if resume is not None and not isinstance(resume, dict):
        raise _damaged(stream, "resume is not an object")
    is_in_cdc = bookmark.get("is_in_cdc")
    if is_in_cdc is not None and not isinstance(is_in_cdc, bool):
        raise _damaged(stream, "is_in_cdc is neither true nor false")
    return Bookmark(
        complete_through=_optional_time(stream, bookmark, "complete_through"),
        resume=None
        if resume is None
        else Resume(
            position=_time(stream, resume.get("position"), "resume.position"),
            first_answer=_time(stream, resume.get("first_answer"), "resume.first_answer"),
        ),
        versions=_versions(stream, bookmark.get("versions")),
        is_in_cdc=is_in_cdc,
    )


def written(bookmark: Bookmark, *, realm_id: str) -> dict[str, Any]:
    """Return the bookmark as it stands in the state. Any: it is JSON."""
    content: dict[str, Any] = {"version": VERSION, "realm_id": realm_id}
    if bookmark.complete_through is not None:
        content["complete_through"] = as_text(bookmark.complete_through)
    if bookmark.resume is not None:
        content["resume"] = {
            "position": as_text(bookmark.resume.position),
            "first_answer": as_text(bookmark.resume.first_answer),
        }
    if bookmark.versions is not None:
        content["versions"] = dict(bookmark.versions)
    if bookmark.is_in_cdc is not None:
        content["is_in_cdc"] = bookmark.is_in_cdc
    return content


def check(state: object, *, realm_id: str | None) -> None:
    """Look at a whole state before anything is read from QuickBooks.

    Raises:
        StateError: A part of it cannot be used.
    """
    if not isinstance(state, dict):
        raise StateError(f"The state is damaged: it is not a JSON object; {_START_OVER}.")
    bookmarks = state.get("bookmarks", {})
    if not isinstance(bookmarks, dict):
        raise StateError(f"The state is damaged: bookmarks is not an object; {_START_OVER}.")
    for stream, bookmark in bookmarks.items():
        read(stream, bookmark, realm_id=realm_id)


def as_text(time: datetime) -> str:
    """Return an instant as ISO 8601 in UTC, ending in Z."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _damaged(stream: str, reason: str) -> StateError:
    return StateError(f"The state of {stream} is damaged: {reason}; {_START_OVER}.")


def _optional_time(stream: str, content: dict[str, Any], key: str) -> datetime | None:
    value = content.get(key)
    return None if value is None else _time(stream, value, key)


def _time(stream: str, value: object, key: str) -> datetime:
    if isinstance(value, str):
        try:
            time = datetime.fromisoformat(value)
        except ValueError:
            time = None
        if time is not None and time.tzinfo is not None:
            return time.astimezone(UTC)
    raise _damaged(stream, f"{key} is not a time with an offset")


def _versions(stream: str, value: object) -> dict[str, str] | None:
    if value is None:
        return None
    if isinstance(value, dict) and all(isinstance(token, str) for token in value.values()):
        return value
    raise _damaged(stream, "versions is not an object of texts")
