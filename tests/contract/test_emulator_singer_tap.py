"""
singer-io's published tap, unmodified, in an environment of its own, against the emulator.

It knows Intuit's addresses only; a proxy with a certificate of the test's own leads it here.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.witnesses.environments import python_environment
from tests.contract.witnesses.interception import Interception

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator

RUN_S = 50
STREAMS = {
    "accounts": "Account", "bill_payments": "BillPayment", "bills": "Bill", "classes": "Class",
    "credit_memos": "CreditMemo", "customers": "Customer", "departments": "Department",
    "deposits": "Deposit", "employees": "Employee", "estimates": "Estimate", "invoices": "Invoice",
    "items": "Item", "journal_entries": "JournalEntry", "payment_methods": "PaymentMethod",
    "payments": "Payment", "purchase_orders": "PurchaseOrder", "purchases": "Purchase",
    "refund_receipts": "RefundReceipt", "sales_receipts": "SalesReceipt",
    "tax_agencies": "TaxAgency", "tax_codes": "TaxCode", "tax_rates": "TaxRate", "terms": "Term",
    "time_activities": "TimeActivity", "transfers": "Transfer", "vendor_credits": "VendorCredit",
    "vendors": "Vendor",
}  # fmt: skip
EMPTY = {"budgets", "customer_types"}
"""Streams of entities that the emulator's company has none of."""
OF_THE_TAP = {"deleted_objects", "profit_loss_report"}


@pytest.fixture(scope="module")
def tap() -> Path:
    return python_environment("tap-quickbooks") / "tap-quickbooks"


@pytest.fixture
def run(
    emulator_server: Emulator, tap: Path, tmp_path: Path
) -> Iterator[Callable[..., list[dict[str, Any]]]]:
    """Runs the tap over the demo company; returns its messages."""
    emulator_server.reset(seed="demo")
    settings = emulator_server.settings()
    config = {
        **{name: settings[name] for name in ("client_id", "client_secret", "refresh_token")},
        "realm_id": emulator_server.realm_id, "start_date": "2000-01-01T00:00:00Z",
        "user_agent": "contract test", "sandbox": "true",
    }  # fmt: skip

    def run(*arguments: str, **changes: Any) -> list[dict[str, Any]]:
        path = tmp_path / "config.json"
        if not path.exists():
            path.write_text(json.dumps(config | changes))
        done = subprocess.run(
            [tap, "--config", path, *arguments],
            capture_output=True,
            text=True,
            timeout=RUN_S,
            check=False,
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], **interception.environment},
        )
        assert done.returncode == 0, done.stderr[-2000:]
        if "--discover" in arguments:
            return [json.loads(done.stdout)]
        return [json.loads(line) for line in done.stdout.splitlines()]

    with Interception(emulator_server.url, tmp_path) as interception:
        yield run
        assert interception.refused == []


def selected(catalog: dict[str, Any], but: set[str]) -> dict[str, Any]:
    """The catalog with every stream selected, less some."""
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if not entry["breadcrumb"]:
                entry["metadata"]["selected"] = stream["tap_stream_id"] not in but
    return catalog


def test_it_discovers_and_reads_every_object_of_the_demo_company(
    emulator_server: Emulator, run: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    """
    Discovery asks for the company; the sync packs a query for each stream into batches, ordered and
    filtered by update time, and pages by STARTPOSITION; each object comes out once, with its id.
    Source: Intuit, "Batch", "Query operations and syntax", "OAuth 2.0".
    """
    [catalog] = run("--discover")
    assert set(STREAMS) | EMPTY | OF_THE_TAP == {s["tap_stream_id"] for s in catalog["streams"]}
    chosen = tmp_path / "catalog.json"
    chosen.write_text(json.dumps(selected(catalog, OF_THE_TAP)))

    messages = run("--catalog", str(chosen))

    read: dict[str, Counter[str]] = defaultdict(Counter)
    for message in messages:
        if message["type"] == "RECORD":
            read[message["stream"]][message["record"]["Id"]] += 1
    held = {
        stream: Counter(body["Id"] for body in emulator_server.entities(entity))
        for stream, entity in STREAMS.items()
    }
    assert {stream: ids for stream, ids in held.items() if ids} == dict(read)


def test_it_pages_and_goes_on_from_its_state(
    emulator_server: Emulator, run: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    """
    Ten rows a page give the same ids; the next run, from the state, reads what has changed since.
    The rotated refresh token, which the tap writes into its configuration, is good.
    Source: Intuit, "Query operations and syntax" (STARTPOSITION, MAXRESULTS), "OAuth 2.0".
    """
    [catalog] = run("--discover", max_results="10")
    others = set(STREAMS) | EMPTY | OF_THE_TAP
    chosen = tmp_path / "catalog.json"
    chosen.write_text(json.dumps(selected(catalog, others - {"customers", "invoices"})))
    first = run("--catalog", str(chosen))
    state = tmp_path / "state.json"
    state.write_text(json.dumps([m["value"] for m in first if m["type"] == "STATE"][-1]))
    [customer, *_] = emulator_server.entities("Customer")
    emulator_server.update("Customer", {"Id": customer["Id"], "Notes": "changed"})

    second = run("--catalog", str(chosen), "--state", str(state))

    ids = Counter((m["stream"], m["record"]["Id"]) for m in first if m["type"] == "RECORD")
    assert set(ids.values()) == {1}
    assert len(emulator_server.entities("Customer")) + len(
        emulator_server.entities("Invoice")
    ) == len(ids)
    changed = [m["record"]["Id"] for m in second if m["type"] == "RECORD"]
    assert customer["Id"] in changed
    assert len(changed) < len(ids)


def test_it_learns_of_deletions_and_reads_a_report(
    emulator_server: Emulator, run: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    """
    Its `deleted_objects` come from change data capture, its report from the reports.
    Source: Intuit, "Change data capture", "Profit and loss".
    """
    today = emulator_server.now()[:10]
    [catalog] = run("--discover", start_date=f"{today}T00:00:00Z")
    chosen = tmp_path / "catalog.json"
    chosen.write_text(json.dumps(selected(catalog, set(STREAMS) | EMPTY)))
    [customer, *_] = emulator_server.entities("Customer")
    line = {"Amount": 25, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {}}
    body = {"CustomerRef": {"value": customer["Id"]}, "Line": [line]}
    gone = emulator_server.create("Invoice", body)
    emulator_server.delete("Invoice", gone["Id"])

    messages = run("--catalog", str(chosen))

    records = [m for m in messages if m["type"] == "RECORD"]
    assert [gone["Id"]] == [m["record"]["Id"] for m in records if m["stream"] == "deleted_objects"]
    assert "profit_loss_report" in {m["stream"] for m in records}
