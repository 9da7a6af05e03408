"""A document as PDF: plain lines of Helvetica, one page or more.

Source: ISO 32000-1 (file structure, text); Intuit gives documents as `application/pdf` ("Invoice",
get as PDF).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.json_text import JsonObject

PAGE_LINES = 50
HEAD = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"


def document(entity: str, body: JsonObject, company_name: str) -> bytes:
    """The PDF of a document."""
    lines = list(_lines(entity, body, company_name))
    pages = [lines[start : start + PAGE_LINES] for start in range(0, len(lines), PAGE_LINES)]
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), kids),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * number)
        )
        text = b"BT /F1 11 Tf 14 TL 54 738 Td\n%s\nET" % b"\n".join(
            b"(%s) Tj T*" % _escaped(line) for line in page
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text))
    return _file(objects)


def _file(objects: list[bytes]) -> bytes:
    body, places = bytearray(HEAD), []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        body += b"%010d 00000 n \n" % place
    body += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    body += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(body)


def _escaped(line: str) -> bytes:
    text = line.encode("cp1252", errors="replace")
    for sign in (b"\\", b"(", b")"):
        text = text.replace(sign, b"\\" + sign)
    return text.replace(b"\r", b" ").replace(b"\n", b" ")


def _lines(entity: str, body: JsonObject, company_name: str) -> Iterator[str]:
    yield company_name
    yield f"{entity} {body.get('DocNumber', '')}".strip()
    yield f"Date: {body.get('TxnDate', '')}"
    party = body.get("CustomerRef") or body.get("VendorRef") or {}
    yield str(party.get("name") or party.get("value") or "")
    yield ""
    for line in body.get("Line") or []:
        detail = line.get(line.get("DetailType")) or {}
        quantity, item = detail.get("Qty"), (detail.get("ItemRef") or {}).get("name")
        what = line.get("Description") or item or line.get("DetailType") or ""
        yield f"{what}{f'  x {quantity}' if quantity is not None else ''}  {line.get('Amount', '')}"
    yield ""
    yield f"Total: {body.get('TotalAmt', '')}"
