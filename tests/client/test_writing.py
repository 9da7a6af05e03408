"""Changing, deleting and voiding: never over somebody else's change, never twice."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import NotFoundError, RejectedError, StaleError

if TYPE_CHECKING:
    from quickbooks_client import Client
    from quickbooks_emulator.testing import Emulator

ADA = {"DisplayName": "Ada", "Notes": "first", "CompanyName": "Engines"}


@pytest.fixture
def ada(emulator: Emulator) -> dict[str, Any]:
    """A customer as it is stored."""
    return emulator.create("Customer", ADA)


@pytest.fixture
def sale(emulator: Emulator, ada: dict[str, Any]) -> dict[str, Any]:
    """An invoice over two pumps of a stock of ten."""
    item = emulator.item("PUMP", 10)["Id"]
    detail = {"ItemRef": {"value": item}, "Qty": 2, "UnitPrice": 10}
    line = {"Amount": 20, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    body = {"CustomerRef": {"value": ada["Id"]}, "Line": [line]}
    return {**emulator.create("Invoice", body), "item": item}


def stored(emulator: Emulator, entity: str = "Customer") -> dict[str, Any]:
    (found,) = emulator.entities(entity)
    return found


def test_an_update_changes_what_it_names(
    emulator: Emulator, client: Client, ada: dict[str, Any]
) -> None:
    """
    What a sparse body does not hold stays, also when it is a whole row that was read before.
    """
    reply = client.update(
        "Customer",
        {"Id": ada["Id"], "SyncToken": ada["SyncToken"], "sparse": False, "Notes": "second"},
        request_id="u-1",
    )

    assert "1" == reply.entity["SyncToken"]
    assert ("second", "Engines") == (stored(emulator)["Notes"], stored(emulator)["CompanyName"])


def test_a_full_update_replaces_the_whole(
    emulator: Emulator, client: Client, ada: dict[str, Any]
) -> None:
    """
    What the body does not hold is emptied.
    """
    body = {"Id": ada["Id"], "SyncToken": ada["SyncToken"], "DisplayName": "Ada"}

    client.update("Customer", body, request_id="u-1", sparse=False)

    assert "Notes" not in stored(emulator)
    assert "CompanyName" not in stored(emulator)


def test_a_change_in_between_is_not_overwritten(
    emulator: Emulator, client: Client, ada: dict[str, Any]
) -> None:
    """
    The token is old: an error, one call, and the other's change stands.
    """
    emulator.update("Customer", {"Id": ada["Id"], "Notes": "theirs"})
    body = {"Id": ada["Id"], "SyncToken": ada["SyncToken"], "Notes": "ours"}

    with pytest.raises(StaleError):
        client.update("Customer", body, request_id="u-1")

    assert "theirs" == stored(emulator)["Notes"]
    assert 1 == len(emulator.calls(class_="free"))


@pytest.mark.parametrize("missing", ["Id", "SyncToken"])
def test_an_update_without_its_marks_is_not_sent(
    emulator: Emulator, client: Client, ada: dict[str, Any], missing: str
) -> None:
    """
    Without Id it would create a second one; without SyncToken nobody can tell what was read.
    """
    body = {name: ada[name] for name in ("Id", "SyncToken", "DisplayName") if name != missing}

    with pytest.raises(RejectedError, match=missing):
        client.update("Customer", body, request_id="u-1")

    assert [] == emulator.calls(class_="free")


@pytest.mark.parametrize("kind", ["lose_reply", "cut_body"])
def test_an_update_whose_reply_is_lost_is_applied_once(
    emulator: Emulator, client: Client, ada: dict[str, Any], kind: str
) -> None:
    """
    Sent again under its id, it is answered by the first reply, not refused as stale.
    """
    emulator.fail(method="POST", path="customer", do={"kind": kind})
    body = {"Id": ada["Id"], "SyncToken": ada["SyncToken"], "Notes": "second"}

    reply = client.update("Customer", body, request_id="u-1")

    assert "1" == reply.entity["SyncToken"] == stored(emulator)["SyncToken"]


def test_numbers_go_and_come_digit_for_digit(emulator: Emulator, client: Client) -> None:
    """
    No amount passes through a float, on either way.
    """
    item = emulator.item("PUMP", 10)
    price = Decimal("1234567.8901234")

    written = client.update(
        "Item",
        {"Id": item["Id"], "SyncToken": item["SyncToken"], "UnitPrice": price},
        request_id="u-1",
    )
    (found,) = client.find("Item", "Sku = 'PUMP'")
    record = client.record("Item", item["Id"])

    assert price == written.entity["UnitPrice"] == found["UnitPrice"] == record.entity["UnitPrice"]
    assert isinstance(record.entity["UnitPrice"], Decimal)
    assert json.loads(record.document)["Id"] == record.entity["Id"]


def test_a_deleted_document_gives_its_stock_back(
    emulator: Emulator, client: Client, sale: dict[str, Any]
) -> None:
    """
    A stub is left of it; deleting it once more under the same id is the same deletion.
    """
    assert 8 == emulator.quantity(sale["item"])

    first = client.delete("Invoice", sale["Id"], sale["SyncToken"], request_id="d-1")
    again = client.delete("Invoice", sale["Id"], sale["SyncToken"], request_id="d-1")

    assert "Deleted" == first.entity["status"] == again.entity["status"]
    assert [] == emulator.entities("Invoice")
    assert 10 == emulator.quantity(sale["item"])
    with pytest.raises(NotFoundError):
        client.delete("Invoice", sale["Id"], sale["SyncToken"], request_id="d-2")


def test_a_document_that_somebody_changed_is_not_deleted(
    emulator: Emulator, client: Client, sale: dict[str, Any]
) -> None:
    """
    Nor voided.
    """
    emulator.update("Invoice", {"Id": sale["Id"], "PrivateNote": "keep"})

    for remove in (client.delete, client.void):
        with pytest.raises(StaleError):
            remove("Invoice", sale["Id"], sale["SyncToken"], request_id=f"x-{remove.__name__}")

    assert "keep" == stored(emulator, "Invoice")["PrivateNote"]


def test_a_void_invoice_stays_with_nothing_on_it(
    emulator: Emulator, client: Client, sale: dict[str, Any]
) -> None:
    """
    Its amount is nought and its stock is back.
    """
    client.void("Invoice", sale["Id"], sale["SyncToken"], request_id="v-1")

    assert 0 == client.read("Invoice", sale["Id"]).entity["TotalAmt"]
    assert 10 == emulator.quantity(sale["item"])


@pytest.mark.parametrize("entity", ["Payment", "SalesReceipt"])
def test_payments_and_receipts_are_voided_too(
    emulator: Emulator, client: Client, sale: dict[str, Any], entity: str
) -> None:
    """
    By the form that is documented for them.
    """
    body = {"CustomerRef": sale["CustomerRef"]}
    body |= {"TotalAmt": 20} if entity == "Payment" else {"Line": sale["Line"][:1]}
    made = emulator.create(entity, body)

    client.void(entity, made["Id"], made["SyncToken"], request_id="v-1")

    assert 0 == client.read(entity, made["Id"]).entity["TotalAmt"]


def test_what_quickbooks_cannot_do_is_not_sent(emulator: Emulator, client: Client) -> None:
    """
    Lists are not deleted, estimates not voided, and every write has an id.
    """
    for wrong, words in (
        (lambda: client.delete("Customer", "1", "0", request_id="d"), "Active false"),
        (lambda: client.void("Estimate", "1", "0", request_id="v"), "SalesReceipt"),
        (lambda: client.delete("Invoice", "1", "0", request_id=""), "request_id"),
        (lambda: client.create("Customer", ADA, request_id="x" * 51), "request_id"),
    ):
        with pytest.raises(RejectedError, match=words):
            wrong()

    assert [] == emulator.calls(class_="free")


def test_writes_are_not_metered(emulator: Emulator, client: Client, sale: dict[str, Any]) -> None:
    """
    Changing, voiding and deleting are plain writes.
    """
    changed = client.update(
        "Invoice",
        {"Id": sale["Id"], "SyncToken": sale["SyncToken"], "PrivateNote": "x"},
        request_id="u",
    )
    voided = client.void("Invoice", sale["Id"], changed.entity["SyncToken"], request_id="v")
    client.delete("Invoice", sale["Id"], voided.entity["SyncToken"], request_id="d")

    assert (0, 3) == (client.meter.snapshot().metered, client.meter.snapshot().free)
    assert [] == emulator.calls(class_="metered")
