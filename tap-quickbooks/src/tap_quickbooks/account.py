"""The run's account of itself: what was read how, at what price, and what failed."""

from __future__ import annotations

import dataclasses
import uuid
from typing import TYPE_CHECKING, Any, Final

from singer_sdk import typing as th

from quickbooks_client import Usage
from tap_quickbooks.plan import Mode  # noqa: TC001 - part of a dataclass's types
from tap_quickbooks.state import as_text

if TYPE_CHECKING:
    from datetime import datetime
    from logging import Logger

    from quickbooks_client import Clock

PROGRESS_INTERVAL_S: Final = 5.0

SCHEMA: Final = th.PropertiesList(
    th.Property("realm_id", th.StringType, required=True, description="The company"),
    th.Property("run_id", th.StringType, required=True, description="One for each run of the tap"),
    th.Property("stream", th.StringType, required=True, description="What was read"),
    th.Property("mode", th.StringType, required=True, description="full, query, cdc, quantities"),
    th.Property(
        "complete_through",
        th.DateTimeType,
        description="Nothing up to this server time is missing; null when the stream failed",
    ),
    th.Property("records", th.IntegerType, description="Records sent, deletions included"),
    th.Property("deletions", th.IntegerType, description="Deletions sent"),
    th.Property("requests", th.IntegerType, description="Calls made"),
    th.Property("metered_requests", th.IntegerType, description="Calls Intuit counts"),
    th.Property("throttled", th.IntegerType, description="Answers that there were too many calls"),
    th.Property("retried", th.IntegerType, description="Calls that repeated an earlier one"),
    th.Property("refreshed", th.IntegerType, description="Token refreshes; no part of the calls"),
    th.Property("started_at", th.DateTimeType, description="When reading began, UTC"),
    th.Property("finished_at", th.DateTimeType, description="When it ended, UTC"),
).to_dict()
KEYS: Final = ("realm_id", "run_id", "stream", "mode")


@dataclasses.dataclass(slots=True)
class Line:
    """One stream, read in one mode."""

    stream: str
    mode: Mode
    started_at: datetime
    finished_at: datetime | None = None
    complete_through: datetime | None = None
    records: int = 0
    deletions: int = 0
    usage: Usage = dataclasses.field(default_factory=Usage)

    def charge(self, usage: Usage) -> None:
        """Add calls. One call for many streams is charged to the stream that asked first."""
        self.usage = Usage(
            **{
                field.name: getattr(self.usage, field.name) + getattr(usage, field.name)
                for field in dataclasses.fields(Usage)
            }
        )


class Account:
    """All lines of a run, its failures, and the progress shown meanwhile."""

    def __init__(self, realm_id: str, clock: Clock, log: Logger) -> None:
        self.realm_id = realm_id
        self.run_id = str(uuid.uuid4())
        self.failures: dict[str, Exception] = {}
        self.lines: list[Line] = []
        self._clock = clock
        self._log = log
        self._started = self._shown = clock.monotonic()

    def open(self, stream: str, mode: Mode) -> Line:
        """Begin a line. Until it is closed, it counts as failed."""
        line = Line(stream, mode, started_at=self._clock.now())
        self.lines.append(line)
        return line

    def close(self, line: Line, complete_through: datetime) -> None:
        """Say that everything of the line was delivered."""
        line.finished_at = self._clock.now()
        line.complete_through = complete_through

    def fail(self, stream: str, error: Exception) -> None:
        """Remember that a stream did not come to its end."""
        self.failures[stream] = error
        for line in self.lines:
            if line.stream == stream:
                line.complete_through = None
                line.finished_at = line.finished_at or self._clock.now()

    def show_progress(self, stream: str) -> None:
        """Write a line of progress when the last one is some seconds old."""
        now = self._clock.monotonic()
        if now - self._shown >= PROGRESS_INTERVAL_S:
            self._shown = now
            self._log.info("Reading %s: %s", stream, self.summary())

    def summary(self) -> str:
        """Return records, rate and calls so far."""
        elapsed = self._clock.monotonic() - self._started
        records = sum(line.records for line in self.lines)
        deletions = sum(line.deletions for line in self.lines)
        requests = sum(line.usage.requests for line in self.lines)
        metered = sum(line.usage.metered for line in self.lines)
        rate = records / elapsed if elapsed > 0 else 0.0
        return (
            f"{records:,} records ({deletions:,} deletions), {rate:,.0f} a second,"
            f" {requests:,} calls ({metered:,} metered)"
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the records of stream `extractions`. Any: they are JSON."""
        now = self._clock.now()
        return [self._row(line, now) for line in self.lines]

    def _row(self, line: Line, now: datetime) -> dict[str, Any]:
        through = line.complete_through
        return {
            "realm_id": self.realm_id,
            "run_id": self.run_id,
            "stream": line.stream,
            "mode": line.mode.value,
            "complete_through": None if through is None else as_text(through),
            "records": line.records,
            "deletions": line.deletions,
            "requests": line.usage.requests,
            "metered_requests": line.usage.metered,
            "throttled": line.usage.throttled,
            "retried": line.usage.retried,
            "refreshed": line.usage.refreshed,
            "started_at": as_text(line.started_at),
            "finished_at": as_text(line.finished_at or now),
        }
