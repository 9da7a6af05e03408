"""One fault of every kind planted in an agreeing world: each SKU gets its own class."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from psycopg2.extras import Json

from quickbooks_sync import snapshot
from tests.transform.inventory.simulation import SyncedWorld, item
from tests.transform.inventory.world import REALM_ID

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg2.extensions import connection as Connection  # noqa: N812


def test_every_planted_fault_gets_its_class_and_nothing_else_does(
    connection: Connection, rebuild: Callable[..., None]
) -> None:
    """
    A fault of each kind on a SKU of its own: the class says which, from the raw tables to the
    mart; what agrees is a match, and the list holds the faults and nothing else.
    """
    world = SyncedWorld(connection, random.Random(0), rebuild)
    for _ in range(2):
        world.sync(trouble=0)
    expected = dict.fromkeys(world.skus, "match")
    # What the services and the bundle are.
    expected |= dict.fromkeys(("qbo:900", "qbo:901", "qbo:902", "bundle-1"), "excluded")

    expected |= plant_what_takes_a_run(world)
    expected |= plant_identities(world)
    expected |= plant_first_differences(world)
    expected |= plant_changes(world)
    judge(world)

    found = world.rows("select * from marts.fct_inventory_reconciliation")
    assert expected == {row["sku_key"]: row["discrepancy_class"] for row in found}
    assert {key for key, name in expected.items() if name not in QUIET} == {
        row["sku_key"] for row in found if row["is_listed"]
    }


QUIET = {"match", "within_tolerance", "timing_in_flight", "excluded"}


def plant_what_takes_a_run(world: SyncedWorld) -> dict[str, str]:
    """Faults that only show once a document or a command has been on its way."""
    sell(world, "S1", "sku-21", 2)
    sell(world, "S2", "sku-18", 9)
    world.move_shelf("sku-23", -8)
    world.sync(trouble=0)
    world.run("update sync.snapshots set taken_at = taken_at - interval '1 hour'")
    for key in ("order:S2", command_key(world, "sku-23")):
        refuse(world, key)
    sell(world, "S3", "sku-22", 9)
    # A sale of which the snapshot knows for an hour, while nothing is pushed.
    world.tick(60)
    world.read_company(trouble=0)
    with world.connection, world.connection.cursor() as cursor:
        taken = snapshot.record(cursor, world.company, "run")
        assert taken.reason is None
        cursor.execute(
            "update sync.snapshots set taken_at = taken_at - interval '1 hour'"
            " where snapshot_id = %s",
            (taken.snapshot_id,),
        )
    (document_id,) = (
        row["document_id"]
        for row in world.rows(
            "select document_id from sync.ledger_rows where idempotency_key = 'order:S1'"
        )
    )
    entity, lines = world.posted[document_id]
    (item_id,) = lines
    world.tick()
    world.changed.append((world.clock, document_id, {item_id: 1}))
    world.move_books("sku-21", 1, is_real=False)
    assert entity == "SalesReceipt"
    return {
        "sku-18": "missing_sale",
        "sku-21": "foreign_edit",
        "sku-22": "sync_late",
        "sku-23": "rejected_write",
    }


def plant_identities(world: SyncedWorld) -> dict[str, str]:
    """Faults in what the two sides call a SKU, and in how they count it."""
    world.run("update sync.settings set value = '1' where name = 'max_catalogue_shrink'")
    raw_item(world, "502", "sku-2", 5)
    world.run("insert into platform.products (sku, name) values ('SKU-3', 'again')")
    raw_item(world, "504", "Sku-4", 5)
    world.run(
        "update quickbooks.items set is_deleted = true where id = %s", world.item_ids["sku-5"]
    )
    world.run("delete from platform.products where sku = 'SKU-6'")
    world.run("delete from platform.inventory_levels where sku = 'SKU-6'")
    world.item_changes["sku-7"] = {"Type": "Service", "TrackQtyOnHand": False}
    world.item_changes["sku-8"] = {"Active": False}
    world.run("update platform.products set is_active = false where sku = 'SKU-9'")
    world.run("update platform.products set unit = 'pallet' where sku = 'SKU-10'")
    world.run("update platform.inventory_levels set quantity = null where sku = 'SKU-11'")
    raw_item(world, "599", None, 3)
    return {
        "sku-2": "duplicate_sku_qbo",
        "sku-3": "duplicate_sku_platform",
        "sku-4": "sku_collision",
        "sku-5": "missing_in_qbo",
        "sku-6": "missing_on_platform",
        "sku-7": "type_mismatch",
        "sku-8": "inactive_in_qbo",
        "sku-9": "inactive_on_platform",
        "sku-10": "uom_unknown",
        "sku-11": "invalid_quantity",
        "qbo:599": "unmapped",
    }


def plant_first_differences(world: SyncedWorld) -> dict[str, str]:
    """New SKUs that differ before anybody has said which side is right."""
    planted = {
        "new-flip": (5, -5, "sign_flip"),
        "new-negative": (-5, 0, "negative_in_qbo"),
        "new-owed": (0, -5, "negative_on_platform"),
        "new-dozen": (5, 60, "uom_suspected"),
        "new-elsewhere": (130, 100, "location_scope"),
        "new-riddle": (107, 100, "unexplained"),
    }
    for number, (sku, (books, shelf, _)) in enumerate(planted.items()):
        raw_item(world, str(600 + number), sku, books)
        world.run("insert into platform.products (sku, name) values (%s, %s)", sku, sku)
        level(world, sku, "main", shelf)
    world.run("insert into staging.location_scope values ('abroad', false)")
    level(world, "new-elsewhere", "abroad", 30)
    return {sku: name for sku, (_, _, name) in planted.items()}


def plant_changes(world: SyncedWorld) -> dict[str, str]:
    """What one side or both did by themselves since the last agreement."""
    world.run("update sync.settings set value = '50' where name = 'max_line_units'")
    world.move_shelf("sku-12", -7)
    world.move_books("sku-13", 13, is_real=True)
    world.move_books("sku-14", 24, is_real=True)
    bill(world, "sku-14", 24)
    world.move_shelf("sku-15", -7)
    world.move_books("sku-15", 9, is_real=True)
    world.move_shelf("sku-16", -1)
    sell(world, "S4", "sku-17", 9)
    world.move_shelf("sku-19", -world.shelf["sku-19"] // 2 - 60)
    return {
        "sku-12": "platform_edited",
        "sku-13": "qbo_edited",
        "sku-14": "missing_receipt",
        "sku-15": "both_edited",
        "sku-16": "within_tolerance",
        "sku-17": "timing_in_flight",
        "sku-19": "held",
    }


def judge(world: SyncedWorld) -> None:
    """Both sides are read and judged; nothing is planned or pushed."""
    world.tick(120)
    world.read_company(trouble=0)
    with world.connection, world.connection.cursor() as cursor:
        taken = snapshot.record(cursor, world.company, "run")
        assert taken.reason is None, taken.reason
        world.build(cursor)


def sell(world: SyncedWorld, order_id: str, sku: str, quantity: int) -> None:
    now = world.at(world.tick())
    world.run(
        "insert into platform.sales_orders (order_id, order_number, channel, ordered_at,"
        " stock_moved_at, status, paid_at, currency, subtotal, discount_amount, shipping_amount,"
        " tax_amount, total_amount)"
        " values (%s, %s, 'Web shop', %s, %s, 'paid', %s, 'USD', %s, 0, 0, 0, %s)",
        order_id,
        order_id,
        now,
        now,
        now,
        quantity * 10,
        quantity * 10,
    )
    world.run(
        "insert into platform.sales_order_lines (order_id, line_number, sku, quantity,"
        " unit_price, amount) values (%s, 1, %s, %s, 10, %s)",
        order_id,
        sku.upper(),
        quantity,
        quantity * 10,
    )
    world.move_shelf(sku, -quantity)


def refuse(world: SyncedWorld, key: str) -> None:
    """QuickBooks refused the row after all: its stock never moved there."""
    for line in world.rows(
        "select l.item_id, l.stock_effect from sync.document_lines as l"
        " inner join sync.ledger_rows as r on r.document_id = l.document_id"
        " where r.idempotency_key = %s and l.stock_effect <> 0",
        key,
    ):
        world.move_books(world.sku_of[line["item_id"]], -int(line["stock_effect"]), is_real=False)
    world.run(
        "update sync.documents as d set status = 'rejected', posted_at = null"
        " from sync.ledger_rows as r"
        " where r.document_id = d.document_id and r.idempotency_key = %s",
        key,
    )
    world.run("update sync.ledger_rows set status = 'rejected' where idempotency_key = %s", key)


def command_key(world: SyncedWorld, sku: str) -> str:
    (row,) = world.rows(
        "select command_id from sync.inventory_commands"
        " where sku_key = %s order by planned_at desc limit 1",
        sku,
    )
    return f"adjustment:{row['command_id']}"


def raw_item(world: SyncedWorld, item_id: str, sku: str | None, quantity: int) -> None:
    document = {
        name: value
        for name, value in item(item_id, sku or "", quantity).items()
        if sku is not None or name != "Sku"
    }
    world.run(
        "insert into quickbooks.items (realm_id, id, read_at, document) values (%s, %s, %s, %s)",
        REALM_ID,
        item_id,
        world.at(world.clock + 120),
        Json(document),
    )


def level(world: SyncedWorld, sku: str, location: str, quantity: int) -> None:
    world.run(
        "insert into platform.inventory_levels (sku, location, quantity) values (%s, %s, %s)",
        sku,
        location,
        quantity,
    )


def bill(world: SyncedWorld, sku: str, quantity: int) -> None:
    now = world.at(world.clock)
    world.run(
        "insert into quickbooks.bills (realm_id, id, last_updated_at, read_at, document)"
        " values (%s, '77', %s, %s, %s)",
        REALM_ID,
        now,
        now,
        Json(
            {
                "Id": "77",
                "Line": [
                    {
                        "DetailType": "ItemBasedExpenseLineDetail",
                        "ItemBasedExpenseLineDetail": {
                            "ItemRef": {"value": world.item_ids[sku]},
                            "Qty": quantity,
                        },
                    }
                ],
            }
        ),
    )
