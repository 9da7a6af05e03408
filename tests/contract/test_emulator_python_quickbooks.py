"""python-quickbooks, unmodified, against the emulator; its object API, for every class it has."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from intuitlib.client import AuthClient
from quickbooks import QuickBooks, exceptions
from quickbooks import objects as library
from quickbooks.batch import batch_create, batch_delete, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.mixins import DeleteMixin, ListMixin, SendMixin, VoidMixin
from quickbooks.objects import (
    Account,
    Attachable,
    CompanyInfo,
    Customer,
    Invoice,
    Item,
    Payment,
    PaymentLine,
    Preferences,
    SalesItemLine,
    SalesItemLineDetail,
    SalesReceipt,
)
from quickbooks.objects.base import AttachableRef, LinkedTxn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.testing import Emulator


@pytest.fixture
def company(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuickBooks]:
    yield from connected(emulator, monkeypatch)


def connected(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuickBooks]:
    """The library with a fresh consent, its addresses set as its own attributes."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    for name in ("sandbox_api_url_v3", "api_url_v3"):
        monkeypatch.setattr(QuickBooks, name, f"{emulator.url}/v3")
    settings = emulator.settings()
    auth = AuthClient(
        client_id=settings["client_id"],
        client_secret=settings["client_secret"],
        environment=settings["discovery_url"],
        redirect_uri=settings["redirect_uri"],
        refresh_token=settings["refresh_token"],
        realm_id=settings["realm_id"],
    )
    auth.refresh()
    client = QuickBooks(
        auth_client=auth,
        refresh_token=auth.refresh_token,
        company_id=emulator.realm_id,
        minorversion=75,
    )
    try:
        yield client
    finally:
        client.session.close()


def invoice_of(item_id: str, customer: Customer, number: str) -> Invoice:
    line = SalesItemLine()
    line.Amount = 20
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.Qty = 2
    line.SalesItemLineDetail.UnitPrice = 10
    line.SalesItemLineDetail.ItemRef = Item().to_ref()
    line.SalesItemLineDetail.ItemRef.value = item_id
    invoice = Invoice()
    invoice.CustomerRef = customer.to_ref()
    invoice.DocNumber = number
    invoice.Line.append(line)
    return invoice


def test_objects_are_saved_found_counted_changed_and_deleted(
    emulator: Emulator, company: QuickBooks
) -> None:
    """
    all, filter, where, count, get, save, delete and void of the object API.
    Source: Intuit, reference pages; python-quickbooks, README.
    """
    item_id = emulator.item("POT", 10)["Id"]
    customer = Customer()
    customer.DisplayName = "Adam's Candy"
    customer.save(qb=company)
    assert "1" == customer.Id

    invoice = invoice_of(item_id, customer, "1")
    assert 20 == invoice.save(qb=company).TotalAmt
    assert 8 == emulator.quantity(item_id)

    assert ["Adam's Candy"] == [
        found.DisplayName for found in Customer.filter(DisplayName="Adam's Candy", qb=company)
    ]
    assert 1 == Invoice.count("DocNumber = '1'", qb=company)
    assert ["1"] == [row.DocNumber for row in Invoice.where("Balance > '0'", qb=company)]
    assert len(emulator.entities("Account")) == len(Account.all(max_results=1000, qb=company))
    assert 5 == len(Account.all(max_results=5, start_position="3", qb=company))
    ordered = Account.all(order_by="Name DESC", max_results=3, qb=company)
    assert ordered == sorted(ordered, key=lambda row: row.Name, reverse=True)

    again = Invoice.get(invoice.Id, qb=company)
    again.PrivateNote = "changed"
    changed = again.save(qb=company)
    assert ("1", "changed") == (changed.SyncToken, Invoice.get(again.Id, qb=company).PrivateNote)
    with pytest.raises(exceptions.QuickbooksException) as stale:
        invoice.save(qb=company)
    assert 5010 == stale.value.error_code

    changed.void(qb=company)
    assert 10 == emulator.quantity(item_id)
    Invoice.get(invoice.Id, qb=company).delete(qb=company)
    with pytest.raises(exceptions.ObjectNotFoundException):
        Invoice.get(invoice.Id, qb=company)


def test_payments_company_and_preferences(emulator: Emulator, company: QuickBooks) -> None:
    """
    Source: Intuit, "Payment", "CompanyInfo", "Preferences".
    """
    item_id = emulator.item("POT", 10)["Id"]
    customer = Customer()
    customer.DisplayName = "Ada"
    customer.save(qb=company)
    invoice = invoice_of(item_id, customer, "1")
    invoice.save(qb=company)
    linked = LinkedTxn()
    linked.TxnId = invoice.Id
    linked.TxnType = "Invoice"
    line = PaymentLine()
    line.Amount = 20
    line.LinkedTxn.append(linked)
    payment = Payment()
    payment.TotalAmt = 20
    payment.CustomerRef = customer.to_ref()
    payment.Line.append(line)

    payment.save(qb=company)

    assert 0 == Invoice.get(invoice.Id, qb=company).Balance
    assert "Emulated Company" == CompanyInfo.all(qb=company)[0].CompanyName
    assert "US" == CompanyInfo.get(1, qb=company).Country
    assert Preferences.get(qb=company).ProductAndServicesPrefs.QuantityOnHand is True


def test_batches_and_changes(emulator: Emulator, company: QuickBooks) -> None:
    """
    Source: Intuit, "Batch", "Change data capture"; python-quickbooks, README.
    """
    customers = []
    for number in range(3):
        customer = Customer()
        customer.DisplayName = "Same" if number else "First"
        customers.append(customer)

    result = batch_create(customers, qb=company)
    # A bare date is midnight where the company is, which may be hours ahead of us.
    since = date.fromisoformat(emulator.now()[:10]) - timedelta(days=1)
    changes = change_data_capture([Customer, SalesReceipt], str(since), qb=company)

    assert 2 == len(result.successes)
    assert ["6240"] == [fault.Error[0].code for fault in result.faults]
    assert {"First", "Same"} == {row.DisplayName for row in changes.Customer}
    assert not hasattr(changes, "SalesReceipt")


def test_refusals_become_the_librarys_exceptions(emulator: Emulator, company: QuickBooks) -> None:
    """
    Source: Intuit, "Error codes"; python-quickbooks, exceptions.
    """
    with pytest.raises(exceptions.QuickbooksException) as refused:
        Customer().save(qb=company)
    assert 6080 == refused.value.error_code

    nobody = Invoice()
    with pytest.raises(exceptions.ValidationException) as incomplete:
        nobody.save(qb=company)
    assert 2020 == incomplete.value.error_code

    with pytest.raises(exceptions.QuickbooksException) as query:
        company.query("select * from Nowhere")
    assert 4001 == query.value.error_code

    emulator.expire_tokens()
    with pytest.raises(exceptions.AuthorizationException):
        Customer.all(qb=company)


CLASSES = {
    kind.qbo_object_name: kind
    for kind in vars(library).values()
    if isinstance(kind, type)
    and issubclass(kind, ListMixin)
    and kind.qbo_object_name
    and "/" not in kind.qbo_object_name
}
NOT_KEPT = {"Budget", "CreditCardPayment", "CompanyCurrency"}
"""Entities that the emulator's company has none of."""
NEVER_SAVED = {"TaxAgency", "TaxCode", "TaxRate", "CompanyInfo", "Attachable", "Preferences"}
MARKS = ("SyncToken", "MetaData", "sparse")


LACKING: dict[str, dict[str, Any]] = {
    "Class": {"Name": "Gardens"},
    "Department": {"Name": "North"},
    "Attachable": {"Note": "forty planters"},
    "Transfer": {
        "FromAccountRef": {"value": "35"}, "ToAccountRef": {"value": "4"}, "Amount": 10,
    },
    "VendorCredit": {
        "VendorRef": {"value": "56"},
        "Line": [{
            "Amount": 5, "DetailType": "AccountBasedExpenseLineDetail",
            "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "60"}},
        }],
    },
}  # fmt: skip
"""One object of each entity that the demo company has none of."""


def reset_to_demo(emulator: Emulator) -> None:
    """The demo company, which has something of everything."""
    emulator.reset(seed="demo")
    tracking = {"ClassTrackingPerTxn": True, "TrackDepartments": True}
    emulator.update("Preferences", {"Id": "1", "AccountingInfoPrefs": tracking, "sparse": True})
    for name, body in LACKING.items():
        assert [] == emulator.entities(name)
        emulator.create(name, body)


@pytest.fixture(scope="module")
def demo(emulator_server: Emulator) -> Emulator:
    """The demo company, which these tests leave as they found it but for SyncTokens."""
    reset_to_demo(emulator_server)
    return emulator_server


@pytest.fixture
def demo_company(demo: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuickBooks]:
    yield from connected(demo, monkeypatch)


@pytest.mark.parametrize("name", sorted(set(CLASSES) - NOT_KEPT))
def test_each_class_lists_what_is_there(
    demo: Emulator, demo_company: QuickBooks, name: str
) -> None:
    """
    all, count, filter, where, choose and get give the stored objects, inactive ones left out.
    Source: Intuit, "Query operations and syntax"; python-quickbooks, README.
    """
    kind: Any = CLASSES[name]
    stored = {body["Id"]: body for body in demo.entities(name)}
    active = {number for number, body in stored.items() if body.get("Active", True)}

    assert active
    assert active == {row.Id for row in kind.all(max_results=1000, qb=demo_company)}
    assert len(active) == kind.count(qb=demo_company)
    for number in sorted(active, key=int)[:3]:
        [chosen] = kind.choose([number], qb=demo_company)
        [filtered] = kind.filter(Id=number, qb=demo_company)
        [found] = kind.where(f"Id = '{number}'", qb=demo_company)
        assert {number} == {chosen.Id, filtered.Id, found.Id}
        if hasattr(kind, "get") and name not in {"Preferences", "CompanyInfo"}:
            assert number == kind.get(number, qb=demo_company).Id


@pytest.mark.parametrize("name", sorted(set(CLASSES) - NOT_KEPT - NEVER_SAVED))
def test_what_is_read_and_saved_unchanged_stays_the_same(
    demo: Emulator, demo_company: QuickBooks, name: str
) -> None:
    """
    Reading an object and saving it again sends all of its fields back, with the library's defaults
    beside them; nothing that was there is lost or altered but its SyncToken.
    Source: Intuit, "Full update" of each entity.
    """
    kind: Any = CLASSES[name]
    tried = changeable(demo, name)[:4]
    assert tried
    for before in tried:
        kind.get(before["Id"], qb=demo_company).save(qb=demo_company)
        [after] = [body for body in demo.entities(name) if body["Id"] == before["Id"]]

        assert [] == lost(before, after)


def changeable(emulator: Emulator, name: str) -> list[dict[str, Any]]:
    """The stored objects that QuickBooks would let be changed.

    Not what was deposited (6540), nor the sample company's sales of before its stock began (6270).
    """
    starts = {item["Id"]: item.get("InvStartDate", "") for item in emulator.entities("Item")}
    return [
        body
        for body in emulator.entities(name)
        if body.get("Active", True)
        and "Deposit" not in {link["TxnType"] for link in body.get("LinkedTxn", [])}
        and all(
            starts.get(detail.get("ItemRef", {}).get("value"), "") <= body["TxnDate"]
            for line in body.get("Line", [])
            for member, detail in line.items()
            if member.endswith("ItemLineDetail") or member == "ItemBasedExpenseLineDetail"
        )
    ]


def lost(before: Any, after: Any, path: str = "") -> list[str]:
    """What a full update that changes nothing has lost or altered; it may have added defaults."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            where
            for name, value in before.items()
            if name not in MARKS
            for where in lost(value, after.get(name), f"{path}.{name}")
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = zip(before, after, strict=True)
        return [where for mine, theirs in pairs for where in lost(mine, theirs, f"{path}[]")]
    return [] if before == after else [f"{path}: {before} became {after}"]


def test_the_library_knows_what_can_be_deleted_voided_and_sent() -> None:
    """
    Every class that has the method is tried below. Source: python-quickbooks, README.
    """
    can = {
        mixin: {name for name, kind in CLASSES.items() if issubclass(kind, mixin)}
        for mixin in (DeleteMixin, VoidMixin, SendMixin)
    }

    assert set(DELETED) | {"Attachable"} == can[DeleteMixin] - NOT_KEPT
    assert set(VOIDED) == can[VoidMixin]
    assert set(SENT) == can[SendMixin]


DELETED = (
    "Bill", "BillPayment", "CreditMemo", "Deposit", "Estimate", "Invoice", "JournalEntry",
    "Payment", "Purchase", "PurchaseOrder", "RefundReceipt", "SalesReceipt", "TimeActivity",
    "Transfer", "VendorCredit",
)  # fmt: skip
VOIDED = ("BillPayment", "Invoice", "Payment", "SalesReceipt")
SENT = ("Estimate", "Invoice", "PurchaseOrder")


@pytest.mark.parametrize("name", DELETED)
def test_each_document_is_deleted(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """
    The library reads a document of the demo company and deletes it; then it is not found.
    Source: Intuit, "Delete" of each entity.
    """
    reset_to_demo(emulator)
    kind: Any = CLASSES[name]
    body = changeable(emulator, name)[-1]
    for company in connected(emulator, monkeypatch):
        kind.get(body["Id"], qb=company).delete(qb=company)

        with pytest.raises(exceptions.ObjectNotFoundException):
            kind.get(body["Id"], qb=company)


@pytest.mark.parametrize("name", VOIDED)
def test_each_document_is_voided(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """
    Amounts fall to nought, the note says so. Source: Intuit, "Void" of each entity.
    """
    emulator.reset(seed="demo")
    kind: Any = CLASSES[name]
    body = changeable(emulator, name)[-1]
    for company in connected(emulator, monkeypatch):
        kind.get(body["Id"], qb=company).void(qb=company)

        voided = kind.get(body["Id"], qb=company)

    assert 0 == voided.TotalAmt
    assert voided.PrivateNote.startswith("Voided")


@pytest.mark.parametrize("name", SENT)
def test_each_document_is_sent_and_printed(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """
    Source: Intuit, "Send" and "Get as PDF" of each entity.
    """
    emulator.reset(seed="demo")
    kind: Any = CLASSES[name]
    body = emulator.entities(name)[-1]
    for company in connected(emulator, monkeypatch):
        document = kind.get(body["Id"], qb=company)

        reply = document.send(qb=company, send_to="ada+books@example.com")

        assert "EmailSent" == reply[name]["EmailStatus"]
        if hasattr(document, "download_pdf"):
            assert document.download_pdf(qb=company).startswith(b"%PDF")


def test_batches_update_and_delete(emulator: Emulator, company: QuickBooks) -> None:
    """
    Source: Intuit, "Batch"; python-quickbooks, README.
    """
    item_id = emulator.item("POT", 10)["Id"]
    customer = Customer()
    customer.DisplayName = "Ada"
    customer.save(qb=company)
    invoices = [invoice_of(item_id, customer, str(number)) for number in range(1, 4)]
    made = batch_create(invoices, qb=company).successes
    for invoice in made:
        invoice.PrivateNote = "all of them"

    updated = batch_update(made, qb=company)
    assert {"all of them"} == {row.PrivateNote for row in Invoice.all(qb=company)}
    stale = batch_delete(made, qb=company)
    deleted = batch_delete(updated.successes, qb=company)

    assert ["5010"] * 3 == [fault.Error[0].code for fault in stale.faults]
    assert 3 == len(deleted.successes)
    assert 0 == Invoice.count(qb=company)
    assert 10 == emulator.quantity(item_id)


def test_a_file_is_attached_found_and_taken_away(emulator: Emulator, company: QuickBooks) -> None:
    """
    Upload with metadata, query, read, delete. Source: Intuit, "Attachable", "Upload".
    """
    customer = Customer()
    customer.DisplayName = "Ada"
    customer.save(qb=company)
    note = Attachable()
    note.FileName = "count.txt"
    note.ContentType = "text/plain"
    note._FileBytes = b"forty planters"
    reference = AttachableRef()
    reference.EntityRef = customer.to_ref()
    note.AttachableRef.append(reference)

    saved = note.save(qb=company)

    assert ("count.txt", 14) == (saved.FileName, saved.Size)
    assert [saved.Id] == [row.Id for row in Attachable.all(qb=company)]
    Attachable.get(saved.Id, qb=company).delete(qb=company)
    assert [] == Attachable.all(qb=company)


def test_reports_come_as_intuit_lays_them_out(emulator: Emulator, company: QuickBooks) -> None:
    """
    Header, Columns and Rows. Source: Intuit, "Inventory valuation summary", "Balance sheet".
    """
    emulator.item("POT", 10, PurchaseCost=5)

    valuation = company.get_report("InventoryValuationSummary")
    sheet = company.get_report("BalanceSheet", {"report_date": emulator.now()[:10]})

    assert "InventoryValuationSummary" == valuation["Header"]["ReportName"]
    assert {"Header", "Columns", "Rows"} == set(valuation) == set(sheet)
