"""Which events a committed change gives, and how their bodies look.

Source: Intuit, "Webhooks" (entities and operations; the verbs Create, Update, Delete, Merge, Void,
Emailed; the CloudEvents form of 2025 and the form before it).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from quickbooks_emulator.clock import PACIFIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.registers import Change
    from quickbooks_emulator.rows import Row
    from quickbooks_emulator.switches import Switches

CLOUD_EVENTS = "cloudevents"
LEGACY = "legacy"
FORMATS = (CLOUD_EVENTS, LEGACY)
SPOKEN_OF = frozenset({
    "Account", "Bill", "BillPayment", "Budget", "Class", "CreditMemo", "Currency", "Customer",
    "Department", "Deposit", "Employee", "Estimate", "Invoice", "Item", "JournalCode",
    "JournalEntry", "Payment", "PaymentMethod", "Preferences", "Purchase", "PurchaseOrder",
    "RefundReceipt", "SalesReceipt", "TaxAgency", "Term", "TimeActivity", "Transfer", "Vendor",
    "VendorCredit",
})  # fmt: skip
VOIDED = frozenset({
    "BillPayment", "CreditMemo", "Invoice", "Payment", "Purchase", "RefundReceipt",
    "SalesReceipt", "Transfer",
})  # fmt: skip
VERBS = {
    "Create": "created", "Update": "updated", "Delete": "deleted", "Merge": "merged",
    "Void": "voided", "Emailed": "emailed",
}  # fmt: skip
MARKS = frozenset({"QtyOnHand", "SyncToken", "MetaData"})
"""What a movement of stock changes on an item."""


@dataclass(frozen=True, slots=True)
class Event:
    """One change, as it is told; `moment` in seconds since 1970, `deleted_id` of a merge."""

    id: str
    realm_id: str
    entity: str
    object_id: str
    operation: str
    moment: float
    deleted_id: str = ""


def speaks_of(entity: str, switches: Switches) -> bool:
    """Whether changes of an entity give events."""
    if entity == "InventoryAdjustment":
        return switches.webhook_inventory_adjustments
    return entity in SPOKEN_OF


def operations(changes: Iterable[Change], switches: Switches) -> list[tuple[str, str, str]]:
    """Entity, id and operation of the changes that give an event.

    A row that was only put without a new SyncToken (a balance, a quantity) gives none.
    """
    told = []
    for (entity, object_id), old, new in changes:
        operation = _operation(entity, old, new, switches)
        if operation and speaks_of(entity, switches):
            told.append((entity, object_id, operation))
    return told


def _operation(entity: str, old: Row | None, new: Row | None, switches: Switches) -> str:
    if old is None or new is None:
        # Created and deleted within one request: nobody has seen it.
        return "" if old is new else "Delete" if new is None else "Create"
    before, after = old.body, new.body
    if entity == "Item" and before.get("QtyOnHand") != after.get("QtyOnHand"):
        others = {name for name in {*before, *after} if before.get(name) != after.get(name)} - MARKS
        if not others:
            return "Update" if switches.webhook_item_quantities else ""
    if before.get("SyncToken") == after.get("SyncToken"):
        return ""
    if entity in VOIDED and _is_void(after) and not _is_void(before):
        return "Void"
    if after.get("EmailStatus") == "EmailSent" and any(
        before.get(name) != after.get(name) for name in ("EmailStatus", "DeliveryInfo")
    ):
        return "Emailed"
    return "Update"


def _is_void(body: JsonObject) -> bool:
    return str(body.get("PrivateNote", "")).startswith("Voided") and not body.get("TotalAmt")


def body_of(events: Sequence[Event], form: str, app: str) -> object:
    """The body of a notification, several companies in one."""
    if form == CLOUD_EVENTS:
        digest = hashlib.sha256(app.encode()).digest()
        source = f"intuit.{base64.b64encode(digest).decode()}"
        return [_cloud_event(event, source) for event in events]
    realms = dict.fromkeys(event.realm_id for event in events)
    return {
        "eventNotifications": [
            {
                "realmId": realm_id,
                "dataChangeEvent": {
                    "entities": [_legacy(event) for event in events if event.realm_id == realm_id]
                },
            }
            for realm_id in realms
        ]
    }


def _cloud_event(event: Event, source: str) -> JsonObject:
    moment = datetime.fromtimestamp(event.moment, UTC)
    nanoseconds = f"{moment.microsecond * 1000:09d}"
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": source,
        "type": f"qbo.{event.entity.lower()}.{VERBS[event.operation]}.v1",
        "datacontenttype": "application/json",
        "time": f"{moment:%Y-%m-%dT%H:%M:%S}.{nanoseconds}Z",
        "intuitentityid": event.object_id,
        "intuitaccountid": event.realm_id,
        "data": {"deletedId": event.deleted_id} if event.deleted_id else {},
    }


def _legacy(event: Event) -> JsonObject:
    moment = datetime.fromtimestamp(event.moment, UTC)
    told: JsonObject = {
        "name": event.entity,
        "id": event.object_id,
        "operation": event.operation,
        "lastUpdated": f"{moment:%Y-%m-%dT%H:%M:%S}.000Z",
    }
    if event.deleted_id:
        told["deletedId"] = event.deleted_id
    return told


def signature(body: bytes, verifier_token: str) -> str:
    """The value of `intuit-signature`: base64 of HMAC-SHA256 over the body's bytes."""
    digest = hmac.new(verifier_token.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def created_time(moment: float) -> str:
    """The value of `intuit-created-time`, `2026-03-04T16:25:00-0800`."""
    return datetime.fromtimestamp(moment, PACIFIC).strftime("%Y-%m-%dT%H:%M:%S%z")
