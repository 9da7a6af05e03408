"""Attachments, PDF, e-mail, exchange rates and the tax service."""

from __future__ import annotations

import gzip
import hashlib
import hmac
from typing import TYPE_CHECKING, Any

import pytest
import requests

from quickbooks_emulator.attachments import links
from quickbooks_emulator.json_text import dumps, loads
from quickbooks_emulator.testing import Emulator
from tests.emulator.conftest import Caller, Shop

if TYPE_CHECKING:
    from pathlib import Path

RECEIPT = b"\x89PNG\r\n\x1a\n--not-a-boundary\r\n\x00\xff"


def upload(caller: Caller, *files: tuple[Any, bytes], **options: Any) -> requests.Response:
    """A form of metadata and content parts, as the reference page shows it."""
    form = []
    for number, (metadata, content) in enumerate(files):
        if metadata is not None:
            text = dumps(metadata)
            form.append((f"file_metadata_{number}", ("a.json", text, "application/json")))
        form.append((f"file_content_{number}", ("receipt.png", content, "image/png")))
    return caller.send("POST", "upload", files=form, **options)


def to(entity: str, object_id: str) -> dict[str, Any]:
    return {
        "AttachableRef": [{"EntityRef": {"type": entity, "value": object_id}}],
        "FileName": "receipt.png",
        "ContentType": "image/png",
    }


def test_an_upload_is_linked_and_comes_back_byte_for_byte(caller: Caller, shop: Shop) -> None:
    """
    The answer has the recorded members; the link gives the bytes without a token.
    Source: Intuit, "Attachable", upload.
    """
    invoice = caller.create("Invoice", shop.invoice())

    reply = upload(caller, (to("Invoice", invoice["Id"]), RECEIPT))

    assert 200 == reply.status_code
    made = loads(reply.content)["AttachableResponse"][0]["Attachable"]
    assert set(made) == {
        "FileName", "FileAccessUri", "TempDownloadUri", "Size", "ContentType", "domain", "sparse",
        "Id", "SyncToken", "MetaData", "AttachableRef",
    }  # fmt: skip
    assert (len(RECEIPT), "0", "image/png") == (
        made["Size"],
        made["SyncToken"],
        made["ContentType"],
    )
    link = {"EntityRef": {"value": invoice["Id"], "type": "Invoice"}, "IncludeOnSend": False}
    assert [link] == made["AttachableRef"]
    realm_id = caller.emulator.realm_id
    assert f"/v3/company/{realm_id}/download/{made['Id']}" == made["FileAccessUri"]
    fetched = requests.get(made["TempDownloadUri"])
    assert (RECEIPT, "image/png") == (fetched.content, fetched.headers["Content-Type"])
    assert ("attachment", "nosniff", "sandbox") == (
        fetched.headers["Content-Disposition"],
        fetched.headers["X-Content-Type-Options"],
        fetched.headers["Content-Security-Policy"],
    )


@pytest.mark.parametrize("moment", ["junk", "", "20261332T000000Z", "9" * 4400])
def test_a_link_of_no_moment_is_denied(caller: Caller, shop: Shop, moment: str) -> None:
    """
    Though its signature is right. Source: Intuit, "Attachable", download.
    """
    invoice = caller.create("Invoice", shop.invoice())
    reply = upload(caller, (to("Invoice", invoice["Id"]), RECEIPT))
    made = loads(reply.content)["AttachableResponse"][0]["Attachable"]
    place = f"{caller.emulator.realm_id}/{made['Id']}"
    signature = hmac.new(links.KEY, f"{place}/{moment}".encode(), hashlib.sha256).hexdigest()

    denied = requests.get(
        f"{caller.emulator.url}/attachments/{place}/a.png",
        {"X-Amz-Date": moment, "X-Amz-Signature": signature},
    )

    assert 403 == denied.status_code


def test_a_document_is_printed_for_those_who_take_it(caller: Caller, shop: Shop) -> None:
    """
    Source: Intuit, "Invoice" (get as PDF: content type application/pdf).
    """
    path = f"invoice/{caller.create('Invoice', shop.invoice())['Id']}/pdf"
    accepts = ["application/pdf", "application/pdf, application/json", "*/*", "application/json"]

    found = [caller.send("GET", path, headers={"Accept": accept}).status_code for accept in accepts]

    assert [200, 200, 200, 400] == found


def test_a_failing_part_is_a_fault_inside_200(caller: Caller, shop: Shop) -> None:
    """
    The other part is stored. Source: Intuit, "Attachable"; the recorded refusal of a link.
    """
    invoice = caller.create("Invoice", shop.invoice())

    reply = upload(caller, (to("Estimate", "75"), b"1"), (to("Invoice", invoice["Id"]), b"2"))

    assert 200 == reply.status_code
    bad, good = loads(reply.content)["AttachableResponse"]
    assert {
        "Message": "A business validation error has occurred while processing your request",
        "Detail": "Business Validation Error: The entity Estimate 75 that you are trying to link "
        "does not exist. Estimate 75",
        "code": "6000",
        "element": "",
    } == bad["Fault"]["Error"][0]
    assert [good["Attachable"]["Id"]] == [
        row["Id"] for row in caller.emulator.entities("Attachable")
    ]


def test_a_link_ends_after_fifteen_minutes(caller: Caller) -> None:
    """
    By the emulator's clock; `download` gives another. Source: Intuit, "Attachable", download.
    """
    made = loads(upload(caller, (None, b"text")).content)["AttachableResponse"][0]["Attachable"]
    first = caller.send("GET", f"download/{made['Id']}")

    caller.emulator.advance(899)
    still = requests.get(first.text)
    caller.emulator.advance(1)
    late = requests.get(first.text)
    caller.refresh()
    again = requests.get(caller.send("GET", f"download/{made['Id']}").text)
    forged = requests.get(first.text.replace("X-Amz-Date=2", "X-Amz-Date=3"))

    assert first.text.startswith("http://127.0.0.1:")
    assert (b"text", 403, b"text", 403) == (
        still.content,
        late.status_code,
        again.content,
        forged.status_code,
    )
    assert "Request has expired" in late.text
    assert "signature does not match" in forged.text


def test_an_attachable_is_read_changed_queried_and_deleted(caller: Caller, shop: Shop) -> None:
    """
    Source: Intuit, "Attachable".
    """
    invoice = caller.create("Invoice", shop.invoice())
    made = loads(upload(caller, (to("Invoice", invoice["Id"]), b"x")).content)
    made = made["AttachableResponse"][0]["Attachable"]

    read = loads(caller.send("GET", f"attachable/{made['Id']}").content)["Attachable"]
    noted = caller.create("Attachable", {**read, "Note": "paid"})
    rows = caller.query("select * from Attachable")["Attachable"]
    gone = caller.create("Attachable", {"Id": made["Id"], "SyncToken": "1"}, operation="delete")

    assert read["TempDownloadUri"].startswith("http://127.0.0.1:")
    assert ("1", "paid") == (noted["SyncToken"], noted["Note"])
    assert [made["Id"]] == [row["Id"] for row in rows]
    assert {"domain": "QBO", "status": "Deleted", "Id": made["Id"]} == gone
    assert 403 == requests.get(read["TempDownloadUri"]).status_code


def test_a_note_needs_words_or_a_file(caller: Caller) -> None:
    """
    Source: Intuit, "Attachable": Note is required of a standalone note.
    """
    assert (400, "2020") == caller.fault("Attachable", {"Tag": "x"})
    assert "a" == caller.create("Attachable", {"Note": "a"})["Note"]
    assert (400, "2170") == caller.fault("Attachable", {"Note": "a", "Category": "Whatever"})


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        ("application/json", b"{}", "1050"),
        ("", b"", "1050"),
        ("multipart/form-data", b"--x", "2010"),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\n", "2010"),
        ("multipart/form-data; boundary=b", b"--b\r\nno blank line\r\n--b--\r\n", "2010"),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\n\r\n--b--\r\n", "2020"),
    ],
)
def test_what_is_no_form_is_refused(
    caller: Caller, content_type: str, body: bytes, code: str
) -> None:
    """
    Source: Intuit, "Attachable", upload; "Error codes".
    """
    reply = caller.send("POST", "upload", data=body, headers={"Content-Type": content_type})

    assert (400, code) == (reply.status_code, loads(reply.content)["Fault"]["Error"][0]["code"])
    assert [] == caller.emulator.entities("Attachable")


def test_files_outlive_a_restart(tmp_path: Path) -> None:
    """
    What was uploaded is in the emulator's file.
    """
    data = tmp_path / "emulator.db"
    with Emulator(data=data) as emulator:
        caller = Caller(emulator)
        made = loads(upload(caller, (None, RECEIPT)).content)["AttachableResponse"][0]
        caller.session.close()

    with Emulator(data=data) as emulator:
        caller = Caller(emulator)
        link = caller.send("GET", f"download/{made['Attachable']['Id']}").text
        caller.session.close()

        assert RECEIPT == requests.get(link).content


def test_a_document_comes_as_pdf(caller: Caller, shop: Shop) -> None:
    """
    A whole file of one page for each fifty lines. Source: Intuit, "Invoice", get as PDF.
    """
    lines = [shop.line(1, 1, Description=f"Line ({n}) \\ é") for n in range(80)]
    invoice = caller.create("Invoice", shop.invoice(*lines, DocNumber="P-1"))

    reply = caller.send(
        "GET", f"invoice/{invoice['Id']}/pdf", headers={"Accept": "application/pdf"}
    )

    assert "application/pdf" == reply.headers["Content-Type"]
    pdf = reply.content
    assert pdf.startswith(b"%PDF-1.4")
    assert pdf.endswith(b"%%EOF\n")
    assert b"/Count 2 " in pdf
    assert rb"Line \(7\) \\ " in pdf
    start = int(pdf.split(b"startxref\n")[1].split(b"\n")[0])
    assert pdf[start:].startswith(b"xref\n")
    places = [int(line[:10]) for line in pdf[start:].splitlines()[3:] if line.endswith(b" n ")]
    assert all(
        pdf[place:].startswith(b"%d 0 obj" % number) for number, place in enumerate(places, 1)
    )
    refused = caller.send("GET", "invoice/99/pdf", headers={"Accept": "application/json"})
    assert (400, "610") == (refused.status_code, refused.json()["Fault"]["Error"][0]["code"])
    other = caller.send("GET", "customer/1/pdf")
    assert (400, "500") == (other.status_code, other.json()["Fault"]["Error"][0]["code"])


@pytest.mark.parametrize("is_metered", [True, False])
def test_sending_is_metered_unless_switched(
    caller: Caller, emulator: Emulator, shop: Shop, *, is_metered: bool
) -> None:
    """
    Source: Intuit, App Partner Program (it does not name this call).
    """
    emulator.switch(send_is_metered=is_metered)
    invoice = caller.create("Invoice", shop.invoice())
    before = emulator.usage()["metered"]

    assert 200 == caller.send("POST", f"invoice/{invoice['Id']}/send?sendTo=a@b.co").status_code

    assert is_metered == emulator.usage()["metered"] - before


def test_a_document_is_sent(caller: Caller, shop: Shop) -> None:
    """
    EmailStatus, DeliveryInfo and the address as recorded; the token rises.
    Source: Intuit, "Invoice", send.
    """
    invoice = caller.create("Invoice", shop.invoice(BillEmail={"Address": "old@example.com"}))
    send = {"headers": {"Content-Type": "application/octet-stream"}}

    first = caller.send("POST", f"invoice/{invoice['Id']}/send", **send)
    second = caller.send("POST", f"invoice/{invoice['Id']}/send?sendTo=a@b.co", **send)
    bad = caller.send("POST", f"invoice/{invoice['Id']}/send?sendTo=nobody", **send)

    sent = loads(first.content)["Invoice"]
    assert ("EmailSent", "old@example.com", "1") == (
        sent["EmailStatus"],
        sent["BillEmail"]["Address"],
        sent["SyncToken"],
    )
    assert {
        "DeliveryType": "Email",
        "DeliveryTime": sent["MetaData"]["LastUpdatedTime"],
    } == sent["DeliveryInfo"]
    assert "a@b.co" == loads(second.content)["Invoice"]["BillEmail"]["Address"]
    assert (400, "2210") == (bad.status_code, bad.json()["Fault"]["Error"][0]["code"])
    assert 38 == caller.emulator.quantity(shop.item_id)


def test_a_link_for_the_customer_comes_when_asked_for(caller: Caller, shop: Shop) -> None:
    """
    Source: Intuit, "Invoice" (InvoiceLink, include=invoiceLink).
    """
    paid = shop.invoice(
        BillEmail={"Address": "a@example.com"}, AllowOnlineCreditCardPayment=True, DocNumber="1"
    )
    with_address = caller.create("Invoice", paid)["Id"]
    without = caller.create("Invoice", shop.invoice(DocNumber="2"))["Id"]

    def read(number: str, **params: str) -> dict[str, Any]:
        return loads(caller.send("GET", f"invoice/{number}", params=params).content)["Invoice"]

    assert read(with_address, include="invoiceLink")["InvoiceLink"].startswith("https://")
    assert "InvoiceLink" not in read(with_address)
    assert "InvoiceLink" not in read(without, include="invoiceLink")


def test_an_exchange_rate_is_of_a_day(caller: Caller) -> None:
    """
    Only with multicurrency; the same day always has the same rate. Source: Intuit, "ExchangeRate".
    """
    off = caller.send("GET", "exchangerate?sourcecurrencycode=EUR")
    preferences = caller.emulator.entities("Preferences")[0]
    prefs = {**preferences["CurrencyPrefs"], "MultiCurrencyEnabled": True}
    caller.emulator.update("Preferences", {"Id": preferences["Id"], "CurrencyPrefs": prefs})

    def rate(**params: str) -> dict[str, Any]:
        reply = caller.send("GET", "exchangerate", params=params)
        return loads(reply.content)

    first = rate(sourcecurrencycode="EUR", asofdate="2026-03-01")["ExchangeRate"]
    assert (400, "5030") == (off.status_code, off.json()["Fault"]["Error"][0]["code"])
    assert ("EUR", "USD", "2026-03-01") == (
        first["SourceCurrencyCode"],
        first["TargetCurrencyCode"],
        first["AsOfDate"],
    )
    assert 1 < first["Rate"] < 2
    again = rate(sourcecurrencycode="eur", asofdate="2026-03-01")["ExchangeRate"]
    assert first["Rate"] == again["Rate"]
    assert 1 == rate(sourcecurrencycode="USD")["ExchangeRate"]["Rate"]
    for params in (
        {},
        {"sourcecurrencycode": "XXX"},
        {"sourcecurrencycode": "EUR", "asofdate": "x"},
    ):
        assert "Fault" in rate(**params)


def test_the_tax_service_makes_a_code_with_its_rates(caller: Caller) -> None:
    """
    The only way to make tax codes. Source: Intuit, "TaxService", "TaxCode".
    """
    agency = caller.rows("TaxAgency")[0]["Id"]
    wanted = {
        "TaxCode": "Garden tax",
        "TaxRateDetails": [
            {"TaxRateName": "Garden rate", "RateValue": "4.5", "TaxAgencyId": agency,
             "TaxApplicableOn": "Sales"},
        ],
    }  # fmt: skip

    made = loads(caller.post("taxservice/taxcode", wanted).content)

    code = loads(caller.send("GET", f"taxcode/{made['TaxCodeId']}").content)["TaxCode"]
    rate_id = made["TaxRateDetails"][0]["TaxRateId"]
    rate = loads(caller.send("GET", f"taxrate/{rate_id}").content)["TaxRate"]
    assert "Garden tax" == code["Name"]
    assert rate_id == code["SalesTaxRateList"]["TaxRateDetail"][0]["TaxRateRef"]["value"]
    assert 4.5 == float(rate["RateValue"])
    assert (400, "6240") == caller.fault("taxservice/taxcode", wanted)
    assert (400, "2020") == caller.fault("taxservice/taxcode", {"TaxCode": "Other"})
    nobody = {"TaxRateName": "R", "RateValue": 1, "TaxAgencyId": "99"}
    refused = caller.fault("taxservice/taxcode", {"TaxCode": "Other", "TaxRateDetails": [nobody]})
    assert (400, "2500") == refused
    assert [made["TaxCodeId"]] == [
        row["Id"] for row in caller.emulator.entities("TaxCode") if row["Name"].startswith("Garden")
    ]


def test_an_upload_as_a_published_client_sends_it(caller: Caller) -> None:
    """
    Bare line feeds, an empty line first, base64, the name in the metadata alone.
    Source: python-quickbooks, whose uploads Intuit takes.
    """
    body = (
        b'\n--b\nContent-Disposition: form-data; name="file_metadata_01"\n'
        b'Content-Type: application/json\n\n{"FileName": "a.txt"}\n\n'
        b'--b\nContent-Disposition: form-data; name="file_content_01"\nContent-Type: text/plain\n'
        b"Content-Transfer-Encoding: base64\n\naGVsbG8=\n\n--b--\n"
    )

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    reply = caller.send("POST", "upload", data=body, headers=headers)

    made = loads(reply.content)["AttachableResponse"][0]["Attachable"]
    assert ("a.txt", 5) == (made["FileName"], made["Size"])
    assert b"hello" == requests.get(made["TempDownloadUri"]).content


def test_an_upload_may_be_packed_and_is_carried_out_once(caller: Caller) -> None:
    """
    A repeated requestid gives the first answer. Source: Intuit, "Request ID".
    """
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file_content_01"; filename="a.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\nhello\r\n--b--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Encoding": "gzip"}

    replies = [
        caller.send("POST", "upload?requestid=u", data=gzip.compress(body), headers=headers)
        for _ in range(2)
    ]

    assert replies[0].content == replies[1].content
    made = loads(replies[0].content)["AttachableResponse"][0]["Attachable"]
    assert b"hello" == requests.get(made["TempDownloadUri"]).content
    assert 1 == len(caller.emulator.entities("Attachable"))
