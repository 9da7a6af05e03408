"""Invoices read by a program, and the event loop that goes on meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import (
    InvalidQueryError,
    QuickBooksIntegration,
)
from tests.client.programs import HeldClock, until

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator

REALM = "9341452718281828459"

Make = Callable[..., QuickBooksIntegration]


@pytest.fixture
def make(make_integration: Make) -> Make:
    """Make the object as a program does, with a token store of the test's own."""
    return make_integration


def invoice(emulator: Emulator, amount: str, **fields: Any) -> dict[str, Any]:
    item = emulator.create(
        "Item",
        {
            "Name": f"Work {amount} {len(emulator.entities('Item'))}",
            "Type": "Service",
            "IncomeAccountRef": {"value": emulator.seed()["income_account_id"]},
        },
    )
    customers = emulator.entities("Customer")
    customer = customers[0] if customers else emulator.create("Customer", {"DisplayName": "Ada"})
    return emulator.create(
        "Invoice",
        {
            "CustomerRef": {"value": customer["Id"]},
            "Line": [
                {
                    "Amount": Decimal(amount),
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": {"ItemRef": {"value": item["Id"]}, "Qty": 1},
                }
            ],
            **fields,
        },
    )


def test_invoices_since_a_moment(emulator: Emulator, make: Make) -> None:
    """
    Those touched at or after it, an older one that was changed, a voided one; not what was deleted.
    Amounts are exact.
    """
    emulator.set_clock("2026-03-01T09:00:00Z", freeze=True)
    old = invoice(emulator, "1.10")
    changed = invoice(emulator, "2.20")
    emulator.advance(86400)
    since = datetime.fromisoformat(emulator.now())
    new = invoice(emulator, "1234567890.01")
    gone = invoice(emulator, "4.40")
    voided = invoice(emulator, "5.50")
    emulator.update("Invoice", {"Id": changed["Id"], "PrivateNote": "changed"})
    emulator.void("Invoice", voided["Id"])
    emulator.delete("Invoice", gone["Id"])

    async def use() -> list[dict[str, Any]]:
        async with make(realm_id=REALM) as quickbooks:
            return await quickbooks.get_invoices(since)

    found = {row["Id"]: row for row in asyncio.run(use())}

    assert {changed["Id"], new["Id"], voided["Id"]} == set(found)
    assert old["Id"] not in found
    assert Decimal("1234567890.01") == found[new["Id"]]["TotalAmt"]
    assert isinstance(found[new["Id"]]["TotalAmt"], Decimal)
    assert "changed" == found[changed["Id"]]["PrivateNote"]


def many(emulator: Emulator, count: int) -> list[str]:
    first = invoice(emulator, "1.00")
    body = {"CustomerRef": first["CustomerRef"], "Line": first["Line"][:1]}
    body["Line"][0].pop("Id", None)
    return [first["Id"], *(row["Id"] for row in emulator.create_all("Invoice", [body] * count))]


def test_invoices_that_change_while_they_are_read(emulator: Emulator, make: Make) -> None:
    """
    Between two pages one is changed and one deleted: the first comes in its new form, once; the
    second is left out, and one that CDC wrongly shows as deleted is not.
    """
    emulator.set_clock("2026-03-01T09:00:00Z")
    ids = many(emulator, 1200)
    emulator.advance(600)
    emulator.switch(cdc_false_tombstone=True)
    emulator.fail(
        operation="query",
        entity="Invoice",
        nth=2,
        do={
            "kind": "write",
            "writes": [
                {
                    "entity": "Invoice",
                    "operation": "update",
                    "body": {"Id": ids[3], "PrivateNote": "new"},
                },
                {"entity": "Invoice", "operation": "delete", "body": {"Id": ids[4]}},
            ],
        },
    )

    async def use() -> list[dict[str, Any]]:
        async with make(realm_id=REALM) as quickbooks:
            return await quickbooks.get_invoices(datetime(2026, 3, 1, tzinfo=UTC))

    found = asyncio.run(use())

    assert sorted({*ids} - {ids[4]}) == sorted(row["Id"] for row in found)
    assert "new" == next(row for row in found if row["Id"] == ids[3])["PrivateNote"]


def test_a_moment_without_an_offset_is_refused(emulator: Emulator, make: Make) -> None:
    """
    A bare time means another moment on each machine.
    """

    async def use(since: Any) -> None:
        async with make(realm_id=REALM) as quickbooks:
            await quickbooks.get_invoices(since)

    for since in (datetime(2026, 1, 1), "2026-01-01", datetime(2026, 1, 1).date()):  # noqa: DTZ001
        with pytest.raises(InvalidQueryError, match="offset"):
            asyncio.run(use(since))
    assert [] == emulator.calls(class_="metered")


# -- its event loop


def test_the_loop_goes_on_while_a_call_waits(emulator: Emulator, make: Make) -> None:
    """
    QuickBooks asks to wait a minute. The call waits; the loop does not, for only what runs in it
    ends the wait.
    """
    emulator.throttle(retry_after_s=60)
    clock = HeldClock()

    async def use() -> tuple[list[Any], bool]:
        async with make(clock, realm_id=REALM) as quickbooks:
            reading = asyncio.create_task(quickbooks.get_invoices(datetime(2026, 1, 1, tzinfo=UTC)))
            await until(clock.waits)
            was_waiting = not reading.done()
            clock.may_go_on.set()
            return await reading, was_waiting

    assert ([], True) == asyncio.run(asyncio.wait_for(use(), 60))


def test_many_calls_share_a_loop_and_a_connection(emulator: Emulator, make: Make) -> None:
    """
    Forty calls at once, readings and refreshes among them: each has its answer.
    """
    made = invoice(emulator, "7.70")

    async def use() -> list[list[dict[str, Any]]]:
        async with make(realm_id=REALM) as quickbooks:
            since = datetime.now(UTC) - timedelta(days=400)
            calls = [quickbooks.get_invoices(since) for _ in range(40)]
            found, *_ = await asyncio.gather(
                asyncio.gather(*calls), quickbooks.refresh_tokens(), quickbooks.refresh_tokens()
            )
            return found

    found = asyncio.run(use())

    assert [[made["Id"]]] * 40 == [[row["Id"] for row in rows] for rows in found]


def test_an_object_outlives_its_loop(make: Make) -> None:
    """
    A program may run several loops one after the other, and close the object in between.
    """
    quickbooks = make(realm_id=REALM)
    since = datetime(2026, 1, 1, tzinfo=UTC)

    assert [] == asyncio.run(quickbooks.get_invoices(since))
    assert [] == asyncio.run(quickbooks.get_invoices(since))
    asyncio.run(quickbooks.aclose())
    assert [] == asyncio.run(quickbooks.get_invoices(since))
    asyncio.run(quickbooks.aclose())


def test_a_reading_that_is_cancelled_asks_no_more(emulator: Emulator, make: Make) -> None:
    """
    The page on its way ends; the metered calls that would follow are not made.
    """
    emulator.set_clock("2026-03-01T09:00:00Z")
    many(emulator, 1100)
    emulator.clear_calls()
    emulator.throttle(retry_after_s=60)
    clock = HeldClock()

    async def use() -> None:
        async with make(clock, realm_id=REALM) as quickbooks:
            reading = asyncio.create_task(quickbooks.get_invoices(datetime(2026, 1, 1, tzinfo=UTC)))
            await until(clock.waits)
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
            clock.may_go_on.set()

    asyncio.run(asyncio.wait_for(use(), 60))

    assert 1 == len(emulator.calls(operation="query", status=200))
