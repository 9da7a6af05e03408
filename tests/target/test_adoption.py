"""What a person did to a document of ours before we knew that QuickBooks holds it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.target.shop import DATE, adjustment, receipt, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.target.shop import Message, Shop


def date(shop: Shop, entity: str, object_id: str) -> None:
    shop.emulator.update(entity, {"Id": object_id, "TxnDate": "2026-11-19"})


def note(shop: Shop, entity: str, object_id: str) -> None:
    shop.emulator.update(entity, {"Id": object_id, "PrivateNote": "seen by Ada"})


def number(shop: Shop, entity: str, object_id: str) -> None:
    shop.emulator.update(entity, {"Id": object_id, "DocNumber": "A-9"})


def void(shop: Shop, entity: str, object_id: str) -> None:
    shop.emulator.void(entity, object_id)


def quantity(shop: Shop, entity: str, object_id: str) -> None:
    detail = {"ItemRef": {"value": shop.item("PUMP")}, "Qty": 3, "UnitPrice": 10}
    shop.emulator.update(
        entity,
        {
            "Id": object_id,
            "Line": [
                {
                    "Amount": 30,
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": detail,
                }
            ],
        },
    )


def lose(shop: Shop, *messages: Message) -> None:
    """Push; QuickBooks applies it and the push never hears of it."""
    shop.emulator.fail(operation="create", times=99, do={"kind": "lose_reply"})
    shop.push(*messages)
    shop.emulator.clear_faults()
    shop.emulator.clear_calls()
    # Nothing of QuickBooks' own keeps a second one away.
    shop.emulator.switch(requestid_retention_s=0, warn_duplicate_numbers=False)


def kept(shop: Shop) -> list[tuple[Any, ...]]:
    """What the ledger says about documents of ours, customers left out."""
    return shop.ledger.ask(
        "select status, sync_token from documents where qbo_type <> 'Customer'"
        if shop.ledger.url.startswith("sqlite")
        else "select status, sync_token from sync.documents where qbo_type <> 'Customer'"
    )


def effects(shop: Shop) -> list[Decimal]:
    return [Decimal(str(row[0])) for row in shop.ledger.rows("document_lines", "stock_effect")]


@pytest.mark.parametrize("change", [date, number, void, quantity])
def test_a_sale_that_was_touched_is_not_posted_again(
    small_shop: Shop, change: Callable[[Shop, str, str], None]
) -> None:
    """
    An old write of unknown outcome was redated, renumbered, voided or changed: it is adopted as
    it was sent, its sync token unknown, so that the next comparison sees the edit.
    """
    lose(small_shop, receipt("order:1"))
    [sale] = small_shop.emulator.entities("SalesReceipt")
    change(small_shop, "SalesReceipt", sale["Id"])
    small_shop.ledger.age(7200)

    run = small_shop.push()

    assert 0 == run.code, run.error
    assert 1 == len(small_shop.emulator.entities("SalesReceipt"))
    assert [] == small_shop.writes
    assert [("posted", None)] == kept(small_shop)
    assert [Decimal(-2)] == effects(small_shop)
    assert "posted" == small_shop.ledger.statuses()["order:1"]


def test_the_ledger_says_what_was_changed(small_shop: Shop) -> None:
    """
    A person who reads the ledger learns that the document is not the one that was sent.
    """
    lose(small_shop, receipt("order:1"))
    [sale] = small_shop.emulator.entities("SalesReceipt")
    date(small_shop, "SalesReceipt", sale["Id"])
    small_shop.ledger.age(7200)

    small_shop.push()

    [(code, detail)] = [
        row for row in small_shop.ledger.rows("documents", "error_code, error_detail") if row[0]
    ]
    assert "changed" == code
    assert "2026-11-19" in detail


def test_a_number_of_ours_needs_no_note(small_shop: Shop) -> None:
    """
    A sale without a number got one made from its key: it is known by that, whatever the note.
    """
    lose(small_shop, receipt("order:1", doc_number=None))
    [sale] = small_shop.emulator.entities("SalesReceipt")
    note(small_shop, "SalesReceipt", sale["Id"])
    small_shop.ledger.age(7200)

    small_shop.push()

    assert 1 == len(small_shop.emulator.entities("SalesReceipt"))
    assert [("posted", None)] == kept(small_shop)


def test_a_voided_document_keeps_its_mark(small_shop: Shop) -> None:
    """
    QuickBooks writes "Voided" before a note: ours leaves room for it, however long the memo.
    """
    lose(small_shop, receipt("order:1", memo="long " * 900))
    [sale] = small_shop.emulator.entities("SalesReceipt")
    void(small_shop, "SalesReceipt", sale["Id"])
    small_shop.ledger.age(7200)

    small_shop.push()

    assert 1 == len(small_shop.emulator.entities("SalesReceipt"))
    assert [("posted", None)] == kept(small_shop)


def test_an_edit_that_changes_neither_date_nor_total_is_not_hidden(shop: Shop) -> None:
    """
    The sync token of an adopted document is kept only while nobody has touched it.
    """
    lose(shop, receipt("order:1"), receipt("order:2"))
    [touched] = [x for x in shop.emulator.entities("SalesReceipt") if x["DocNumber"] == "WEB-2"]
    shop.emulator.update("SalesReceipt", {"Id": touched["Id"], "CustomerMemo": {"value": "x"}})
    shop.ledger.age(7200)

    shop.push()

    assert {("posted", "0"), ("posted", None)} == set(kept(shop))
    assert 2 == len(shop.emulator.entities("SalesReceipt"))


def payment(shop: Shop, key: str) -> dict[str, Any]:
    customer = shop.emulator.entities("Customer")[0]["Id"]
    return record(
        "payments", idempotency_key=key, customer_id=customer, total_amount=7, txn_date=DATE
    )


@pytest.mark.parametrize("change", [date, void])
def test_a_payment_that_was_touched_is_not_posted_again(
    small_shop: Shop, change: Callable[[Shop, str, str], None]
) -> None:
    """
    A payment has no number to be found by: it is found by its mark, wherever it was moved.
    """
    lose(small_shop, payment(small_shop, "payment:1"))
    [paid] = small_shop.emulator.entities("Payment")
    change(small_shop, "Payment", paid["Id"])
    small_shop.ledger.age(7200)

    run = small_shop.push()

    assert 0 == run.code, run.error
    assert 1 == len(small_shop.emulator.entities("Payment"))
    assert [("posted", None)] == kept(small_shop)


def test_a_payment_is_found_among_more_than_a_page(small_shop: Shop) -> None:
    """
    More than a thousand payments of the same customer and day: ours is the last of them.
    """
    customer = small_shop.emulator.entities("Customer")[0]["Id"]
    others = {"CustomerRef": {"value": customer}, "TxnDate": DATE, "TotalAmt": 7}
    small_shop.emulator.create_all("Payment", [others] * 1005)
    lose(small_shop, payment(small_shop, "payment:1"))
    small_shop.ledger.age(7200)

    small_shop.push()

    assert 1006 == small_shop.emulator.counts()["Payment"]
    assert [("posted", "0")] == kept(small_shop)


@pytest.mark.parametrize("seconds", [7200, 60], ids=["looked up", "sent again"])
def test_a_packed_adjustment_that_was_touched_is_not_split(small_shop: Shop, seconds: int) -> None:
    """
    Its number, made from its rows, is taken by itself: no half of it goes out under another.
    """
    lose(small_shop, adjustment("adjustment:1"), adjustment("adjustment:2", sku="HOSE"))
    small_shop.emulator.switch(warn_duplicate_numbers=True)
    [counted] = small_shop.emulator.entities("InventoryAdjustment")
    date(small_shop, "InventoryAdjustment", counted["Id"])
    small_shop.ledger.age(seconds)

    run = small_shop.push()

    assert 0 == run.code, run.error
    assert 1 == len(small_shop.emulator.entities("InventoryAdjustment"))
    assert (Decimal(99), Decimal(99)) == (small_shop.stock("PUMP"), small_shop.stock("HOSE"))
    assert [("posted", None)] == kept(small_shop)
    assert [Decimal(-1), Decimal(-1)] == effects(small_shop)


def test_a_number_of_ours_that_cannot_be_found_is_no_reason_to_split(small_shop: Shop) -> None:
    """
    QuickBooks says that our number is used and shows no such document: a person has to look.
    """
    small_shop.emulator.fail(
        operation="create",
        path="inventoryadjustment",
        times=9,
        do={"kind": "fault", "code": "6140", "message": "Duplicate Number", "status": 400},
    )

    small_shop.push(adjustment("adjustment:1"), adjustment("adjustment:2", sku="HOSE"))

    assert 1 == len(small_shop.writes)
    assert {"rejected"} == set(small_shop.ledger.statuses().values())


def test_a_mark_quoted_in_a_memo_is_not_a_documents_own(small_shop: Shop) -> None:
    """
    A memo may repeat another document's mark; the last one is the document's own.
    """
    lose(small_shop, receipt("order:1"))
    [sale] = small_shop.emulator.entities("SalesReceipt")
    quoting = receipt("order:2", memo=f"instead of {sale['PrivateNote']}")
    small_shop.push(quoting)
    small_shop.emulator.delete("SalesReceipt", sale["Id"])
    small_shop.ledger.age(7200)

    small_shop.push()

    assert ["WEB-1", "WEB-2"] == sorted(small_shop.emulator.numbers("SalesReceipt"))
