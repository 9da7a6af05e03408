"""What the fuzz test sends, and how it listens: requests that are nearly right, and raw bytes."""

from __future__ import annotations

import gzip
import logging
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from hypothesis import strategies as st
from typing_extensions import override

from quickbooks_emulator import control
from quickbooks_emulator.catalogue import ENTITIES
from quickbooks_emulator.json_text import dumps
from quickbooks_emulator.xml_text import NAMESPACE

if TYPE_CHECKING:
    from tests.emulator.conftest import Shop

PATIENCE_S = 20
ROOTS = {name.lower(): name for name in ENTITIES} | {"batch": "IntuitBatchRequest"}
REPORTS = [
    "InventoryValuationSummary", "InventoryValuationDetail", "AgedReceivables",
    "AgedReceivableDetail", "CustomerBalance", "CustomerBalanceDetail", "ProfitAndLoss",
    "BalanceSheet", "GeneralLedger", "TrialBalance", "ItemSales", "Nothing",
]  # fmt: skip
METHODS = ["GET", "POST", "POST", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"]
NAMES = sorted({
    *(name for entity in ENTITIES.values() for name in entity.properties), "Id", "SyncToken",
    "sparse", "value", "name", "type", "SalesItemLineDetail", "ItemRef", "Qty", "UnitPrice",
    "Amount", "DetailType", "GroupLineDetail", "LinkedTxn", "TxnId", "TxnType", "TaxLine",
    "BatchItemRequest", "bId", "operation", "optionsData", "Query", "any",
})  # fmt: skip
TEXTS = (
    st.text(max_size=12)
    | st.sampled_from([
        "", " ", "0", "1", "-1", "99999999999999999999", "1.5", "true", "2026-02-30", "2026-03-04",
        "9999-12-31", "0001-01-01", "\x00", "\ud7ff", "SHIPPING_ITEM_ID", "Infinity", "1e400",
        "a" * 300, "<b>&", "{}", "';--", "%", "TAX", "Invoice", "Payment",
    ])
)  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**45), 10**45)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
WORDS = [
    "select", "*", "count(*)", "from", "Item", "Invoice", "where", "and", "in", "like", "=", "<",
    ">=", "'1'", "'%a'", "true", "1", "-1", "(", ")", ",", "orderby", "order by", "asc", "desc",
    "startposition", "maxresults", "Id", "Name", "Active", "TxnDate", "MetaData.LastUpdatedTime",
    "'2026-01-01'", "'", "\\", "Line.Id", "QtyOnHand", "null", "99999999999999999999", "\x00",
]  # fmt: skip
STATEMENTS = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=10,
)
RESOURCES = [
    *(name.lower() for name in ENTITIES), "query", "cdc", "batch", "upload", "reports", "download",
    "taxservice", "exchangerate", "", "nothing",
]  # fmt: skip
RESTS = [
    "", "/1", "/2", "/1/pdf", "/1/send", "/taxcode", "/InventoryValuationSummary", "/1/5", "/1.5",
    "/-1", "/%00", "/%ff", "//", "/", "/..", "/%2e%2e%2f", "/1%2Fpdf", "/\u0661",
    "/99999999999999999999",
    "/AgedReceivables", "/CustomerBalance", "/GeneralLedger",
]  # fmt: skip
PARAMETERS = [
    "query", "operation", "include", "requestid", "minorversion", "entities", "changedSince",
    "sendTo", "format", "sourcecurrencycode", "asofdate", "start_date", "end_date", "date_macro",
    "report_date", "summarize_column_by", "aging_period", "num_periods",
    "item", "customer", "realm_id", "state", "client_id", "token",
    "redirect_uri", "response_type", "scope", "X-Amz-Date", "X-Amz-Signature", "by", "tab", "page",
]  # fmt: skip
SAYINGS = [
    "select * from Item", "select count(*) from Invoice", "select Id from Customer where Id = '1'",
    "select * from Item where QtyOnHand > '1' orderby Name startposition 2 maxresults 1",
    "select * from Invoice where MetaData.LastUpdatedTime > '2026-01-01T00:00:00-08:00'",
    "delete", "void", "update", "create", "allowduplicatedocnum", "invoiceLink", "Item,Invoice",
    "2026-01-01", "2026-01-01T00:00:00+99:00", "This Month", "75", "-1", "abc", "json", "EUR",
    "a@b.co", "9" * 4400,
]  # fmt: skip
KINDS = [
    "application/json", "application/json", "application/json;charset=utf-16", "application/xml",
    "text/plain", "application/text", "application/octet-stream", "multipart/form-data; boundary=b",
    "application/x-www-form-urlencoded", "multipart/form-data", "", "\xff", "a" * 300,
]  # fmt: skip
ACCEPTS = [
    "application/json", "application/xml", "*/*", "", "application/pdf", "a;q=9, json;q=x", "\xff",
]  # fmt: skip
PLACES = [
    "/", "/oauth2/v1/tokens/bearer", "/v2/oauth2/tokens/revoke", "/connect/oauth2", "/favicon.ico",
    "/.well-known/openid_configuration", "/v1/openid_connect/userinfo", "/op/v1/jwks", "/v3",
    "/v3/company", "/v3/company/", "/v3/company/x", "/attachments/1/2/3", "/attachments/",
    "/V3/COMPANY/1/ITEM/1", "*", "http://[", "/a?b?c", "/%", "//", "/_emulator", "/\xff",
]  # fmt: skip


def valid_bodies(shop: Shop, invoice_id: str) -> list[tuple[str, Any]]:
    """Addresses and bodies that the API takes, to begin from."""
    line = {"DetailType": "JournalEntryLineDetail", "Amount": 1}
    sides = ("Debit", "Credit")
    return [
        ("customer", {"DisplayName": "Bob", "PrimaryEmailAddr": {"Address": "b@example.com"}}),
        ("customer", {"Id": shop.customer_id, "SyncToken": "0", "sparse": True, "Notes": "n"}),
        ("item", {"Name": "Spade", "Type": "Service", "IncomeAccountRef": {"value": "1"}}),
        ("item", {"Id": shop.item_id, "SyncToken": "0", "sparse": True, "Active": False}),
        ("invoice", shop.invoice(shop.line(2), shop.line(1), TxnDate="2026-03-04")),
        ("invoice", {**shop.invoice(shop.line(3)), "Id": invoice_id, "SyncToken": "0"}),
        ("invoice?operation=void", {"Id": invoice_id, "SyncToken": "0"}),
        ("invoice?operation=delete", {"Id": invoice_id, "SyncToken": "0"}),
        ("salesreceipt", shop.invoice(shop.line(1))),
        ("creditmemo", shop.invoice(shop.line(1))),
        ("payment", shop.payment(5, ("Invoice", invoice_id, 5))),
        ("bill", shop.buying()),
        ("purchaseorder", {**shop.buying(), "APAccountRef": {"value": "33"}}),
        ("inventoryadjustment", shop.adjustment(1)),
        ("attachable", {"Note": "n", "AttachableRef": [
            {"EntityRef": {"type": "Customer", "value": shop.customer_id}}]}),
        ("taxservice/taxcode", {"TaxCode": "t", "TaxRateDetails": [
            {"TaxRateName": "r", "RateValue": 1, "TaxAgencyId": "1"}]}),
        ("journalentry", {"Line": [
            {**line, "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": "79"}}}
            for side in sides
        ]}),
        ("preferences", {"Id": "1", "SyncToken": "0", "sparse": True, "SalesFormsPrefs": {}}),
        ("batch", {"BatchItemRequest": [
            {"bId": "1", "operation": "create", "Customer": {"DisplayName": "Eve"}},
            {"bId": "2", "Query": "select * from Item"},
        ]}),
    ]  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, valid: list[tuple[str, Any]]) -> tuple[str, Any]:
    """An address and a body that were valid, with up to three places of the body changed."""
    path, body = draw(st.sampled_from(valid))
    for _ in range(draw(st.integers(0, 3))):
        body = _with_change(draw, body)
    return path, body


@st.composite
def writes(draw: st.DrawFn, valid: list[tuple[str, Any]], realm_id: str, token: str) -> bytes:
    """A write that is nearly right, in JSON or XML."""
    path, body = draw(changed(valid))
    headers = {"Authorization": f"Bearer {token}", "Accept": draw(st.sampled_from(ACCEPTS[:2]))}
    if draw(st.integers(0, 3)) or not isinstance(body, dict):
        headers["Content-Type"], text = "application/json", raw_body(body)
    else:
        headers["Content-Type"] = "application/xml"
        text = with_namespace(as_xml(body, ROOTS.get(path.partition("?")[0], "Customer")))
    return request_bytes("POST", f"/v3/company/{realm_id}/{path}", headers, text)


@st.composite
def reads(draw: st.DrawFn, realm_id: str, token: str) -> bytes:
    """A read, query, report or capture that is nearly right."""
    headers = {"Authorization": f"Bearer {token}", "Accept": draw(st.sampled_from(ACCEPTS[:2]))}
    resource = draw(st.sampled_from(RESOURCES)) + draw(st.sampled_from(RESTS))
    query = draw(st.sampled_from(SAYINGS[:5]) | STATEMENTS)
    path = draw(st.sampled_from([
        resource, f"query?query={_quoted(query)}", f"reports/{draw(st.sampled_from(REPORTS))}",
        f"cdc?entities=Item,Invoice&changedSince={_quoted(draw(TEXTS))}",
    ]))  # fmt: skip
    for name in draw(st.lists(st.sampled_from(PARAMETERS), max_size=3)):
        sign = "&" if "?" in path else "?"
        path += f"{sign}{name}={_quoted(draw(st.sampled_from(SAYINGS) | TEXTS))}"
    return request_bytes("GET", f"/v3/company/{realm_id}/{path}", headers, b"")


def _with_change(draw: st.DrawFn, value: Any) -> Any:
    """The value with one place replaced, added or left out."""
    if isinstance(value, dict) and value and draw(st.integers(0, 4)):
        name = draw(st.sampled_from(sorted(value)))
        return {**value, name: _with_change(draw, value[name])}
    if isinstance(value, list) and value and draw(st.integers(0, 4)):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], _with_change(draw, value[place]), *value[place + 1 :]]
    if isinstance(value, dict):
        how = draw(st.integers(0, 2))
        if how == 0 and value:
            gone = draw(st.sampled_from(sorted(value)))
            return {name: inner for name, inner in value.items() if name != gone}
        if how == 1:
            return {**value, draw(st.sampled_from(NAMES)): draw(VALUES)}
    return draw(VALUES)


def as_xml(value: Any, name: str = "Customer") -> str:
    """The value as an XML request, roughly: names are taken as they come."""
    if isinstance(value, list):
        return "".join(as_xml(inner, name) for inner in value)
    inner = "".join(as_xml(v, k) for k, v in value.items()) if isinstance(value, dict) else value
    return f"<{name}>{inner}</{name}>"


def raw_body(value: Any) -> bytes:
    """Its JSON, or nothing when it has none (lone surrogates)."""
    try:
        return dumps(value)
    except (ValueError, TypeError, UnicodeEncodeError):
        return b""


def with_namespace(text: str) -> bytes:
    """An XML request whose root says which language it is."""
    marked = text.replace(">", f' xmlns="{NAMESPACE}">', 1)
    return marked.encode(errors="replace")


@st.composite
def bodies(draw: st.DrawFn, valid: list[tuple[str, Any]]) -> bytes:
    """The bytes of a body."""
    _, value = draw(changed(valid))
    ways = {
        "json": lambda: raw_body(value),
        "xml": lambda: with_namespace(as_xml(value)),
        "form": lambda: (
            b'--b\r\nContent-Disposition: form-data; name="file_content_1"; filename="a"\r\n\r\n'
            b'x\r\n--b\r\nContent-Disposition: form-data; name="file_metadata_1"\r\n\r\n'
            + raw_body(value)
            + b"\r\n--b--\r\n"
        ),
        "deep": lambda: b"[" * 3000,
        "bytes": lambda: draw(st.binary(max_size=60)),
        "packed": lambda: gzip.compress(raw_body(value)),
        "query": lambda: draw(st.sampled_from(SAYINGS)).encode(),
        "pairs": lambda: b"grant_type=refresh_token&refresh_token=x&client_id=%ff&a",
    }
    return ways[draw(st.sampled_from([*ways, "json", "json", "json"]))]()


@st.composite
def requests_of_the_api(
    draw: st.DrawFn, valid: list[tuple[str, Any]], realm_id: str, token: str
) -> bytes:
    """One request as bytes."""
    if draw(st.integers(0, 5)):
        realm = draw(st.sampled_from([realm_id] * 8 + ["1", "x", "%00", "٣", "9" * 40]))
        path = f"/v3/company/{realm}/{draw(st.sampled_from(RESOURCES))}"
        path += draw(st.sampled_from(RESTS))
    else:
        path = draw(st.sampled_from(PLACES))
    pairs = draw(st.lists(st.tuples(
        st.sampled_from(PARAMETERS), st.sampled_from(SAYINGS) | TEXTS
    ), max_size=3))  # fmt: skip
    if pairs:
        path += "?" + "&".join(f"{name}={_quoted(value)}" for name, value in pairs)
    tokens = [f"Bearer {token}"] * 9 + [
        "",
        "Bearer",
        "Bearer \xff\xff\xff\xff\xff\xff\xff",
        "Basic e",
    ]
    headers = {
        "Authorization": draw(st.sampled_from(tokens)),
        "Accept": draw(st.sampled_from(ACCEPTS)),
        "Content-Type": draw(st.sampled_from(KINDS)),
    }
    if not draw(st.integers(0, 9)):
        headers["Content-Encoding"] = draw(st.sampled_from(["gzip", "deflate", "br", "\xff"]))
    return request_bytes(draw(st.sampled_from(METHODS)), path, headers, draw(bodies(valid)))


CONTROLS: list[tuple[str, Any]] = [
    ("reset", {"seed": "empty"}),
    ("clock", {"advance_s": 60}),
    ("clock", {"set": "2026-03-04T09:00:00-08:00", "freeze": True}),
    ("switches", {"throttle_body": "json", "latency_ms": 0, "stock_moves_touch_item": True}),
    ("limits", {"enabled": True, "per_minute": 500}),
    ("tokens/expire", {"access": True, "refresh": False}),
    ("tokens/issue", {"client_id": "emulator-client-id", "scope": "openid", "user_id": "1"}),
    ("tokens/disconnect", {"realm_id": "1", "client_id": "a"}),
    ("apps", {"client_id": "a", "client_secret": "b", "redirect_uris": ["https://a.example/b"]}),
    ("companies", {"realm_id": "77", "seed": "empty", "name": "n", "country": "US"}),
    ("webhooks", {"url": "http://127.0.0.1:1/", "format": "legacy", "entities": ["Item"]}),
    ("webhooks/deliver", {}),
    ("merge", {"entity": "Customer", "id": "1", "into": "2"}),
    ("entities?operation=create", {"Customer": [{"DisplayName": "Eve"}], "Vendor": []}),
    ("entities?operation=delete", {"Invoice": [{"Id": "1"}]}),
    ("faults", {"path": "x", "nth": 1, "times": None, "probability": 1, "seed": 3, "do": {
        "kind": "status", "status": 500, "headers": {"A": "b"}, "body": "json"}}),
    ("faults", {"query": "x", "do": {"kind": "fault", "code": "6000", "status": 200}}),
    ("faults", {"do": {"kind": "write", "entity": "Item", "operation": "create", "body": {}}}),
    ("faults", {"do": {"kind": "clock", "set": "2026-01-01"}}),
    ("faults", {"class": "auth", "times": None, "do": {"kind": "repeat_rows", "rows": 1}}),
]  # fmt: skip
"""Calls of the control plane that it takes, to begin from."""


@st.composite
def requests_of_the_controls(draw: st.DrawFn) -> bytes:
    """One request to the control plane as bytes: nearly right, or any."""
    if draw(st.integers(0, 3)):
        path, body = draw(changed(CONTROLS))
        return request_bytes("POST", f"/_emulator/{path}", {}, raw_body(body))
    method, name = draw(st.sampled_from(sorted(control.ROUTES)))
    rest = draw(
        st.sampled_from(["", "/1", "/x", "/Item", "/Account", "/0", "/expire", "/" + "9" * 4400])
    )
    query = draw(st.sampled_from(["", "?operation=create", "?realm_id=1", "?by=class,x", "?%ff"]))
    body = draw(VALUES.map(raw_body) | st.binary(max_size=20))
    return request_bytes(method, f"/_emulator/{name}{rest}{query}", {}, body)


def request_bytes(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    """HTTP/1.1, closed after the answer."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    # Latin-1, so that bytes come which are no UTF-8.
    return "\r\n".join(lines).encode("latin-1", errors="replace") + body


def _quoted(value: str) -> str:
    return quote(value.encode(errors="replace"))


def exchange(url: str, sent: bytes, *, hangs_up: bool = False) -> bytes:
    """All that comes back until the server closes, if need be because the caller hangs up."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE_S) as connection:
        received = []
        try:
            connection.sendall(sent)
            if hangs_up:
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                received.append(part)
        except ConnectionError:
            # The server need not read to the end what it refuses.
            received.append(b"")
    return b"".join(received)


class Failures(logging.Handler):
    """What the server says of its own failures."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(logging.Formatter().format(record))

    def taken(self) -> list[str]:
        """What has been said since last asked."""
        said, self.said = self.said, []
        return said
