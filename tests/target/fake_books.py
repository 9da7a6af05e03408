"""A QuickBooks of a few lines, for the thousands of runs that a server would be too slow for.

It remembers request ids for a while, refuses used numbers, moves stock, and can lose replies.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quickbooks_client import (
    ConnectionLostError,
    DuplicateNameError,
    DuplicateNumberError,
    InvalidReferenceError,
    Page,
    QueryReply,
    RawRecord,
    Reply,
    ServerError,
)
from quickbooks_client.push.exact import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.target.shop import FakeClock

REMEMBERED = timedelta(hours=2)
BAD_ITEM = "404"
SIGNS = {"SalesReceipt": -1, "Invoice": -1, "RefundReceipt": 1, "CreditMemo": 1}


class Crash(BaseException):
    """The process dies here."""


class FakeBooks:
    """Stands for `quickbooks_client.Client`."""

    def __init__(self, clock: FakeClock, trouble: Callable[[], str] = lambda: "none") -> None:
        self.clock = clock
        self.trouble = trouble
        self.stored: list[tuple[str, dict[str, Any]]] = []
        self.stock: Counter[str] = Counter()
        self._replies: dict[str, tuple[Any, Reply]] = {}

    def create(self, entity: str, body: Mapping[str, Any], *, request_id: str) -> Reply:
        assert len(request_id) <= 50
        trouble = self.trouble()
        if trouble == "lost before":
            raise ConnectionLostError("no reply")
        if trouble == "failed":
            raise ServerError("failed", status=503)
        reply = self._apply(
            entity, json.loads(to_json(dict(body)), parse_float=Decimal), request_id
        )
        if trouble == "lost after":
            raise ConnectionLostError("no reply")
        return reply

    def _apply(self, entity: str, body: dict[str, Any], request_id: str) -> Reply:
        kept = self._replies.get(request_id)
        if kept is not None and self.clock.now() - kept[0] < REMEMBERED:
            return kept[1]
        if any(item == BAD_ITEM for item, _ in moves(entity, body)):
            raise InvalidReferenceError("no such item", code="2500")
        name = "DisplayName" if entity == "Customer" else "DocNumber"
        taken = body.get(name) in [held.get(name) for kind, held in self.stored if kind == entity]
        if name in body and taken:
            error = DuplicateNameError if entity == "Customer" else DuplicateNumberError
            raise error("used already", code="6240" if entity == "Customer" else "6140")
        now = self.clock.now()
        body |= {
            "Id": str(len(self.stored) + 1),
            "SyncToken": "0",
            "MetaData": {"CreateTime": now.isoformat(timespec="seconds")},
        }
        if entity not in {"Customer", "InventoryAdjustment", "Payment"}:
            body["TotalAmt"] = sum((line["Amount"] for line in body["Line"]), Decimal(0))
        for item, quantity in moves(entity, body):
            self.stock[item] += quantity
        self.stored.append((entity, body))
        reply = Reply(body, now)
        self._replies[request_id] = (now, reply)
        return reply

    def query(self, text: str) -> QueryReply:
        found = re.fullmatch(r"SELECT \* FROM (\w+) WHERE (.*) MAXRESULTS \d+", text)
        assert found is not None, text
        rows = [body for kind, body in self.stored if kind == found[1]]
        for condition in found[2].split(" AND "):
            name = condition.split()[0]
            values = re.findall(r"'([^']*)'", condition)
            rows = [row for row in rows if _value(row.get(name)) in values]
        return QueryReply(
            [RawRecord(row["Id"], "0", None, False, to_json(row).encode()) for row in rows],
            self.clock.now(),
            None,
        )

    def pages(self, entity: str, *, since: datetime) -> Iterator[Page]:
        records = [
            RawRecord(row["Id"], "0", None, False, to_json(row).encode())
            for kind, row in self.stored
            if kind == entity and datetime.fromisoformat(row["MetaData"]["CreateTime"]) >= since
        ]
        yield Page(records, self.clock.now())


def _value(value: Any) -> Any:
    return value.get("value") if isinstance(value, dict) else value


def moves(entity: str, body: Mapping[str, Any]) -> list[tuple[str, Decimal]]:
    """What a document moves, item by item."""
    if entity == "InventoryAdjustment":
        details = [line["ItemAdjustmentLineDetail"] for line in body["Line"]]
        return [(detail["ItemRef"]["value"], Decimal(detail["QtyDiff"])) for detail in details]
    if entity not in SIGNS:
        return []
    details = [line["SalesItemLineDetail"] for line in body["Line"]]
    return [
        (detail["ItemRef"]["value"], SIGNS[entity] * Decimal(detail["Qty"])) for detail in details
    ]


class Watched:
    """An object whose every call may be the last thing the process does."""

    def __init__(self, inner: Any, step: Callable[[str], None]) -> None:
        self._inner = inner
        self._step = step

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if not callable(value) or name == "close":
            return value

        def call(*args: Any, **kwargs: Any) -> Any:
            self._step(f"before {name}")
            result = value(*args, **kwargs)
            self._step(f"after {name}")
            return result

        return call
