"""The ledger's three tables, on PostgreSQL (schema `sync`) and on SQLite (plain names)."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager, contextmanager, nullcontext
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import filelock
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from typing_extensions import override

from quickbooks_client.errors import ConfigurationError
from quickbooks_client.push.exact import from_json, plain_decimal, to_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine

SCHEMA = "sync"


class ExactNumber(sa.TypeDecorator[Decimal]):
    """`numeric(28,6)` on PostgreSQL; decimal text on SQLite, whose own numbers are binary."""

    impl = sa.Text
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.Numeric(28, 6, asdecimal=True))
        return dialect.type_descriptor(sa.Text())

    @override
    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return format(value, "f")

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else plain_decimal(Decimal(value))


class Instant(sa.TypeDecorator[dt.datetime]):
    """`timestamptz` on PostgreSQL; ISO-8601 UTC text on SQLite. Always aware, always UTC."""

    impl = sa.Text
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        return dialect.type_descriptor(sa.Text())

    @override
    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        value = value.astimezone(dt.UTC)
        if dialect.name == "postgresql":
            return value
        return value.isoformat(timespec="microseconds").replace("+00:00", "Z")

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            value = dt.datetime.fromisoformat(value)
        instant: dt.datetime = value
        return instant.astimezone(dt.UTC)


# Text that msgspec wrote and reads: `json.dumps` knows no Decimal.
Document = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True), "postgresql"
)

METADATA = sa.MetaData(schema=SCHEMA)

ROW_STATUSES = ("pending", "posted", "rejected", "cancelled")
DOCUMENT_STATUSES = ("pending", "posted", "rejected", "split", "undone")


def _one_of(column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} in ({listed})", name=f"{column}_is_known")


LEDGER_ROWS = sa.Table(
    "ledger_rows",
    METADATA,
    sa.Column("realm_id", sa.Text, primary_key=True, comment="The QuickBooks company"),
    sa.Column(
        "idempotency_key",
        sa.Text,
        primary_key=True,
        comment="The row's own key, over all streams: order:17, refund:9, adjustment:12 …",
    ),
    sa.Column("stream", sa.Text, nullable=False, comment="The input stream it came in"),
    sa.Column("input", Document, nullable=False, comment="The record as it came in"),
    sa.Column(
        "input_hash",
        sa.Text,
        comment="Of the record; a rejected row is tried again when it differs or is null",
    ),
    sa.Column("status", sa.Text, nullable=False, comment=", ".join(ROW_STATUSES)),
    sa.Column("document_id", sa.Text, comment="The document it went out in last"),
    sa.Column("error_code", sa.Text, comment="Intuit's code; 'record' when refused by ourselves"),
    sa.Column("error_detail", sa.Text, comment="What was refused, why, and what to do"),
    sa.Column("attempts", sa.Integer, nullable=False, comment="How many documents it was in"),
    sa.Column("created_at", Instant, nullable=False, comment="First seen (UTC)"),
    sa.Column("updated_at", Instant, nullable=False, comment="Last change of this row (UTC)"),
    _one_of("status", ROW_STATUSES),
    sa.Index("ledger_rows_by_document", "document_id"),
    comment="One row per input record: what became of it",
)

DOCUMENTS = sa.Table(
    "documents",
    METADATA,
    sa.Column("document_id", sa.Text, primary_key=True, comment="Made from keys, body and attempt"),
    sa.Column("realm_id", sa.Text, nullable=False, comment="The QuickBooks company"),
    sa.Column("qbo_type", sa.Text, nullable=False, comment="Entity: SalesReceipt, Invoice …"),
    sa.Column("request_id", sa.Text, comment="Sent as requestid; null when nothing was sent"),
    sa.Column("doc_number", sa.Text, comment="DocNumber sent, or PaymentRefNum"),
    sa.Column("body", Document, nullable=False, comment="The body as sent"),
    sa.Column("status", sa.Text, nullable=False, comment=", ".join(DOCUMENT_STATUSES)),
    sa.Column("sent_at", Instant, comment="When the intent was recorded (our clock, UTC)"),
    sa.Column("posted_at", Instant, comment="Server time of the answer; null when it tells none"),
    sa.Column("qbo_id", sa.Text, comment="Id given by QuickBooks"),
    sa.Column("sync_token", sa.Text, comment="SyncToken of the answer"),
    sa.Column("total_amount", ExactNumber, comment="TotalAmt answered; expected before"),
    sa.Column("error_code", sa.Text, comment="Intuit's code; 'total': another total than ours"),
    sa.Column("error_detail", sa.Text, comment="What was refused, why, and what to do"),
    _one_of("status", DOCUMENT_STATUSES),
    sa.Index("documents_by_status", "realm_id", "status"),
    sa.Index("documents_by_qbo_id", "realm_id", "qbo_type", "qbo_id"),
    comment="One row per document attempted in QuickBooks",
)

DOCUMENT_LINES = sa.Table(
    "document_lines",
    METADATA,
    sa.Column(
        "document_id",
        sa.Text,
        sa.ForeignKey(DOCUMENTS.c.document_id),
        primary_key=True,
        comment="The document",
    ),
    sa.Column("line_number", sa.Integer, primary_key=True, comment="From 1, in the order sent"),
    sa.Column("idempotency_key", sa.Text, nullable=False, comment="The ledger row it belongs to"),
    sa.Column("item_id", sa.Text, comment="QuickBooks item"),
    sa.Column("sku", sa.Text, comment="SKU as the record gave it"),
    sa.Column("quantity", ExactNumber, comment="As sent"),
    sa.Column(
        "stock_effect",
        ExactNumber,
        nullable=False,
        comment="What it moves QtyOnHand by: sale minus, refund plus, adjustment as is, else 0",
    ),
    sa.Column("amount", ExactNumber, comment="As sent, in the document's currency"),
    sa.Index("document_lines_by_key", "idempotency_key"),
    comment="One row per line of a document",
)


def open_engine(url: str | sa.URL) -> sa.Engine:
    """An engine for the ledger at `url`, with exact JSON and this dialect's table names."""
    parsed = sa.make_url(url)
    if parsed.drivername == "postgres":
        parsed = parsed.set(drivername="postgresql")
    arguments: dict[str, Any] = {}
    if parsed.get_backend_name() == "postgresql":
        # A server that vanished is noticed within two minutes, not two hours.
        arguments = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 9}
    engine = sa.create_engine(
        parsed, json_serializer=to_json, json_deserializer=from_json, connect_args=arguments
    )
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _durable)
        return engine.execution_options(schema_translate_map={SCHEMA: None})
    return engine


def _durable(connection: Any, _record: object) -> None:  # the driver's own connection
    # WAL lets readers look on; FULL makes a commit survive a power cut.
    connection.execute("pragma busy_timeout = 30000")
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")


def create_tables(engine: sa.Engine) -> None:
    """Create schema and tables that are not there yet; changes nothing that is."""
    with _alone(engine), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # Two at once would both find no table and one would fail.
            connection.execute(
                sa.text("select pg_advisory_xact_lock(hashtext('quickbooks ledger tables'))")
            )
            connection.execute(sa.schema.CreateSchema(SCHEMA, if_not_exists=True))
            METADATA.create_all(connection, checkfirst=True)
            return
        for table in METADATA.sorted_tables:
            connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))


def _alone(engine: sa.Engine) -> AbstractContextManager[object]:
    """Two that turn one new SQLite file into a ledger at once would fail: neither waits there."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        return nullcontext()
    return filelock.FileLock(f"{path}.lock")


def has_tables(engine: sa.Engine) -> bool:
    """Whether the ledger's tables are there."""
    schema = SCHEMA if engine.dialect.name == "postgresql" else None
    inspector = sa.inspect(engine)
    return all(inspector.has_table(table.name, schema=schema) for table in METADATA.sorted_tables)


def checked_engine(url: str) -> sa.Engine:
    """An engine for the ledger at `url`.

    Raises:
        ConfigurationError: `url` is no address of a database that a ledger can live in.
    """
    try:
        engine = open_engine(url)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError, ValueError):
        # The address may hold a password: it is not repeated.
        raise ConfigurationError(
            "ledger_url: not a database address; give postgresql://… or sqlite:///PATH"
        ) from None
    if engine.dialect.name not in {"postgresql", "sqlite"}:
        raise ConfigurationError(
            f"ledger_url: {engine.dialect.name} is not supported; give postgresql://… or"
            " sqlite:///PATH"
        )
    return engine


@contextmanager
def reachable(engine: sa.Engine) -> Iterator[None]:
    """A database that cannot be used becomes a ConfigurationError; SQLite's folder is made."""
    try:
        if engine.dialect.name == "sqlite" and engine.url.database not in {None, "", ":memory:"}:
            Path(str(engine.url.database)).parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise ConfigurationError(
            f"ledger_url: its folder cannot be used ({error.strerror}); choose one that this user"
            " may write to"
        ) from error
    except sa.exc.DBAPIError as error:
        words = str(error.orig).strip().splitlines() or ["no reason given"]
        raise ConfigurationError(
            f"ledger_url: the database cannot be used ({words[0]}); check address and rights,"
            " then start again: what was sent is remembered"
        ) from error


def is_missing_file(engine: sa.Engine) -> bool:
    """Whether this is a SQLite ledger that has not been made yet."""
    path = engine.url.database
    return engine.dialect.name == "sqlite" and bool(path) and not Path(str(path)).exists()
