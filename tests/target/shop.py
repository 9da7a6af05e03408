"""A shop whose sales are pushed: the target as a tap sees it, and what QuickBooks holds then."""

from __future__ import annotations

import contextlib
import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2

from quickbooks_client import QuickBooksError
from quickbooks_client.push.records import RecordError
from target_quickbooks.messages import InputError
from target_quickbooks.target import TargetQuickBooks

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator

DATE = "2026-11-20"
COMMAND = Path(sys.executable).with_name("target-quickbooks")


class FakeClock:
    """A clock that waits without waiting."""

    def __init__(self) -> None:
        self.skipped = 0.0
        self.waits: list[float] = []

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.skipped)

    def monotonic(self) -> float:
        return 1000.0 + self.skipped

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.skipped += seconds


@dataclass
class Run:
    """What one run left behind."""

    code: int
    states: list[dict[str, Any]]
    log: str
    error: str = ""
    waits: list[float] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """The last line the target said."""
        return [line for line in self.log.splitlines() if line.startswith("target-quickbooks: ")][
            -1
        ]


def schema(stream: str, **types: Any) -> dict[str, Any]:
    properties: dict[str, Any] = {
        name: {} for name in ("input_hash", "lines", "quantity_delta", "total_amount", "invoices")
    }
    properties["idempotency_key"] = {"type": "string"}
    return {
        "type": "SCHEMA",
        "stream": stream,
        "schema": {"properties": {**properties, **types}, "additionalProperties": True},
        "key_properties": ["idempotency_key"],
    }


def record(stream: str, **fields: Any) -> dict[str, Any]:
    return {"type": "RECORD", "stream": stream, "record": fields}


def state(value: int) -> dict[str, Any]:
    return {"type": "STATE", "value": {"seen": value}}


Message = dict[str, Any] | str | Callable[[], None]
"""A Singer message, a raw line, or what happens when the reader gets there."""


def lines(messages: Iterable[Message]) -> Iterator[str]:
    """Messages as lines, each stream's SCHEMA first; `Decimal` keeps its digits."""
    known: set[str] = set()
    for message in messages:
        if callable(message):
            message()
            continue
        if isinstance(message, str):
            yield f"{message}\n"
            continue
        stream = message.get("stream", "")
        if message["type"] == "RECORD" and stream not in known:
            yield f"{_json(schema(stream))}\n"
        known.add(stream)
        yield f"{_json(message)}\n"


def _json(value: Any) -> str:
    match value:
        case Decimal():
            return format(value, "f")
        case dict():
            return "{" + ",".join(f"{json.dumps(k)}:{_json(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ",".join(_json(v) for v in value) + "]"
        case _:
            return json.dumps(value)


class Ledger:
    """The ledger's tables, read the way an analyst reads them."""

    def __init__(self, url: str) -> None:
        self.url = url

    def rows(self, table: str, columns: str = "*", order: str = "1") -> list[tuple[Any, ...]]:
        return self.ask(f"select {columns} from {self._name(table)} order by {order}")

    def statuses(self) -> dict[str, str]:
        return dict(self.rows("ledger_rows", "idempotency_key, status"))

    def documents(self) -> list[tuple[Any, ...]]:
        return self.rows("documents", "qbo_type, status", "sent_at, document_id")

    def change(self, sql: str, *values: Any) -> None:
        self.ask(sql.replace("ledger_rows", self._name("ledger_rows")), *values)

    def age(self, seconds: int) -> None:
        """Let every document have been sent so much earlier."""
        name = self._name("documents")
        if self.url.startswith("sqlite"):
            moment = (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()
            self.ask(f"update {name} set sent_at = ?", moment.replace("+00:00", "Z"))
        else:
            self.ask(f"update {name} set sent_at = sent_at - {seconds} * interval '1 second'")

    def _name(self, table: str) -> str:
        return table if self.url.startswith("sqlite") else f"sync.{table}"

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement; `?` stands for a value."""
        if self.url.startswith("sqlite"):
            connection: Any = sqlite3.connect(self.url.removeprefix("sqlite:///"))
        else:
            connection = psycopg2.connect(self.url)
            sql = sql.replace("?", "%s")
        with contextlib.closing(connection):
            cursor = connection.cursor()
            cursor.execute(sql, values)
            found = cursor.fetchall() if cursor.description else []
            connection.commit()
            return [tuple(row) for row in found]


@dataclass
class Shop:
    """A company with what documents refer to, and ways to push into it."""

    emulator: Emulator
    ledger: Ledger
    settings: dict[str, Any]
    folder: Path

    def push(self, *messages: Message, **settings: Any) -> Run:
        """Run the target in this process, with a clock that does not wait."""
        clock = FakeClock()
        out, err = io.StringIO(), io.StringIO()
        code, error = 0, ""
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                target = TargetQuickBooks(config={**self.settings, **settings}, clock=clock)
                with contextlib.closing(target):
                    target.listen(lines(messages))  # type: ignore[arg-type] - lines are all it reads
            except (QuickBooksError, RecordError, InputError) as reason:
                code, error = 1, str(reason)
        states = [json.loads(line) for line in out.getvalue().splitlines()]
        return Run(code, states, err.getvalue(), error, clock.waits)

    def command(self, *messages: Message, **settings: Any) -> Run:
        """Run the target as a command of its own."""
        process = self.start(*messages, **settings)
        out, err = process.communicate(timeout=120)
        return Run(process.returncode, [json.loads(line) for line in out.splitlines()], err)

    def start(self, *messages: Message, **settings: Any) -> subprocess.Popen[str]:
        """Start the command and go on."""
        config = self.folder / "config.json"
        config.write_text(json.dumps({**self.settings, **settings}))
        messages_file = self.folder / "input.jsonl"
        messages_file.write_text("".join(lines(messages)))
        with messages_file.open() as stdin:
            return subprocess.Popen(
                [COMMAND, "--config", config],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )

    def item(self, sku: str) -> str:
        """The id of an item."""
        return next(
            str(item["Id"]) for item in self.emulator.entities("Item") if item.get("Sku") == sku
        )

    def stock(self, sku: str) -> Decimal:
        """What QuickBooks has on hand."""
        return self.emulator.quantity(self.item(sku))

    @property
    def writes(self) -> list[dict[str, Any]]:
        """The writes QuickBooks was asked for."""
        return [
            call for call in self.emulator.calls(class_="free") if call["operation"] == "create"
        ]

    @property
    def metered(self) -> int:
        """The calls Intuit counts."""
        return len(self.emulator.calls(class_="metered"))


def receipt(key: str, **fields: Any) -> dict[str, Any]:
    """A sale of two pumps to the web shop."""
    return record(
        "sales_receipts",
        **{
            "idempotency_key": key,
            "doc_number": key.replace("order:", "WEB-"),
            "txn_date": DATE,
            "customer_name": "Web shop",
            "lines": [{"sku": "PUMP", "quantity": 2, "unit_price": Decimal("10.00")}],
            "total_amount": Decimal("20.00"),
            **fields,
        },
    )


def adjustment(key: str, sku: str = "PUMP", delta: Any = -1, **fields: Any) -> dict[str, Any]:
    """A count that found one pump less."""
    return record(
        "inventory_adjustments",
        **{
            "idempotency_key": key,
            "sku": sku,
            "quantity_delta": delta,
            "txn_date": DATE,
            **fields,
        },
    )
