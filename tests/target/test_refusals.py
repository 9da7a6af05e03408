"""A record that cannot be posted waits in the ledger, with its reason; all others go through."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.target.shop import adjustment, receipt, record, schema, state

if TYPE_CHECKING:
    from tests.target.shop import Shop

LINE = {"sku": "PUMP", "quantity": 2, "unit_price": "10.00"}


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"total_amount": "20.01"}, "total_amount", "is 20.01, but"),
        ({"total_amount": "20.001"}, "total_amount", "more than 2 decimals"),
        ({"doc_number": "N" * 22}, "doc_number", "22 characters; QuickBooks takes 21"),
        ({"txn_date": "20.11.2026"}, "txn_date", "not a date"),
        ({"txn_date": None}, "txn_date", "is missing"),
        ({"customer_name": None}, "customer_id", "is missing"),
        ({"lines": []}, "lines", "there is none"),
        ({"lines": "[{"}, "lines", "is no JSON"),
        ({"lines": [{**LINE, "sku": "NONE"}]}, "lines[1].sku", "no active item"),
        ({"lines": [{**LINE, "sku": "twice"}]}, "lines[1].sku", "fits 2 items"),
        ({"lines": [{**LINE, "quantity": "two"}]}, "lines[1].quantity", "not a number"),
        ({"lines": [{**LINE, "quantity": "NaN"}]}, "lines[1].quantity", "not a finite number"),
        ({"lines": [{**LINE, "quantity": "1.0000001"}]}, "lines[1].quantity", "6 decimals"),
        ({"discount_amount": "-1"}, "discount_amount", "is negative"),
        ({"discount_amount": "30", "total_amount": "-10"}, "total_amount", "is negative"),
        ({"exchange_rate": 0}, "exchange_rate", "must be positive"),
    ],
)
def test_a_record_of_no_use_is_refused_by_ourselves(
    small_shop: Shop, fields: dict[str, Any], field: str, words: str
) -> None:
    """
    Key and field are named, nothing of it is sent, and the sale beside it is posted.
    """
    for name in ("Twice 1", "Twice 2"):
        small_shop.emulator.item("TWICE" if name.endswith("1") else "twice", 1, Name=name)

    run = small_shop.push(receipt("order:1", **fields), receipt("order:2"), state(1))

    assert 0 == run.code
    assert ["WEB-2"] == small_shop.emulator.numbers("SalesReceipt")
    statuses = small_shop.ledger.statuses()
    assert ("rejected", "posted") == (statuses["order:1"], statuses["order:2"])
    [(code, detail)] = small_shop.ledger.ask(
        "select error_code, error_detail from ledger_rows where idempotency_key = 'order:1'"
    )
    assert "record" == code
    assert detail.startswith(f"order:1: {field}")
    assert words in detail
    assert [{"seen": 1}] == run.states[-1:]


def test_what_quickbooks_refuses_waits_with_its_words(shop: Shop) -> None:
    """
    The refused document keeps Intuit's code and words; the others go through; the run succeeds.
    """
    bad = receipt("order:1", lines=[{**LINE, "item_id": "4711", "sku": None}])

    run = shop.push(bad, receipt("order:2"), receipt("order:3"))

    assert 0 == run.code
    assert {"WEB-2", "WEB-3"} == set(shop.emulator.numbers("SalesReceipt"))
    rejected = shop.ledger.rows("ledger_rows", "idempotency_key, status, error_code, error_detail")
    [(key, code, detail)] = [(k, c, d) for k, status, c, d in rejected if status == "rejected"]
    assert ("order:1", "2500") == (key, code)
    assert "4711" in detail
    assert "posted 2, rejected 1" in run.summary


def test_the_same_again_does_nothing_and_a_corrected_one_is_sent(shop: Shop) -> None:
    """
    A refused record is tried again when it changed, or when a person asks for it.
    """
    bad = receipt("order:1", lines=[{**LINE, "sku": "LATER"}])
    shop.push(bad)

    again = shop.push(bad)
    corrected = shop.push(receipt("order:1"))

    assert "already there 1" in again.summary
    assert "posted 1" in corrected.summary
    assert {"order:1": "posted"}.items() <= shop.ledger.statuses().items()

    shop.push(receipt("order:9", lines=[{**LINE, "sku": "LATER"}]))
    shop.emulator.item("LATER", 5)
    shop.ledger.change("update ledger_rows set input_hash = null where idempotency_key = 'order:9'")
    shop.push(receipt("order:9", lines=[{**LINE, "sku": "LATER"}]))

    assert Decimal(3) == shop.stock("LATER")


def test_a_cancelled_row_is_never_sent(small_shop: Shop) -> None:
    """
    What a person has cancelled stays cancelled, however it changes.
    """
    small_shop.push(receipt("order:1", lines=[{**LINE, "sku": "NONE"}]))
    small_shop.ledger.change("update ledger_rows set status = 'cancelled'")

    run = small_shop.push(receipt("order:1"))

    assert [] == small_shop.emulator.entities("SalesReceipt")
    assert "already there 1" in run.summary


def test_a_record_against_its_schema_names_the_key_only(small_shop: Shop) -> None:
    """
    The key, the field and the rule are said; the value, perhaps somebody's name, is not.
    """
    numbers = schema("sales_receipts", total_amount={"type": "number"})

    run = small_shop.push(numbers, receipt("order:1", total_amount="Jane Doe, 5 Hill Rd"))

    assert 0 == run.code
    assert {"order:1": "rejected"} == small_shop.ledger.statuses()
    assert "order:1: total_amount: breaks the rule 'type'" in run.log
    assert "Jane" not in run.log


def test_a_closed_period_refuses_the_document(small_shop: Shop) -> None:
    """
    A date in closed books is refused by QuickBooks with 6200 and waits for a person.
    """
    small_shop.emulator.fail(
        method="POST",
        path="salesreceipt",
        do={"kind": "fault", "code": "6200", "message": "Account Period Closed", "status": 400},
    )

    run = small_shop.push(receipt("order:1"), receipt("order:2"), max_concurrent_writes=1)

    assert 0 == run.code
    codes = small_shop.ledger.rows("ledger_rows", "idempotency_key, status, error_code")
    assert ("order:1", "rejected", "6200") in codes
    assert ["WEB-2"] == small_shop.emulator.numbers("SalesReceipt")


def test_a_customer_that_cannot_be_made_takes_only_its_sales_along(small_shop: Shop) -> None:
    """
    The name of a vendor cannot be a customer's: its sale waits, the others are posted.
    """
    small_shop.emulator.create("Vendor", {"DisplayName": "Hose & Co"})

    run = small_shop.push(receipt("order:1", customer_name="Hose & Co"), receipt("order:2"))

    assert 0 == run.code
    rows = dict(small_shop.ledger.rows("ledger_rows", "idempotency_key, error_code"))
    assert ("6240", "record", None) == tuple(
        rows[key] for key in ("customer:Hose & Co", "order:1", "order:2")
    )


def test_a_number_that_somebody_used_is_no_reason_to_adopt(shop: Shop) -> None:
    """
    A person's own document has our number: it is left alone and ours waits.
    """
    customer = shop.emulator.entities("Customer")[0]["Id"]
    shop.emulator.create(
        "SalesReceipt",
        {
            "DocNumber": "WEB-1",
            "TxnDate": "2026-11-20",
            "CustomerRef": {"value": customer},
            "Line": [
                {
                    "Amount": 20,
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": {"ItemRef": {"value": shop.item("PUMP")}, "Qty": 2},
                }
            ],
        },
    )

    run = shop.push(receipt("order:1"))

    assert 0 == run.code
    assert ["WEB-1"] == shop.emulator.numbers("SalesReceipt")
    assert "rejected" == shop.ledger.statuses()["order:1"]
    assert ("SalesReceipt", "rejected") in shop.ledger.documents()


def test_a_record_without_a_key_stops_the_run(small_shop: Shop) -> None:
    """
    Nothing can be remembered about it: the run says so instead of losing it.
    """
    run = small_shop.push(record("sales_receipts", doc_number="1"), state(1))

    assert 1 == run.code
    assert "idempotency_key" in run.error
    assert [] == run.states


def test_adjustments_are_checked_as_well(small_shop: Shop) -> None:
    """
    Zero, an unknown SKU and a service are refused; the count beside them goes through.
    """
    service = {"Type": "Service", "Sku": "WORK", "IncomeAccountRef": {"value": "79"}}
    small_shop.emulator.create("Item", {"Name": "Work", **service})

    run = small_shop.push(
        adjustment("adjustment:1", delta=0),
        adjustment("adjustment:2", sku="NONE"),
        adjustment("adjustment:3", sku="WORK"),
        adjustment("adjustment:4"),
    )

    assert 0 == run.code
    assert ["posted", "rejected", "rejected", "rejected"] == sorted(
        small_shop.ledger.statuses().values()
    )
    assert Decimal(99) == small_shop.stock("PUMP")


@pytest.mark.parametrize("number", ["1e999999", "1" + "0" * 18, Decimal("1E+30"), True, "0x10"])
def test_an_absurd_number_harms_only_its_row(shop: Shop, number: Any) -> None:
    """
    It is refused, kept as it came, and neither fills the memory nor stops the ledger.
    """
    run = shop.push(adjustment("adjustment:1", delta=number), adjustment("adjustment:2"))

    assert 0 == run.code, run.error
    assert {"adjustment:1": "rejected", "adjustment:2": "posted"} == shop.ledger.statuses()
    assert "adjustment:1: quantity_delta" in run.log


def test_text_that_no_database_takes_is_cleaned(shop: Shop) -> None:
    """
    Control characters go, long memos are cut with an ellipsis, other scripts stay.
    """
    run = shop.push(receipt("order:1", memo="für \u0000 Zoë 🌱 " + "x" * 5000))

    assert 0 == run.code, run.error
    [document] = shop.emulator.entities("SalesReceipt")
    note = document["PrivateNote"]
    assert note.startswith("für  Zoë 🌱 xxx")
    assert "x… [quickbooks-sync " in note
    assert 4000 == len("Voided - ") + len(note)
