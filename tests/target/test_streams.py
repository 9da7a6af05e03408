"""Every input stream becomes its document, to the cent and to the unit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_client.usage_log import UsageLog
from tests.target.shop import DATE, adjustment, receipt, record, state

if TYPE_CHECKING:
    from pathlib import Path

    from tests.target.shop import Shop


def test_a_sale_becomes_a_sales_receipt(shop: Shop) -> None:
    """
    Lines, shipping, tax and discount arrive as the shop charged them; the stock goes down.
    """
    sale = receipt(
        "order:1",
        lines=[
            {"sku": "PUMP", "quantity": 2, "unit_price": "10.00", "description": "Pump"},
            {"description": "Gift wrap", "amount": Decimal("1.50"), "quantity": 1},
        ],
        discount_amount=Decimal("2.00"),
        shipping_amount=Decimal("4.90"),
        tax_amount=Decimal("1.75"),
        total_amount=Decimal("26.15"),
        memo="left at the door",
    )

    run = shop.push(sale, state(1))

    assert run.code == 0, run.error
    assert [{"seen": 1}] == run.states[-1:]
    [document] = shop.emulator.entities("SalesReceipt")
    assert ("WEB-1", DATE) == (document["DocNumber"], document["TxnDate"])
    assert Decimal("26.15") == document["TotalAmt"]
    assert document["PrivateNote"].startswith("left at the door [quickbooks-sync ")
    assert {"order:1": "posted"} == {
        k: v for k, v in shop.ledger.statuses().items() if "order" in k
    }
    assert Decimal(98) == shop.stock("PUMP")
    lines = shop.ledger.rows("document_lines", "sku, quantity, stock_effect, amount", "line_number")
    assert [
        ("PUMP", Decimal(2), Decimal(-2), Decimal(20)),
        (None, Decimal(1), Decimal(0), Decimal("1.5")),
    ] == [(sku, *(Decimal(number) for number in numbers)) for sku, *numbers in lines]


def test_an_invoice_and_its_payment(shop: Shop) -> None:
    """
    An unpaid order goes out as an invoice; the payment closes it.
    """
    sale = receipt("order:2", due_date="2026-12-20")["record"]
    shop.push(record("invoices", **sale))
    [invoice] = shop.emulator.entities("Invoice")

    run = shop.push(
        record(
            "payments",
            idempotency_key="payment:2",
            customer_id=invoice["CustomerRef"]["value"],
            total_amount="20.00",
            txn_date="2026-11-21",
            payment_ref="a reference of more than twenty-one characters",
            invoices=[{"invoice_id": invoice["Id"], "amount": "20.00"}],
        )
    )

    assert run.code == 0, run.error
    [invoice] = shop.emulator.entities("Invoice")
    assert ("2026-12-20", 0) == (invoice["DueDate"], invoice["Balance"])
    [payment] = shop.emulator.entities("Payment")
    assert payment["PrivateNote"].startswith("a reference of more than twenty-one characters [")
    assert {"order:2": "posted", "payment:2": "posted"}.items() <= shop.ledger.statuses().items()


def test_refunds_and_credits_bring_the_stock_back(shop: Shop) -> None:
    """
    A refund receipt and a credit memo each return what they name.
    """
    refund = receipt("refund:1", doc_number="R-1")["record"]
    credit = receipt("cancel:2", doc_number="C-2")["record"]

    run = shop.push(record("refund_receipts", **refund), record("credit_memos", **credit))

    assert run.code == 0, run.error
    assert ["R-1"] == shop.emulator.numbers("RefundReceipt")
    assert ["C-2"] == shop.emulator.numbers("CreditMemo")
    assert Decimal(104) == shop.stock("PUMP")
    effects = shop.ledger.rows("document_lines", "stock_effect")
    assert [Decimal(2), Decimal(2)] == [Decimal(effect) for (effect,) in effects]


def test_customers_are_found_or_made_once(shop: Shop) -> None:
    """
    A name that is there is tied to it; one that is not is made, once, whoever names it.
    """
    run = shop.push(
        record("customers", idempotency_key="customer:Web shop", display_name="Web shop"),
        record(
            "customers", idempotency_key="customer:Ada", display_name="Ada", email="a@b.example"
        ),
        receipt("order:1", customer_name="Ada"),
        receipt("order:2", customer_name="Grace"),
        receipt("order:3", customer_name="Grace"),
    )

    assert run.code == 0, run.error
    names = sorted(str(body["DisplayName"]) for body in shop.emulator.entities("Customer"))
    assert ["Ada", "Grace", "Web shop"] == names
    assert set(shop.ledger.statuses().values()) == {"posted"}
    assert "customer:Grace" in shop.ledger.statuses()


def test_a_buyer_is_known_by_the_e_mail_first(small_shop: Shop) -> None:
    """
    In mode `buyer` the e-mail decides, the name only where no e-mail fits.
    """
    mail = {"PrimaryEmailAddr": {"Address": "ada@example.com"}}
    ada = small_shop.emulator.create("Customer", {"DisplayName": "Ada Lovelace", **mail})

    run = small_shop.push(
        receipt("order:1", customer_name="A. Lovelace", customer_email="ada@example.com"),
        receipt("order:2", customer_name="Web shop", customer_email="new@example.com"),
        customer_mode="buyer",
    )

    assert run.code == 0, run.error
    customers = [
        body["CustomerRef"]["value"] for body in small_shop.emulator.entities("SalesReceipt")
    ]
    assert ada["Id"] in customers
    assert 2 == len(small_shop.emulator.entities("Customer"))


def test_known_ids_cost_no_metered_call(small_shop: Shop) -> None:
    """
    Intuit meters reads and lets plain writes go free: with ids given there is no read.
    """
    item = small_shop.item("PUMP")
    customer = small_shop.emulator.entities("Customer")[0]["Id"]
    line = {"item_id": item, "quantity": 1, "unit_price": "10", "amount": "10.00"}
    small_shop.emulator.clear_calls()

    run = small_shop.push(
        receipt("order:1", customer_id=customer, lines=[line], total_amount="10.00"),
        adjustment("adjustment:1", sku=None, item_id=item),
    )

    assert run.code == 0, run.error
    assert 0 == small_shop.metered
    assert 2 == len(small_shop.writes)


def test_calls_are_counted_under_the_stream_they_are_for(small_shop: Shop, tmp_path: Path) -> None:
    """
    As `quickbooks usage` shows them; look-ups, which many rows share, under their own name.
    """
    run = small_shop.push(
        receipt("order:1"), receipt("order:2"), adjustment("adjustment:1", sku="HOSE")
    )

    assert run.code == 0, run.error
    now = datetime.now(UTC)
    log = UsageLog(tmp_path / "usage.sqlite3", "emulator", small_shop.emulator.realm_id)
    counted: dict[str, int] = {}
    for line in log.lines(now - timedelta(days=1), now + timedelta(days=1), now):
        counted[line.stream] = counted.get(line.stream, 0) + line.calls
    log.close()
    refreshes = counted.pop("")
    assert 1 == refreshes
    assert {"sales_receipts": 2, "inventory_adjustments": 1, "lookups": 3} == counted
    assert 3 == small_shop.metered


def test_lookups_share_a_query(small_shop: Shop) -> None:
    """
    Sixty SKUs and sixty names cost one query each, and the same again none.
    """
    for number in range(60):
        small_shop.emulator.item(f"SKU-{number}", 5)
        small_shop.emulator.create("Customer", {"DisplayName": f"Buyer {number}"})
    small_shop.emulator.clear_calls()
    sales = [
        receipt(
            f"order:{number}",
            customer_name=f"Buyer {number}",
            lines=[{"sku": f"sku-{number}", "quantity": 1, "unit_price": "20"}],
        )
        for number in range(60)
    ]

    run = small_shop.push(*sales)

    assert run.code == 0, run.error
    assert 60 == len(small_shop.emulator.entities("SalesReceipt"))
    assert 2 == small_shop.metered


def test_numbers_arrive_exactly(shop: Shop) -> None:
    """
    Neither a long amount nor a tenth loses a digit, whether it comes as a number or as text.
    """
    sale = receipt(
        "order:1",
        lines=[
            {"item_id": shop.settings["fallback_item_id"], "amount": Decimal("12345678901234.99")},
            {"sku": "PUMP", "quantity": Decimal("0.1"), "unit_price": "0.3"},
        ],
        total_amount=Decimal("12345678901235.02"),
    )

    run = shop.push(sale, adjustment("adjustment:1", sku="HOSE", delta="0.1"))

    assert run.code == 0, run.error
    [document] = shop.emulator.entities("SalesReceipt")
    assert Decimal("12345678901235.02") == document["TotalAmt"]
    assert Decimal("99.9") == shop.stock("PUMP")
    assert Decimal("100.1") == shop.stock("HOSE")
    amounts = shop.ledger.rows("document_lines", "amount", "amount")
    assert Decimal("12345678901234.99") in [Decimal(amount or 0) for (amount,) in amounts]


def test_lines_may_come_as_text(small_shop: Shop) -> None:
    """
    A tap may hand a JSON column over as text.
    """
    lines = '[{"sku": "PUMP", "quantity": 2, "unit_price": 10.00, "amount": 20.00}]'

    run = small_shop.push(receipt("order:1", lines=lines))

    assert run.code == 0, run.error
    assert Decimal(98) == small_shop.stock("PUMP")


def test_a_line_discount_keeps_the_amount(small_shop: Shop) -> None:
    """
    QuickBooks wants quantity times price to make the amount: the price gives way.
    """
    line = {"sku": "PUMP", "quantity": 3, "unit_price": "10.00", "amount": "25.00"}

    run = small_shop.push(receipt("order:1", lines=[line], total_amount="25.00"))

    assert run.code == 0, run.error
    [document] = small_shop.emulator.entities("SalesReceipt")
    assert Decimal(25) == document["TotalAmt"]


def test_a_line_that_moves_no_stock_says_so(small_shop: Shop) -> None:
    """
    An id alone does not tell whether an item is stocked; the line may.
    """
    other = small_shop.settings["fallback_item_id"]
    item = small_shop.item("PUMP")
    line = {"quantity": 1, "unit_price": "5.00"}

    small_shop.push(
        receipt(
            "order:1",
            lines=[
                {**line, "item_id": other},
                {**line, "item_id": item, "is_stocked": False},
                {**line, "item_id": item},
            ],
            total_amount="15.00",
        )
    )

    effects = small_shop.ledger.rows("document_lines", "stock_effect", "line_number")
    assert [0, 0, -1] == [Decimal(effect) for (effect,) in effects]


def test_another_total_is_flagged(small_shop: Shop) -> None:
    """
    When QuickBooks makes another total of a document, the ledger says so.
    """
    run = small_shop.push(
        receipt("order:1", tax_amount="1.50", total_amount="21.50"), tax_mode="quickbooks"
    )

    assert run.code == 0, run.error
    [(status, code)] = small_shop.ledger.rows("documents", "status, error_code")[-1:]
    [document] = small_shop.emulator.entities("SalesReceipt")
    assert "posted" == status
    assert (None if document["TotalAmt"] == Decimal("21.50") else "total") == code


def test_tax_as_an_override(small_shop: Shop) -> None:
    """
    In mode `override` the tax is the document's own, and the total is the shop's.
    """
    run = small_shop.push(
        receipt("order:1", tax_amount="1.50", total_amount="21.50"), tax_mode="override"
    )

    assert run.code == 0, run.error
    [document] = small_shop.emulator.entities("SalesReceipt")
    assert Decimal("1.50") == document["TxnTaxDetail"]["TotalTax"]
    assert Decimal("21.50") == document["TotalAmt"]
