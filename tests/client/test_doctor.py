"""`quickbooks doctor`: every line, with what it is about provoked."""

from __future__ import annotations

import dataclasses
import json
import os
import pty
import re
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import Client, Settings
from tests.client.commands import COMMAND, environment, run
from tests.client.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator

COUNT = "SELECT COUNT(*) FROM Item"


@dataclasses.dataclass(frozen=True)
class Report:
    """What the doctor said."""

    status: int
    lines: dict[str, tuple[str, str]]
    metered: int

    def verdict(self, subject: str) -> str:
        """The line's verdict."""
        return self.lines[subject][0]

    def words(self, subject: str) -> str:
        """The line's words."""
        return self.lines[subject][1]


@pytest.fixture
def examine(
    emulator: Emulator, connection: dict[str, Any], tmp_path: Path
) -> Callable[..., Report]:
    """Runs the command; its exit status and JSON."""

    def doctor(**more: Any) -> Report:
        done = run("doctor", "--json", folder=tmp_path, variables={**connection, **more})
        assert not done.stderr, done.stderr
        told = json.loads(done.stdout)
        lines = {one["subject"]: (one["verdict"], one["words"]) for one in told["findings"]}
        assert len(told["findings"]) == len(lines), "a subject twice"
        is_wrong = any(verdict == "wrong" for verdict, _ in lines.values())
        assert (done.returncode, told["is_healthy"]) == (int(is_wrong), not is_wrong)
        return Report(done.returncode, lines, told["metered_calls"])

    return doctor


@pytest.fixture
def whole(emulator: Emulator) -> dict[str, str]:
    """The ids of the demo company that an installation sets."""
    emulator.reset(seed="demo")
    names = (
        "adjustment_account_id", "discount_account_id", "deposit_account_id", "refund_account_id",
        "shipping_item_id", "tax_item_id", "fallback_item_id",
    )  # fmt: skip
    seed = emulator.seed()
    return {"refresh_token": emulator.consent(), **{name: str(seed[name]) for name in names}}


def company(emulator: Emulator, **pairs: str) -> None:
    """Give the company these name-value pairs, and no others."""
    listed = [{"Name": name, "Value": value} for name, value in pairs.items()]
    emulator.update("CompanyInfo", {"Id": "1", "NameValue": listed})


def preferences(emulator: Emulator, group: str, **changes: Any) -> None:
    """Change preferences, as a person would."""
    [stored] = emulator.entities("Preferences")
    emulator.update("Preferences", {"Id": "1", group: {**(stored.get(group) or {}), **changes}})


def test_all_is_well_with_the_demo_company(
    emulator: Emulator, examine: Callable[..., Report], whole: dict[str, str], tmp_path: Path
) -> None:
    """
    Every line is there and ok, and it costs few metered calls.
    """
    ledger = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    run("ledger", "init", "--ledger-url", ledger, folder=tmp_path)
    before = emulator.usage()["metered"]

    report = examine(**whole, ledger_url=ledger)

    assert [
        "settings", "call limits", "redirect URI", "API", "sign-in service", "token store",
        "token", "company", "clock", "minor version", "plan", "inventory adjustments",
        "inventory tracking", "closing date", "currencies", "document numbers", "sales tax",
        "adjustment account", "discount account", "deposit account", "refund account",
        "shipping item", "tax item", "fallback item", "usage", "ledger",
    ] == list(report.lines)  # fmt: skip
    assert {"ok"} == {verdict for verdict, _ in report.lines.values()}, report.lines
    assert 0 == report.status
    assert 5 == report.metered == emulator.usage()["metered"] - before
    assert "Craig's Design and Landscaping Services (US), paid" == report.words("company")
    assert "QuickBooks Online Plus" == report.words("plan")
    assert f"Inventory Shrinkage (id {whole['adjustment_account_id']})" == report.words(
        "adjustment account"
    )
    assert "75, accepted" == report.words("minor version")


def test_it_reads_well_without_a_terminal(
    emulator: Emulator, connection: dict[str, Any], whole: dict[str, str], tmp_path: Path
) -> None:
    """
    A line each, words in one column, no colours; at the end what it found and cost.
    """
    done = run("doctor", folder=tmp_path, variables={**connection, **whole})

    *lines, blank, summary = done.stdout.splitlines()
    assert 0 == done.returncode, done.stdout
    assert not blank
    assert "26 ok. This took 5 metered calls." == summary
    assert {"ok       "} == {line[:9] for line in lines}
    assert {" "} == {line[31] for line in lines}
    assert " " not in {line[32] for line in lines}
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("colour", [True, False])
def test_it_reads_well_on_a_terminal(
    emulator: Emulator, connection: dict[str, Any], tmp_path: Path, *, colour: bool
) -> None:
    """
    In colour unless NO_COLOR is set, and broken to the width of the terminal.
    """
    emulator.reset(seed="demo")
    settings = {**connection, "refresh_token": emulator.consent()}
    variables = {**environment(settings), "COLUMNS": "90"}
    if not colour:
        variables["NO_COLOR"] = "1"
    ours, theirs = pty.openpty()
    process = subprocess.Popen([COMMAND, "doctor"], cwd=tmp_path, env=variables, stdout=theirs)
    os.close(theirs)
    said = b""
    while process.poll() is None or said[-1:] != b"\n":
        try:
            said += os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
    os.close(ours)

    text = said.decode()
    assert 0 == process.wait(), text
    assert ("\x1b[32mok     \x1b[0m  settings" in text) is colour
    assert ("\x1b[33mwarning\x1b[0m  adjustment account" in text) is colour
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()
    assert max(map(len, plain)) <= 90
    assert f"{'':32}none" not in plain
    [at] = [number for number, line in enumerate(plain) if "adjustment account" in line[:32]]
    assert f"{'':32}" == plain[at + 1][:32]


# -- settings


def test_a_wrong_setting_is_a_line_too(examine: Callable[..., Report]) -> None:
    """
    The only one: nothing else can be looked at.
    """
    report = examine(realm_id="Craig's")

    assert {"settings"} == report.lines.keys()
    assert "realm_id" in report.words("settings")
    assert 1 == report.status


def test_a_document_setting_is_checked_like_the_others(examine: Callable[..., Report]) -> None:
    """
    As the target would.
    """
    report = examine(tax_mode="none")

    assert "tax_mode must be one of" in report.words("settings")


def test_a_misspelt_variable_is_named(examine: Callable[..., Report]) -> None:
    """
    With the one that is meant; those of others are left alone.
    """
    report = examine(adjustmnt_account_id="97", sync_mode="two_way", unrelated="1")

    assert "warning" == report.verdict("variables")
    assert (
        "QUICKBOOKS_ADJUSTMNT_ACCOUNT_ID is no setting (is QUICKBOOKS_ADJUSTMENT_ACCOUNT_ID meant?)"
    ) == report.words("variables")


def test_limits_above_intuits_are_warned_of(examine: Callable[..., Report]) -> None:
    """
    Each by its name.
    """
    report = examine(requests_per_minute=600, max_concurrent_requests=10)

    assert "warning" == report.verdict("call limits")
    assert "requests_per_minute 600 (Intuit allows 500)" in report.words("call limits")
    assert "max_concurrent" not in report.words("call limits")


# -- what can be reached


def test_an_api_that_does_not_answer(examine: Callable[..., Report]) -> None:
    """
    The sign-in service and the token are looked at all the same.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

        report = examine(api_url=f"http://127.0.0.1:{port}")

    assert "wrong" == report.verdict("API")
    assert f"Nothing answers at 127.0.0.1:{port}" in report.words("API")
    assert ("ok", "ok", "ok") == tuple(map(report.verdict, ("sign-in service", "token", "usage")))
    assert "company" not in report.lines


@pytest.mark.parametrize("path", ["nothing-here", "", "_emulator/health"])
def test_a_sign_in_service_that_is_none(
    emulator: Emulator, examine: Callable[..., Report], path: str
) -> None:
    """
    Whether it answers with an error, a page or something else of JSON.
    """
    report = examine(discovery_url=f"{emulator.url}/{path}")

    assert "wrong" == report.verdict("sign-in service")
    assert "discovery_url" in report.words("sign-in service")


# -- tokens


def test_a_connection_that_has_ended(examine: Callable[..., Report]) -> None:
    """
    What can be told without it is told: the clock, the usage, the ledger.
    """
    report = examine(refresh_token="dead")

    assert "wrong" == report.verdict("token")
    assert "quickbooks auth login" in report.words("token")
    assert "company" not in report.lines
    assert ("ok", "ok", "ok") == tuple(map(report.verdict, ("clock", "usage", "ledger")))


@pytest.mark.parametrize(("days", "verdict"), [(13, "warning"), (15, "ok")])
def test_a_connection_that_ends_soon(
    connection: dict[str, Any], examine: Callable[..., Report], days: int, verdict: str
) -> None:
    """
    Fourteen days ahead a person is told when, and what to do.
    """
    now = datetime.now(UTC)
    client = Client(Settings.from_mapping(connection), FakeClock(now))
    client.query(COUNT)
    token = client.store.load()
    assert token is not None
    end = now + timedelta(days=days, hours=1)
    with client.store.lock():
        client.store.save(dataclasses.replace(token, refresh_expires_at=end))
    client.close()

    report = examine()

    assert verdict == report.verdict("token")
    assert f"{end:%Y-%m-%d}, in {days} days" in report.words("token")
    assert ("quickbooks auth login" in report.words("token")) == (verdict == "warning")


def test_a_token_file_that_others_may_read(
    connection: dict[str, Any], examine: Callable[..., Report], tmp_path: Path
) -> None:
    """
    They could until now: the store closes it, and a person decides what that means.
    """
    before = examine()
    (tmp_path / "store" / "tokens.json").chmod(0o644)

    open_to_all, closed = examine(), examine()

    assert "nothing is stored yet" in before.words("token store")
    assert ("warning", "ok") == (open_to_all.verdict("token store"), closed.verdict("token store"))
    assert "mode 644" in open_to_all.words("token store")
    assert "quickbooks auth revoke" in open_to_all.words("token store")


def test_a_company_that_is_not_connected(
    emulator: Emulator, examine: Callable[..., Report]
) -> None:
    """
    The token is for another one: nothing more is asked.
    """
    other = emulator.add_company("4711")
    emulator.clear_calls()

    report = examine(realm_id=other)

    assert "wrong" == report.verdict("company")
    assert 3 >= len(emulator.calls(class_="metered"))
    assert "inventory tracking" not in report.lines
    assert "usage" in report.lines


# -- the company


@pytest.mark.parametrize(
    ("pairs", "subject", "verdict", "said"),
    [
        ({"OfferingSku": "QuickBooks Online Advanced"}, "plan", "ok", "Advanced"),
        ({"OfferingSku": "QuickBooks Online Essentials"}, "plan", "wrong", "no inventory"),
        ({"OfferingSku": "QuickBooks Online Cosmic"}, "plan", "warning", "not known here"),
        ({}, "plan", "warning", "not told"),
        ({"SubscriptionStatus": "EXPIRED"}, "company", "wrong", "subscription is EXPIRED"),
        ({"SubscriptionStatus": "TRIAL"}, "company", "ok", "trial"),
    ],
)
def test_the_plan_and_the_subscription(
    emulator: Emulator,
    examine: Callable[..., Report],
    pairs: dict[str, str],
    subject: str,
    verdict: str,
    said: str,
) -> None:
    """
    As CompanyInfo tells them.
    """
    company(emulator, **pairs)

    report = examine()

    assert (verdict, True) == (report.verdict(subject), said in report.words(subject))


def test_a_company_outside_the_united_states(
    emulator: Emulator, examine: Callable[..., Report]
) -> None:
    """
    It has no inventory adjustments: said without asking for one.
    """
    emulator.update("CompanyInfo", {"Id": "1", "Country": "CA"})

    report = examine()

    assert "wrong" == report.verdict("inventory adjustments")
    assert "this one is of CA" in report.words("inventory adjustments")
    assert [] == emulator.calls(entity="InventoryAdjustment")


@pytest.mark.parametrize("code", ["5020", "5030"])
def test_a_plan_or_tier_without_adjustments(
    emulator: Emulator, examine: Callable[..., Report], code: str
) -> None:
    """
    QuickBooks refuses them; the rest is looked at.
    """
    emulator.fail(do={"kind": "fault", "code": code}, query="InventoryAdjustment", times=None)

    report = examine()

    assert "wrong" == report.verdict("inventory adjustments")
    assert code in report.words("inventory adjustments")
    assert "ok" == report.verdict("inventory tracking")


def test_adjustments_that_cannot_be_queried_are_no_matter(
    emulator: Emulator, examine: Callable[..., Report]
) -> None:
    """
    Their page promises reading by id alone.
    """
    emulator.switch(adjustment_queryable=False)

    assert "ok" == examine().verdict("inventory adjustments")


def test_company_data_that_cannot_be_read_leave_the_rest(
    emulator: Emulator, examine: Callable[..., Report]
) -> None:
    """
    One refusal is one line.
    """
    refused = {"kind": "fault", "code": "5020"}
    emulator.fail(do=refused, entity="CompanyInfo", times=None)
    emulator.fail(do=refused, entity="Preferences", times=None)

    report = examine()

    assert ("wrong", "wrong") == (report.verdict("company"), report.verdict("preferences"))
    assert "warning" == report.verdict("adjustment account")


@pytest.mark.parametrize(
    ("ahead_s", "verdict", "said"),
    [
        (20, "ok", "right to"),
        (120, "warning", "s slow: switch time synchronisation on"),
        (900, "wrong", "s slow: set it right"),
    ],
)
def test_a_clock_that_is_wrong(
    emulator: Emulator, examine: Callable[..., Report], ahead_s: int, verdict: str, said: str
) -> None:
    """
    Beside QuickBooks' own.
    """
    emulator.advance(ahead_s)

    report = examine()

    assert verdict == report.verdict("clock")
    assert said in report.words("clock")


def test_a_clock_that_is_ahead(emulator: Emulator, examine: Callable[..., Report]) -> None:
    """
    The other way round.
    """
    emulator.set_clock((datetime.now(UTC) - timedelta(minutes=10)).isoformat())

    assert re.search(r"60\d s fast", examine(refresh_token=emulator.consent()).words("clock"))


def test_inventory_tracking_that_is_off(emulator: Emulator, examine: Callable[..., Report]) -> None:
    """
    Where to turn it on.
    """
    preferences(emulator, "ProductAndServicesPrefs", QuantityOnHand=False)

    report = examine()

    assert "wrong" == report.verdict("inventory tracking")
    assert "Account and settings, Sales" in report.words("inventory tracking")


@pytest.mark.parametrize(
    ("days_ago", "verdict", "said"),
    [
        (-1, "wrong", "today's documents are refused"),
        (10, "warning", "refused and wait for review; date late ones after it"),
        (200, "ok", "refused and wait for review"),
    ],
)
def test_the_closing_date(
    emulator: Emulator, examine: Callable[..., Report], days_ago: int, verdict: str, said: str
) -> None:
    """
    The nearer it is, the more it hits what is sent.
    """
    closed = (datetime.now(UTC) - timedelta(days=days_ago)).date()
    preferences(emulator, "AccountingInfoPrefs", BookCloseDate=str(closed))

    report = examine()

    assert verdict == report.verdict("closing date")
    assert str(closed) in report.words("closing date")
    assert said in report.words("closing date")


def test_currencies_and_numbers(emulator: Emulator, examine: Callable[..., Report]) -> None:
    """
    Neither keeps a sync from running.
    """
    before = examine()
    preferences(emulator, "CurrencyPrefs", MultiCurrencyEnabled=True)
    preferences(emulator, "SalesFormsPrefs", CustomTxnNumbers=False)
    after = examine()

    assert "USD alone: sales in others are rejected" == before.words("currencies")
    assert "USD and others" in after.words("currencies")
    assert ("ok", "warning") == (
        before.verdict("document numbers"),
        after.verdict("document numbers"),
    )


@pytest.mark.parametrize(
    ("tax_mode", "is_automated", "verdict"),
    [
        ("quickbooks", False, "wrong"),
        ("quickbooks", True, "ok"),
        ("override", True, "warning"),
        ("override", False, "ok"),
        ("line", True, "warning"),
    ],
)
def test_sales_tax(
    emulator: Emulator,
    examine: Callable[..., Report],
    tax_mode: str,
    verdict: str,
    *,
    is_automated: bool,
) -> None:
    """
    `line` lacks its item here, and says so.
    """
    preferences(emulator, "TaxPrefs", PartnerTaxEnabled=is_automated)

    report = examine(tax_mode=tax_mode)

    assert verdict == report.verdict("sales tax")
    assert ("tax_item_id is not set" in report.words("sales tax")) == (tax_mode == "line")


# -- accounts and items


def test_an_adjustment_account_that_is_not_set(
    emulator: Emulator, examine: Callable[..., Report], whole: dict[str, str]
) -> None:
    """
    Those that would do are named with their ids, the likeliest first.
    """
    likeliest = whole.pop("adjustment_account_id")

    report = examine(**whole)

    assert "warning" == report.verdict("adjustment account")
    assert f"set it to {likeliest} (Inventory Shrinkage)," in report.words("adjustment account")


def test_accounts_that_do_not_do(
    emulator: Emulator, examine: Callable[..., Report], whole: dict[str, str]
) -> None:
    """
    Inactive, of a type QuickBooks refuses there, or not there at all; each with its setting.
    """
    account = whole["adjustment_account_id"]
    emulator.update("Account", {"Id": account, "Active": False})

    report = examine(
        **{
            **whole,
            "discount_account_id": "999999",
            "deposit_account_id": whole["discount_account_id"],
        }
    )

    assert f"(id {account}) is inactive" in report.words("adjustment account")
    assert "no account with id 999999: correct discount_account_id" in report.words(
        "discount account"
    )
    assert "of type Income, which does not do" in report.words("deposit account")
    kinds = ("adjustment", "discount", "deposit", "refund")
    assert ["wrong", "wrong", "wrong", "ok"] == [report.verdict(f"{one} account") for one in kinds]


def test_an_adjustment_account_of_a_wrong_type(
    emulator: Emulator, examine: Callable[..., Report], whole: dict[str, str]
) -> None:
    """
    QuickBooks refuses it with 6430; opening balance equity it takes.
    """
    equity = emulator.create(
        "Account",
        {"Name": "Opening", "AccountType": "Equity", "AccountSubType": "OpeningBalanceEquity"},
    )
    bank = whole["deposit_account_id"]

    assert "wrong" == examine(**whole | {"adjustment_account_id": bank}).verdict(
        "adjustment account"
    )
    assert "ok" == examine(**whole | {"adjustment_account_id": equity["Id"]}).verdict(
        "adjustment account"
    )


def test_items_that_do_not_do(
    emulator: Emulator, examine: Callable[..., Report], whole: dict[str, str]
) -> None:
    """
    Inactive, stocked, not set, or not there.
    """
    emulator.update("Item", {"Id": whole["shipping_item_id"], "Active": False})
    stocked = emulator.seed()["stocked"][0]["item_id"]
    del whole["fallback_item_id"]
    inactive = examine(**whole | {"tax_item_id": stocked})
    gone = examine(**whole | {"shipping_item_id": "999999"})

    assert "is inactive" in inactive.words("shipping item")
    assert "of type Inventory" in inactive.words("tax item")
    assert ["wrong", "wrong", "warning"] == [
        inactive.verdict(subject) for subject in ("shipping item", "tax item", "items")
    ]
    assert "not set: fallback_item_id;" in inactive.words("items")
    assert "no item with id 999999" in gone.words("shipping item")


# -- counts and the ledger


def test_the_months_budget(examine: Callable[..., Report]) -> None:
    """
    Near its end a warning; at its end reading stops, the doctor's too.
    """
    near = examine(monthly_read_budget=5)
    at_its_end = examine(monthly_read_budget=4)

    assert ("warning", "4 of 5 metered calls this month") == (
        near.verdict("usage"),
        near.words("usage").partition(":")[0],
    )
    assert ("wrong", "wrong") == (at_its_end.verdict("usage"), at_its_end.verdict("company"))
    assert "monthly_read_budget" in at_its_end.words("company")
    assert 0 == at_its_end.metered


def test_the_ledger(examine: Callable[..., Report], tmp_path: Path) -> None:
    """
    Not there, without tables, not reachable, and there; nothing is made by looking.
    """
    path = tmp_path / "ledger.sqlite3"
    missing = examine(ledger_url=f"sqlite:///{path}")
    assert not path.exists()
    path.touch()
    empty = examine(ledger_url=f"sqlite:///{path}")
    away = examine(ledger_url="postgresql://someone:secret@127.0.0.1:1/books")
    run("ledger", "init", "--ledger-url", f"sqlite:///{path}", folder=tmp_path)
    there = examine(ledger_url=f"sqlite:///{path}")

    assert ["warning", "wrong", "wrong", "ok"] == [
        report.verdict("ledger") for report in (missing, empty, away, there)
    ]
    assert "quickbooks ledger init" in empty.words("ledger")
    assert "secret" not in away.words("ledger")
