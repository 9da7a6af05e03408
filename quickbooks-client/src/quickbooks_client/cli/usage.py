"""`quickbooks usage`: the calls made, and what Intuit counts of them."""

from __future__ import annotations

import argparse
import dataclasses
import json
from typing import TYPE_CHECKING, Any

from quickbooks_client.cli.given import open_client
from quickbooks_client.cli.output import moment, moment_text, say
from quickbooks_client.cli.table import table
from quickbooks_client.clock import SystemClock
from quickbooks_client.meter import projected, total
from quickbooks_client.usage_log import month_bounds, month_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from quickbooks_client.cli.output import Commands
    from quickbooks_client.records import Usage
    from quickbooks_client.usage_log import Line

NO_STREAM = "(no stream)"
_COLUMNS = ("requests", "metered", "free", "throttled", "failed", "lost", "retried")
_HEADINGS = ("calls", "metered", "free", "throttled", "failed", "lost", "repeated")


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Offer `usage`."""
    usage = commands.add_parser(
        "usage",
        help="calls made, and what Intuit counts of them",
        description="The calls this machine made for the company, this month unless told"
        " otherwise, and what Intuit counts of them.",
        parents=[common],
    )
    usage.add_argument("--json", action="store_true", help="one JSON object for programs")
    when = usage.add_mutually_exclusive_group()
    when.add_argument("--since", type=moment, help="only calls since this ISO time")
    when.add_argument("--month", type=_month, help="another month, such as 2026-03 (UTC)")
    usage.set_defaults(command=_usage)


@dataclasses.dataclass(frozen=True)
class _Report:
    """What is shown; the month's figures are those of all companies of the environment."""

    environment: str
    realm_id: str
    since: datetime
    until: datetime
    lines: list[Line]
    month: str
    month_metered: int
    budget: int | None
    projection: int | None


def _usage(options: argparse.Namespace) -> int:
    now = SystemClock().now()
    month = options.month or month_of(now)
    begin, end = month_bounds(month)
    since, until = (options.since, now) if options.since else (begin, min(end, max(begin, now)))
    with open_client(options) as client:
        log, settings = client.usage_log, client.settings
        used = log.metered_in_month(begin)
        report = _Report(
            settings.environment,
            settings.realm_id,
            since,
            until,
            # What a clock ahead of ours wrote down is shown too.
            log.lines(since, end if month == month_of(now) else until, now),
            month,
            used,
            settings.own_read_budget,
            projected(used, (now - begin).total_seconds(), (end - begin).total_seconds())
            if begin <= now < end
            else None,
        )
    if options.json:
        say(json.dumps(_json(report)))
    else:
        for line in _text(report):
            say(line)
    return 0


def _json(report: _Report) -> dict[str, Any]:
    """Return the report for programs. Any: JSON."""
    return {
        **dataclasses.asdict(total(report.lines)),
        "environment": report.environment,
        "realm_id": report.realm_id,
        "since": moment_text(report.since),
        "until": moment_text(report.until),
        "month": {
            "month": report.month,
            "metered": report.month_metered,
            "projected": report.projection,
        },
        "budget": report.budget,
        "by_stream": _grouped(report.lines, "stream", _stream),
        "by_kind": _grouped(report.lines, "kind", _kind),
        "by_day": _grouped(report.lines, "day", _day),
    }


def _grouped(lines: list[Line], name: str, key: Callable[[Line], str]) -> list[dict[str, Any]]:
    """Return sums by `key`, JSON objects that call it `name`. Any: JSON."""
    return [
        {name: value, **dataclasses.asdict(usage)} for value, usage in _sums(lines, key).items()
    ]


def _sums(lines: Iterable[Line], key: Callable[[Line], str]) -> dict[str, Usage]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(key(line), []).append(line)
    return {value: total(groups[value]) for value in sorted(groups)}


def _stream(line: Line) -> str:
    return line.stream


def _kind(line: Line) -> str:
    return line.call.kind


def _day(line: Line) -> str:
    return line.day


def _text(report: _Report) -> Iterator[str]:
    """Yield the report for people."""
    yield (
        f"Company {report.realm_id} ({report.environment}), {report.since:%Y-%m-%d %H:%M} to"
        f" {report.until:%Y-%m-%d %H:%M} UTC"
    )
    yield f"Metered calls of {report.month}, all companies: {_share(report)}"
    if report.environment != "production":
        yield f"Intuit counts calls in production only; these went to the {report.environment}."
    usage = total(report.lines)
    calls = [line for line in report.lines if line.call.kind != "token"]
    for heading, key in (("stream", _stream), ("kind", _kind), ("day", _day)):
        rows: list[tuple[str | int, ...]] = [
            (value or (NO_STREAM if key is _stream else "(not told)"), *_figures(sums))
            for value, sums in _sums(calls, key).items()
        ]
        yield ""
        yield from table((heading, *_HEADINGS), [*rows, ("all", *_figures(usage))])
    yield ""
    yield f"Access token refreshed: {usage.refreshed}. Counted by this machine alone; the chart"
    yield "in Intuit's developer portal has the calls of all machines and apps."


def _figures(usage: Usage) -> list[int]:
    return [getattr(usage, column) for column in _COLUMNS]


def _share(report: _Report) -> str:
    said = f"{report.month_metered:,}"
    if report.budget is None:
        said += " (no monthly_read_budget is set)"
    else:
        percent = 100 * report.month_metered // report.budget if report.budget else 100
        said += f" of {report.budget:,} ({percent} %)"
    if report.projection is not None:
        said += f"; at this pace {report.projection:,} by its end"
    return said


def _month(text: str) -> str:
    try:
        return month_of(month_bounds(text)[0])
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no month such as 2026-03") from None
