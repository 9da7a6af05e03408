"""What commands write, and the times they take and show."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    # argparse has no public name for what `add_subparsers` returns.
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001


def say(text: str) -> None:
    """Write a line of the command's output."""
    print(text, flush=True)  # noqa: T201 - the command's output


def warn(text: str) -> None:
    """Write a line that is no result, to standard error."""
    print(f"quickbooks: {text}", file=sys.stderr, flush=True)  # noqa: T201 - the command's output


def show(values: Mapping[str, object], *, as_json: bool) -> None:
    """Write `values`, a line each, or all as one JSON object."""
    if as_json:
        say(json.dumps(values))
        return
    for name, value in values.items():
        shown = value
        if isinstance(value, dict):
            shown = ", ".join(f"{key} {inner}" for key, inner in value.items())
        say(f"{name}: {'-' if shown is None else shown}")


def moment_text(moment: datetime | None) -> str | None:
    """Return a time in UTC to the second, ISO 8601."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")


def days_until(moment: datetime, now: datetime) -> int:
    """Return the whole days that are left; below nought when the moment has passed."""
    return (moment - now).days


def moment(text: str) -> datetime:
    """Return an ISO time; one without an offset is taken as UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no ISO time such as 2026-03-01T00:00:00Z"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
