"""Failures: said in one sentence, never hidden, and never at the expense of other streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.tap.conftest import Company, TapCommand, TapRun


HOUR = 3600


def errors(run: TapRun) -> list[str]:
    """The log's errors, after the time and the name of the plugin."""
    return [line.split("|", 3)[3].strip() for line in run.log.splitlines() if "| ERROR" in line]


def order(run: TapRun) -> list[str]:
    """Streams in the order in which their records came."""
    return list(dict.fromkeys(m["stream"] for m in run.messages if m["type"] == "RECORD"))


def test_a_fault_in_one_stream_stops_no_other(company: Company, run_tap: TapCommand) -> None:
    """The others finish, the account goes out last, and the exit status tells."""
    company.invoice(company.item("Rake"))
    company.rest()
    first = run_tap(streams=["items", "customers", "invoices"])
    company.emulator.fail(
        query="from Invoice",
        times=None,
        do={
            "kind": "fault",
            "code": "6000",
            "message": "A business validation error",
            "status": 400,
        },
    )

    run = run_tap(streams=["items", "customers", "invoices"], status=1)

    assert first.ids("items") == run.ids("items")
    assert first.ids("customers") == run.ids("customers")
    assert [] == run.ids("invoices")
    assert "extractions" == order(run)[-1]
    assert run.extractions()["invoices"]["complete_through"] is None
    assert run.extractions()["items"]["complete_through"] is not None
    assert "6000" in errors(run)[0]
    assert "invoices failed" in errors(run)[-1]
    assert "complete_through" not in run.state["bookmarks"].get("invoices", {})


@pytest.mark.parametrize("status", [400, 200])
def test_a_fault_leaves_the_bookmark_where_it_was(
    company: Company, run_tap: TapCommand, status: int
) -> None:
    """Also a fault inside HTTP 200; the next run delivers what this one could not."""
    item = company.item("Rake")
    company.rest()
    first = run_tap(streams=["invoices", "items"])
    company.rest()
    sold = company.invoice(item)
    company.emulator.fail(
        path="cdc",
        times=None,
        do={"kind": "fault", "code": "6000", "message": "No", "status": status},
    )

    failed = run_tap(streams=["invoices", "items"], state=first.state, status=1)
    company.emulator.clear_faults()
    second = run_tap(streams=["invoices", "items"], state=failed.state)

    assert first.state["bookmarks"]["invoices"] == failed.state["bookmarks"]["invoices"]
    assert [sold] == second.ids("invoices")


def test_a_fault_in_the_middle_of_pages_is_a_failure(company: Company, run_tap: TapCommand) -> None:
    """What came before it was delivered; the bookmark does not say that all was."""
    for number in range(7):
        company.emulator.create("Customer", {"DisplayName": f"Buyer {number}"})
        company.emulator.advance(60)
    company.rest()
    company.emulator.fail(
        query="from Customer",
        nth=2,
        times=None,
        do={"kind": "fault", "code": "6000", "message": "No", "status": 400},
    )

    run = run_tap(streams=["customers"], page_rows=4, status=1)

    assert 4 == len(run.ids("customers"))
    assert run.extractions()["customers"]["complete_through"] is None
    assert 4 == run.extractions()["customers"]["records"]
    assert "complete_through" not in run.state["bookmarks"]["customers"]


def test_a_token_that_expires_mid_run_is_refreshed(company: Company, run_tap: TapCommand) -> None:
    """Nobody notices; the account counts the refresh."""
    item = company.item("Rake")
    company.invoice(item)
    company.emulator.fail(query="from Invoice", do={"kind": "status", "status": 401})

    run = run_tap(streams=["items", "invoices"])

    assert 1 == len(run.ids("invoices"))
    assert 1 <= run.extractions()["invoices"]["retried"]


def test_too_many_calls_only_slow_the_run_down(company: Company, run_tap: TapCommand) -> None:
    """Refused calls are repeated; the account says how often."""
    item = company.item("Rake")
    company.invoice(item)
    company.emulator.throttle(times=4, retry_after_s=1)

    run = run_tap(streams=["items", "invoices", "customers"])

    assert 1 == len(run.ids("invoices"))
    assert 4 == sum(row["throttled"] for row in run.records("extractions"))


def test_the_account_equals_the_calls_made(company: Company, run_tap: TapCommand) -> None:
    """Every call stands in one line; token calls in none."""
    item = company.item("Rake")
    company.adjustment(item, 1)
    company.emulator.throttle(times=1, retry_after_s=1)
    company.emulator.clear_calls()

    run = run_tap(quantities=True)

    made = [call for call in company.emulator.calls() if call["class"] != "auth"]
    lines = run.records("extractions")
    assert len(made) == sum(line["requests"] for line in lines)
    assert company.emulator.usage()["metered"] == sum(line["metered_requests"] for line in lines)


def test_a_wrong_company_is_one_sentence(company: Company, run_tap: TapCommand) -> None:
    """The other streams are not even tried, this one once more; the account says so."""
    run = run_tap(streams=["items", "customers"], realm_id="1234567890", status=1)

    [said] = errors(run)
    assert "1234567890" in said or "realm_id" in said
    assert "Traceback" not in run.log
    assert [None, None] == [row["complete_through"] for row in run.records("extractions")]
    assert 2 == sum(row["requests"] for row in run.records("extractions"))


def test_a_dead_refresh_token_is_one_sentence(company: Company, run_tap: TapCommand) -> None:
    """It says what to run, and shows no token."""
    token = run_tap.defaults["refresh_token"]
    company.emulator.expire_tokens(refresh=True)

    run = run_tap(streams=["items", "customers"], status=1)

    [said] = errors(run)
    assert "quickbooks auth login" in said
    assert "Traceback" not in run.log
    assert token not in run.log
    assert [] == run.ids("items")


def test_a_host_that_does_not_answer_is_one_sentence(run_tap: TapCommand) -> None:
    """The setting that names the host is in it."""
    run = run_tap(
        streams=["items"],
        api_url="http://127.0.0.1:1",
        discovery_url="http://127.0.0.1:1/.well-known/openid_configuration",
        status=1,
    )

    assert "127.0.0.1:1" in errors(run)[0]
    assert "Traceback" not in run.log


def test_a_target_that_stops_reading_is_one_sentence(company: Company, run_tap: TapCommand) -> None:
    """The target's own message counts, not a traceback of ours."""
    company.item("Rake")
    process = run_tap.start()
    process.stdout.close()

    log = process.stderr.read()
    process.stderr.close()

    assert 1 == process.wait(timeout=60)
    assert "stopped reading" in log
    assert "Traceback" not in log
    assert "BrokenPipe" not in log


def test_a_trial_run_fails_when_the_connection_does(company: Company, run_tap: TapCommand) -> None:
    """`--test` is how a connection is tried out."""
    company.item("Rake")
    run_tap(arguments=["--test"])
    company.emulator.expire_tokens(refresh=True)

    failed = run_tap(arguments=["--test"], status=1)

    assert "quickbooks auth login" in errors(failed)[-1]
    assert "Traceback" not in failed.log
