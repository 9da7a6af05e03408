"""
node-quickbooks, unmodified, against the emulator: its own settings name the addresses.

Collected only where Node and npm are there; the summary of the run says when they are not.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.witnesses.environments import node_modules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.testing import Emulator

DRIVER = Path(__file__).parent / "witnesses" / "node_client.js"


class Node:
    """The library in a process of its own."""

    def __init__(self, emulator: Emulator) -> None:
        modules = node_modules("node-quickbooks", "2.0.50")
        self.process = subprocess.Popen(
            ["node", DRIVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                "PATH": os.environ["PATH"],
                "NODE_PATH": str(modules),
                "EMULATOR_URL": emulator.url,
                "EMULATOR_SETTINGS": json.dumps(emulator.settings()),
            },
        )

    def ask(self, method: str, *arguments: Any) -> dict[str, Any]:
        """A call and its whole outcome: failed, status, data."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([method, *arguments]) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def call(self, method: str, *arguments: Any) -> Any:
        """A call that succeeds."""
        answer = self.ask(method, *arguments)
        assert not answer["failed"], (method, answer)
        return answer["data"]

    def code(self, method: str, *arguments: Any) -> str:
        """The code of a refusal."""
        answer = self.ask(method, *arguments)
        assert answer["failed"], (method, answer)
        return str(answer["data"]["Fault"]["Error"][0]["code"])

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(10)
        if self.process.stdout:
            self.process.stdout.close()


@pytest.fixture
def node(emulator: Emulator) -> Iterator[Node]:
    client = Node(emulator)
    try:
        client.call("refreshAccessToken")
        yield client
    finally:
        client.close()


def sale(customer: dict[str, Any], item_id: str, **more: Any) -> dict[str, Any]:
    detail = {"ItemRef": {"value": item_id}, "Qty": 2, "UnitPrice": 10}
    line = {"Amount": 20, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    return {"CustomerRef": {"value": customer["Id"]}, "Line": [line], **more}


def test_it_refreshes_revokes_and_is_refused(node: Node) -> None:
    """
    The rotated token serves; without one the gateway refuses, in its lower-case dialect.
    Source: Intuit, "OAuth 2.0", "Handle errors and exceptions".
    """
    assert 3600 == node.call("refreshAccessToken")["expires_in"]
    assert "Emulated Company" == node.call("getCompanyInfo", "1")["CompanyName"]

    assert not node.ask("revokeAccess", True)["failed"]

    refused = node.ask("getCompanyInfo", "1")
    assert (True, 401) == (refused["failed"], refused["status"])
    assert "3200" == refused["data"]["fault"]["error"][0]["code"]


def test_objects_are_created_found_counted_changed_and_deleted(
    emulator: Emulator, node: Node
) -> None:
    """
    create, get, find by criteria, count, update, delete, void; numbers and refusals come through.
    Source: Intuit, reference pages; node-quickbooks, README.
    """
    item_id = emulator.item("POT", 10)["Id"]
    customer = node.call("createCustomer", {"DisplayName": "Adam's Candy"})
    invoice = node.call("createInvoice", sale(customer, item_id, DocNumber="1"))
    assert 20 == invoice["TotalAmt"]
    assert 8 == emulator.quantity(item_id)

    criteria = [
        {"field": "TxnDate", "value": "2000-01-01", "operator": ">"},
        {"field": "Balance", "value": "0", "operator": ">"},
        {"field": "fetchAll", "value": True},
    ]
    found = node.call("findInvoices", criteria)["QueryResponse"]
    assert [invoice["Id"]] == [row["Id"] for row in found["Invoice"]]
    by_name = node.call("findCustomers", {"DisplayName": "Adam's Candy"})["QueryResponse"]
    assert [customer["Id"]] == [row["Id"] for row in by_name["Customer"]]
    paged = node.call("findAccounts", {"asc": "Name", "limit": 3, "offset": 2})["QueryResponse"]
    assert (2, 3) == (paged["startPosition"], paged["maxResults"])
    counted = node.call("findAccounts", {"count": True})["QueryResponse"]
    assert len(emulator.entities("Account")) == counted["totalCount"]

    changed = node.call("updateInvoice", {**invoice, "PrivateNote": "changed"})
    assert ("1", "changed") == (changed["SyncToken"], changed["PrivateNote"])
    assert "5010" == node.code("updateInvoice", {**invoice, "PrivateNote": "late"})
    node.call("voidInvoice", {"Id": changed["Id"], "SyncToken": changed["SyncToken"]})
    assert 10 == emulator.quantity(item_id)
    node.call("deleteInvoice", invoice["Id"])
    assert "610" == node.code("getInvoice", invoice["Id"])
    assert "2020" == node.code("createInvoice", {})


def test_a_requestid_is_answered_once(emulator: Emulator, node: Node) -> None:
    """
    Its `requestId` becomes the query parameter. Source: Intuit, "Request ID".
    """
    item_id = emulator.item("POT", 10)["Id"]
    customer = node.call("createCustomer", {"DisplayName": "Ada"})
    body = sale(customer, item_id, requestId="order-1")

    first = node.call("createSalesReceipt", body)
    second = node.call("createSalesReceipt", body)

    assert first["Id"] == second["Id"]
    assert 8 == emulator.quantity(item_id)


def test_batches_and_changes(emulator: Emulator, node: Node) -> None:
    """
    Source: Intuit, "Batch", "Change data capture".
    """
    items = [
        {"bId": "1", "operation": "create", "Customer": {"DisplayName": "First"}},
        {"bId": "2", "operation": "create", "Customer": {"DisplayName": "First"}},
        {"bId": "3", "Query": "select count(*) from Account"},
    ]

    replies = {reply["bId"]: reply for reply in node.call("batch", items)["BatchItemResponse"]}
    # A bare date is midnight where the company is, which may be hours ahead of us.
    since = date.fromisoformat(emulator.now()[:10]) - timedelta(days=1)
    changes = node.call("changeDataCapture", "Customer,Invoice", str(since))

    # Which of the two comes first is the service's own affair.
    made, refused = sorted((replies["1"], replies["2"]), key=lambda reply: "Fault" in reply)
    assert "First" == made["Customer"]["DisplayName"]
    assert "6240" == refused["Fault"]["Error"][0]["code"]
    assert len(emulator.entities("Account")) == replies["3"]["QueryResponse"]["totalCount"]
    [customers, invoices] = changes["CDCResponse"][0]["QueryResponse"]
    assert ["First"] == [row["DisplayName"] for row in customers["Customer"]]
    assert {} == invoices


def test_reports_documents_and_settings(emulator: Emulator, node: Node) -> None:
    """
    Reports, the document as PDF, the mail, preferences.
    Source: Intuit, "Inventory valuation summary", "Invoice" (Get as PDF, Send), "Preferences".
    """
    item_id = emulator.item("POT", 10)["Id"]
    customer = node.call("createCustomer", {"DisplayName": "Ada"})
    invoice = node.call("createInvoice", sale(customer, item_id))

    valuation = node.call("reportInventoryValuationSummary", {})
    balances = node.call("reportCustomerBalance", {})
    pdf = node.call("getInvoicePdf", invoice["Id"])
    sent = node.call("sendInvoicePdf", invoice["Id"], "ada@example.com")

    assert "InventoryValuationSummary" == valuation["Header"]["ReportName"]
    assert "POT" in json.dumps(valuation["Rows"])
    assert "Ada" in json.dumps(balances["Rows"])
    assert base64.b64decode(pdf["bytes"]).startswith(b"%PDF")
    assert "EmailSent" == sent["EmailStatus"]
    assert node.call("getPreferences")["ProductAndServicesPrefs"]["QuantityOnHand"] is True


@pytest.mark.parametrize(
    ("method", "entity"),
    [
        ("findAccounts", "Account"), ("findBills", "Bill"), ("findBillPayments", "BillPayment"),
        ("findClasses", "Class"), ("findCreditMemos", "CreditMemo"), ("findCustomers", "Customer"),
        ("findDepartments", "Department"), ("findDeposits", "Deposit"),
        ("findEmployees", "Employee"), ("findEstimates", "Estimate"), ("findInvoices", "Invoice"),
        ("findItems", "Item"), ("findJournalEntries", "JournalEntry"),
        ("findPayments", "Payment"), ("findPaymentMethods", "PaymentMethod"),
        ("findPurchases", "Purchase"), ("findPurchaseOrders", "PurchaseOrder"),
        ("findRefundReceipts", "RefundReceipt"), ("findSalesReceipts", "SalesReceipt"),
        ("findTaxAgencies", "TaxAgency"), ("findTaxCodes", "TaxCode"),
        ("findTaxRates", "TaxRate"), ("findTerms", "Term"), ("findTransfers", "Transfer"),
        ("findVendors", "Vendor"), ("findVendorCredits", "VendorCredit"),
        ("findTimeActivities", "TimeActivity"),
    ],
)  # fmt: skip
def test_every_list_of_the_demo_company_is_found(
    demo: Emulator, demo_node: Node, method: str, entity: str
) -> None:
    """
    The rows it finds are those that are there. Source: Intuit, reference page of each entity.
    """
    held = {body["Id"] for body in demo.entities(entity) if body.get("Active", True)}

    answer = demo_node.call(method, {"fetchAll": True}) if held else demo_node.call(method, {})

    assert held == {row["Id"] for row in answer["QueryResponse"].get(entity, [])}


@pytest.fixture(scope="module")
def demo(emulator_server: Emulator) -> Emulator:
    emulator_server.reset(seed="demo")
    return emulator_server


@pytest.fixture(scope="module")
def demo_node(demo: Emulator) -> Iterator[Node]:
    client = Node(demo)
    try:
        client.call("refreshAccessToken")
        yield client
    finally:
        client.close()
