"""Limits and what is counted. Intuit: "API call limits and throttles", App Partner Program."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop


def statuses(caller: Caller, count: int) -> list[int]:
    return [caller.send("GET", "companyinfo/1").status_code for _ in range(count)]


def test_ten_a_second_and_no_more(caller: Caller, emulator: Emulator) -> None:
    """
    The eleventh call of a second answers 429; a second later calls pass again.
    Source: Intuit, "API call limits and throttles".
    """
    emulator.limits(per_second=10, per_minute=500)

    assert [200] * 10 + [429] == statuses(caller, 11)
    emulator.advance(1.0)
    assert [200] == statuses(caller, 1)


def test_five_hundred_a_minute_and_no_more(caller: Caller, emulator: Emulator) -> None:
    """
    A refused call does not count; the window slides.
    Source: Intuit, "API call limits and throttles".
    """
    emulator.limits(per_second=1000, per_minute=20)

    assert [200] * 20 + [429] * 2 == statuses(caller, 22)
    emulator.advance(60)
    assert [200] == statuses(caller, 1)
    assert {"metered": 21, "free": 0, "throttled": 2, "calls": 23} == emulator.usage()


def test_forty_batches_a_minute(caller: Caller, emulator: Emulator) -> None:
    """
    Source: Intuit, "API call limits and throttles" (batch).
    """
    emulator.limits(per_second=1000, batches_per_minute=3)
    items = {"BatchItemRequest": [{"bId": "1", "Query": "select count(*) from Item"}]}

    found = [caller.post("batch", items).status_code for _ in range(4)]

    assert [200, 200, 200, 429] == found


def test_a_throttled_reply_comes_in_each_recorded_shape(caller: Caller, emulator: Emulator) -> None:
    """
    XML even to JSON callers by default, lower case or JSON by switch; Retry-After only by switch.
    Source: recorded answers.
    """
    emulator.limits(per_minute=0)

    xml = caller.send("GET", "companyinfo/1")
    emulator.switch(throttle_body="lowercase", retry_after_s=7)
    lower = caller.send("GET", "companyinfo/1")
    emulator.switch(throttle_body="json")
    upper = caller.send("GET", "companyinfo/1")

    words = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
    assert f'<Fault type="SERVICE"><Error code="3001"><Message>{words}' in xml.text
    assert "Retry-After" not in xml.headers
    assert ("3001", "7") == (
        lower.json()["fault"]["error"][0]["code"],
        lower.headers["Retry-After"],
    )
    assert words == upper.json()["Fault"]["Error"][0]["Message"]


def test_reads_are_metered_and_writes_are_free(
    caller: Caller, emulator: Emulator, shop: Shop
) -> None:
    """
    Only what succeeded counts; the control plane is invisible.
    Source: Intuit, App Partner Program FAQ.
    """
    caller.rows("Item")
    caller.send("GET", f"item/{shop.item_id}")
    caller.send("GET", "item/999")
    caller.create("Invoice", shop.invoice())

    assert {"metered": 2, "free": 1, "throttled": 0, "calls": 4} == emulator.usage()
    last = emulator.calls()[-1]
    assert ("POST", "Invoice", "create", "free", 200) == (
        last["method"],
        last["entity"],
        last["operation"],
        last["class"],
        last["status"],
    )
