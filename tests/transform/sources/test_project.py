"""The dbt project as a whole: what it builds, and what a rebuild leaves standing."""

from __future__ import annotations

import shutil
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.transform.sources.world import REALM_ID, World, connect, hours

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    Dbt = Callable[..., subprocess.CompletedProcess[str]]

PROJECT = Path(__file__).parents[3] / "transform"
VIEW = "select unit_key, factor from {{ ref('stg_seeds__unit_conversions') }}"
ABOVE = "select * from {{ ref('below') }}"


@pytest.fixture
def small_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project with two live views of its own, one above the other."""
    for name in ("dbt_project.yml", "profiles.yml", "macros", "seeds", "tests"):
        source = PROJECT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    for name in ("platform", "quickbooks", "seeds", "sync"):
        shutil.copytree(PROJECT / "models/staging" / name, tmp_path / "models/staging" / name)
    (tmp_path / "models/staging/below.sql").write_text(VIEW)
    (tmp_path / "models/staging/above.sql").write_text(ABOVE)
    monkeypatch.setenv("DBT_PROJECT_DIR", str(tmp_path))
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    return tmp_path


def test_a_live_view_is_replaced_in_place_and_what_stands_on_it_stays(
    live_url: str, small_project: Path, run_dbt: Dbt
) -> None:
    """
    A new column at the end replaces the view: a view of somebody else above it survives.
    """
    run_dbt(live_url, "-q", "run", "--select", "below", "above")
    with closing(connect(live_url)) as connection:
        world = World(connection)
        world.run("create view bi.somebodys as select unit_key from staging.below")
        (small_project / "models/staging/below.sql").write_text(
            VIEW.replace("factor", "factor, 'now' as added")
        )

        run_dbt(live_url, "-q", "run", "--select", "below", "above")

        rows = world.rows("select unit_key, added from staging.above where unit_key = 'dozen'")
        kept = world.rows("select * from bi.somebodys where unit_key = 'dozen'")

    assert [{"unit_key": "dozen", "added": "now"}] == rows
    assert [{"unit_key": "dozen"}] == kept


def test_a_live_view_with_other_columns_is_made_anew_with_those_above_it(
    live_url: str, small_project: Path, run_dbt: Dbt
) -> None:
    """
    PostgreSQL cannot replace a view by one with fewer columns or another type.
    """
    run_dbt(live_url, "-q", "run", "--select", "below", "above")
    (small_project / "models/staging/below.sql").write_text(
        VIEW.replace("unit_key, factor", "cast(factor as text) as factor")
    )

    run_dbt(live_url, "-q", "run", "--select", "below", "above")

    with closing(connect(live_url)) as connection:
        rows = World(connection).rows("select * from staging.above order by 1")
    assert {"factor": "1.000000"} == rows[0]


def test_a_full_refresh_leaves_seeds_and_live_views_standing(live_url: str, run_dbt: Dbt) -> None:
    """
    Seeds are emptied and filled again, never dropped: the live views stand on them.
    """
    with closing(connect(live_url)) as connection:
        world = World(connection)
        oids = (
            "select oid from pg_class"
            " where relname in ('unit_conversions', 'int_sources__effects') order by 1"
        )
        before = world.rows(oids)

        run_dbt(live_url, "-q", "seed", "--full-refresh")

        assert before == world.rows(oids)
        assert {} == world.due()


def test_sales_and_receivables_are_built_and_every_identity_holds(
    live_url: str, run_dbt: Dbt
) -> None:
    """
    From orders and raw invoices to the marts, with the data tests of all of them.
    """
    with closing(connect(live_url)) as connection:
        world = World(connection)
        world.item("31", "LSG-1")
        world.order("1", [("LSG-1", "2", "10")])
        world.push("order:1")
        world.order("2", [("LSG-1", "1", "10")], status="unpaid", at=hours(1))
        world.order("3", [("NONE", "1", "10")], at=hours(2))
        world.raw("customers", "24", {"DisplayName": "Ann", "Active": True})
        invoice = {"CustomerRef": {"value": "24"}, "TxnDate": "2026-10-01", "DueDate": "2026-10-01"}
        world.raw("invoices", "101", {**invoice, "TotalAmt": 0.3, "Balance": 0.1})
        world.raw("invoices", "102", {**invoice, "TotalAmt": 12345678901234.99, "Balance": 0})
        world.raw(
            "payments",
            "201",
            {
                "CustomerRef": {"value": "24"},
                "TotalAmt": 5,
                "UnappliedAmt": 4.8,
                "TxnDate": "2026-10-31",
                "Line": [{"Amount": 0.2, "LinkedTxn": [{"TxnId": "101", "TxnType": "Invoice"}]}],
            },
        )
        world.insert(
            "quickbooks.extractions",
            realm_id=REALM_ID,
            run_id="r",
            stream="invoices",
            mode="query",
            complete_through=hours(0),
        )

        run_dbt(live_url, "-q", "build", "--select", "+marts.sales", "+marts.receivables",
                "--exclude-resource-type", "unit_test")  # fmt: skip

        pushed = world.rows(
            "select source_id, state, state_reason from marts.fct_sales_push order by 1"
        )
        (open_invoice,) = world.rows("select * from marts.fct_accounts_receivable")
        (unapplied,) = world.rows("select * from marts.fct_unapplied_payments")
        (ageing,) = world.rows("select * from marts.fct_customer_ageing")

    assert [
        ("order:1", "posted", None),
        ("order:2", "due", None),
        ("order:3", "blocked", "no item of QuickBooks has the SKU none"),
    ] == [tuple(row.values()) for row in pushed]
    assert ("101", "2026-11-02", 32, "days_31_60", Decimal("0.1"), Decimal("0.2")) == (
        open_invoice["invoice_id"],
        str(open_invoice["as_of_date"]),
        open_invoice["days_past_due"],
        open_invoice["ageing_bucket"],
        open_invoice["open_balance"],
        open_invoice["payments_applied_amount"],
    )
    assert ("payment", Decimal("4.8")) == (unapplied["kind"], unapplied["unapplied_amount"])
    assert (Decimal("0.1"), Decimal("0.1")) == (ageing["days_31_60"], ageing["total"])


def test_the_projects_own_unit_tests_pass(live_url: str, run_dbt: Dbt) -> None:
    """
    The rules of sources, outbox, sales and receivables, each by itself.
    """
    run_dbt(live_url, "-q", "run", "--select", "+marts.sales", "+marts.receivables")

    done = run_dbt(live_url, "test", "--select", "test_type:unit,intermediate.sources",
                   "test_type:unit,intermediate.receivables", "test_type:unit,outbox",
                   "test_type:unit,marts.receivables")  # fmt: skip

    assert "ERROR=0" in done.stdout
    assert "PASS=18" in done.stdout
