"""The invoices changed since a moment, as one list."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from quickbooks_client.errors import InvalidQueryError
from quickbooks_client.json_text import exact
from quickbooks_client.query import one_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from quickbooks_client.client import Client

_LATE = timedelta(minutes=1)
"""Changes become visible after their time."""
_IDS_PER_QUERY = 200


def invoices_since(
    client: Client, since: datetime, check: Callable[[], None] = lambda: None
) -> list[dict[str, Any]]:
    """Return each invoice touched at or after `since`, in its newest form, oldest change first.

    Numbers are `Decimal`. One that changes meanwhile is not lost. One deleted before, or while the
    pages are read, is left out (so long as not a thousand others changed in that time). Any: JSON.

    Args:
        client: The company.
        since: An aware time.
        check: Called between pages; stops by raising.

    Raises:
        InvalidQueryError: `since` is no time with an offset.
    """
    if getattr(since, "tzinfo", None) is None:
        raise InvalidQueryError(
            "since must be a datetime with an offset, such as datetime(2026, 3, 1, tzinfo=UTC)."
        )
    found: dict[str, dict[str, Any]] = {}
    began: datetime | None = None
    pages = 0
    for page in client.pages("Invoice", since=since):
        check()
        began = began or page.time
        pages += 1
        for record in page.records:
            found.pop(record.id, None)
            found[record.id] = exact(record.document)
    if began is not None and pages > 1:
        # One answer is consistent in itself; between several, something may have been deleted.
        check()
        changes = client.changes(["Invoice"], began - _LATE)
        gone = [row.id for row in changes.records["Invoice"] if row.is_deleted and row.id in found]
        for invoice_id in set(gone) - set(_alive(client, gone)):
            del found[invoice_id]
    return list(found.values())


def _alive(client: Client, ids: list[str]) -> Iterable[str]:
    """Yield those of `ids` that exist: CDC has been seen to show living ones as deleted."""
    for start in range(0, len(ids), _IDS_PER_QUERY):
        where = one_of("Id", ids[start : start + _IDS_PER_QUERY])
        yield from (str(row["Id"]) for row in client.find("Invoice", where))
