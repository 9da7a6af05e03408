"""What the tap says about itself, without being connected to anything."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.tap.conftest import COMMAND, TapCommand

SNAPSHOTS = Path(__file__).with_name("catalog")

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


@pytest.fixture
def tap(tmp_path: Path) -> TapCommand:
    """The command without a connection."""
    return TapCommand(dict, tmp_path)


def entries(tap: TapCommand, shape: str) -> dict[str, dict[str, Any]]:
    return {entry["stream"]: entry for entry in tap.discover(record_shape=shape)["streams"]}


def test_discovery_needs_no_settings(tap: TapCommand) -> None:
    """An empty configuration lists every stream."""
    found = tap.discover()

    assert sorted(STREAMS) == sorted(entry["stream"] for entry in found["streams"])


@pytest.mark.parametrize(
    ("shape", "keys"), [("typed", ["realm_id", "Id"]), ("document", ["realm_id", "id"])]
)
def test_keys_hold_the_company(tap: TapCommand, shape: str, keys: list[str]) -> None:
    """Ids are unique only within a company and an entity."""
    found = entries(tap, shape)
    found.pop("extractions")

    assert {tuple(keys)} == {tuple(entry["key_properties"]) for entry in found.values()}
    assert {"INCREMENTAL"} == {entry["replication_method"] for entry in found.values()}


def test_typed_catalog_is_as_reviewed(tap: TapCommand) -> None:
    """A change of a schema is a change of a file under catalog/.

    QBS_WRITE_SNAPSHOTS=1 writes them anew.
    """
    found = {name: json.dumps(e, indent=1) + "\n" for name, e in entries(tap, "typed").items()}
    if os.environ.get("QBS_WRITE_SNAPSHOTS"):
        SNAPSHOTS.mkdir(exist_ok=True)
        for name, text in found.items():
            (SNAPSHOTS / f"{name}.json").write_text(text)

    assert {file.stem: file.read_text() for file in SNAPSHOTS.glob("*.json")} == found


def test_document_catalog_is_one_schema_for_all(tap: TapCommand) -> None:
    """Only the account of the run differs, and it is the same in both shapes."""
    found = entries(tap, "document")
    typed = json.loads((SNAPSHOTS / "extractions.json").read_text())

    assert typed == found.pop("extractions")
    assert 1 == len({json.dumps(entry["schema"]) for entry in found.values()})


def test_every_field_is_described(tap: TapCommand) -> None:
    """Who reads the catalog learns what a field means."""
    bare = [
        f"{stream}.{name}"
        for stream, entry in entries(tap, "typed").items()
        for name, schema in entry["schema"]["properties"].items()
        if not schema.get("description")
    ]

    assert [] == bare


@pytest.mark.parametrize("form", ["json", "markdown"])
def test_about_names_every_setting(form: str) -> None:
    """README and Meltano can be written from it."""
    about = subprocess.run(
        [COMMAND, "--about", f"--format={form}"], capture_output=True, check=True, text=True
    ).stdout

    for setting in ("realm_id", "client_secret", "record_shape", "quantities", "commit_lag_s"):
        assert setting in about
