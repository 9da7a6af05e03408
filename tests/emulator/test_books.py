"""What each document posts, and balances of accounts and names that follow.

Intuit: the reference page of each form, "Account" (CurrentBalance), "GeneralLedger".
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quickbooks_emulator.books.layers import Event, Layers
from quickbooks_emulator.persistence import File
from quickbooks_emulator.service import Service
from tests.emulator.conftest import report

if TYPE_CHECKING:
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop

RECEIVABLE, PAYABLE, FUNDS, BANK, CARD = "84", "33", "4", "35", "41"
SALES, SERVICES, STOCK, SOLD, SHRINKAGE, DISCOUNTS = "79", "1", "81", "80", "97", "86"
TAX, EQUITY, OFFICE = "90", "34", "60"


def balances(caller: Caller) -> dict[str, Decimal]:
    """Every account's balance, debits positive, from the trial balance."""
    found = {}
    for name, debit, credit in report(caller, "TrialBalance", start_date="2020-01-01").data:
        found[str(name.id)] = Decimal(debit.value or 0) - Decimal(credit.value or 0)
    return found


def posted(caller: Caller, before: dict[str, Decimal]) -> dict[str, Decimal]:
    """What has changed since."""
    after = balances(caller)
    changes = {key: after.get(key, Decimal(0)) - before.get(key, 0) for key in {*after, *before}}
    return {key: change for key, change in changes.items() if change}


def discounted(shop: Shop) -> dict[str, Any]:
    """A taxed sale of 100 with a tenth off: 90, and 8 % of 100 on it."""
    discount = {
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": {
            "PercentBased": True,
            "DiscountPercent": 10,
            "DiscountAccountRef": {"value": DISCOUNTS},
        },
    }
    taxed = shop.line(10, detail={"TaxCodeRef": {"value": "TAX"}})
    return shop.invoice(taxed, discount, TxnTaxDetail={"TxnTaxCodeRef": {"value": "2"}})


def mixed_bill(shop: Shop) -> dict[str, Any]:
    """Five planters for 20 and paper for 7."""
    bill = shop.buying(5)
    paper = {
        "Amount": 7,
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": OFFICE}},
    }
    return {**bill, "Line": [*bill["Line"], paper]}


def journal(shop: Shop) -> dict[str, Any]:
    sides = (("Debit", RECEIVABLE), ("Credit", SERVICES))
    entity = {"Type": "Customer", "EntityRef": {"value": shop.customer_id}}
    return {
        "Line": [
            {
                "Amount": 30,
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {
                    "PostingType": side,
                    "AccountRef": {"value": account},
                    "Entity": entity,
                },
            }
            for side, account in sides
        ]
    }


def deposit(_shop: Shop) -> dict[str, Any]:
    line = {
        "Amount": 50,
        "DetailType": "DepositLineDetail",
        "DepositLineDetail": {"AccountRef": {"value": EQUITY}},
    }
    back = {"Amount": 10, "AccountRef": {"value": OFFICE}}
    return {"DepositToAccountRef": {"value": BANK}, "Line": [line], "CashBack": back}


def money_out(**more: Any) -> dict[str, Any]:
    return {"PaymentType": "Cash", "AccountRef": {"value": BANK}, **more}


CASES = {
    "Invoice": (
        discounted,
        {RECEIVABLE: 98, SALES: -100, DISCOUNTS: 10, TAX: -8, STOCK: -50, SOLD: 50},
    ),
    "SalesReceipt": (
        lambda shop: shop.invoice(shop.line(2)),
        {FUNDS: 20, SALES: -20, STOCK: -10, SOLD: 10},
    ),
    "CreditMemo": (
        lambda shop: shop.invoice(shop.line(2)),
        {RECEIVABLE: -20, SALES: 20, STOCK: 10, SOLD: -10},
    ),
    "RefundReceipt": (
        lambda shop: shop.invoice(shop.line(2), DepositToAccountRef={"value": BANK}),
        {BANK: -20, SALES: 20, STOCK: 10, SOLD: -10},
    ),
    "Bill": (mixed_bill, {PAYABLE: -27, STOCK: 20, OFFICE: 7}),
    "VendorCredit": (
        lambda shop: shop.buying(5, 4),
        {PAYABLE: 20, STOCK: -25, SOLD: 5},
    ),
    "Purchase": (
        lambda shop: {**shop.buying(5), **money_out()},
        {BANK: -20, STOCK: 20},
    ),
    "Payment": (lambda shop: shop.payment(12), {FUNDS: 12, RECEIVABLE: -12}),
    "JournalEntry": (journal, {RECEIVABLE: 30, SERVICES: -30}),
    "Deposit": (deposit, {BANK: 40, OFFICE: 10, EQUITY: -50}),
    "Transfer": (
        lambda _shop: {
            "Amount": 9,
            "FromAccountRef": {"value": BANK},
            "ToAccountRef": {"value": FUNDS},
        },
        {BANK: -9, FUNDS: 9},
    ),
    "InventoryAdjustment": (lambda shop: shop.adjustment(-3), {STOCK: -15, SHRINKAGE: 15}),
    "Estimate": (lambda shop: shop.invoice(), {}),
    "PurchaseOrder": (
        lambda shop: shop.buying(APAccountRef={"value": PAYABLE}),
        {},
    ),
}


@pytest.mark.parametrize("entity", CASES)
def test_each_document_posts_debits_and_credits(
    caller: Caller, emulator: Emulator, shop: Shop, entity: str
) -> None:
    """
    A deletion takes everything back. Opening stock is 40 at 5. Source: Intuit, the form's page.
    """
    build, expected = CASES[entity]
    before = balances(caller)
    body = build(shop)
    if entity == "Purchase":
        del body["VendorRef"]

    stored = caller.create(entity, body)

    assert expected == posted(caller, before)
    assert 0 == sum(posted(caller, before).values())
    accounts = {row["Id"]: row["CurrentBalance"] for row in caller.rows("Account")}
    for account, change in expected.items():
        timeless = {SALES, SERVICES, SOLD, SHRINKAGE, DISCOUNTS, OFFICE}
        assert accounts[account] == (0 if account in timeless else before.get(account, 0) + change)

    emulator.delete(entity, stored["Id"])
    assert {} == posted(caller, before)


def test_opening_stock_stands_against_opening_equity(caller: Caller, shop: Shop) -> None:
    """
    At the cost the item was set up with; a later cost changes nothing.
    Source: Intuit, "Item" (QtyOnHand, PurchaseCost).
    """
    update = {"Id": shop.item_id, "SyncToken": "0", "sparse": True, "PurchaseCost": 9}
    caller.create("Item", update)

    assert (200, -200) == (balances(caller)[STOCK], balances(caller)[EQUITY])
    assert 200 == caller.rows("Account", f"where Id = '{STOCK}'")[0]["CurrentBalance"]


def test_sales_below_nothing_cost_what_is_known_until_goods_come(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    50 of 40 sold: 10 at the last known cost of 5; the bill of 12 at 4 makes them 40 in all.
    Source: Intuit, "Item" (QtyOnHand may be negative; costs follow later).
    """
    caller.create("Invoice", shop.invoice(shop.line(50)))
    assert (-50, 250) == (balances(caller)[STOCK], balances(caller)[SOLD])

    caller.create("Bill", shop.buying(12, 4))

    assert (8, 240) == (balances(caller)[STOCK], balances(caller)[SOLD])
    assert 2 == emulator.quantity(shop.item_id)


def test_a_receipt_dated_back_is_sold_first(caller: Caller, shop: Shop) -> None:
    """
    Later sales are costed again. Source: Intuit, "InventoryValuationDetail" (FIFO Cost).
    """
    caller.create("Bill", shop.buying(10, 8, TxnDate="2026-02-10"))
    caller.create("Invoice", shop.invoice(shop.line(45), TxnDate="2026-03-01"))
    assert 240 == balances(caller)[SOLD]

    late = caller.create("Bill", shop.buying(10, 1, TxnDate="2026-02-01"))
    assert 205 == balances(caller)[SOLD]

    caller.create("Bill", {"Id": late["Id"], "SyncToken": "0"}, operation="delete")
    assert 240 == balances(caller)[SOLD]


def test_another_inventory_account_takes_the_item_along(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    The old one is empty then. Source: Intuit, "Item" (AssetAccountRef).
    """
    caller.create("Bill", shop.buying(5))
    account = {"Name": "Goods", "AccountType": "Other Current Asset", "AccountSubType": "Inventory"}
    goods = emulator.create("Account", account)["Id"]
    assert 220 == balances(caller)[STOCK]

    emulator.update("Item", {"Id": shop.item_id, "AssetAccountRef": {"value": goods}})

    assert (0, 220) == (balances(caller).get(STOCK, 0), balances(caller)[goods])


def test_parents_show_the_balances_of_their_sub_accounts(
    caller: Caller, emulator: Emulator
) -> None:
    """
    Source: Intuit, "Account" (CurrentBalanceWithSubAccounts).
    """
    child = {"Name": "Till", "AccountType": "Bank", "AccountSubType": "Checking"}
    till = emulator.create("Account", {**child, "ParentRef": {"value": BANK}})["Id"]
    caller.create(
        "Transfer",
        {"Amount": 9, "FromAccountRef": {"value": BANK}, "ToAccountRef": {"value": till}},
    )

    rows = {row["Id"]: row for row in caller.rows("Account")}

    assert (-9, 0) == (rows[BANK]["CurrentBalance"], rows[BANK]["CurrentBalanceWithSubAccounts"])
    assert 9 == rows[till]["CurrentBalance"]


def test_a_deposit_takes_a_payment_out_of_undeposited_funds(caller: Caller, shop: Shop) -> None:
    """
    Source: Intuit, "Deposit" (LinkedTxn).
    """
    payment = caller.create("Payment", shop.payment(12))["Id"]
    before = balances(caller)
    link = {"TxnId": payment, "TxnType": "Payment", "TxnLineId": "0"}

    caller.create(
        "Deposit",
        {"DepositToAccountRef": {"value": BANK}, "Line": [{"Amount": 12, "LinkedTxn": [link]}]},
    )

    assert {BANK: 12, FUNDS: -12} == posted(caller, before)


def test_a_journal_entry_changes_what_a_customer_owes(caller: Caller, shop: Shop) -> None:
    """
    Source: Intuit, "JournalEntry" (Entity), "Customer" (Balance).
    """
    stored = caller.create("JournalEntry", journal(shop))
    assert [30] == [row["Balance"] for row in caller.rows("Customer")]

    caller.create("JournalEntry", {"Id": stored["Id"], "SyncToken": "0"}, operation="delete")
    assert [0] == [row["Balance"] for row in caller.rows("Customer")]


def test_control_accounts_need_the_name_whose_balance_they_change(
    caller: Caller, shop: Shop
) -> None:
    """
    An expense against payables lowers its vendor's balance; without a vendor it is refused, and
    so are receivables on a bill or a transfer. Source: Intuit, "Error codes" (6000, 6430).
    """
    line = mixed_bill(shop)["Line"][1]
    line["AccountBasedExpenseLineDetail"]["AccountRef"] = {"value": PAYABLE}
    expense = money_out(Line=[line])
    vendor = {"value": shop.vendor_id, "type": "Vendor"}

    assert (400, "6000") == caller.fault("Purchase", expense)
    caller.create("Purchase", {**expense, "EntityRef": vendor})
    assert -7 == caller.rows("Vendor")[0]["Balance"]
    assert 7 == balances(caller)[PAYABLE]

    line["AccountBasedExpenseLineDetail"]["AccountRef"] = {"value": RECEIVABLE}
    assert (400, "6000") == caller.fault("Bill", {**mixed_bill(shop), "Line": [line]})
    moved = {"FromAccountRef": {"value": RECEIVABLE}, "ToAccountRef": {"value": BANK}}
    assert (400, "6430") == caller.fault("Transfer", {"Amount": 1, **moved})


def test_foreign_documents_post_in_the_home_currency(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    At the document's rate; the customer's balance is in the customer's currency.
    Source: Intuit, "Manage multiple currencies".
    """
    emulator.update("Preferences", {"Id": "1", "CurrencyPrefs": {"MultiCurrencyEnabled": True}})
    eve = {"DisplayName": "Eve", "CurrencyRef": {"value": "EUR"}}
    customer = emulator.create("Customer", eve)["Id"]
    before = balances(caller)

    caller.create(
        "Invoice",
        {
            **shop.invoice(shop.line(1, Decimal("9.99"), amount=Decimal("9.99"))),
            "CustomerRef": {"value": customer},
            "CurrencyRef": {"value": "EUR"},
            "ExchangeRate": Decimal("1.1337"),
        },
    )

    assert {RECEIVABLE: Decimal("11.33"), SALES: Decimal("-11.33"), STOCK: -5, SOLD: 5} == posted(
        caller, before
    )
    assert [Decimal("9.99")] == [
        row["Balance"] for row in caller.rows("Customer", f"where Id = '{customer}'")
    ]


def test_reading_an_account_leaves_no_mark_on_it(caller: Caller, shop: Shop) -> None:
    """
    A balance changes neither SyncToken nor LastUpdatedTime, so change data capture is silent.
    Source: Intuit, "Account", recorded tokens of accounts with many documents.
    """
    caller.create("Invoice", shop.invoice())

    account = caller.rows("Account", f"where Id = '{RECEIVABLE}'")[0]

    assert (20, "0") == (account["CurrentBalance"], account["SyncToken"])


def test_the_books_of_a_generated_company_tie(caller: Caller, emulator: Emulator) -> None:
    """
    Quantities are opening plus movements, values the inventory account, names' balances the
    control accounts. Source: Intuit, "Account" (CurrentBalance), "InventoryValuationSummary".
    """
    emulator.reset(seed="generated:items=60,customers=20,years=1,per_day=3")
    caller.refresh_token = emulator.settings()["refresh_token"]
    caller.refresh()

    accounts = {row["AccountType"]: row["CurrentBalance"] for row in caller.rows("Account")}
    valuation = report(caller, "InventoryValuationSummary")
    for row in valuation.data:
        assert emulator.quantity(str(row[0].id)) == Decimal(row[2].value), row[0]
    stock = next(row for row in caller.rows("Account") if row["AccountSubType"] == "Inventory")
    assert stock["CurrentBalance"] == Decimal(valuation.totals["TOTAL"][2])
    owed = sum(row["Balance"] for row in emulator.entities("Customer"))
    assert accounts["Accounts Receivable"] == owed
    assert -accounts["Accounts Payable"] == sum(
        row["Balance"] for row in emulator.entities("Vendor")
    )
    trial = report(caller, "TrialBalance").totals["TOTAL"]
    assert trial[0] == trial[1]


def test_the_books_stand_after_a_restart(tmp_path: Path) -> None:
    """
    Opening amounts and the cost of opening stock are kept in the file, balances are worked out.
    Source: Intuit, "Account" (CurrentBalance).
    """
    shown = []
    for is_first in (True, False):
        file = File(tmp_path / "books.sqlite")
        service = Service.open(file, "demo")
        if is_first:
            item = {"Id": "101", "PurchaseCost": 99}
            service.write_all(service.company, "update", {"Item": [item]})
        service.show_balances(service.company)
        rows = service.company.rows("Account")
        shown.append({row.id: row.body["CurrentBalance"] for row in rows})
        file.flush()
        file.close()

    assert shown[0] == shown[1]
    assert Decimal("34216.50") == shown[0]["81"]


MOVES = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.decimals(-9, 9, places=2).filter(bool),
        st.none() | st.decimals(0, 99, places=2),
        st.booleans(),
    ),
    max_size=30,
)


@given(MOVES)
@settings(deadline=None)
def test_layers_do_not_depend_on_the_order_of_writing(
    moves: list[tuple[int, Decimal, Decimal | None, bool]],
) -> None:
    """
    Whatever was written first, taken out again or valued in between, the values are those of the
    movements in order; what is worth nothing is not there. Source: Intuit, "Item" (FIFO).
    """
    layers, straight = Layers(Decimal(3)), Layers(Decimal(3))
    events = [
        Event((f"2026-01-0{day + 1}", 0, n, "", 0), "", str(n), quantity, price)
        if quantity > 0
        else Event((f"2026-01-0{day + 1}", 0, n, "", 0), "", str(n), quantity, None)
        for n, (day, quantity, price, _) in enumerate(moves)
    ]
    copies = [Event(e.order, "", e.object_id, e.quantity, e.price) for e in events]

    for event, (*_, twice) in zip(events, moves, strict=True):
        layers.insert(event)
        if twice:
            layers.settle()
            layers.remove(event)
            layers.insert(event)
    for event in sorted(copies, key=lambda one: one.order):
        straight.insert(event)
        straight.settle()
    layers.settle()

    assert [e.value for e in straight.events] == [e.value for e in layers.events]
    assert layers.worth == sum((e.value for e in events), Decimal(0))
    assert layers.quantity or layers.worth == 0


def test_paying_old_invoices_values_nothing_again(
    caller: Caller, emulator: Emulator, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A payment changes an invoice's balance and nothing that it posts or moves, so the books look
    at no later document again. Source: Intuit, "Payment", "Invoice" (Balance, LinkedTxn).
    """
    for _ in range(10):
        caller.create("Invoice", shop.invoice())
    first = emulator.entities("Invoice")[0]
    asset = balances(caller)[STOCK]
    rewound: list[int] = []
    monkeypatch.setattr(Layers, "_rewind", lambda _, place: rewound.append(place))

    caller.create("Payment", shop.payment(20, ("Invoice", first["Id"], 20)))

    assert (asset, []) == (balances(caller)[STOCK], rewound)
