"""What posting asks of QuickBooks, and how it finds what is there already."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Protocol

from quickbooks_client.errors import InvalidQueryError
from quickbooks_client.push.documents import is_ours, own_number
from quickbooks_client.push.entries import Answer
from quickbooks_client.push.exact import from_json, to_decimal
from quickbooks_client.query import MAX_PAGE_ROWS, all_of, condition, one_of, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from quickbooks_client.push.documents import Document
    from quickbooks_client.push.entries import Pending
    from quickbooks_client.records import Page, QueryReply, Reply

VALUES_PER_QUERY = 200
"""Intuit documents no limit of an IN list; hundreds are known to work by POST."""


class Books(Protocol):
    """The part of `quickbooks_client.Client` that posting uses."""

    def create(self, entity: str, body: Mapping[str, Any], *, request_id: str) -> Reply:
        """Create one entity."""
        ...

    def read(self, entity: str, entity_id: str) -> Reply:
        """Read one entity (metered)."""
        ...

    def query(self, text: str) -> QueryReply:
        """Answer one query (metered)."""
        ...

    def pages(self, entity: str) -> Iterator[Page]:
        """Every row of an entity, page by page (metered)."""
        ...


Found = tuple[dict[str, Any], dt.datetime]
"""An entity and the server time of the answer it came in."""


def rows_where(books: Books, entity: str, name: str, values: Iterable[str]) -> list[Found]:
    """The rows of `entity` whose property `name` is one of `values`; a query per two hundred."""
    wanted = list(dict.fromkeys(values))
    found: list[Found] = []
    for start in range(0, len(wanted), VALUES_PER_QUERY):
        part = wanted[start : start + VALUES_PER_QUERY]
        where = one_of(name, part) if len(part) > 1 else condition(name, "=", part[0])
        found += _rows(books, entity, where)
    return found


def _rows(books: Books, entity: str, where: str | None) -> list[Found]:
    reply = books.query(select(entity, where, rows=MAX_PAGE_ROWS))
    return [(from_json(row.document), reply.time) for row in reply.rows]


def find_ours(
    books: Books, realm_id: str, documents: Iterable[Pending], *, is_total_ours: bool
) -> dict[str, Found]:
    """By document id: those of `documents` that QuickBooks holds as we sent them.

    Args:
        books: QuickBooks.
        realm_id: The company.
        documents: Documents whose outcome is not known.
        is_total_ours: False where QuickBooks computes tax and with it the total.
    """
    by_entity: dict[str, list[Pending]] = defaultdict(list)
    for pending in documents:
        by_entity[pending.document.entity].append(pending)
    found: dict[str, Found] = {}
    for entity, group in by_entity.items():
        for row, time in _candidates(books, realm_id, entity, group):
            for pending in group:
                compares_total = is_total_ours or entity == "Payment"
                if not _may_be(realm_id, pending.document, row) or pending.document_id in found:
                    continue
                if is_ours(realm_id, pending.document, row, compares_total=compares_total):
                    found[pending.document_id] = (row, time)
    return found


def _candidates(books: Books, realm_id: str, entity: str, group: list[Pending]) -> Iterator[Found]:
    if entity == "Customer":
        yield from rows_where(
            books, entity, "DisplayName", [item.document.body["DisplayName"] for item in group]
        )
        return
    if entity == "Payment":
        # PaymentRefNum need not be unique, and not every payment has one.
        for customer_id, date in {
            (item.document.body["CustomerRef"]["value"], item.document.body["TxnDate"])
            for item in group
        }:
            where = all_of(
                condition("CustomerRef", "=", customer_id), condition("TxnDate", "=", date)
            )
            yield from _rows(books, entity, where)
        return
    numbers = [item.document.doc_number or "" for item in group]
    if entity != "InventoryAdjustment":
        yield from rows_where(books, entity, "DocNumber", numbers)
        return
    for row, time in _adjustments(books, numbers):
        if not row.get("Line") and any(_may_be(realm_id, item.document, row) for item in group):
            # Rows of a query may come without lines: read it whole before calling it ours.
            reply = books.read(entity, str(row["Id"]))
            yield {**row, **reply.entity}, reply.time
        else:
            yield row, time


def _adjustments(books: Books, numbers: list[str]) -> Iterator[Found]:
    try:
        yield from rows_where(books, "InventoryAdjustment", "DocNumber", numbers)
    except InvalidQueryError:
        # Its page lists Id as the only property to filter by, though others are seen in use.
        for page in books.pages("InventoryAdjustment"):
            for record in page.records:
                row = from_json(record.document)
                if row.get("DocNumber") in numbers:
                    yield row, page.time


def _may_be(realm_id: str, document: Document, row: Mapping[str, Any]) -> bool:
    """Whether the row bears the name or number that `document` was sent under."""
    match document.entity:
        case "Customer":
            return folded(str(row.get("DisplayName"))) == folded(document.body["DisplayName"])
        case "Payment":
            return True
        case "InventoryAdjustment":
            return bool(row.get("DocNumber") == own_number(realm_id, document.keys))
        case _:
            return bool(row.get("DocNumber") == document.doc_number)


def folded(name: str) -> str:
    """`name` as QuickBooks compares it: blanks single, case not counted."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).lower()


def answer(
    entity: Mapping[str, Any], time: dt.datetime, document: Document, *, is_recovered: bool
) -> Answer:
    """What the ledger keeps of `entity`, as QuickBooks holds it.

    Of a recovered answer the entity's own time counts, where it is a full time; of a direct
    one the answer's, because the entity's is cut to the second.
    """
    total = to_decimal(entity["TotalAmt"]) if "TotalAmt" in entity else None
    flaw = None
    if total is not None and document.total is not None and total != document.total:
        flaw = ("total", f"QuickBooks made the total {total}, we sent {document.total}")
    posted_at = (is_recovered and _created_at(entity)) or time
    return Answer(
        qbo_id=str(entity["Id"]),
        sync_token=entity.get("SyncToken"),
        total_amount=total,
        posted_at=posted_at,
        flaw=flaw,
    )


def _created_at(entity: Mapping[str, Any]) -> dt.datetime | None:
    text = str((entity.get("MetaData") or {}).get("CreateTime") or "")
    if "T" not in text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(dt.UTC) if moment.tzinfo else None
