"""The two forms of a record, and their schemas. Pure: no number ever passes through a float."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec
from singer_sdk import typing as th

from quickbooks_client import RawRecord
from tap_quickbooks.schemas import ENTITY
from tap_quickbooks.state import as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from tap_quickbooks.schemas import Field

    Shape = Callable[[str, RawRecord, datetime], dict[str, Any]]
    """Realm, entity and server time of the answer → the Singer record. Any: it is JSON."""

DOCUMENT_KEYS: Final = ("realm_id", "id")
TYPED_KEYS: Final = ("realm_id", "Id")

DOCUMENT_SCHEMA: Final = th.PropertiesList(
    th.Property("realm_id", th.StringType, required=True, description="The company"),
    th.Property("id", th.StringType, required=True, description="The entity's `Id`"),
    th.Property("sync_token", th.StringType, description="Version; null in a deletion"),
    th.Property("last_updated_at", th.DateTimeType, description="`LastUpdatedTime`, UTC"),
    th.Property("is_deleted", th.BooleanType, description="True once it was deleted"),
    th.Property("read_at", th.DateTimeType, description="Server time of the answer, UTC"),
    # Without `properties`, so that the entity's text goes out as it came.
    th.Property("document", th.ObjectType(), description="The entity as QuickBooks sent it"),
).to_dict()

_decode: Final = msgspec.json.Decoder(float_hook=Decimal).decode


def typed_schema(fields: Sequence[Field]) -> dict[str, Any]:
    """Return the schema of the `typed` shape of an entity. Any: it is JSON."""
    return th.PropertiesList(
        th.Property("realm_id", th.StringType, required=True, description="The company"),
        th.Property("Id", th.StringType, required=True, description="Unique within the entity"),
        th.Property(
            "LastUpdatedTime",
            th.DateTimeType,
            description="`MetaData.LastUpdatedTime` in UTC; null where it is a date only",
        ),
        th.Property("is_deleted", th.BooleanType, description="True once it was deleted"),
        *ENTITY,
        *fields,
    ).to_dict()


def typed(realm_id: str, record: RawRecord, _read_at: datetime) -> dict[str, Any]:
    """Return QuickBooks' fields under their names, also those no schema knows.

    Numbers with a point become `Decimal`, others `int`: both are written as they came.
    """
    row: dict[str, Any] = _decode(record.document)
    row["realm_id"] = realm_id
    row["Id"] = record.id
    row["LastUpdatedTime"] = _optional_text(record.last_updated_at)
    row["is_deleted"] = record.is_deleted
    return row


def document(realm_id: str, record: RawRecord, read_at: datetime) -> dict[str, Any]:
    """Return keys and times beside the entity's own text, which is not parsed."""
    return {
        "realm_id": realm_id,
        "id": record.id,
        "sync_token": record.sync_token,
        "last_updated_at": _optional_text(record.last_updated_at),
        "is_deleted": record.is_deleted,
        "read_at": as_text(read_at),
        "document": msgspec.Raw(record.document),
    }


def tombstone(entity_id: str) -> RawRecord:
    """Return a deletion that was found by comparing ids, in the form of QuickBooks' own."""
    stub = {"domain": "QBO", "status": "Deleted", "Id": entity_id}
    return RawRecord(
        id=entity_id,
        sync_token=None,
        last_updated_at=None,
        is_deleted=True,
        document=msgspec.json.encode(stub),
    )


class _Kind(msgspec.Struct):
    """The one field of an item that decides about its stock."""

    Type: str = ""


_kind: Final = msgspec.json.Decoder(_Kind).decode


def is_inventory(record: RawRecord) -> bool:
    """Tell whether an item has a quantity on hand."""
    return _kind(record.document).Type == "Inventory"


class _Lined(msgspec.Struct):
    """The lines of a document, which are not parsed."""

    Line: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_lined: Final = msgspec.json.Decoder(_Lined).decode


def has_lines(record: RawRecord) -> bool:
    """Tell whether a document came with its lines, be there none."""
    return _lined(record.document).Line is not msgspec.UNSET


class _Times(msgspec.Struct):
    LastUpdatedTime: str = ""
    CreateTime: str = ""


class _Dated(msgspec.Struct):
    MetaData: _Times = msgspec.field(default_factory=_Times)


_dated: Final = msgspec.json.Decoder(_Dated).decode


def changed_on(record: RawRecord) -> str:
    """Return the day of the last change as text; "" when QuickBooks gives none."""
    times = _dated(record.document).MetaData
    return max(times.LastUpdatedTime, times.CreateTime)[:10]


def _optional_text(time: datetime | None) -> str | None:
    return None if time is None else as_text(time)
