"""
Rows that come to light late or are dated in the future, as sandboxes and busy companies have them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_emulator.persistence import File
from quickbooks_emulator.service import Service
from quickbooks_emulator.testing import EmulatorError

if TYPE_CHECKING:
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop

ORDER = "orderby MetaData.LastUpdatedTime"


def moment(emulator: Emulator, seconds: float = 0) -> str:
    return (datetime.fromisoformat(emulator.now()) + timedelta(seconds=seconds)).isoformat(
        timespec="seconds"
    )


def since(caller: Caller, mark: str) -> list[str]:
    """Names of customers changed since a bookmark, by the query and by change data capture."""
    where = f"where MetaData.LastUpdatedTime >= '{mark}' {ORDER}"
    found = [body["DisplayName"] for body in caller.rows("Customer", where)]
    carried = caller.cdc("Customer", mark).get("Customer", [])
    assert found == [body["DisplayName"] for body in carried]
    return found


def test_a_row_comes_to_light_behind_the_bookmark(caller: Caller, emulator: Emulator) -> None:
    """
    It lies before what was read, in its place by time, whether made or changed.
    Source: Intuit, "Change data capture", "Query operations and syntax" (LastUpdatedTime).
    """
    emulator.advance(1000)
    start = moment(emulator, -500)
    first = emulator.create("Customer", {"DisplayName": "First"})
    bookmark = moment(emulator)
    emulator.advance(10)
    assert ["First"] == since(caller, start)

    late = emulator.create("Customer", {"DisplayName": "Late"}, shift_s=-90)
    assert late["MetaData"]["CreateTime"] == late["MetaData"]["LastUpdatedTime"]
    assert (["Late", "First"], []) == (since(caller, start), since(caller, bookmark)[1:])

    emulator.update("Customer", {"Id": first["Id"], "DisplayName": "Second"}, shift_s=-200)
    assert ["Second", "Late"] == since(caller, start)
    emulator.update("Customer", {"Id": first["Id"], "DisplayName": "Third"})
    assert ["Late", "Third"] == since(caller, start)


def test_a_row_is_dated_in_the_future(caller: Caller, emulator: Emulator) -> None:
    """
    It is there at once, and behind everything by its time. Source: as the test above.
    """
    start = moment(emulator, -1)
    emulator.create("Customer", {"DisplayName": "Ahead"}, shift_s=3600)
    emulator.create("Customer", {"DisplayName": "Now"})

    assert ["Now", "Ahead"] == since(caller, start)
    assert ["Ahead"] == since(caller, moment(emulator, 60))


def test_a_deletion_comes_to_light_late(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    Its tombstone stands behind the bookmark. Source: Intuit, "Change data capture".
    """
    emulator.advance(1000)
    invoice = caller.create("Invoice", shop.invoice())
    emulator.delete("Invoice", invoice["Id"], shift_s=-300)

    assert {} == caller.cdc("Invoice", moment(emulator, -100))
    (gone,) = caller.cdc("Invoice", moment(emulator, -400))["Invoice"]
    assert "Deleted" == gone["status"]


def test_a_page_is_followed_by_a_late_row(caller: Caller, emulator: Emulator) -> None:
    """
    A fault rule writes it between two calls. Source: as the tests above.
    """
    emulator.advance(1000)
    written = {"entity": "Customer", "operation": "create", "shift_s": -90}
    for name, does in (
        ("One", {**written, "body": {"DisplayName": "One"}}),
        ("Two", {"writes": [{**written, "body": {"DisplayName": "Two"}}]}),
    ):
        emulator.fail(query="from Vendor", do={"kind": "write", **does})
        caller.rows("Vendor")
        assert name in since(caller, moment(emulator, -100))
        assert name not in since(caller, moment(emulator, -80))


@pytest.mark.parametrize("shift", ["x", "1.5", 10**11])
def test_a_shift_is_in_whole_seconds(emulator: Emulator, shift: Any) -> None:
    """
    Source: the emulator's README.
    """
    with pytest.raises(EmulatorError, match="shift_s"):
        emulator.create("Customer", {"DisplayName": "A"}, shift_s=shift)
    with pytest.raises(EmulatorError, match="shift_s"):
        emulator.fail(do={"kind": "write", "entity": "Customer", "operation": "create",
                          "body": {}, "shift_s": str(shift)})  # fmt: skip


def test_shifted_marks_are_kept(tmp_path: Path) -> None:
    """
    Source: the emulator's README (--data).
    """
    kept = []
    for is_first in (True, False):
        file = File(tmp_path / "late.sqlite")
        service = Service.open(file, "empty")
        if is_first:
            late = {"Customer": [{"DisplayName": "Late"}]}
            service.write_all(service.company, "create", late, shift_s=-90)
        rows = service.company.rows("Customer")
        kept.append([(row.created_at, row.updated_at) for row in rows])
        file.flush()
        file.close()

    assert kept[0] == kept[1]
    assert 80 < service.clock.epoch() - kept[0][0][1] < 200
