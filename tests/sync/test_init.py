"""`quickbooks-sync init`: what it makes, what it leaves alone, what it refuses."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg2
import psycopg2.errors
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Warehouse

STREAMS = [
    "items",
    "invoices",
    "payments",
    "customers",
    "accounts",
    "sales_receipts",
    "refund_receipts",
    "credit_memos",
    "inventory_adjustments",
    "bills",
    "bill_payments",
    "vendors",
    "vendor_credits",
    "purchases",
    "purchase_orders",
    "estimates",
    "deposits",
    "transfers",
    "journal_entries",
    "departments",
    "classes",
    "terms",
    "payment_methods",
    "tax_codes",
    "tax_rates",
    "tax_agencies",
    "employees",
    "company_info",
    "preferences",
    "extractions",
]


def test_a_second_init_changes_nothing(warehouse: Warehouse, run: Any) -> None:
    """
    Run again, init says so and leaves tables, rows and rights as they are.
    """
    shape = (
        "select table_schema, table_name, column_name, data_type from information_schema.columns "
        "where table_schema in ('quickbooks', 'platform', 'sync') order by 1, 2, ordinal_position"
    )
    before = warehouse.sql(shape)

    outcome = run("init")

    assert (0, "") == (outcome.status, outcome.err)
    assert "was prepared already" in outcome.out
    assert before == warehouse.sql(shape)


def test_every_stream_of_the_tap_has_a_raw_table(warehouse: Warehouse) -> None:
    """
    The loader finds a table for each stream: it never makes one with types of its own.
    """
    found = {
        name
        for (name,) in warehouse.sql(
            "select tablename from pg_tables where schemaname = 'quickbooks'"
        )
    }

    assert set(STREAMS) == found


def test_numbers_arrive_unchanged_in_a_raw_table(warehouse: Warehouse) -> None:
    """
    jsonb keeps the digits of the document's own text.
    """
    warehouse.sql(
        "insert into quickbooks.invoices (realm_id, id, document) values ('1', '1', %s)",
        '{"TotalAmt": 12345678901234.99, "Qty": 0.1}',
    )

    found = warehouse.sql(
        "select (document ->> 'TotalAmt')::numeric(28, 6), (document ->> 'Qty')::numeric(28, 6) "
        "from quickbooks.invoices"
    )

    assert [(Decimal("12345678901234.99"), Decimal("0.1"))] == found


def test_every_column_of_the_platform_is_explained(warehouse: Warehouse) -> None:
    """
    Whoever fills the platform's tables reads in the database what each column means.
    """
    silent = warehouse.sql(
        "select c.relname, a.attname from pg_class as c "
        "inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 "
        "where c.relnamespace = 'platform'::regnamespace and c.relkind = 'r' "
        "and col_description(c.oid, a.attnum) is null"
    )

    assert [] == silent


def test_a_platform_of_views_is_left_alone(
    database_url: str, project: Any, run: Any, monkeypatch: Any
) -> None:
    """
    A platform with other names maps them with views; init makes only what is missing.
    """
    prepare(
        database_url,
        monkeypatch,
        "create schema platform; "
        "create table public.stock (sku text, place text, n integer, at timestamptz);"
        "create view platform.inventory_levels as "
        "select sku, place as location, n as quantity, at as updated_at, true as more "
        "from public.stock",
    )

    outcome = run("init")

    assert (0, "") == (outcome.status, outcome.err)
    assert "kept the platform's own inventory_levels" in outcome.out


@pytest.mark.parametrize(
    ("table", "columns", "fault"),
    [
        (
            "inventory_levels",
            "'' as sku, 1 as quantity, now() as updated_at",
            "platform.inventory_levels lacks the column location (text)",
        ),
        (
            "inventory_levels",
            "'' as sku, '' as location, 1.5::float8 as quantity, now() as updated_at",
            "platform.inventory_levels.quantity is double precision, needed is numeric",
        ),
        (
            "inventory_levels",
            "'' as sku, '' as location, 1 as quantity, now()::timestamp as updated_at",
            "platform.inventory_levels.updated_at is timestamp without time zone, needed is",
        ),
        (
            "inventory_updates",
            "1 as update_id",
            "platform.inventory_updates is a view: it must be a table",
        ),
    ],
)
def test_a_view_that_does_not_fit_is_named(
    database_url: str,
    project: Path,
    run: Any,
    monkeypatch: pytest.MonkeyPatch,
    *,
    table: str,
    columns: str,
    fault: str,
) -> None:
    """
    What is missing or cannot be read exactly is said in one sentence.
    """
    view = f"create view platform.{table} as select {columns}"
    prepare(database_url, monkeypatch, f"create schema platform; {view}")

    outcome = run("init")

    assert 1 == outcome.status
    assert fault in outcome.err
    assert 1 == len(outcome.err.splitlines())


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("QUICKBOOKS_REALM_ID", "4620816365", "belongs to the company 9341452718281828459"),
        ("QUICKBOOKS_ENVIRONMENT", "sandbox", "belongs to the environment emulator"),
    ],
)
@pytest.mark.parametrize(
    "arguments",
    [("init",), ("begin", "--job", "x"), ("snapshot",), ("status",), ("review", "list"), ("dbt",)],
)
def test_another_company_or_environment_is_refused(
    warehouse: Warehouse,
    run: Any,
    monkeypatch: Any,
    variable: str,
    value: str,
    sentence: str,
    arguments: Any,
) -> None:
    """
    One database holds one company of one environment; no command touches another's.
    """
    monkeypatch.setenv(variable, value)

    outcome = run(*arguments)

    assert 1 == outcome.status
    assert sentence in outcome.err
    assert variable in outcome.err
    assert 1 == len(outcome.err.splitlines())


def test_a_database_of_a_newer_version_is_refused(warehouse: Warehouse, run: Any) -> None:
    """
    An older program does not work on tables it does not know.
    """
    warehouse.sql("insert into sync.schema_versions (version, name) values (9999, 'later')")

    for command in ("init", "status"):
        outcome = run(command)

        assert 1 == outcome.status
        assert "prepared by a newer quickbooks-sync" in outcome.err


SKU_KEYS = {
    "  ABC   12 ": "abc 12",
    "Ä-Ö": "ä-ö",
    "ﬁlter": "filter",
    "\uff21\uff22\uff23\uff11": "abc1",
    "a\u00a0\u3000b\tc": "a b c",
    "\u2028x\u0085": "x",
    "E\u0301": "é",
    "ЖУК": "жук",
    "": None,
    " \u00a0 ": None,
    None: None,
}


def test_a_sku_has_one_key_however_it_is_typed(warehouse: Warehouse) -> None:
    """
    NFKC, outer blanks off, inner runs of blanks one, lower case beyond ASCII too.
    """
    found = {raw: warehouse.value("select sync.sku_key(%s)", raw) for raw in SKU_KEYS}

    assert SKU_KEYS == found
    assert SKU_KEYS == {
        raw: warehouse.value("select sync.sku_key(%s)", key) for raw, key in found.items()
    }


RIGHTS = [
    ("loader", "insert into quickbooks.items (realm_id, id) values ('1', '1')", True),
    ("loader", "insert into platform.inventory_levels (sku) values ('a')", True),
    ("loader", "update platform.inventory_updates set applied_at = now()", True),
    ("loader", "update platform.inventory_updates set quantity_delta = 1", False),
    ("loader", "insert into platform.inventory_updates (update_id) values ('x')", False),
    ("loader", "select from sync.runs", False),
    ("analyst", "select from quickbooks.items", True),
    ("analyst", "select from platform.sales_orders", True),
    ("analyst", "select from sync.ledger_rows", True),
    ("analyst", "select from intermediate.made_later", True),
    ("analyst", "delete from sync.reviews", False),
    ("analyst", "select sync.review('note', 'sku', 'a', 'me')", False),
    ("dashboard", "select from bi.made_later", True),
    ("dashboard", "select from intermediate.made_later", False),
    ("dashboard", "select from quickbooks.items", False),
    ("reviewer", "select sync.review('note', 'sku', 'a', 'me')", True),
    ("reviewer", "select from intermediate.made_later", True),
    ("reviewer", "insert into sync.baselines select * from sync.baselines", False),
    ("reviewer", "select sync.move_baseline('1', 'a', 1, 1, 'x', 'x')", False),
    ("reviewer", "select from quickbooks.items", False),
]


def test_roles_have_least_rights(warehouse: Warehouse) -> None:
    """
    Each role can do its work, also on what is built later, and nothing else.
    """
    warehouse.sql("create table bi.made_later (); create table intermediate.made_later ()")

    found = [(role, text, is_allowed(warehouse, role, text)) for role, text, _ in RIGHTS]

    assert RIGHTS == found


def is_allowed(warehouse: Warehouse, role: str, statement: str) -> bool:
    try:
        with warehouse.connection, warehouse.connection.cursor() as cursor:
            cursor.execute(f"set local role {role}")
            cursor.execute(statement)
    except psycopg2.errors.InsufficientPrivilege:
        return False
    return True


def test_without_the_right_to_make_roles_one_sentence_says_so(
    database_url: str, project: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A hosted database may not let us make roles: the sync goes on, and says what is missing.
    """
    database = database_url.split("/")[3].partition("?")[0]
    administer(
        database_url,
        "" if has_role(database_url, "plain_owner") else "create role plain_owner login",
        f"grant create on database {database} to plain_owner",
        # Roles belong to the whole server, where another test may have made it.
        "alter role dashboard rename to elsewhere" if has_role(database_url, "dashboard") else "",
    )
    monkeypatch.setenv("WAREHOUSE_URL", database_url.replace("postgres:x@", "plain_owner:x@"))
    monkeypatch.setenv("QUICKBOOKS_ENVIRONMENT", "emulator")

    outcome = run("init")
    if has_role(database_url, "elsewhere"):
        administer(database_url, "alter role elsewhere rename to dashboard")

    assert 0 == outcome.status
    assert "may not create roles" in outcome.err
    assert "create role" in outcome.err
    assert 1 == len(outcome.err.splitlines())


def has_role(url: str, name: str) -> bool:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("select true from pg_roles where rolname = %s", (name,))
        return cursor.fetchone() is not None


def administer(url: str, *statements: str) -> None:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        for statement in filter(None, statements):
            cursor.execute(statement)


def prepare(url: str, monkeypatch: pytest.MonkeyPatch, statements: str) -> None:
    administer(url, statements)
    monkeypatch.setenv("WAREHOUSE_URL", url)
    monkeypatch.setenv("QUICKBOOKS_ENVIRONMENT", "emulator")
