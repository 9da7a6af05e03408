"""Intuit's codes, provoked: what a person is told when QuickBooks itself refuses."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import Client, QuickBooksError, RejectedError, errors
from quickbooks_client.explanations import EXPLANATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.testing import Emulator
    from tests.client.fakes import FakeClock

API = "/v3/company"


class Books:
    """A company with something of each kind, and a client that writes into it."""

    def __init__(self, emulator: Emulator, client: Client) -> None:
        self.emulator, self.client = emulator, client
        self.income = self._id("Account", {"Name": "Till", "AccountType": "Income"})
        self.bank = self._id("Account", {"Name": "Bank", "AccountType": "Bank"})
        self.customer = self._id("Customer", {"DisplayName": "Grace"})
        self.service = self._id("Item", self.item("Tea"))
        self.stocked = str(emulator.item("PUMP", 5)["Id"])
        self.number = 0

    def _id(self, entity: str, body: dict[str, Any]) -> str:
        return str(self.emulator.create(entity, body)["Id"])

    def item(self, name: str, **more: Any) -> dict[str, Any]:
        income = {"value": self.income}
        return {"Name": name, "Type": "Service", "IncomeAccountRef": income, **more}

    def line(self, item_id: str | None = None, **more: Any) -> dict[str, Any]:
        detail = {"ItemRef": {"value": item_id or self.service}, "Qty": 1, "UnitPrice": 10}
        detail |= more.pop("detail", {})
        return {
            "Amount": 10,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {name: value for name, value in detail.items() if value != ""},
            **more,
        }

    def invoice(self, **more: Any) -> dict[str, Any]:
        body = {"CustomerRef": {"value": self.customer}, "Line": [self.line()], **more}
        return {name: value for name, value in body.items() if value != ""}

    def create(self, entity: str, body: dict[str, Any], **more: Any) -> Any:
        """Write as the client does, under an id of its own. Any: a reply."""
        self.number += 1
        return self.client.create(entity, body, request_id=f"r-{self.number}", **more)


def stale(books: Books) -> None:
    created = books.create("Customer", {"DisplayName": "Ada"}).entity
    changed = {"Id": created["Id"], "SyncToken": "0", "sparse": True, "DisplayName": "Ada L."}
    for _ in range(2):
        books.create("Customer", changed)


def closed(books: Books) -> None:
    preferences = books.client.read("Preferences").entity
    books.emulator.update(
        "Preferences",
        {"Id": preferences["Id"], "AccountingInfoPrefs": {"BookCloseDate": "2026-06-30"}},
    )
    books.create("Invoice", books.invoice(TxnDate="2026-06-01"))


def numbered(books: Books) -> None:
    for _ in range(2):
        books.create("Invoice", books.invoice(DocNumber="INV-7"))


def adjustment(books: Books, item_id: str, difference: int) -> None:
    account = books.emulator.create(
        "Account", {"Name": "Shrinkage", "AccountType": "Cost of Goods Sold"}
    )
    line = {
        "DetailType": "ItemAdjustmentLineDetail",
        "ItemAdjustmentLineDetail": {"ItemRef": {"value": item_id}, "QtyDiff": difference},
    }
    body = {"AdjustAccountRef": {"value": account["Id"]}, "TxnDate": "2026-03-04", "Line": [line]}
    books.create("InventoryAdjustment", body)


def below_zero(books: Books) -> None:
    books.emulator.switch(adjustment_below_zero="refused")
    adjustment(books, books.stocked, -6)


PROVOKED: list[tuple[str, type[QuickBooksError], str, Callable[[Books], Any]]] = [
    ("610", errors.NotFoundError, "check the id", lambda b: b.client.read("Invoice", "99999")),
    (
        "2010",
        RejectedError,
        "leave out the field that is named",
        lambda b: b.create("Customer", {"DisplayName": "Ada", "Colour": "red"}),
    ),
    ("2020", RejectedError, "give the field", lambda b: b.create("Invoice", b.invoice(Line=""))),
    ("2030", RejectedError, "all digits", lambda b: b.client.read("Invoice", "INV-7")),
    (
        "2050",
        RejectedError,
        "21 characters",
        lambda b: b.create("Invoice", b.invoice(DocNumber="1" * 22)),
    ),
    (
        "2210",
        RejectedError,
        "correct the address",
        lambda b: b.create(
            "Customer", {"DisplayName": "Ada", "PrimaryEmailAddr": {"Address": "ada at home"}}
        ),
    ),
    (
        "2500",
        errors.InvalidReferenceError,
        "correct the id",
        lambda b: b.create("Invoice", b.invoice(CustomerRef={"value": "99999"})),
    ),
    (
        "4000",
        errors.InvalidQueryError,
        "correct the query",
        lambda b: b.client.query("SELECT * FROM Item WHERE"),
    ),
    (
        "4001",
        errors.InvalidQueryError,
        "correct the query",
        lambda b: b.client.query("SELECT * FROM Item WHERE Colour = 'red'"),
    ),
    ("5010", errors.StaleError, "read it again", stale),
    (
        "6070",
        RejectedError,
        "correct quantity, price or amount",
        lambda b: b.create("Invoice", b.invoice(Line=[b.line(Amount=11)])),
    ),
    ("6080", RejectedError, "DisplayName", lambda b: b.create("Customer", {"Notes": "nobody"})),
    ("6140", errors.DuplicateNumberError, "look whether", numbered),
    ("6200", errors.ClosedPeriodError, "after the closing date", closed),
    (
        "6240",
        errors.DuplicateNameError,
        "the one there is",
        lambda b: b.create("Customer", {"DisplayName": "grace"}),
    ),
    (
        "6270",
        errors.BeforeInventoryStartError,
        "later date",
        lambda b: b.create("Invoice", b.invoice(TxnDate="2019-12-31", Line=[b.line(b.stocked)])),
    ),
    (
        "6430",
        RejectedError,
        "type the field asks for",
        lambda b: b.create("Item", b.item("Cup", IncomeAccountRef={"value": b.bank})),
    ),
    (
        "6000",
        RejectedError,
        "make it an inventory item",
        lambda b: adjustment(b, b.service, 1),
    ),
    ("6000", RejectedError, "receipt that is missing", below_zero),
    (
        "6000",
        RejectedError,
        "give TotalAmt",
        lambda b: b.create("Payment", {"CustomerRef": {"value": b.customer}}),
    ),
    (
        "2130",
        RejectedError,
        "at most 50 characters",
        lambda b: b.client.quickbooks.create_object(
            "Customer", '{"DisplayName": "Ada"}', request_id="x" * 51
        ),
    ),
    (
        "2040",
        RejectedError,
        "remove control characters",
        lambda b: b.create("Customer", {"DisplayName": "Ada\u0007"}),
    ),
    (
        "2300",
        RejectedError,
        "balance its lines",
        lambda b: b.create(
            "JournalEntry",
            {
                "Line": [
                    {
                        "Amount": amount,
                        "DetailType": "JournalEntryLineDetail",
                        "JournalEntryLineDetail": {
                            "PostingType": side,
                            "AccountRef": {"value": account},
                        },
                    }
                    for side, amount, account in (
                        ("Debit", Decimal("10.00"), b.bank),
                        ("Credit", Decimal("9.99"), b.income),
                    )
                ]
            },
        ),
    ),
]


@pytest.fixture
def books(emulator: Emulator, client: Client) -> Books:
    return Books(emulator, client)


@pytest.mark.parametrize(
    ("code", "kind", "action", "provoke"),
    PROVOKED,
    ids=[f"{code}-{action.split()[0]}" for code, _, action, _ in PROVOKED],
)
def test_a_refusal_says_what_happened_and_what_to_do(
    books: Books,
    clock: FakeClock,
    code: str,
    kind: type[QuickBooksError],
    action: str,
    provoke: Callable[[Books], Any],
) -> None:
    """
    In QuickBooks' words and in plain ones, with the code and Intuit's id; nothing is repeated.
    """
    with pytest.raises(kind) as caught:
        provoke(books)

    error = caught.value
    assert type(error) is kind
    assert code == error.code
    assert action.lower() in str(error).lower()
    assert f"Intuit code {code}, intuit_tid 1-" in str(error)
    assert not error.may_be_applied
    assert [] == [slept for slept in clock.slept if slept >= 0.5]


@pytest.mark.parametrize("status", [200, 400])
def test_every_code_arrives_as_its_class(emulator: Emulator, client: Client, status: int) -> None:
    """
    As a refusal of a write, over HTTP, also inside 200.
    """
    found = {}
    for code in EXPLANATIONS:
        does = {"kind": "fault", "code": code, "status": status}
        emulator.clear_faults()
        emulator.fail(method="POST", path=API, times=None, do=does)
        with pytest.raises(QuickBooksError) as caught:
            client.create("Customer", {"DisplayName": "Ada"}, request_id=f"r-{code}")
        found[code] = type(caught.value)

    assert {code: explained.error for code, explained in EXPLANATIONS.items()} == found
    assert [] == emulator.entities("Customer")


def test_a_repetition_that_meets_the_first_waits_for_its_answer(
    emulator: Emulator, client: Client
) -> None:
    """
    The reply is lost while QuickBooks still works on it: 600 twice, then the first reply.
    """
    emulator.fail(method="POST", path="customer", times=1, do={"kind": "lose_reply"})
    emulator.fail(
        method="POST", path="customer", nth=2, times=2, do={"kind": "fault", "code": "600"}
    )

    reply = client.create("Customer", {"DisplayName": "Ada"}, request_id="r-1")

    (stored,) = emulator.entities("Customer")
    assert stored["Id"] == reply.entity["Id"]
    assert 3 == client.meter.snapshot().retried


def test_a_request_that_stays_in_progress_may_be_applied(
    emulator: Emulator, client: Client
) -> None:
    """
    Given up after three retries, with what to do about it.
    """
    emulator.fail(method="POST", path="customer", times=None, do={"kind": "fault", "code": "600"})

    with pytest.raises(errors.RequestInProgressError, match=r"4 tries.*same requestid") as caught:
        client.create("Customer", {"DisplayName": "Ada"}, request_id="r-1")

    assert caught.value.may_be_applied


def test_a_refusal_that_quickbooks_remembers_stays_one(books: Books) -> None:
    """
    The corrected body under the same requestid gets the old answer; a new id is the caller's to
    take, and the client never repeats a refusal by itself.
    """
    with pytest.raises(RejectedError):
        books.client.create("Customer", {"DisplayName": "grace"}, request_id="r-9")
    with pytest.raises(errors.DuplicateNameError):
        books.client.create("Customer", {"DisplayName": "Ada"}, request_id="r-9")

    assert (
        "Ada"
        == books.client.create("Customer", {"DisplayName": "Ada"}, request_id="r-10").entity[
            "DisplayName"
        ]
    )


@pytest.mark.parametrize("kind", ["status_reply", "html_reply", "empty_body", "truncated"])
def test_a_write_that_is_applied_and_then_fails_is_answered_by_its_first_reply(
    emulator: Emulator, client: Client, kind: str
) -> None:
    """
    A gateway's 504, a proxy's page, nothing, or half of it, after the work was done.
    """
    more = {"status": 504} if kind == "status_reply" else {}
    emulator.fail(method="POST", path="customer", times=2, do={"kind": kind, **more})

    reply = client.create("Customer", {"DisplayName": "Ada"}, request_id="r-1")

    assert [reply.entity["Id"]] == [row["Id"] for row in emulator.entities("Customer")]


def test_a_fault_after_the_work_may_hide_that_it_was_done(
    emulator: Emulator, client: Client
) -> None:
    """
    A system fault inside 200 says that nobody knows: repeated under its id, and answered.
    """
    emulator.fail(
        method="POST",
        path="customer",
        times=1,
        do={"kind": "fault_reply", "code": "10000", "status": 200, "type": "SystemFault"},
    )

    client.create("Customer", {"DisplayName": "Ada"}, request_id="r-1")

    assert 1 == len(emulator.entities("Customer"))
