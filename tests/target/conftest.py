"""What the target's tests ask for."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from quickbooks_client.push.ledger import create_ledger
from tests.target.shop import Ledger, Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Ledger:
    """An empty ledger, on each kind of database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    else:
        url = request.getfixturevalue("database_url")
    create_ledger(url)
    return Ledger(url)


@pytest.fixture
def sqlite_ledger(tmp_path: Path) -> Ledger:
    """An empty ledger in a file, where the kind of database does not matter."""
    url = f"sqlite:///{tmp_path / 'ledger.sqlite3'}"
    create_ledger(url)
    return Ledger(url)


@pytest.fixture
def open_shop(emulator: Emulator, tmp_path: Path) -> Callable[[Ledger], Shop]:
    """Make a shop on a given ledger."""

    def make(ledger: Ledger) -> Shop:
        seed = emulator.seed()
        service = {"Type": "Service", "IncomeAccountRef": {"value": seed["income_account_id"]}}
        ids = {
            name: emulator.create("Item", {"Name": name, **service})["Id"]
            for name in ("Shipping", "Tax", "Other")
        }
        emulator.create("Customer", {"DisplayName": "Web shop"})
        emulator.item("PUMP", 100)
        emulator.item("HOSE", 100)
        settings = {
            **emulator.settings(),
            "token_store": str(tmp_path / "tokens.json"),
            "ledger_url": ledger.url,
            "shipping_item_id": ids["Shipping"],
            "tax_item_id": ids["Tax"],
            "fallback_item_id": ids["Other"],
            "discount_account_id": seed["discount_account_id"],
            "deposit_account_id": seed["deposit_account_id"],
            "refund_account_id": seed["refund_account_id"],
            "adjustment_account_id": seed["adjustment_account_id"],
        }
        emulator.clear_calls()
        return Shop(emulator, ledger, settings, tmp_path)

    return make


@pytest.fixture
def shop(open_shop: Callable[[Ledger], Shop], ledger: Ledger) -> Shop:
    """A shop whose ledger is on each kind of database in turn."""
    return open_shop(ledger)


@pytest.fixture
def small_shop(open_shop: Callable[[Ledger], Shop], sqlite_ledger: Ledger) -> Shop:
    """A shop whose ledger is a file."""
    return open_shop(sqlite_ledger)


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """The SDK takes the signals of the process it runs in."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)
