"""Stock set to wanted quantities by a program, through HTTP and a real ledger."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import (
    ConfigurationError,
)
from tests.client.programs import (
    errors,
    stock_up,
    success,
)

if TYPE_CHECKING:
    from tests.client.programs import Program


# -- what is wanted, exactly


def test_items_are_set_to_what_is_wanted(either: Program) -> None:
    """
    More, less, as much as there is: one document with the differences, none for what agrees; one
    metered call to read. Called again it finds nothing to do.
    """
    either.items(PUMP=10, HOSE=7, ROPE="2.5")

    first = either.sync({"PUMP": 12, "HOSE": "3", "ROPE": Decimal("2.5")})
    metered = either.calls("metered")
    again = either.sync({"PUMP": 12, "HOSE": 3, "ROPE": 2.5})

    assert success(3) == first == again
    assert [Decimal(12), Decimal(3), Decimal("2.5")] == either.stock("PUMP", "HOSE", "ROPE")
    (document,) = either.adjustments
    assert [2, -4] == [line["ItemAdjustmentLineDetail"]["QtyDiff"] for line in document["Line"]]
    assert {"value": either.account_id} == {"value": document["AdjustAccountRef"]["value"]}
    assert 1 == metered


def test_the_ledger_knows_it_as_what_the_target_writes(either: Program) -> None:
    """
    Row, document and lines are there, each with its key, item, SKU and effect: a reconciliation
    finds them. No key is of a kind that the two-way sync gives to its own.
    """
    either.items(PUMP=10, HOSE=7)

    either.sync({"PUMP": 12, "HOSE": 3}, "count 7")

    assert [
        ("inventory:count 7:hose", "inventory_adjustments", "posted", 1, None),
        ("inventory:count 7:pump", "inventory_adjustments", "posted", 1, None),
    ] == either.ask(
        "select idempotency_key, stream, status, attempts, error_code from ledger_rows order by 1"
    )
    ((qbo_type, status, qbo_id, number, posted),) = either.ask(
        "select qbo_type, status, qbo_id, doc_number, posted_at is not null from documents"
    )
    (document,) = either.adjustments
    assert ("InventoryAdjustment", "posted", document["Id"], document["DocNumber"]) == (
        qbo_type,
        status,
        qbo_id,
        number,
    )
    assert posted
    lines = either.ask(
        "select l.idempotency_key, l.item_id, l.sku, l.stock_effect from document_lines as l"
        " order by l.line_number"
    )
    assert [
        ("inventory:count 7:pump", either.ids["PUMP"], "PUMP", Decimal(2)),
        ("inventory:count 7:hose", either.ids["HOSE"], "HOSE", Decimal(-4)),
    ] == [(*line[:3], Decimal(line[3])) for line in lines]


def test_each_product_has_its_own_error(program: Program) -> None:
    """
    Everything that cannot be set is said in words with its SKU; the one good product is set.
    """
    program.items(PUMP=10, TWICE=1, LATE=0, OLD=0)
    seed = program.emulator.seed()
    income = {"IncomeAccountRef": {"value": seed["income_account_id"]}}
    service = {"Name": "Fitting", "Sku": "FIT", "Type": "Service", **income}
    program.emulator.create("Item", service)
    program.emulator.item("TWICE", 1, Name="Twice again")
    program.emulator.item("SOON", 0, InvStartDate="2039-01-01")
    program.emulator.update("Item", {"Id": program.ids["OLD"], "Active": False})
    wanted: list[Any] = [
        MappingProxyType({"sku": "PUMP", "quantity": 11}),
        {"sku": "NONE", "quantity": 1},
        {"sku": "TWICE", "quantity": 5},
        {"sku": "OLD", "quantity": 5},
        {"sku": "FIT", "quantity": 5},
        {"sku": "SOON", "quantity": 5},
        {"sku": "LESS", "quantity": -1},
        {"sku": "FINE", "quantity": "1.0000001"},
        {"sku": "NAN", "quantity": float("nan")},
        {"sku": "TRUE", "quantity": True},
        {"sku": "LACKS"},
        {"sku": "x" * 101, "quantity": 1},
        {"quantity": 1},
        "PUMP",
        {"sku": "LATE", "quantity": 3},
        {"sku": " late", "quantity": 3},
    ]

    result = program.sync(wanted)

    assert (1, 15) == (result["success"], result["failed"])
    assert 15 == len(result["errors"])
    found = errors(result)
    assert [Decimal(11), Decimal(0)] == program.stock("PUMP", "LATE")
    expected = {
        "NONE": "no active item",
        "TWICE": "fits 2 items",
        "OLD": "inactive",
        "FIT": "type Service",
        "SOON": "starts on 2039-01-01",
        "LESS": "less than nothing",
        "FINE": "more than 6 decimals",
        "NAN": "not a finite number",
        "TRUE": "truth value",
        "LACKS": "quantity is missing",
        "x" * 100: "101 characters",
        "": "product 1",
        "LATE": "2 times",
        "late": "2 times",
    }
    assert expected.keys() == found.keys()
    assert all(words in found[sku] for sku, words in expected.items()), found


@pytest.mark.parametrize("quantity", [0.1, "0.1", Decimal("0.1")], ids=["float", "text", "decimal"])
def test_quantities_are_exact(program: Program, quantity: Any) -> None:
    """
    Three tenths less two tenths are one tenth, however the number comes.
    """
    program.items(ROPE="0.3")

    assert success(1) == program.sync({"ROPE": quantity})

    (document,) = program.adjustments
    assert Decimal("-0.2") == document["Line"][0]["ItemAdjustmentLineDetail"]["QtyDiff"]
    assert [Decimal("0.1")] == program.stock("ROPE")


def test_nothing_asked_is_nothing_done(program: Program) -> None:
    """
    No products: no call, no ledger.
    """
    assert success(0) == program.sync([])
    assert [] == program.emulator.calls()
    assert not (program.folder / "store" / "ledger.sqlite3").exists()


def test_quickbooks_below_nothing_is_set_right(program: Program) -> None:
    """
    Sold before it was received: QuickBooks shows less than nothing, and is set to what is there.
    """
    program.items(PUMP=1)
    program.emulator.create(
        "SalesReceipt",
        {
            "Line": [
                {
                    "Amount": 40,
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": {"ItemRef": {"value": program.ids["PUMP"]}, "Qty": 4},
                }
            ]
        },
    )

    assert success(1) == program.sync({"PUMP": 5})

    assert [Decimal(5)] == program.stock("PUMP")


# -- few documents, few metered calls


def test_many_products_are_few_documents_and_few_calls(program: Program) -> None:
    """
    250 differences are three documents; they are found by two queries.
    """
    skus = stock_up(program, 250)

    result = program.sync({sku: number % 9 for number, sku in enumerate(skus)})

    assert success(250) == result
    assert [100, 100, 50] == [len(document["Line"]) for document in program.adjustments]
    assert (2, 3) == (program.calls("metered"), program.calls("free"))
    assert [Decimal(number % 9) for number in range(250)] == program.stock(*skus)


def test_most_of_a_catalogue_is_read_by_pages(program: Program) -> None:
    """
    600 of 700 items: one full page instead of three queries. Of 600 SKUs that are nearly all
    unknown to a catalogue of more than a page, no more pages are read than the first.
    """
    skus = stock_up(program, 700)
    program.sync(dict.fromkeys(skus[:600], 10))
    by_page = program.calls("metered")
    program.emulator.create_all(
        "Item",
        [
            {"Name": f"Service {number}", "Type": "Service", "IncomeAccountRef": {"value": "79"}}
            for number in range(1500)
        ],
    )
    program.emulator.clear_calls()

    result = program.sync({**{f"NONE-{number}": 1 for number in range(599)}, skus[0]: 10})

    assert 1 == by_page
    assert (1, 599) == (result["success"], result["failed"])
    assert program.calls("metered") <= 4


def test_items_are_found_where_sku_is_no_filter(program: Program) -> None:
    """
    Intuit does not promise that items can be found by Sku: then all are read.
    """
    program.items(PUMP=10)
    program.emulator.switch(query_item_sku=False)

    result = program.sync({"PUMP": 4, "NONE": 1})

    assert (1, ["NONE"]) == (result["success"], list(errors(result)))
    assert [Decimal(4)] == program.stock("PUMP")


def test_one_refused_line_costs_only_itself(program: Program) -> None:
    """
    The product QuickBooks refuses is found by halving, its error has QuickBooks' code; the others
    are posted once.
    """
    skus = stock_up(program, 9)
    program.emulator.switch(adjustment_whole_only=True)

    result = program.sync({**dict.fromkeys(skus, 4), skus[5]: "4.5"})

    assert (8, [skus[5]]) == (result["success"], list(errors(result)))
    assert "refused" in errors(result)[skus[5]]
    assert "[Intuit code " in errors(result)[skus[5]]
    assert [Decimal(4)] * 5 + [Decimal(10)] + [Decimal(4)] * 3 == program.stock(*skus)


# -- date and account


def test_it_is_dated_the_companys_today(program: Program) -> None:
    """
    Past midnight in UTC it is still yesterday in the company; by the setting it is today.
    """
    program.emulator.set_clock("2026-03-05T03:00:00Z")
    program.items(PUMP=10)

    program.sync({"PUMP": 11}, time_zone=None)
    program.clock.advance(60)
    program.sync({"PUMP": 12}, time_zone="Europe/Berlin")

    assert ["2026-03-04", "2026-03-05"] == [one["TxnDate"] for one in program.adjustments]


def test_without_an_account_quickbooks_own_is_taken(program: Program) -> None:
    """
    Inventory Shrinkage, which QuickBooks itself proposes; it is asked for once, and only when
    something differs. Where there is none, the setting is named and nothing is sent.
    """
    program.items(PUMP=10)

    program.sync({"PUMP": 10}, adjustment_account_id=None)
    unchanged = program.calls("metered")
    program.sync({"PUMP": 11}, adjustment_account_id=None)
    program.emulator.update("Account", {"Id": program.account_id, "Name": "Something else"})
    with pytest.raises(ConfigurationError, match="adjustment_account_id"):
        program.sync({"PUMP": 12}, adjustment_account_id=None)

    assert 1 == unchanged
    assert [program.account_id] == [one["AdjustAccountRef"]["value"] for one in program.adjustments]
    assert [Decimal(11)] == program.stock("PUMP")
