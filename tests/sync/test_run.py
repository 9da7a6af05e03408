"""A run from begin to end: settings, waiting, summary, status, bad input."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_sync.live_views import fingerprint
from quickbooks_sync.settle import remaining
from quickbooks_sync.tables import in_step

from .conftest import REALM_ID

if TYPE_CHECKING:
    from .conftest import Warehouse

PROGRAM = Path(sys.executable).with_name("quickbooks-sync")


def test_begin_lays_down_settings_for_views_and_commands(
    warehouse: Warehouse, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Defaults, what is set, and the target's document settings; a name no longer set goes away.
    """
    monkeypatch.setenv("QUICKBOOKS_SYNC_TOLERANCE_FRACTION", "0.02")
    monkeypatch.setenv("QUICKBOOKS_SYNC_SALES_FROM", "2026-01-01")
    monkeypatch.setenv("QUICKBOOKS_FALLBACK_ITEM_ID", "12")
    monkeypatch.setenv("TARGET_QUICKBOOKS_CUSTOMER_MODE", "buyer")
    run("begin", "--job", "one")
    before = dict(warehouse.sql("select name, value from sync.settings"))
    monkeypatch.setenv("QUICKBOOKS_SYNC_SALES_FROM", "")

    run("begin", "--job", "two")

    assert {
        "realm_id": REALM_ID, "environment": "emulator", "tolerance_fraction": "0.02",
        "sales_from": "2026-01-01", "fallback_item_id": "12", "customer_mode": "buyer",
        "conflict": "review", "settle_s": "30",
    }.items() <= before.items()  # fmt: skip
    after = dict(warehouse.sql("select name, value from sync.settings"))
    assert "sales_from" not in after
    assert REALM_ID == after["realm_id"]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("TOLERANCE_FRACTION", "one", "it must be a number of 0 or more"),
        ("SETTLE_S", "-1", "it must be a number of 0 or more"),
        ("MAX_RUN_VALUE", "NaN", "it must be a number of 0 or more"),
        ("MODE", "both", "it must be two_way or platform_master"),
        ("SALES_FROM", "yesterday", "it must be a date such as"),
        ("SALES_FROM", "2026-01-01T00:00:00", "a time with its offset"),
        ("TIME_ZONE", "Mars/Base", "it must be a time zone"),
    ],
)
def test_a_wrong_setting_is_named(
    warehouse: Warehouse,
    run: Any,
    monkeypatch: pytest.MonkeyPatch,
    *,
    name: str,
    value: str,
    sentence: str,
) -> None:
    """
    Before anything is taken or written.
    """
    monkeypatch.setenv(f"QUICKBOOKS_SYNC_{name}", value)

    outcome = run("begin", "--job", "one")

    assert 1 == outcome.status
    assert f"QUICKBOOKS_SYNC_{name} is '{value}'" in outcome.err
    assert sentence in outcome.err
    assert [] == warehouse.sql("select * from sync.runs")


def test_production_needs_to_know_from_when_sales_count(
    warehouse: Warehouse, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Without sales_from years of sales would go to the books a second time.
    """
    warehouse.sql("update sync.settings set value = 'production' where name = 'environment'")
    monkeypatch.setenv("QUICKBOOKS_ENVIRONMENT", "production")
    monkeypatch.setenv("QUICKBOOKS_REALM_ID", REALM_ID)

    outcome = run("begin", "--job", "one")

    assert 1 == outcome.status
    assert "QUICKBOOKS_SYNC_SALES_FROM is not set" in outcome.err


def test_settings_in_the_projects_env_file_count(
    warehouse: Warehouse, project: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A command by hand finds what Meltano finds; the environment comes first.
    """
    monkeypatch.delenv("WAREHOUSE_URL")
    (project / ".env").write_text(
        f'WAREHOUSE_URL="{warehouse.url}"\nQUICKBOOKS_ENVIRONMENT=sandbox\n', encoding="utf-8"
    )

    outcome = run("status")

    assert (0, "") == (outcome.status, outcome.err)


@pytest.mark.parametrize(
    ("settle_s", "since_s", "left_s"),
    [(30, None, 0), (30, 10, 20), (30, 30, 0), (30, 900, -870), (30, -50000, 30), (0, 0, 0)],
)
def test_settling_lasts_from_the_last_write(
    settle_s: float, since_s: float | None, left_s: float
) -> None:
    """
    Nothing written, nothing to wait for; a clock of QuickBooks' that runs ahead costs no more
    than the setting.
    """
    assert left_s == remaining(settle_s, since_s, 30)


def test_settle_waits_for_a_write_just_made(
    warehouse: Warehouse, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    It returns when the setting's time has passed since the write, and not before.
    """
    monkeypatch.setenv("QUICKBOOKS_SYNC_SETTLE_S", "0.5")
    run("begin", "--job", "one")
    warehouse.sql(
        "insert into sync.documents (document_id, realm_id, qbo_type, body, status, sent_at) "
        "values ('d', %s, 'Invoice', '{}', 'posted', now())",
        REALM_ID,
    )
    began = time.monotonic()

    outcome = run("settle")

    assert (0, "") == (outcome.status, outcome.err)
    assert time.monotonic() - began > 0.3


RECONCILIATION = """
    create table marts.fct_inventory_reconciliation (
        realm_id text, sku_key text, is_within_tolerance boolean, discrepancy_class text
    );
    create table marts.fct_inventory_discrepancies (
        realm_id text, sku_key text, discrepancy_class text, variance_quantity numeric,
        variance_value numeric, recommended_action text
    );
"""


def test_end_tells_a_finance_person_what_happened(began: Warehouse, run: Any) -> None:
    """
    Pulled, pushed, refused, held, in step, discrepancies, time; and the record keeps it.
    """
    began.sql(RECONCILIATION)
    for sku, is_good in (("a", True), ("b", True), ("c", False)):
        began.sql(
            "insert into marts.fct_inventory_reconciliation values (%s, %s, %s, 'x')",
            REALM_ID, sku, is_good,
        )  # fmt: skip
    began.sql(
        "insert into marts.fct_inventory_discrepancies "
        "values (%s, 'c', 'missing_sale', -2, -51.5, 'ask')",
        REALM_ID,
    )
    began.reading(age="0 seconds")
    began.decision("c", "held")
    for number in range(3):
        began.sql(
            "insert into sync.documents (document_id, realm_id, qbo_type, body, status, sent_at) "
            "values (%s, %s, 'SalesReceipt', '{}', 'posted', now())",
            str(number), REALM_ID,
        )  # fmt: skip

    outcome = run("end")

    assert (0, "") == (outcome.status, outcome.err)
    for text in (
        "1 invoices, 1 items",
        "3 sales receipts",
        "1 held by a guard",
        "66.6 % (2 of 3 SKUs within tolerance)",
        "1, worth 51.5",
        "missing sale",
        "within the 15 minutes allowed",
    ):
        assert text in outcome.out
    status, summary = began.sql("select status, summary from sync.runs")[0]
    assert ("succeeded", {"SalesReceipt": 3}) == (status, summary["pushed"])
    assert [] == began.sql("select * from sync.leases")


@pytest.mark.parametrize(
    ("good", "everything", "text"),
    [(9999, 10000, "99.9 %"), (10000, 10000, "100.0 %"), (0, 0, "nothing to compare")],
)
def test_in_step_is_never_rounded_up(good: int, everything: int, text: str) -> None:
    """
    One SKU of ten thousand out of step is not 100 %.
    """
    assert in_step({"in_step": good, "compared": everything}).startswith(text)


def test_status_shows_runs_for_people_and_programs(warehouse: Warehouse, run: Any) -> None:
    """
    The same facts as a table and as JSON.
    """
    empty = run("status")
    run("begin", "--job", "sync-inventory")

    table, state = run("status"), run("status", "--json").json()

    assert "no run yet" in empty.out
    assert "sync-inventory" in table.out
    assert state["is_running"] is True
    assert ("sync-inventory", "running") == (state["runs"][0]["job"], state["runs"][0]["status"])


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "WAREHOUSE_URL is not set"),
        ("mysql://u:geheim@h/d", "WAREHOUSE_URL is no PostgreSQL URL"),
        ("postgresql://u:geheim@localhost:1/d", "The warehouse cannot be reached"),
        ("postgresql://u:geheim@localhost:x1/d", "WAREHOUSE_URL cannot be understood"),
        ("postgresql://u:geheim@localhost/d?geheim=1", "WAREHOUSE_URL cannot be understood"),
        ("postgresql://u:x@geheim@localhost/d", "WAREHOUSE_URL cannot be understood"),
        ("postgresql://u:geheim/x@localhost/d", "WAREHOUSE_URL cannot be understood"),
    ],
)
@pytest.mark.parametrize("command", ["init", "status", "snapshot"])
def test_without_a_database_one_sentence_says_what_to_do(
    project: Path, run: Any, monkeypatch: pytest.MonkeyPatch, url: str, sentence: str, command: str
) -> None:
    """
    The setting is named, the password is not.
    """
    monkeypatch.setenv("WAREHOUSE_URL", url)
    monkeypatch.setenv("QUICKBOOKS_ENVIRONMENT", "emulator")

    outcome = run(command)

    assert (1, "") == (outcome.status, outcome.out)
    assert sentence in outcome.err
    assert 1 == len(outcome.err.splitlines())
    assert "geheim" not in outcome.err


def test_an_unprepared_database_names_init(
    database_url: str, project: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Every command but init says what comes first.
    """
    monkeypatch.setenv("WAREHOUSE_URL", database_url)
    monkeypatch.setenv("QUICKBOOKS_ENVIRONMENT", "emulator")

    for arguments in (("status",), ("begin", "--job", "x"), ("plan",), ("review", "list")):
        outcome = run(*arguments)

        assert 1 == outcome.status
        assert "run `quickbooks-sync init` first" in outcome.err


def test_init_needs_a_company(
    database_url: str, project: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Only the emulator has a company of its own.
    """
    monkeypatch.setenv("WAREHOUSE_URL", database_url)

    outcome = run("init")

    assert 1 == outcome.status
    assert "QUICKBOOKS_REALM_ID is not set" in outcome.err


def test_the_program_ends_without_a_traceback(project: Path) -> None:
    """
    As a program of its own: a sentence on standard error, exit status 1.
    """
    done = subprocess.run(
        [PROGRAM, "status"],
        env={**os.environ, "WAREHOUSE_URL": "postgresql://u:geheim@localhost:1/d"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (1, "") == (done.returncode, done.stdout)
    assert "Traceback" not in done.stderr
    assert "geheim" not in done.stderr


def test_live_views_are_built_anew_when_their_source_changes(tmp_path: Path) -> None:
    """
    A changed or renamed file of the live models changes the fingerprint, a board does not.
    """
    for folder in ("macros", "models/staging", "models/marts"):
        (tmp_path / folder).mkdir(parents=True)
    model = tmp_path / "models" / "staging" / "a.sql"
    model.write_text("select 1", encoding="utf-8")
    first = fingerprint(tmp_path)
    (tmp_path / "models" / "marts" / "b.sql").write_text("select 2", encoding="utf-8")
    with_mart = fingerprint(tmp_path)
    model.rename(model.with_name("c.sql"))

    renamed = fingerprint(tmp_path)

    assert first == with_mart
    assert first != renamed


def test_dbt_gets_the_warehouse_and_its_exit_status_is_ours(
    warehouse: Warehouse, project: Path, run: Any
) -> None:
    """
    Every argument after `dbt` is dbt's; a failure inside a run is in the run's record.
    """
    (project / "transform").mkdir()
    run("begin", "--job", "one")

    outcome = run("dbt", "parse", "--quiet")

    assert 0 != outcome.status
    assert [("failed", "dbt parse")] == warehouse.sql("select status, failed_step from sync.runs")
