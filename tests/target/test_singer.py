"""The command's manners: STATE, refusals of input, settings, dry run."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import SETTINGS
from quickbooks_client.push.settings import DOCUMENT_SETTINGS
from target_quickbooks.target import TargetQuickBooks
from tests.target.shop import COMMAND, Ledger, adjustment, receipt, record, schema, state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.target.shop import Shop


def test_state_goes_out_when_its_records_are_durable(small_shop: Shop) -> None:
    """
    Each STATE follows the documents before it; a failing run keeps the last good one.
    """
    small_shop.emulator.fail(
        operation="create", nth=2, times=99, do={"kind": "status", "status": 503, "body": "text"}
    )

    run = small_shop.push(receipt("order:1"), state(1), receipt("order:2"), state(2))

    assert 1 == run.code
    assert [{"seen": 1}] == [s for i, s in enumerate(run.states) if s not in run.states[:i]]
    assert ["WEB-1"] == small_shop.emulator.numbers("SalesReceipt")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ('{"type": "RECORD", "stream": "sales_receipts", "record": {"secret": "Jane', "not JSON"),
        ('{"type": "RECORD", "stream": "sales_receipts", "value": "Jane"}', "lacks record"),
        ('{"type": "RECORD", "stream": "invoices", "record": {"a": "Jane"}}', "SCHEMA"),
        ('{"type": "PICTURE", "value": "Jane"}', "message type"),
        ('["Jane"]', "no JSON object"),
        (
            '{"type": "BATCH", "stream": "sales_receipts", "manifest": ["Jane"], "encoding": {"format": "jsonl"}}',  # noqa: E501
            "not BATCH files",
        ),
    ],
)
def test_input_that_cannot_be_taken_stops_the_run(
    small_shop: Shop, message: str, words: str
) -> None:
    """
    One sentence says what is wrong, no value of the input is repeated, nothing is skipped.
    """
    run = small_shop.command(schema("sales_receipts"), message, state(1))

    assert 1 == run.code
    assert words in run.log
    assert "Jane" not in run.log
    assert "Traceback" not in run.log
    assert [] == run.states


def test_an_unknown_stream_is_refused(small_shop: Shop) -> None:
    """
    The sentence names the stream and those that there are.
    """
    run = small_shop.push(record("orders", idempotency_key="order:1"))

    assert 1 == run.code
    assert "stream orders" in run.error
    assert "sales_receipts" in run.error


def test_a_stream_without_keys_is_refused(small_shop: Shop) -> None:
    """
    Without an idempotency_key nothing can be posted exactly once.
    """
    message = schema("invoices")
    del message["schema"]["properties"]["idempotency_key"]

    run = small_shop.push(message)

    assert 1 == run.code
    assert "idempotency_key" in run.error


def test_a_stream_map_may_rename_a_stream(small_shop: Shop) -> None:
    """
    The Postgres tap names its streams after schema and table.
    """
    maps = {"outbox-sales_receipts": {"__alias__": "sales_receipts"}}
    sale = {**receipt("order:1"), "stream": "outbox-sales_receipts"}

    run = small_shop.push(schema("outbox-sales_receipts"), sale, stream_maps=maps)

    assert 0 == run.code, run.error
    assert "posted 1" in run.summary


def test_a_dry_run_writes_nothing(shop: Shop) -> None:
    """
    It prints what would be written; neither QuickBooks nor the ledger nor STATE moves.
    """
    rows = [
        receipt("order:1", customer_name="Ada"),
        receipt("order:2", total_amount="99"),
        adjustment("adjustment:1"),
        state(1),
    ]

    run = shop.push(*rows, dry_run=True)

    assert 0 == run.code, run.error
    assert [] == run.states
    assert [] == shop.writes
    assert {} == shop.ledger.statuses()
    assert "would create SalesReceipt WEB-1 2026-11-20 over 20 for order:1: {" in run.log
    assert "would create Customer for customer:Ada" in run.log
    assert "would create InventoryAdjustment" in run.log
    assert "rejected order:2: total_amount" in run.log
    assert "would post 3, rejected 1" in run.summary


def test_a_dry_run_makes_no_ledger_file(small_shop: Shop, tmp_path: Path) -> None:
    """
    Who only looks leaves nothing behind.
    """
    path = tmp_path / "elsewhere" / "ledger.sqlite3"

    run = small_shop.push(receipt("order:1"), dry_run=True, ledger_url=f"sqlite:///{path}")

    assert 0 == run.code, run.error
    assert not path.exists()


def test_alone_it_remembers_in_a_file(small_shop: Shop, tmp_path: Path) -> None:
    """
    Without a ledger_url the ledger is a file under the project.
    """
    config = {name: value for name, value in small_shop.settings.items() if name != "ledger_url"}
    (tmp_path / "config.json").write_text(json.dumps(config))

    done = subprocess.run(
        [COMMAND, "--config", "config.json", "--input", "/dev/null"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )

    assert 0 == done.returncode, done.stderr
    assert (tmp_path / ".quickbooks" / "ledger.sqlite3").exists()
    assert "posted 0" in done.stderr


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"realm_id": ""}, "realm_id"),
        ({"client_secret": None}, "client_secret"),
        ({"tax_mode": "guess"}, "tax_mode"),
        ({"max_lines_per_adjustment": 0}, "max_lines_per_adjustment"),
        ({"ledger_url": "mysql://a:hidden@b/c"}, "ledger_url"),
        ({"ledger_url": "nonsense hidden"}, "ledger_url"),
        ({"ledger_url": "postgresql://a:hidden@127.0.0.1:1/x"}, "ledger_url"),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    small_shop: Shop, changes: dict[str, Any], words: str
) -> None:
    """
    The setting is named, exit is non-zero, no secret and no traceback is shown.
    """
    run = small_shop.command(receipt("order:1"), **changes)

    assert 1 == run.code
    assert words in run.log
    assert "hidden" not in run.log
    assert "Traceback" not in run.log
    assert [] == small_shop.writes


def test_a_database_without_a_ledger_is_one_sentence(small_shop: Shop, database_url: str) -> None:
    """
    The command that makes the tables is named.
    """
    run = small_shop.command(receipt("order:1"), ledger_url=database_url)

    assert 1 == run.code
    assert "quickbooks-sync init" in run.log
    assert "Traceback" not in run.log


def test_settings_may_come_as_variables(small_shop: Shop) -> None:
    """
    As Meltano's utilities give them: text, and empty where unset.
    """
    variables = {
        f"TARGET_QUICKBOOKS_{name.upper()}": str(value)
        for name, value in small_shop.settings.items()
    }
    variables |= {
        "TARGET_QUICKBOOKS_MONTHLY_READ_BUDGET": "",
        "TARGET_QUICKBOOKS_MAX_CONCURRENT_WRITES": "2",
        "TARGET_QUICKBOOKS_DRY_RUN": "false",
        "PATH": "/usr/bin:/bin",
    }

    done = subprocess.run(
        [COMMAND, "--config=ENV", "--input=/dev/null"],
        cwd=small_shop.folder,
        env=variables,
        check=False,
        capture_output=True,
        text=True,
    )

    assert 0 == done.returncode, done.stderr
    assert "posted 0" in done.stderr


def test_every_setting_is_offered() -> None:
    """
    Connection and documents' settings are the target's, under the same names.
    """
    offered = TargetQuickBooks.config_jsonschema["properties"]

    wanted = {setting.name for setting in (*SETTINGS, *DOCUMENT_SETTINGS)}
    assert wanted | {"ledger_url", "dry_run"} <= set(offered)
    secret = {name for name, about in offered.items() if about.get("secret")}
    assert {"client_secret", "refresh_token", "token_store", "ledger_url"} == secret


def test_it_works_on_a_warehouse(open_shop: Callable[[Ledger], Shop], warehouse_url: str) -> None:
    """
    In a pipeline the ledger is in the warehouse, as `quickbooks-sync init` leaves it.
    """
    shop = open_shop(Ledger(warehouse_url))

    run = shop.command(receipt("order:1"), adjustment("adjustment:1"), state(1))

    assert 0 == run.code, run.log
    assert {"seen": 1} == run.states[-1]
    assert {"posted"} == set(shop.ledger.statuses().values())


def test_about_lists_the_settings() -> None:
    """
    The SDK's `--about` tells what may be set, without any configuration.
    """
    done = subprocess.run(
        [COMMAND, "--about", "--format=json"], check=True, capture_output=True, text=True
    )

    assert "max_lines_per_adjustment" in json.loads(done.stdout)["settings"]["properties"]
