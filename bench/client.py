"""The client beside python-quickbooks used directly, and beside bare `requests` with json.

    script/bench client [--items 100000] [--quick] [--only read,late,writes,gate,start]

The emulator is a process of its own with its limits off, and each measured piece of work another
(`bench.workers`), so that processor time and memory are the client's alone. The same work is done
by all in turn, several rounds of it; figures are medians, ratios those within one run. Our client
keeps Intuit's budget on a clock that jumps instead of waiting.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from bench.emulator import REALM_ID, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.emulator import Client as Control

NAMES = {
    "raw": "ours, pages as they came",
    "dicts": "ours, dicts with exact decimals",
    "library": "python-quickbooks, objects",
    "bare": "requests and json",
    "bare_exact": "requests and json, Decimal",
    "push": "ours, through the pusher",
}
CONSOLE = Console(width=110)
SECTIONS = ("read", "late", "writes", "gate", "start")


@dataclass
class Measured:
    """The figures of one piece of work, round by round."""

    rounds: list[dict[str, Any]] = field(default_factory=list)

    def median(self, name: str) -> float:
        """The median over the rounds."""
        values: list[float] = [float(one[name]) for one in self.rounds]
        return statistics.median(values)

    def cpu_ms(self) -> float:
        """Processor milliseconds of one call, row or document."""
        values: list[float] = [1000 * float(one["cpu_s"]) / one["count"] for one in self.rounds]
        return statistics.median(values)

    def rate(self) -> float:
        """Calls, rows or documents a second of wall time."""
        values: list[float] = [float(one["count"]) / one["wall_s"] for one in self.rounds]
        return statistics.median(values)


@dataclass
class Bench:
    """A served company and what is asked of it."""

    control: Control
    url: str
    folder: str

    def settings(self) -> dict[str, Any]:
        """Connection settings with a consent of their own."""
        return {
            "environment": "emulator",
            "api_url": self.url,
            "discovery_url": f"{self.url}/.well-known/openid_configuration",
            "client_id": "emulator-client-id",
            "client_secret": "emulator-client-secret",
            "realm_id": REALM_ID,
            "refresh_token": self.control.control("POST", "tokens/issue", {})["refresh_token"],
        }

    def run(self, what: str, who: str, **job: Any) -> dict[str, Any]:
        """The figures of one job."""
        asked = {"who": who, "what": what, "settings": self.settings(), "folder": self.folder}
        done = subprocess.run(
            [sys.executable, "-m", "bench.workers"],
            input=json.dumps(asked | job),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{what} by {who}: {done.stderr[-2000:]}")
        figures: dict[str, Any] = json.loads(done.stdout)
        return figures

    def rounds(self, number: int, jobs: dict[str, dict[str, Any]]) -> dict[str, Measured]:
        """Every job once a round, in turn."""
        measured = {name: Measured() for name in jobs}
        for _ in range(number):
            for name, job in jobs.items():
                measured[name].rounds.append(self.run(**job))
        return measured

    @contextmanager
    def latency(self, seconds: float) -> Iterator[None]:
        """Every answer comes so much later."""
        rule = {"times": None, "do": {"kind": "delay", "seconds": seconds}}
        self.control.control("POST", "faults", rule)
        try:
            yield
        finally:
            self.control.control("DELETE", "faults")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="script/bench client")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--only", default=",".join(SECTIONS), help=f"of {', '.join(SECTIONS)}")
    options = parser.parse_args()
    items = options.items // 10 if options.quick else options.items
    rounds = 3 if options.quick else 5
    only = options.only.split(",")
    seed = f"generated:items={items},customers=2000,years=2,per_day={6 if options.quick else 60}"
    with served("--seed", seed) as (control, _, _), tempfile.TemporaryDirectory() as folder:
        bench = Bench(control, control.url, folder)
        if "read" in only:
            for entity in ("Item", "Invoice"):
                reading(bench, entity, rounds)
        if "late" in only:
            late_reading(bench)
        if "writes" in only:
            writing(bench, 1 if options.quick else 3)
        if "gate" in only:
            gate(bench, 300 if options.quick else 2000, rounds)
    if "start" in only:
        starting(rounds)


def reading(bench: Bench, entity: str, rounds: int) -> None:
    """Everything of an entity, in pages of a thousand."""
    who = ("raw", "dicts", "library", "bare", "bare_exact")
    found = bench.rounds(
        rounds, {name: {"what": "read", "who": name, "entity": entity} for name in who}
    )
    rows = int(found["bare"].median("count"))
    table = Table(
        "by", "processor s per 100,000", "times requests and json", "peak MB",
        title=f"Reading {rows:,} {entity} rows",
    )  # fmt: skip
    for name in who:
        if found[name].median("count") < rows:
            raise RuntimeError(f"{name} read {found[name].median('count')} of {rows}")
        cost = found[name].cpu_ms()
        table.add_row(
            NAMES[name],
            f"{cost * 100:.2f}",
            f"{cost / found['bare'].cpu_ms():.2f}",
            f"{found[name].median('peak_mb'):.0f}",
        )
    CONSOLE.print(table)


def late_reading(bench: Bench) -> None:
    """A table where each answer takes a while, in slices side by side.

    Invoices lie evenly over two years, in pages of 200 so that there are some; four fifths of the
    items were made within ten minutes.
    """
    table = Table(
        "rows", "latency", "at a time", "rows a second", "times one", title="Reading side by side"
    )
    for entity, page_rows in (("Invoice", 200), ("Item", 1000)):
        for seconds in (0.1, 0.3):
            jobs = {
                str(number): {
                    "what": "read_late", "who": "raw", "entity": entity, "page_rows": page_rows,
                    "at_a_time": number,
                }
                for number in (1, 4, 8)
            }  # fmt: skip
            with bench.latency(seconds):
                found = bench.rounds(1, jobs)
            for number, one in found.items():
                table.add_row(
                    entity,
                    f"{seconds * 1000:.0f} ms",
                    number,
                    f"{one.rate():,.0f}",
                    f"{one.rate() / found['1'].rate():.2f}",
                )
    CONSOLE.print(table)


def writing(bench: Bench, rounds: int) -> None:
    """Invoices of one line at 100 ms latency."""
    item = bench.control.query("select * from Item where Type = 'Service' maxresults 1")["Item"][0]
    customer = bench.control.query("select * from Customer maxresults 1")["Customer"][0]
    detail = {"ItemRef": {"value": item["Id"]}, "Qty": 1, "UnitPrice": 10}
    line = {"Amount": 10, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    body = {"CustomerRef": {"value": customer["Id"]}, "Line": [line]}
    record = {
        "txn_date": "2026-01-05", "customer_id": customer["Id"], "total_amount": "10",
        "lines": [{"item_id": item["Id"], "quantity": "1", "unit_price": "10", "amount": "10"}],
    }  # fmt: skip
    table = Table(
        "by", "at a time", "writes a second", "processor ms a write",
        title="Writing invoices, 100 ms latency",
    )  # fmt: skip
    with bench.latency(0.1):
        for at_a_time in (1, 4, 10):
            jobs = {
                name: {
                    "what": "push" if name == "push" else "write", "who": name,
                    "calls": 20 * at_a_time, "at_a_time": at_a_time, "body": body, "record": record,
                }
                for name in ("dicts", "push", "library", "bare")
            }  # fmt: skip
            for name, one in bench.rounds(rounds, jobs).items():
                if one.median("count") != 20 * at_a_time:
                    raise RuntimeError(f"{name} wrote {one.median('count')} invoices")
                table.add_row(
                    NAMES[name] if name != "dicts" else "ours, create()",
                    str(at_a_time),
                    f"{one.rate():.1f}",
                    f"{one.cpu_ms():.2f}",
                )
    CONSOLE.print(table)


def gate(bench: Bench, calls: int, rounds: int) -> None:
    """One small read: what the gate costs above bare requests."""
    found = bench.rounds(
        rounds,
        {name: {"what": name, "who": "dicts", "calls": calls} for name in ("tiny", "parts")},
    )
    table = Table(
        "by", "processor ms a call", "above requests and json", title="One small read (CompanyInfo)"
    )
    for name in ("dicts", "library", "bare"):
        cost, above = (
            statistics.median(float(one[figure][name]) for one in found["tiny"].rounds)
            for figure in ("cpu_ms", "above_ms")
        )
        table.add_row("ours" if name == "dicts" else NAMES[name], f"{cost:.3f}", f"{above:.3f}")
    table.add_section()
    split = [one["parts"] for one in found["parts"].rounds]
    known = {part: statistics.median(one[part] for one in split) for part in split[0]}
    for part, cost in known.items():
        table.add_row(f"  ours, in place: {part}", f"{cost:.3f}", "")
    rest = found["parts"].cpu_ms() - sum(known.values())
    table.add_row("  ours, in place: reading the reply, faults, the loop", f"{rest:.3f}", "")
    CONSOLE.print(table)


def starting(rounds: int) -> None:
    """What a program pays before its first call."""
    table = Table("program", "processor ms", title="Start (python alone included)")
    programs = {
        "python": "pass",
        "import requests": "import requests",
        "import quickbooks, intuitlib.client": "import quickbooks, intuitlib.client",
        "import quickbooks_client": "import quickbooks_client",
        "quickbooks --help": "import sys; sys.argv[1:] = ['--help']\n"
        "from quickbooks_client.cli import main\nmain()",
    }
    for name, program in programs.items():
        spent = [_processor_ms(program) for _ in range(rounds)]
        table.add_row(name, f"{statistics.median(spent):.0f}")
    CONSOLE.print(table)


def _processor_ms(program: str) -> float:
    timed = (
        "import atexit, os, time\n"
        "atexit.register(lambda: os.write(2, str(time.process_time()).encode()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", timed + program], capture_output=True, text=True, check=True
    )
    return float(done.stderr.split()[-1]) * 1000


if __name__ == "__main__":
    main()
