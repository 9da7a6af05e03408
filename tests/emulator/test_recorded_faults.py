"""
Every fault that was recorded can be provoked, and has the same status, words and shape.

People's names in "You and X were working", hosts, ids and times may differ; nothing else does.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from recorded.cases import load
from recorded.shapes import form_of_moment
from recorded.wire import App

if TYPE_CHECKING:
    from collections.abc import Callable

    from recorded.wire import Answer

    from quickbooks_emulator.testing import Emulator

FOLDER = Path(__file__).parent / "recorded"
FILES = {each.file: each for each in load(FOLDER)}
SPACE = "{http://schema.intuit.com/finance/v3}"


@dataclass(frozen=True, slots=True)
class Scene:
    """An app, and a company in which the fault is deserved."""

    emulator: Emulator
    app: App

    def item(self) -> dict[str, Any]:
        return self.emulator.item("PUMP", 10)

    def invoice_body(self) -> dict[str, Any]:
        customer = self.emulator.create("Customer", {"DisplayName": "Amy's Bird Sanctuary"})
        service = {"Name": "Hours", "Type": "Service", "IncomeAccountRef": {"value": "1"}}
        item = self.emulator.create("Item", service)
        detail = {"ItemRef": {"value": item["Id"]}}
        line = {"Amount": 100, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
        return {"CustomerRef": {"value": customer["Id"]}, "Line": [line]}

    def stale(self, entity: str, current: dict[str, Any], **params: str) -> Answer:
        """An update by someone who has missed another's."""
        marks = {"Id": current["Id"], "SyncToken": current["SyncToken"], "sparse": True}
        changed = self.app.post(entity, {**marks, "Description": "changed"}, **params)
        assert changed.status == 200, changed.body
        return self.app.post(entity, marks, **params)


def create_item(scene: Scene) -> Answer:
    return scene.app.post("Item", {"Type": "Service", "IncomeAccountRef": {"value": "79"}})


def create_sales_receipt(scene: Scene) -> Answer:
    return scene.app.post("SalesReceipt", {"Line": [{"Amount": 100}]})


def query_null(scene: Scene) -> Answer:
    return scene.app.query("SELECT * FROM NULL")


def read_item(scene: Scene) -> Answer:
    return scene.app.send("GET", "item/987654")


def update_item(scene: Scene) -> Answer:
    return scene.stale("Item", scene.item())


def update_preferences(scene: Scene) -> Answer:
    [preferences] = scene.emulator.entities("Preferences")
    marks = {"Id": preferences["Id"], "SyncToken": preferences["SyncToken"], "sparse": True}
    changed = {**marks, "SalesFormsPrefs": {"AllowEstimates": False}}
    assert scene.app.post("Preferences", changed).status == 200
    return scene.app.post("Preferences", marks)


def void_sales_receipt(scene: Scene) -> Answer:
    body = scene.invoice_body()
    receipt = scene.emulator.create("SalesReceipt", body)
    marks = {"Id": receipt["Id"], "SyncToken": receipt["SyncToken"], "sparse": True}
    assert scene.app.post("SalesReceipt", {**marks, "PrivateNote": "changed"}).status == 200
    return scene.app.post("SalesReceipt", marks, operation="update", include="void")


def query_misspelt(scene: Scene) -> Answer:
    return scene.app.query("SELECT * FROM Custmoer")


def unknown_property(scene: Scene) -> Answer:
    return scene.app.post("Invoice", {**scene.invoice_body(), "BadJson": True})


def expired_token(scene: Scene) -> Answer:
    scene.app.renew()
    scene.emulator.expire_tokens()
    return scene.app.send("GET", "customer/1", renews=False)


def unknown_resource(scene: Scene) -> Answer:
    return scene.app.send("GET", "customer/1/5")


def no_number(scene: Scene) -> Answer:
    return scene.app.send("GET", "customer/1.5")


def taken_name(scene: Scene) -> Answer:
    """By a rule: a name that is taken has been answered in three wordings, of which this is one."""
    detail = "The name supplied already exists. : null"
    rule = {"kind": "fault", "code": "6240", "detail": detail}
    scene.emulator.fail(path="customer", do={**rule, "element": None})
    return scene.app.post("Customer", {"DisplayName": "Weiskopf Consulting"})


PROVOKED: dict[str, tuple[int, Callable[[Scene], Answer]]] = {
    "fault/sb2017-create-item-error.json": (400, create_item),
    "fault/sb2017-create-sales-receipt-error.json": (400, create_sales_receipt),
    "fault/sb2017-query-error.json": (400, query_null),
    "fault/sb2017-read-item-error.json": (400, read_item),
    "fault/sb2017-update-item-error.json": (400, update_item),
    "fault/sb2017-update-preferences-error.json": (400, update_preferences),
    "fault/sb2017-void-sales-receipt-error.json": (400, void_sales_receipt),
    "fault/sb2020-error-400-1.json": (400, query_misspelt),
    "fault/sb2020-error-400-json.json": (400, unknown_property),
    "fault/sb2020-error-401.json": (401, expired_token),
    "fault/sb2020-error-500.json": (400, unknown_resource),
    "fault/sb2020-error-500-1.json": (400, no_number),
    "fault/sb2020-error-validation.json": (400, taken_name),
}
"""File → status and who provokes it."""

VARYING = (
    (re.compile(r"You and .+? were working"), "You and X were working"),
    (re.compile(r"time\. .+? finished before"), "time. X finished before"),
    (re.compile(r"Token expired: \S+"), "Token expired: AB"),
    (re.compile(r"/v3/company/[^/]+/"), "/v3/company/REALM/"),
    (re.compile(r"https?://[^/]+(?:/qbo\d+)?/v3"), "HOST/v3"),
    (re.compile(r" \(\d+ known properties: .*\]\)", re.DOTALL), " (KNOWN PROPERTIES)"),
)
"""What a detail holds of one company and one moment."""


@pytest.fixture
def scene(emulator: Emulator) -> Scene:
    return Scene(emulator, App(emulator))


def plain(value: Any) -> Any:
    """The fault with what varies made the same."""
    if isinstance(value, dict):
        return {name: "MOMENT" if name == "time" else plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, str):
        for pattern, text in VARYING:
            value = pattern.sub(text, value)
    return value


def test_each_recorded_fault_is_provoked() -> None:
    """
    No file of `recorded/fault` is left out, and none is listed that is not there.
    """
    there = {f"fault/{path.name}" for path in (FOLDER / "fault").glob("*.json")}

    assert there == set(PROVOKED)


@pytest.mark.parametrize("name", sorted(PROVOKED))
def test_a_fault_has_the_recorded_words_and_shape(scene: Scene, name: str) -> None:
    """
    Status, type, code, Message, Detail, and which members are there.
    Source: Intuit, "Error codes"; the recorded answers of `recorded/fault`.
    """
    status, provoke = PROVOKED[name]

    answer = provoke(scene)

    assert (status, plain(FILES[name].body)) == (answer.status, plain(answer.json))
    if isinstance(FILES[name].body.get("time"), str):
        assert form_of_moment(answer.json["time"]) == form_of_moment(FILES[name].body["time"]) == 0


@pytest.mark.parametrize("status", [403, 429])
def test_throttling_has_the_recorded_xml(scene: Scene, status: int) -> None:
    """
    Namespace, elements, attributes and words, for callers who asked for JSON too.
    Source: Intuit, "API call limits and throttles"; `recorded/fault/throttled-*.xml`.
    """
    does = {"kind": "status", "status": status, "code": "3001", "body": "xml"}
    scene.app.renew()
    scene.emulator.fail(path="customer", do=does)
    recorded = ET.parse(FOLDER / f"fault/throttled-{status}-2016.xml").getroot()

    answer = scene.app.send("GET", "customer/1")

    emulated = ET.fromstring(answer.body)
    assert status == answer.status
    assert "xml" in answer.media_type
    assert elements(recorded) == elements(emulated)


def elements(node: ET.Element) -> list[Any]:
    """Tag, attributes, text and children, without the moment."""
    attributes = {name: value for name, value in node.attrib.items() if name != "time"}
    return [node.tag, attributes, (node.text or "").strip(), [elements(child) for child in node]]


def test_an_inactive_reference_has_the_words_an_integrator_pasted(scene: Scene) -> None:
    """
    2500 with the sentence about what was made inactive, element empty. Source: Intuit, "Error
    codes"; answer of November 2017 in the PHP library's issue 95.
    """
    item = scene.emulator.create(
        "Item", {"Name": "Gone", "Type": "Service", "IncomeAccountRef": {"value": "79"}}
    )
    scene.emulator.update("Item", {"Id": item["Id"], "Active": False})
    body = scene.invoice_body()
    body["Line"][0]["SalesItemLineDetail"] = {"ItemRef": {"value": item["Id"]}}

    answer = scene.app.post("Invoice", body)

    detail = (
        "Invalid Reference Id : Something you're trying to use has been made inactive. Check the "
        "fields with accounts, customers, items, vendors or employees."
    )
    error = {
        "Message": "Invalid Reference Id", "Detail": detail, "code": "2500", "element": "",
    }  # fmt: skip
    expected = {"Fault": {"Error": [error], "type": "ValidationFault"}, "time": "MOMENT"}
    assert (400, expected) == (answer.status, plain(answer.json))


def test_a_taken_number_names_who_has_it(scene: Scene) -> None:
    """
    6140 ends with type and id of the document that has the number. Source: Intuit, "Error codes";
    an answer of September 2026.
    """
    body = {**scene.invoice_body(), "DocNumber": "18696"}
    scene.emulator.update("Preferences", {"Id": "1", "SalesFormsPrefs": {"CustomTxnNumbers": True}})
    holder = scene.emulator.create("Invoice", body)["Id"]

    answer = scene.app.post("Invoice", body)

    detail = (
        "Duplicate Document Number Error : You must specify a different number. This number has "
        f"already been used. DocNumber=18696 is assigned to TxnType=Invoice with TxnId={holder}"
    )
    error = {
        "Message": "Duplicate Document Number Error", "Detail": detail, "code": "6140",
        "element": "",
    }  # fmt: skip
    expected = {"Fault": {"Error": [error], "type": "ValidationFault"}, "time": "MOMENT"}
    assert (400, expected) == (answer.status, plain(answer.json))
