"""What posting asks of QuickBooks, and how it finds what is there already."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Protocol

from quickbooks_client.errors import InvalidQueryError
from quickbooks_client.push.entries import Answer
from quickbooks_client.push.exact import folded, from_json, to_decimal
from quickbooks_client.push.identity import fingerprint, fingerprints
from quickbooks_client.query import MAX_PAGE_ROWS, condition, one_of, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from quickbooks_client.push.document import Document
    from quickbooks_client.push.entries import Pending
    from quickbooks_client.records import Page, QueryReply, Reply

VALUES_PER_QUERY = 200
"""Intuit documents no limit of an IN list; hundreds are known to work by POST."""
CLOCKS_APART = dt.timedelta(days=1)
"""How far our clock, which says when a document was sent, may be ahead of QuickBooks'."""


class Books(Protocol):
    """The part of `quickbooks_client.Client` that posting uses."""

    def create(self, entity: str, body: Mapping[str, Any], *, request_id: str) -> Reply:
        """Create one entity."""
        ...

    def query(self, text: str) -> QueryReply:
        """Answer one query (metered)."""
        ...

    def pages(
        self, entity: str, *, since: dt.datetime | None = None, where: str | None = None
    ) -> Iterator[Page]:
        """Every row of an entity, or what was touched since, page by page (metered)."""
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
    books: Books, realm_id: str, documents: Iterable[Pending], *, is_late: bool
) -> dict[str, Found]:
    """By document id: those of `documents` that QuickBooks holds, changed by a person or not.

    Args:
        books: QuickBooks.
        realm_id: The company.
        documents: Documents whose outcome is not known.
        is_late: Whether a person has had time to change a number: all that was touched since a
            document was sent is read then, when its number leads nowhere.
    """
    by_entity: dict[str, list[Pending]] = defaultdict(list)
    for pending in documents:
        by_entity[pending.document.entity].append(pending)
    found: dict[str, Found] = {}
    for entity, group in by_entity.items():
        if entity == "Customer":
            found |= _customers(books, group)
            continue
        found |= _marked(realm_id, group, _numbered(books, entity, group))
        unfound = [pending for pending in group if pending.document_id not in found]
        # PaymentRefNum need not be unique, and not every payment has one.
        if unfound and (is_late or entity == "Payment"):
            found |= _marked(realm_id, unfound, _touched(books, entity, unfound))
    return found


def _customers(books: Books, group: list[Pending]) -> dict[str, Found]:
    """A customer is wanted, not owned: any of that name will do."""
    names = {item.document_id: item.document.body["DisplayName"] for item in group}
    held = {
        folded(str(row.get("DisplayName"))): (row, time)
        for row, time in rows_where(books, "Customer", "DisplayName", names.values())
    }
    return {
        document_id: held[folded(name)]
        for document_id, name in names.items()
        if folded(name) in held
    }


def _marked(realm_id: str, group: list[Pending], rows: Iterable[Found]) -> dict[str, Found]:
    wanted = {fingerprint(realm_id, item.document.keys): item.document_id for item in group}
    found: dict[str, Found] = {}
    for row, time in rows:
        for mark in fingerprints(row) & wanted.keys():
            # A copy that a person made may carry our mark too; it came later.
            if mark not in found or int(row["Id"]) < int(found[mark][0]["Id"]):
                found[mark] = row, time
    return {wanted[mark]: held for mark, held in found.items()}


def _numbered(books: Books, entity: str, group: list[Pending]) -> list[Found]:
    numbers = [item.document.doc_number for item in group if item.document.doc_number]
    if entity == "Payment":
        return []
    try:
        return rows_where(books, entity, "DocNumber", numbers)
    except InvalidQueryError:
        # An adjustment's page lists Id as the only property to filter by, though others are seen
        # in use.
        if entity != "InventoryAdjustment":
            raise
        return list(_touched(books, entity, group))


def _touched(books: Books, entity: str, group: list[Pending]) -> Iterator[Found]:
    """All that was made or changed since the first of `group` was sent, which no edit escapes."""
    since = min(item.sent_at for item in group) - CLOCKS_APART
    for page in books.pages(entity, since=since):
        for record in page.records:
            yield from_json(record.document), page.time


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
