"""
What stands below a name when it is renamed, moved or merged: full names, levels, sums with jobs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_emulator.testing import EmulatorError

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop

TRACKED = {"ClassTrackingPerTxnLine": True}


def chain(caller: Caller, entity: str, names: str, **more: Any) -> list[str]:
    """Ids of objects of these one-letter names, each the parent of the next."""
    field, mark = ("DisplayName", "Job") if entity == "Customer" else ("Name", "SubClass")
    ids: list[str] = []
    for name in names:
        body = {field: name, **more}
        if ids:
            body |= {mark: True, "ParentRef": {"value": ids[-1]}}
        ids.append(caller.create(entity, body)["Id"])
    return ids


def change(caller: Caller, entity: str, object_id: str, **more: Any) -> dict[str, Any]:
    (now,) = caller.rows(entity, f"where Id = '{object_id}'")
    marks = {"Id": object_id, "SyncToken": now["SyncToken"], "sparse": True}
    return caller.create(entity, {**marks, **more})


def stored(emulator: Emulator, entity: str) -> dict[str, dict[str, Any]]:
    return {body["Id"]: body for body in emulator.entities(entity)}


def test_names_below_follow_a_renaming_and_a_move(caller: Caller, emulator: Emulator) -> None:
    """
    FullyQualifiedName and Level of all below; their tokens stay, nobody wrote them.
    Source: Intuit, "Customer" (FullyQualifiedName, Level).
    """
    a, b, c = chain(caller, "Customer", "ABC")
    (d,) = chain(caller, "Customer", "D")

    change(caller, "Customer", a, DisplayName="Z")
    named = stored(emulator, "Customer")
    assert ["Z", "Z:B", "Z:B:C"] == [named[x]["FullyQualifiedName"] for x in (a, b, c)]
    assert "Z" == named[b]["ParentRef"].get("name", "Z")

    change(caller, "Customer", a, Job=True, ParentRef={"value": d})
    named = stored(emulator, "Customer")
    assert ["D:Z", "D:Z:B", "D:Z:B:C"] == [named[x]["FullyQualifiedName"] for x in (a, b, c)]
    assert [1, 2, 3] == [named[x]["Level"] for x in (a, b, c)]
    assert "0" == named[c]["SyncToken"]


def test_a_tree_is_moved_with_all_its_levels(caller: Caller) -> None:
    """
    Five levels at most, counted down to the lowest below. Source: Intuit, "Error codes" (6180).
    """
    caller.emulator.update("Preferences", {"Id": "1", "AccountingInfoPrefs": TRACKED})
    (upper, lower) = chain(caller, "Class", "KL")
    tree = chain(caller, "Class", "PQRS")
    moved = {"Id": tree[0], "SyncToken": "0", "sparse": True, "SubClass": True}

    assert (400, "6180") == caller.fault("Class", {**moved, "ParentRef": {"value": lower}})
    assert caller.create("Class", {**moved, "ParentRef": {"value": upper}})["SubClass"]


def test_sums_with_jobs_follow_a_move(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    BalanceWithJobs of the old parent loses what the new one gains. Source: Intuit, "Customer".
    """
    a, b = chain(caller, "Customer", "AB")
    (d,) = chain(caller, "Customer", "D")
    caller.create("Invoice", shop.invoice(CustomerRef={"value": b}))
    assert 20 == stored(emulator, "Customer")[a]["BalanceWithJobs"]

    change(caller, "Customer", b, ParentRef={"value": d})

    sums = {one: body["BalanceWithJobs"] for one, body in stored(emulator, "Customer").items()}
    assert (0, 20, 20) == (sums[a], sums[b], sums[d])
    change(caller, "Customer", b, Job=False, ParentRef={})
    assert 0 == stored(emulator, "Customer")[d]["BalanceWithJobs"]


def test_a_parent_is_not_merged_into_its_own_job(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Nothing would be its own ancestor, over which every later balance would run for ever.
    Source: Intuit, "Error codes" (900).
    """
    a, b, c = chain(caller, "Customer", "ABC")

    for below in (b, c):
        with pytest.raises(EmulatorError, match="below"):
            emulator.merge("Customer", a, below)

    caller.create("Invoice", shop.invoice(CustomerRef={"value": c}))
    assert 20 == stored(emulator, "Customer")[a]["BalanceWithJobs"]


def test_a_merge_carries_jobs_and_their_sums(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Who goes leaves nothing with its parent, who stays has it with its own.
    Source: Intuit, "Customer" (BalanceWithJobs, FullyQualifiedName, Level).
    """
    top, gone, job = chain(caller, "Customer", "TGJ")
    above, kept = chain(caller, "Customer", "AK")
    for one in (gone, job):
        caller.create("Invoice", shop.invoice(CustomerRef={"value": one}))

    emulator.merge("Customer", gone, kept)

    found = stored(emulator, "Customer")
    owed = [(found[x]["Balance"], found[x]["BalanceWithJobs"]) for x in (top, gone, above, kept)]
    assert [(0, 0), (0, 0), (0, 40), (20, 40)] == owed
    assert ("A:K:J", 2) == (found[job]["FullyQualifiedName"], found[job]["Level"])
    assert False is found[gone]["Active"]


def test_a_merge_into_a_parent_leaves_its_sum(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    A job merged into its parent: the same money, once. Source: Intuit, "Customer".
    """
    parent, job = chain(caller, "Customer", "PJ")
    caller.create("Invoice", shop.invoice(CustomerRef={"value": job}))

    kept = emulator.merge("Customer", job, parent)

    assert (20, 20) == (kept["Balance"], kept["BalanceWithJobs"])


def test_a_merge_keeps_to_the_levels(caller: Caller, emulator: Emulator) -> None:
    """
    What would stand on a sixth level is not carried along. Source: Intuit, "Error codes" (6180).
    """
    emulator.update("Preferences", {"Id": "1", "AccountingInfoPrefs": TRACKED})
    deep = chain(caller, "Class", "ABCDE")
    gone, _ = chain(caller, "Class", "XY")

    with pytest.raises(EmulatorError, match="levels"):
        emulator.merge("Class", gone, deep[-1])
    assert "X:Y" in {body["FullyQualifiedName"] for body in emulator.entities("Class")}
