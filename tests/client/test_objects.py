"""python-quickbooks' own objects, through the gate: none of its calls goes round it."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import quickbooks
from quickbooks import QuickBooks, batch, cdc, objects
from quickbooks.objects import Customer, Invoice, Item

from quickbooks_client import (
    AuthenticationError,
    ConfigurationError,
    ConnectionLostError,
    DuplicateNameError,
    NotFoundError,
    RejectedError,
    ServerError,
    ThrottledError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_client import Client
    from quickbooks_emulator.testing import Emulator
    from tests.client.fakes import FakeClock

API = "/v3/company"
ADA = {"DisplayName": "Ada"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


class Shop:
    """A customer, an item and an invoice, as python-quickbooks' objects."""

    def __init__(self, emulator: Emulator, client: Client) -> None:
        account = emulator.create("Account", {"Name": "Till", "AccountType": "Income"})
        item = {
            "Name": "Tea",
            "Type": "Service",
            "UnitPrice": Decimal("1.10"),
            "IncomeAccountRef": {"value": account["Id"]},
        }
        self.item_id = str(emulator.create("Item", item)["Id"])
        self.customer_id = str(emulator.create("Customer", {"DisplayName": "Grace"})["Id"])
        line = {
            "Amount": 11,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {
                "ItemRef": {"value": self.item_id},
                "Qty": 10,
                "UnitPrice": Decimal("1.1"),
            },
        }
        body = {"CustomerRef": {"value": self.customer_id}, "Line": [line]}
        self.invoice_id = str(emulator.create("Invoice", body)["Id"])
        self.deleted_id = str(emulator.create("Invoice", body)["Id"])
        self.qb = client.quickbooks
        self.url = f"{self.qb.api_url}/company/{self.qb.company_id}"

    def invoice(self, invoice_id: str | None = None) -> Any:
        """An invoice as an object. Any: python-quickbooks publishes no types."""
        return Invoice.get(invoice_id or self.invoice_id, qb=self.qb)


def customer(name: str) -> Any:
    found = Customer()
    found.DisplayName = name
    return found


def attachment() -> Any:
    found = objects.Attachable()
    found.FileName, found.ContentType, found._FileBytes = "tea.png", "image/png", PNG
    return found


METHODS: dict[str, Callable[[Shop], Any]] = {
    "get": lambda shop: shop.qb.get(f"{shop.url}/customer/{shop.customer_id}"),
    "post": lambda shop: shop.qb.post(f"{shop.url}/customer", json.dumps(ADA)),
    "make_request": lambda shop: shop.qb.make_request(
        "GET", f"{shop.url}/item/{shop.item_id}", params={}
    ),
    "process_request": lambda shop: shop.qb.process_request(
        "GET", f"{shop.url}/item/{shop.item_id}", headers={"Accept": "application/json"}
    ),
    "get_report": lambda shop: shop.qb.get_report("ProfitAndLoss"),
    "change_data_capture": lambda shop: shop.qb.change_data_capture(
        "Invoice", "2026-11-20T00:00:00Z"
    ),
    "get_single_object": lambda shop: shop.qb.get_single_object("Item", shop.item_id),
    "query": lambda shop: shop.qb.query("SELECT * FROM Customer"),
    "create_object": lambda shop: shop.qb.create_object("Customer", json.dumps(ADA)),
    "update_object": lambda shop: shop.qb.update_object(
        "Customer",
        json.dumps({"Id": shop.customer_id, "SyncToken": "0", "sparse": True, "Title": "Dr"}),
    ),
    "delete_object": lambda shop: shop.qb.delete_object(
        "Invoice", json.dumps({"Id": shop.deleted_id, "SyncToken": "0"})
    ),
    "batch_operation": lambda shop: shop.qb.batch_operation(
        json.dumps({"BatchItemRequest": [{"bId": "1", "Query": "SELECT * FROM Item"}]})
    ),
    "misc_operation": lambda shop: shop.qb.misc_operation(
        f"invoice/{shop.invoice_id}/send?sendTo=ada%40example.com", None, "application/octet-stream"
    ),
    "download_pdf": lambda shop: shop.qb.download_pdf("Invoice", shop.invoice_id),
}
"""Each public method that makes a call."""
SILENT = {"handle_exceptions", "isvalid_object_name", "validate_webhook_signature"}
"""Public methods that make none."""
REFUSED = {"get_current_user"}
"""What calls another host."""

USES: dict[str, Callable[[Shop], Any]] = {
    "all": lambda shop: Customer.all(qb=shop.qb),
    "all items": lambda shop: Item.all(qb=shop.qb, order_by="Name", start_position=1),
    "filter": lambda shop: Customer.filter(DisplayName="Grace", qb=shop.qb),
    "choose": lambda shop: Customer.choose([shop.customer_id], qb=shop.qb),
    "where": lambda shop: Customer.where("DisplayName = 'Grace'", qb=shop.qb),
    "query": lambda shop: Customer.query("SELECT * FROM Customer", qb=shop.qb),
    "count": lambda shop: Customer.count(qb=shop.qb),
    "get": lambda shop: Customer.get(shop.customer_id, qb=shop.qb),
    "create": lambda shop: customer("Ada").save(qb=shop.qb),
    "update": lambda shop: shop.invoice().save(qb=shop.qb),
    "send": lambda shop: shop.invoice().send(qb=shop.qb, send_to="ada@example.com"),
    "void": lambda shop: shop.invoice().void(qb=shop.qb),
    "delete": lambda shop: shop.invoice(shop.deleted_id).delete(qb=shop.qb),
    "PDF": lambda shop: shop.invoice().download_pdf(qb=shop.qb),
    "upload": lambda shop: attachment().save(qb=shop.qb),
    "batch": lambda shop: batch.batch_create([customer("Ada"), customer("Alan")], qb=shop.qb),
    "changes": lambda shop: cdc.change_data_capture([Invoice], "2026-11-20T00:00:00Z", qb=shop.qb),
    "preferences": lambda shop: objects.Preferences.get(qb=shop.qb),
    "company": lambda shop: objects.CompanyInfo.get(1, qb=shop.qb),
}


@pytest.fixture
def shop(emulator: Emulator, client: Client) -> Shop:
    """A shop, nothing called yet."""
    found = Shop(emulator, client)
    emulator.clear_calls()
    return found


def seen(emulator: Emulator) -> int:
    """Calls to the API, as the other side has seen them."""
    return sum(API in str(call["path"]) for call in emulator.calls())


def writes(emulator: Emulator) -> list[dict[str, Any]]:
    return [call for call in emulator.calls(method="POST") if API in str(call["path"])]


def lose(emulator: Emulator, times: int) -> None:
    """Lose the replies to the next writes."""
    emulator.fail(method="POST", path=API, times=times, do={"kind": "lose_reply"})


@pytest.mark.parametrize("does", METHODS | USES)
def test_every_call_passes_the_gate(
    emulator: Emulator, client: Client, shop: Shop, does: str
) -> None:
    """
    What QuickBooks has seen is what the gate has counted; a first 503 is not met by a read.
    """
    act = (METHODS | USES)[does]
    emulator.fail(path=API, times=1, method="GET", do={"kind": "status", "status": 503})

    act(shop)

    assert 0 < seen(emulator)
    assert client.meter.snapshot().requests == seen(emulator)


def test_no_public_method_is_left_out() -> None:
    """
    A new version of python-quickbooks with another call has to be looked at.
    """
    public = {
        name
        for name, member in inspect.getmembers(QuickBooks)
        if callable(member) and not name.startswith("_")
    }

    assert set(METHODS) | SILENT | REFUSED == public


def test_only_one_method_of_the_library_sends() -> None:
    """
    Whatever its objects do ends in `process_request`, which is ours: nothing else in the library
    touches the session, and nothing but its own sign-in, which is not used, opens another.
    """
    touching = {}
    for module in pkgutil.walk_packages(quickbooks.__path__, "quickbooks."):
        found = importlib.import_module(module.name)
        for owner in [found, *(one for _, one in inspect.getmembers(found, inspect.isclass))]:
            for name, member in vars(owner).items():
                function = inspect.unwrap(getattr(member, "__func__", member))
                if getattr(function, "__module__", None) == found.__name__ and hasattr(
                    function, "__code__"
                ):
                    names = set(function.__code__.co_names)
                    if names & {"session", "OAuth2Session", "requests", "urlopen"}:
                        touching[name] = names & {"OAuth2Session", "request", "urlopen"}

    assert {
        "process_request": {"request"},
        "_start_session": {"OAuth2Session"},
        "download_pdf": set(),
    } == touching


@pytest.mark.parametrize("does", sorted(REFUSED))
def test_the_token_goes_to_the_company_alone(client: Client, does: str) -> None:
    """
    python-quickbooks has calls that go elsewhere; they are refused before anything is sent.
    """
    with pytest.raises(ConfigurationError, match="nowhere else"):
        getattr(client.quickbooks, does)()


def test_the_companies_of_others_are_not_ours(client: Client) -> None:
    """
    Nor an address that only begins like ours.
    """
    address = client.quickbooks.company_url.rstrip("/")

    for wrong in (f"{address}0/item/1", address.replace("127.0.0.1", "127.0.0.1.example")):
        with pytest.raises(ConfigurationError, match="nowhere else"):
            client.quickbooks.get(wrong)


@pytest.mark.parametrize("does", ["create", "update", "void", "delete"])
def test_a_write_of_an_object_that_is_lost_is_applied_once(
    emulator: Emulator, client: Client, shop: Shop, does: str
) -> None:
    """
    It brings no requestid, so the gate gives it one, and sends it again under that.
    """
    lose(emulator, times=2)

    USES[does](shop)

    ids = [call["request_id"] for call in writes(emulator)]
    assert [3, 1] == [len(ids), len(set(ids))]
    assert ids[0]
    assert 2 == client.meter.snapshot().retried


def test_two_writes_have_two_requestids(emulator: Emulator, client: Client) -> None:
    """
    Else the second would get the first one's reply.
    """
    found = [customer(name).save(qb=client.quickbooks) for name in ("Ada", "Alan")]

    assert ["Ada", "Alan"] == [one.DisplayName for one in found]
    assert 2 == len(emulator.entities("Customer"))


def test_an_objects_own_requestid_is_kept(emulator: Emulator, client: Client) -> None:
    """
    `save(request_id=…)`.
    """
    customer("Ada").save(qb=client.quickbooks, request_id="job-7")

    (call,) = emulator.calls(method="POST", entity="Customer")
    assert "job-7" == call["request_id"]


@pytest.mark.parametrize("does", ["send", "batch", "upload"])
def test_what_cannot_have_a_requestid_is_sent_once(
    emulator: Emulator, shop: Shop, does: str
) -> None:
    """
    E-mails, batches and files: after a failure a person looks first.
    """
    lose(emulator, times=1)

    with pytest.raises(ConnectionLostError, match="look in QuickBooks") as caught:
        USES[does](shop)

    assert caught.value.may_be_applied
    assert 1 == len(writes(emulator))


def test_a_lost_write_of_an_object_says_what_to_do(emulator: Emulator, client: Client) -> None:
    """
    The requestid was the gate's, so nobody can repeat it: look first.
    """
    emulator.lose_reply("POST", "customer", times=9)

    with pytest.raises(ConnectionLostError, match="look in QuickBooks"):
        customer("Ada").save(qb=client.quickbooks)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "status", "status": 401, "body": "lowercase"}, AuthenticationError),
        ({"kind": "status", "status": 429}, ThrottledError),
        ({"kind": "status", "status": 500, "body": "json"}, ServerError),
        ({"kind": "status", "status": 503}, ServerError),
        ({"kind": "fault", "code": "6240", "status": 200}, DuplicateNameError),
        ({"kind": "fault", "code": "610", "status": 400}, NotFoundError),
        ({"kind": "fault", "code": "2010", "status": 400}, RejectedError),
    ],
)
@pytest.mark.parametrize("does", ["get", "create", "batch", "PDF", "upload"])
def test_an_object_meets_our_errors_alone(
    emulator: Emulator, shop: Shop, fault: dict[str, Any], kind: type[Exception], does: str
) -> None:
    """
    python-quickbooks would take a throttle for a validation error, and quote a 401's body.
    """
    act = METHODS["download_pdf"] if does == "PDF" else USES[does]
    emulator.fail(path=API, times=None, do=fault)

    with pytest.raises(kind):
        act(shop)


def test_a_token_that_ends_is_not_noticed_by_an_object(
    emulator: Emulator, client: Client, shop: Shop
) -> None:
    """
    One refresh, one replay.
    """
    Customer.count(qb=shop.qb)
    emulator.expire_tokens()

    assert 1 == Customer.count(qb=shop.qb)
    assert 2 == client.meter.snapshot().refreshed


def test_a_throttled_write_of_an_object_only_waits(
    emulator: Emulator, shop: Shop, clock: FakeClock
) -> None:
    """
    Also without a requestid: what is throttled was not begun.
    """
    emulator.throttle(times=1, method="POST")

    USES["send"](shop)

    assert [60.0] == [slept for slept in clock.slept if slept >= 1]


def test_a_pdf_is_a_pdf(emulator: Emulator, shop: Shop) -> None:
    """
    A proxy's page in its place is not handed on.
    """
    emulator.fail(path="/pdf", times=1, do={"kind": "html", "status": 200})

    found = METHODS["download_pdf"](shop)

    assert found.startswith(b"%PDF")


def test_numbers_of_objects_are_exact(emulator: Emulator, shop: Shop) -> None:
    """
    Read as `Decimal`, written back digit for digit, although as text, which QuickBooks takes.
    """
    item = Item.get(shop.item_id, qb=shop.qb)
    item.UnitPrice = Decimal("12345678.1234567")

    saved = item.save(qb=shop.qb)

    assert Decimal("12345678.1234567") == saved.UnitPrice
    assert isinstance(Item.get(shop.item_id, qb=shop.qb).UnitPrice, Decimal)
    (stored,) = emulator.entities("Item")
    assert Decimal("12345678.1234567") == Decimal(str(stored["UnitPrice"]))


def test_adjustments_are_known_to_the_gate(client: Client) -> None:
    """
    python-quickbooks' own list lacks them.
    """
    assert client.quickbooks.isvalid_object_name("InventoryAdjustment")
