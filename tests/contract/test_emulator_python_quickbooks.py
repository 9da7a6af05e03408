"""python-quickbooks and intuit-oauth, unmodified, against the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from intuitlib.client import AuthClient
from intuitlib.exceptions import AuthClientError
from quickbooks import QuickBooks, exceptions
from quickbooks.batch import batch_create
from quickbooks.cdc import change_data_capture
from quickbooks.objects import (
    Account,
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
from quickbooks.objects.base import LinkedTxn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.testing import Emulator


@pytest.fixture
def auth(emulator: Emulator) -> AuthClient:
    settings = emulator.settings()
    return AuthClient(
        client_id=settings["client_id"],
        client_secret=settings["client_secret"],
        environment=settings["discovery_url"],
        redirect_uri=settings["redirect_uri"],
        refresh_token=settings["refresh_token"],
        realm_id=settings["realm_id"],
    )


@pytest.fixture
def company(
    emulator: Emulator, auth: AuthClient, monkeypatch: pytest.MonkeyPatch
) -> Iterator[QuickBooks]:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    for name in ("sandbox_api_url_v3", "api_url_v3"):
        monkeypatch.setattr(QuickBooks, name, f"{emulator.url}/v3")
    auth.refresh()
    client = QuickBooks(
        auth_client=auth,
        refresh_token=auth.refresh_token,
        company_id=emulator.realm_id,
        minorversion=75,
    )
    yield client
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


def test_intuit_oauth_finds_refreshes_and_revokes(auth: AuthClient) -> None:
    """
    The library reads our discovery document, rotates its token, and is refused once it has revoked
    it. Source: Intuit, "OAuth 2.0", "Discovery document".
    """
    first = auth.refresh_token

    auth.refresh()
    assert first != auth.refresh_token
    assert 3600 == auth.expires_in
    assert 8_726_400 == auth.x_refresh_token_expires_in

    assert auth.revoke(token=auth.refresh_token)
    with pytest.raises(AuthClientError) as refused:
        auth.refresh()
    assert 400 == refused.value.status_code


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
    assert 14 == len(Account.all(max_results=1000, qb=company))
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
    changes = change_data_capture([Customer, SalesReceipt], emulator.now()[:10], qb=company)

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
