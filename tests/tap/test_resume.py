"""A run that is killed: the next one goes on from the last state, and nothing is missing."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from tests.tap.conftest import TapRun

if TYPE_CHECKING:
    import subprocess

    from quickbooks_emulator.testing import Emulator
    from tests.tap.conftest import Company, TapCommand


BUYERS = 25_000


def killed(process: subprocess.Popen[str], after: str) -> TapRun:
    """Read until a state that holds `after`, kill the process, and return what came out."""
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        message = json.loads(line)
        if message["type"] == "STATE" and after in json.dumps(message["value"]):
            break
    process.send_signal(signal.SIGKILL)
    # The last line may have been cut: a target sees it as no line at all.
    lines += [line.rstrip("\n") for line in process.stdout if line.endswith("\n")]
    log = process.stderr.read()
    process.stdout.close()
    process.stderr.close()
    return TapRun(process.wait(), lines, log)


def test_a_killed_run_goes_on_between_streams(company: Company, run_tap: TapCommand) -> None:
    """What was delivered before the kill is not read again."""
    for number in range(30):
        company.emulator.create("Customer", {"DisplayName": f"Buyer {number}"})
    sold = company.invoice(company.item("Rake"))
    company.rest()
    everything = {row["Id"] for row in company.emulator.entities("Customer")}
    company.emulator.fail(query="from Invoice", do={"kind": "delay", "seconds": 30})

    first = killed(run_tap.start(streams=["customers", "invoices"]), after="complete_through")
    company.emulator.clear_faults()
    company.rest()
    second = run_tap(streams=["customers", "invoices"], state=first.state)

    assert everything == set(first.ids("customers"))
    assert [] == second.ids("customers")
    assert [sold] == second.ids("invoices")


@pytest.fixture
def many(emulator: Emulator) -> Emulator:
    """A company with more customers than lie between two states."""
    for start in range(0, BUYERS, 5000):
        emulator.create_all(
            "Customer", [{"DisplayName": f"Buyer {start + number}"} for number in range(5000)]
        )
        emulator.advance(60)
    emulator.advance(3600)
    return emulator


def test_a_killed_run_goes_on_within_a_stream(many: Emulator, run_tap: TapCommand) -> None:
    """A large stream is taken up where the last state says."""
    many.fail(query="from Customer", nth=21, do={"kind": "delay", "seconds": 30})

    first = killed(run_tap.start(streams=["customers"]), after="position")
    many.clear_faults()
    changed = many.entities("Customer")[0]
    many.update("Customer", {"Id": changed["Id"], "CompanyName": "Changed Ltd"})
    many.advance(3600)
    second = run_tap(streams=["customers"], state=first.state)
    many.advance(3600)
    third = run_tap(streams=["customers"], state=second.state)

    delivered = set(first.ids("customers")) | set(second.ids("customers"))
    assert {row["Id"] for row in many.entities("Customer")} == delivered
    assert len(second.ids("customers")) < BUYERS
    assert changed["Id"] in {*second.ids("customers"), *third.ids("customers")}
    assert "query" == second.extractions()["customers"]["mode"]


def test_a_terminated_run_does_not_end_well(company: Company, run_tap: TapCommand) -> None:
    """Exit status 0 would say that all is there."""
    company.invoice(company.item("Rake"))
    company.emulator.fail(query="from Invoice", do={"kind": "delay", "seconds": 30})
    process = run_tap.start(streams=["customers", "invoices"])
    while '"complete_through"' not in process.stdout.readline():
        pass

    process.terminate()
    _, log = process.communicate(timeout=60)

    assert 128 + signal.SIGTERM == process.returncode
    assert "Traceback" not in log
