"""A generated company: any size, the same every time, nothing in it that the rules would not give.

Source: Intuit, "Item", "Customer", "Vendor", "Invoice", "Payment", "Bill" (fields, balances,
quantities), "Query operations and syntax" (Active).
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_emulator import seeds
from quickbooks_emulator.store import Company
from quickbooks_emulator.testing import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.emulator.conftest import Caller

SEED = "generated:items=240,customers=40,years=1,per_day=3,number=7"
NOW = 1_790_000_000
GIVEN_BY_SERVICE = frozenset({
    "Id", "SyncToken", "MetaData", "domain", "sparse", "FullyQualifiedName", "Level",
    "V4IDPseudonym",
})  # fmt: skip
NAMES = ("Name", "DisplayName", "PrintOnCheckName")


@pytest.fixture(scope="module")
def company() -> Iterator[Emulator]:
    with Emulator(seed=SEED) as emulator:
        yield emulator


@pytest.fixture
def caller(company: Emulator) -> Iterator[Caller]:
    from tests.emulator.conftest import Caller as Api  # noqa: PLC0415 - not of the other emulator

    caller = Api(company)
    yield caller
    caller.session.close()


def test_the_same_options_give_the_same_company() -> None:
    """
    To the byte, marks included; another number gives another company.
    """
    first, again, other = Company("1"), Company("1"), Company("1")

    facts = seeds.plant(SEED, first, NOW)
    assert facts == seeds.plant(SEED, again, NOW)
    seeds.plant(SEED.replace("number=7", "number=8"), other, NOW)

    texts = [
        [(name, row.json()) for name in company.tables for row in company.rows(name)]
        for company in (first, again, other)
    ]
    assert texts[0] == texts[1] != texts[2]


def test_it_has_the_size_that_was_asked_for(company: Emulator) -> None:
    """
    Items of every type, customers with jobs, and documents of every kind.
    """
    counts = company.counts()

    assert (240, 40) == (counts["Item"], counts["Customer"])
    kinds = Counter(row["Type"] for row in company.entities("Item"))
    assert {"Inventory", "NonInventory", "Service", "Category", "Group"} == set(kinds)
    assert 700 < sum(counts[name] for name in company.seed()["documents"]) < 1400
    assert {
        "Invoice", "SalesReceipt", "Payment", "Bill", "BillPayment", "Purchase", "Estimate",
        "PurchaseOrder", "InventoryAdjustment", "CreditMemo", "RefundReceipt", "Deposit",
        "Transfer", "JournalEntry", "VendorCredit", "TimeActivity",
    } == set(company.seed()["documents"])  # fmt: skip


def test_names_are_unique_where_they_must_be(company: Emulator) -> None:
    """
    Items under their parent, people in one list; SKUs may repeat. Source: Intuit, "Item" (Name).
    """
    items = company.entities("Item")
    people = [
        row["DisplayName"].casefold()
        for name in ("Customer", "Vendor", "Employee")
        for row in company.entities(name)
    ]

    own = [(row.get("ParentRef", {}).get("value"), row["Name"].casefold()) for row in items]
    assert len(own) == len(set(own))
    assert len(people) == len(set(people))
    assert all(len(row["Name"]) <= 100 and ":" not in row["Name"] for row in items)
    names = {row["Id"]: row["FullyQualifiedName"] for row in items}
    for row in items:
        above = names[row["ParentRef"]["value"]] + ":" if "ParentRef" in row else ""
        assert f"{above}{row['Name']}" == row["FullyQualifiedName"]
        assert row.get("Level", 0) == row["FullyQualifiedName"].count(":")


@pytest.mark.parametrize("entity", ["Item", "Customer", "Vendor", "Employee"])
def test_a_copy_through_the_api_has_the_same_fields(
    caller: Caller, company: Emulator, entity: str
) -> None:
    """
    What the seed planted is what the rules make of the same fields sent by an app.
    """
    for body in company.entities(entity)[::3]:
        if body.get("Type") == "Group" or not body["Active"]:
            continue
        again = without(body, GIVEN_BY_SERVICE)
        renamed = {name: f"II {body[name]}"[:100] for name in NAMES[:2] if name in body}
        for name in ("Balance", "BalanceWithJobs"):
            again.pop(name, None)
        if again.get("Type") == "Inventory":
            found = company.movements(body["Id"])
            again["QtyOnHand"] = found["opening"]
        for address in (again.get("BillAddr"), again.get("PrimaryAddr")):
            (address or {}).pop("Id", None)

        caller.create(entity, again | renamed)

        made = company.entities(entity)[-1]
        assert plain(body) == plain(made), body["Id"]


def without(body: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {
        name: dict(value) if isinstance(value, dict) else value
        for name, value in body.items()
        if name not in names
    }


def plain(body: dict[str, Any]) -> dict[str, Any]:
    """An object without what must differ: marks, names, addresses' ids and amounts."""
    shown = without(body, GIVEN_BY_SERVICE | set(NAMES) | {"QtyOnHand"})
    for name in ("Balance", "BalanceWithJobs"):
        shown[name] = name in body
    for address in (shown.get("BillAddr"), shown.get("PrimaryAddr")):
        if address is not None:
            address["Id"] = "Id" in address
    return shown | {"is_given": sorted(GIVEN_BY_SERVICE & set(body))}


def test_a_copied_sale_has_the_same_fields(caller: Caller, company: Emulator) -> None:
    """
    Documents too are what an app's own would be. Source: Intuit, "SalesReceipt".
    """
    sales = company.entities("SalesReceipt")[::40]
    assert sales
    for body in sales:
        own = without(body, GIVEN_BY_SERVICE | {"LinkedTxn"})
        again = own | {"DocNumber": f"A{body['DocNumber']}"}
        again["Line"] = [
            line for line in body["Line"] if "Id" in line or "DiscountLineDetail" in line
        ]

        made = caller.create("SalesReceipt", again)

        marks = GIVEN_BY_SERVICE | {"DocNumber", "LinkedTxn"}
        assert without(body, marks) == without(made, marks)


def test_quantities_are_the_sum_of_movements(company: Emulator) -> None:
    """
    Source: Intuit, "Item" (QtyOnHand).
    """
    stocked = [row for row in company.entities("Item") if row["Type"] == "Inventory"]

    moved = 0
    for item in stocked:
        found = company.movements(item["Id"])
        moved += len(found["documents"])
        changes = sum((entry["quantity"] for entry in found["documents"]), Decimal(0))
        assert found["opening"] + changes == item["QtyOnHand"]
    assert moved > 500


def test_receivables_and_payables_tie_out(company: Emulator) -> None:
    """
    Open documents are the balances of customers and vendors and of the control accounts.
    Source: Intuit, "Invoice" (Balance), "Account" (CurrentBalance).
    """
    receivable = (
        total(company, "Invoice", "Balance")
        - total(company, "CreditMemo", "Balance")
        - total(company, "Payment", "UnappliedAmt")
    )
    payable = total(company, "Bill", "Balance") - total(company, "VendorCredit", "Balance")
    accounts = {row["AccountType"]: row["CurrentBalance"] for row in company.entities("Account")}

    assert receivable == total(company, "Customer", "Balance") == accounts["Accounts Receivable"]
    assert payable == total(company, "Vendor", "Balance") == abs(accounts["Accounts Payable"])
    assert receivable > 0
    assert payable > 0


def total(company: Emulator, entity: str, name: str) -> Decimal:
    return sum((Decimal(row[name]) for row in company.entities(entity)), Decimal(0))


def test_nothing_lies_in_the_future(company: Emulator) -> None:
    """
    Documents spread over the years until today, some of them many in one second.
    """
    today = company.now()[:10]
    rows = [row for name in ("Invoice", "SalesReceipt", "Bill") for row in company.entities(name)]

    assert max(row["TxnDate"] for row in rows) <= today
    assert max(row["MetaData"]["LastUpdatedTime"] for row in rows)[:10] <= today
    assert len({row["TxnDate"][:7] for row in rows}) >= 12
    seconds = Counter(row["MetaData"]["CreateTime"] for row in rows)
    assert max(seconds.values()) >= 2


def test_it_holds_what_is_odd_but_legal(company: Emulator) -> None:
    """
    Letters beyond ASCII, quotes, prices of many places and of nought, SKUs twice, inactive ones.
    """
    items = company.entities("Item")
    names = "".join(row["Name"] for row in items)

    assert not names.isascii()
    assert '"' in names
    assert any(row["Name"].endswith(" (deleted)") and not row["Active"] for row in items)
    assert 2 <= max(Counter(row["Sku"] for row in items if "Sku" in row).values())
    changed = [row for row in items if row["SyncToken"] == "1" and row["Active"]]
    assert changed
    for row in changed:
        assert row["MetaData"]["CreateTime"] < row["MetaData"]["LastUpdatedTime"]
    assert any(row.get("ParentRef") for row in company.entities("Customer"))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("shop", "'shop'"),
        ("generated:", "''"),
        ("generated:items", "'items'"),
        ("generated:items=many", "'items=many'"),
        ("generated:things=5", "'things=5'"),
        ("generated:items=1", "between 10 and 5000000"),
        ("generated:years=99", "between 0 and 20"),
        ("generated:number=1,number=2", "twice"),
        ("generated:items=20;years=1", "'items=20;years=1'"),
    ],
)
def test_a_wrong_seed_is_refused_in_one_sentence(emulator: Emulator, text: str, part: str) -> None:
    """
    The company stays as it was.
    """
    before = emulator.counts()

    with pytest.raises(Exception, match="2010") as refused:
        emulator.reset(text)

    assert part in str(refused.value)
    assert before == emulator.counts()


def test_the_smallest_company_works(emulator: Emulator) -> None:
    """
    Ten items, two customers, no documents.
    """
    emulator.reset("generated:items=10,customers=2,years=0")

    counts = emulator.counts()
    assert (10, 2, 0) == (counts["Item"], counts["Customer"], counts["Invoice"])
