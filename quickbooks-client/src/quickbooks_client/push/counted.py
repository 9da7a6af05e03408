"""QuickBooks as posting sees it, each call counted under what it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from quickbooks_client.push.books import Books
from quickbooks_client.push.pusher import ENTITY_ORDER, STREAMS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from quickbooks_client.client import Client
    from quickbooks_client.records import Page, QueryReply, Reply

LOOKUPS = "lookups"
"""What items, customers and earlier documents are looked up under: they serve many rows at once."""
STREAM_OF = dict(zip(ENTITY_ORDER, STREAMS, strict=True))


class CountedBooks(Books):
    """A client whose writes are counted under the stream they come from."""

    def __init__(self, client: Client) -> None:
        """Keep the client; threads may share this as they may the client."""
        self._client = client

    @override
    def create(self, entity: str, body: Mapping[str, Any], *, request_id: str) -> Reply:
        # The body is JSON, hence Any.
        with self._client.meter.scope(STREAM_OF.get(entity, entity)):
            return self._client.create(entity, body, request_id=request_id)

    @override
    def query(self, text: str) -> QueryReply:
        with self._client.meter.scope(LOOKUPS):
            return self._client.query(text)

    @override
    def pages(
        self, entity: str, *, since: dt.datetime | None = None, where: str | None = None
    ) -> Iterator[Page]:
        pages = self._client.pages(entity, since=since, where=where)
        while True:
            # Not around a yield: what the caller does meanwhile is not ours.
            with self._client.meter.scope(LOOKUPS):
                page = next(pages, None)
            if page is None:
                return
            yield page
