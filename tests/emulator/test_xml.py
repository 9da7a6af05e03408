"""XML, in which the service answers all who do not ask for JSON, and which it takes as well."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    import requests

    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop

SPACE = "{http://schema.intuit.com/finance/v3}"
XMLNS = 'xmlns="http://schema.intuit.com/finance/v3"'
NAMED_B = f"<Customer {XMLNS}><DisplayName>&b;</DisplayName></Customer>"
XML = {"Accept": "application/xml", "Content-Type": "application/xml"}


def root_of(reply: requests.Response) -> ET.Element:
    assert "application/xml;charset=UTF-8" == reply.headers["Content-Type"], reply.text
    return ET.fromstring(reply.content)


def outline(element: ET.Element) -> Any:
    """Name, attributes and content, without the namespace."""
    assert element.tag.startswith(SPACE)
    inner = [outline(child) for child in element] or (element.text or "")
    return element.tag.removeprefix(SPACE), element.attrib, inner


def post(caller: Caller, path: str, text: str, **headers: str) -> requests.Response:
    return caller.send("POST", path, data=text.encode(), headers={**XML, **headers})


def test_an_object_is_the_mirror_of_its_json(caller: Caller, shop: Shop) -> None:
    """
    References carry their id as text and their name as an attribute, lists are repeated elements,
    `domain` and `sparse` are attributes. Source: Intuit, Finance.xsd; recorded answers.
    """
    invoice = caller.create("Invoice", shop.invoice(shop.line(2), shop.line(1)))

    reply = caller.send("GET", f"invoice/{invoice['Id']}", headers=XML)

    root = root_of(reply)
    assert (f"{SPACE}IntuitResponse", ["time"]) == (root.tag, list(root.attrib))
    assert reply.text.startswith('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>')
    found = root[0]
    assert ("Invoice", {"domain": "QBO", "sparse": "false"}) == outline(found)[:2]
    assert 2 == len([x for x in found.findall(f"{SPACE}Line") if x.find(f"{SPACE}Id") is not None])
    assert ("CustomerRef", {"name": "Ada"}, shop.customer_id) == outline(
        found.find(f"{SPACE}CustomerRef")
    )
    assert invoice["MetaData"]["CreateTime"] == found.findtext(f"{SPACE}MetaData/{SPACE}CreateTime")
    last = found.findall(f"{SPACE}Line")[-1]
    assert ("SubTotalLineDetail", {}, "") == outline(last[-1])


@pytest.mark.parametrize(
    ("accept", "query", "is_json"),
    [
        ("application/json", "", True),
        ("application/json, text/plain, */*", "", True),
        ("*/*", "", False),
        ("", "", False),
        (None, "", False),
        ("text/html", "", False),
        ("*/*", "format=json", True),
        ("application/json", "format=xml", False),
        ("application/xml, application/json", "", False),
        ("application/xml;q=0.5, application/json", "", True),
        ("application/json;q=0.2, application/xml;q=0.9", "", False),
    ],
)
def test_json_comes_to_those_who_ask_for_it(
    caller: Caller, accept: str | None, query: str, *, is_json: bool
) -> None:
    """
    Who does not ask (no header at all, or curl's */*) gets XML.
    Source: Intuit, "Basics of the Accounting API" (Accept); node-quickbooks sends format=json.
    """
    reply = caller.send("GET", f"companyinfo/1?{query}", headers={"Accept": accept})

    assert is_json == reply.headers["Content-Type"].startswith("application/json")


def test_a_query_a_capture_and_a_deletion(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    The counts are attributes of QueryResponse, a tombstone's status is its attribute.
    Source: Intuit, "Query operations and syntax", "Change data capture"; recorded XML.
    """
    invoice = caller.create("Invoice", shop.invoice())
    body = f"<Invoice {XMLNS}><Id>{invoice['Id']}</Id><SyncToken>0</SyncToken></Invoice>"

    rows = root_of(caller.send("GET", "query?query=select * from Customer", headers=XML))
    count = root_of(caller.send("GET", "query?query=select count(*) from Customer", headers=XML))
    none = root_of(caller.send("GET", "query?query=select * from Bill", headers=XML))
    gone = root_of(post(caller, "invoice?operation=delete", body))
    since = "cdc?entities=Invoice,Bill&changedSince=2026-01-01"
    changes = root_of(caller.send("GET", since, headers=XML))

    assert {"startPosition": "1", "maxResults": "1"} == rows[0].attrib
    assert ["Customer"] == [outline(row)[0] for row in rows[0]]
    assert ("QueryResponse", {"totalCount": "1"}, "") == outline(count[0])
    assert ("QueryResponse", {}, "") == outline(none[0])
    assert (
        "Invoice",
        {"status": "Deleted", "domain": "QBO"},
        [("Id", {}, invoice["Id"])],
    ) == outline(gone[0])
    invoices, bills = changes[0]
    assert "CDCResponse" == outline(changes[0])[0]
    assert "Deleted" == invoices[0].attrib["status"]
    assert ("QueryResponse", {}, "") == outline(bills)


def test_a_fault_and_a_throttle_have_the_recorded_form(caller: Caller, emulator: Emulator) -> None:
    """
    Code and element are attributes; the throttle has no element, and its message the status.
    Source: the recorded XML faults of 403 and 429.
    """
    missing = caller.send("GET", "customer/99", headers=XML)
    emulator.fail(path="customer", times=1, do={"kind": "status", "status": 429, "body": "xml"})
    throttled = caller.send("GET", "customer/99")
    old = {"kind": "status", "status": 403, "code": "3001", "body": "xml"}
    emulator.fail(path="customer", times=1, do=old)
    before_2017 = caller.send("GET", "customer/99")

    name, attributes, (error,) = outline(root_of(missing)[0])
    assert ("Fault", {"type": "ValidationFault"}) == (name, attributes)
    assert {"code": "610", "element": ""} == error[1]
    assert ["Message", "Detail"] == [inner[0] for inner in error[2]]
    for reply, status in ((throttled, 429), (before_2017, 403)):
        message = f"message=ThrottleExceeded; errorCode=003001; statusCode={status}"
        assert status == reply.status_code
        assert (
            "Fault",
            {"type": "SERVICE"},
            [
                (
                    "Error",
                    {"code": "3001"},
                    [
                        ("Message", {}, message),
                        ("Detail", {}, "The request limit was reached.  Try again later"),
                    ],
                )
            ],
        ) == outline(root_of(reply)[0])


def test_an_object_is_made_and_changed_in_xml(caller: Caller, emulator: Emulator) -> None:
    """
    As quickbooks-ruby sends it: empty elements for what is left out, attributes for `sparse`.
    Source: Intuit, Finance.xsd.
    """
    made = post(
        caller,
        "customer",
        f'<?xml version="1.0" encoding="utf-8"?>\n<Customer {XMLNS} sparse="false"><Title/>'
        "<GivenName>Doreen</GivenName><DisplayName>Doreen &amp; Söhne</DisplayName>"
        "<PrimaryPhone><FreeFormNumber>(678) 555-0100</FreeFormNumber></PrimaryPhone>"
        "<PrimaryEmailAddr><Address>d@example.com</Address></PrimaryEmailAddr>"
        "<BillAddr><Line1>1 Street</Line1><City>Atlanta</City></BillAddr><Suffix/></Customer>",
    )
    number = root_of(made).findtext(f"{SPACE}Customer/{SPACE}Id")
    changed = post(
        caller,
        "customer",
        f'<c:Customer xmlns:c="http://schema.intuit.com/finance/v3" sparse="true">'
        f"<c:Id>{number}</c:Id><c:SyncToken>0</c:SyncToken><c:Notes>late</c:Notes></c:Customer>",
    )

    assert (200, 200) == (made.status_code, changed.status_code)
    stored = emulator.entities("Customer")[0]
    assert ("Doreen & Söhne", "late", "1", "(678) 555-0100", "Atlanta") == (
        stored["DisplayName"],
        stored["Notes"],
        stored["SyncToken"],
        stored["PrimaryPhone"]["FreeFormNumber"],
        stored["BillAddr"]["City"],
    )


def test_a_document_in_xml_moves_stock(caller: Caller, emulator: Emulator, shop: Shop) -> None:
    """
    One line is still a list, amounts stay exact, references name their objects.
    Source: Intuit, Finance.xsd; "Invoice".
    """
    reply = post(
        caller,
        "invoice",
        f"<Invoice {XMLNS}><Line><Amount>30.30</Amount><DetailType>SalesItemLineDetail</DetailType>"
        f'<SalesItemLineDetail><ItemRef name="x">{shop.item_id}</ItemRef><UnitPrice>10.10'
        "</UnitPrice><Qty>3</Qty></SalesItemLineDetail></Line><CustomerMemo>Thanks</CustomerMemo>"
        f"<CustomerRef>{shop.customer_id}</CustomerRef><TxnDate>2026-03-04</TxnDate></Invoice>",
    )

    assert 200 == reply.status_code, reply.text
    stored = emulator.entities("Invoice")[0]
    assert Decimal("30.30") == stored["TotalAmt"]
    assert ({"value": "Thanks"}, "2026-03-04") == (stored["CustomerMemo"], stored["TxnDate"])
    assert 37 == emulator.quantity(shop.item_id)


def test_a_batch_in_xml(caller: Caller, shop: Shop) -> None:
    """
    Source: Intuit, "Batch"; Finance.xsd (IntuitBatchRequest).
    """
    reply = post(
        caller,
        "batch",
        f'<IntuitBatchRequest {XMLNS}><BatchItemRequest bId="a" operation="create"><Customer>'
        "<DisplayName>Bob</DisplayName></Customer></BatchItemRequest>"
        '<BatchItemRequest bId="b"><Query>select count(*) from Item</Query></BatchItemRequest>'
        '<BatchItemRequest bId="c" operation="create"><Customer><DisplayName>Bob</DisplayName>'
        "</Customer></BatchItemRequest></IntuitBatchRequest>",
    )

    found = {item.attrib["bId"]: outline(item[0]) for item in root_of(reply)}
    assert "QueryResponse" == found["b"][0]
    # The order of execution is not promised: one of the two finds the name taken.
    assert {"Customer", "Fault"} == {found["a"][0], found["c"][0]}
    assert ["6240"] == [entry[2][0][1]["code"] for entry in found.values() if entry[0] == "Fault"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<",
        f"<Customer {XMLNS}>",
        "<Customer><DisplayName>No namespace</DisplayName></Customer>",
        f"<Vendor {XMLNS}><DisplayName>A vendor to /customer</DisplayName></Vendor>",
        f"<Customer {XMLNS}><NoSuch>1</NoSuch></Customer>",
        f"<Customer {XMLNS}>{'<BillAddr>' * 60}{'</BillAddr>' * 60}</Customer>",
        f'<!DOCTYPE Customer [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>{NAMED_B}',
        f'<!DOCTYPE Customer [<!ENTITY b SYSTEM "file:///etc/hostname">]>{NAMED_B}',
    ],
)
def test_bad_xml_is_refused(caller: Caller, emulator: Emulator, text: str) -> None:
    """
    2010 as for bad JSON; no document type, nothing fetched, nothing swells.
    Source: Intuit, "Error codes" (2010).
    """
    reply = post(caller, "customer", text, Accept="application/json")

    assert (400, "2010") == (reply.status_code, reply.json()["Fault"]["Error"][0]["code"])
    assert [] == emulator.entities("Customer")


def test_bytes_that_are_no_utf_8_are_refused(caller: Caller) -> None:
    """
    Code 500 with a MalformedByteSequence. Source: Intuit, "Basics of the Accounting API".
    """
    text = f"<Customer {XMLNS}><DisplayName>\xe9</DisplayName></Customer>".encode("latin-1")

    reply = caller.send(
        "POST", "customer", data=text, headers={**XML, "Accept": "application/json"}
    )

    error = reply.json()["Fault"]["Error"][0]
    assert (400, "500") == (reply.status_code, error["code"])
    assert "MalformedByteSequence" in error["Detail"]


def test_a_repeated_request_is_answered_in_the_language_asked_for(
    caller: Caller, emulator: Emulator
) -> None:
    """
    The first answer was JSON, the repetition asks for XML. Source: Intuit, "Request ID".
    """
    first = caller.create("Customer", {"DisplayName": "Ada"}, requestid="r")
    body = f"<Customer {XMLNS}><DisplayName>Ada</DisplayName></Customer>"

    again = root_of(post(caller, "customer?requestid=r", body))

    assert first["Id"] == again.findtext(f"{SPACE}Customer/{SPACE}Id")
    assert 1 == len(emulator.entities("Customer"))


def test_a_report_has_a_root_of_its_own(caller: Caller) -> None:
    """
    Cells are attributes. Source: Intuit, Reports API; recorded XML of a balance sheet.
    """
    reply = caller.send("GET", "reports/InventoryValuationSummary", headers=XML)

    root = root_of(reply)
    assert f"{SPACE}Report" == root.tag
    assert ["Header", "Columns", "Rows"] == [outline(part)[0] for part in root]
    assert all("value" in cell.attrib for cell in root.iter(f"{SPACE}ColData"))


def test_marks_of_xml_are_escaped(caller: Caller) -> None:
    """
    Source: Extensible Markup Language 1.0.
    """
    caller.create("Customer", {"DisplayName": 'A & <B> "C"', "Notes": "]]> 'd'"})

    root = root_of(caller.send("GET", "query?query=select * from Customer", headers=XML))

    assert ('A & <B> "C"', "]]> 'd'") == (
        root.findtext(f"{SPACE}QueryResponse/{SPACE}Customer/{SPACE}DisplayName"),
        root.findtext(f"{SPACE}QueryResponse/{SPACE}Customer/{SPACE}Notes"),
    )
