"""What a client writes: one object a call, under a `request_id`, never metered.

There is no call for batches: Intuit meters them, promises no order within one, and answers each
item for itself, so a lost reply leaves thirty outcomes in doubt. Plain writes at the same budget
are free, and each is answered or repeated under its own id.
Source: Intuit, "Batch"; "App Partner Program" (FAQ); "Idempotent requests".
"""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING, Any

from quickbooks_client.entities import entity as traits_of
from quickbooks_client.errors import RejectedError
from quickbooks_client.json_text import encode
from quickbooks_client.replies import reply_of
from quickbooks_client.request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quickbooks_client.gate import Gate
    from quickbooks_client.records import Reply

MAX_REQUEST_ID = 50
"""Source: Intuit, "Idempotent requests"."""
_HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}
_VOIDS: dict[str, Mapping[str, str]] = {
    "Invoice": {"operation": "void"},
    "Payment": {"operation": "update", "include": "void"},
    "SalesReceipt": {"operation": "update", "include": "void"},
    "BillPayment": {"operation": "update", "include": "void"},
}
"""Source: Intuit, the API reference's pages of these entities."""


class Writing(abc.ABC):
    """The calls that change something."""

    @property
    @abc.abstractmethod
    def quickbooks(self) -> Gate:
        """The gate that every call passes."""

    def create(
        self,
        entity: str,
        body: Mapping[str, Any],
        *,
        request_id: str,
        params: Mapping[str, str] | None = None,
    ) -> Reply:
        """Create an entity, or update it when `body` has an `Id`; return it as it is stored.

        Repeating the same bytes under the same `request_id` writes nothing twice. Any: JSON.

        Raises:
            RejectedError: QuickBooks refused the content.
            ConnectionLostError: No readable reply came; it may be written all the same.
        """
        return self._write(entity, body, request_id, params or {})

    def update(
        self,
        entity: str,
        body: Mapping[str, Any],
        *,
        request_id: str,
        sparse: bool = True,
        params: Mapping[str, str] | None = None,
    ) -> Reply:
        """Change an entity that was read before; return it as it is stored. Any: JSON.

        Args:
            entity: Its kind, such as `Customer`.
            body: `Id`, `SyncToken` as it was read, and what is to change.
            request_id: Repeating the same bytes under it changes nothing twice.
            sparse: Only what `body` holds changes. False replaces the whole: each field that is
                not in `body` is emptied, so begin with a fresh `read`. Lists, such as `Line`, are
                replaced as a whole either way: a line without its own `Id` is a new one, and one
                that is left out is removed. Whatever `sparse` the body itself says is overruled.
            params: Further parameters, such as `{"include": "allowduplicatedocnum"}`.

        Raises:
            StaleError: Somebody changed it since it was read. Nothing was overwritten: read it
                again and decide again.
            RejectedError: QuickBooks refused the content, or `body` lacks Id or SyncToken, and
                nothing was sent.
            ConnectionLostError: No readable reply came; it may be written all the same.
        """
        for name in ("Id", "SyncToken"):
            if not str(body.get(name) or ""):
                raise RejectedError(
                    f"update {entity}: the body has no {name}; read the {entity} first and send"
                    " its Id and SyncToken back."
                )
        return self._write(entity, {**body, "sparse": sparse}, request_id, params or {})

    def delete(self, entity: str, entity_id: str, sync_token: str, *, request_id: str) -> Reply:
        """Delete a transaction for good; return the stub that is left, `status` "Deleted".

        Stock it moved and what it settled go back. Name lists cannot be deleted, only switched
        off: `update(entity, {"Id": …, "SyncToken": …, "Active": False}, …)`.

        Raises:
            StaleError: Somebody changed it since it was read; it stands.
            NotFoundError: There is none, or it was deleted before.
            RejectedError: QuickBooks refused it, or the entity is a list, and nothing was sent.
            ConnectionLostError: No readable reply came; it may be gone all the same.
        """
        if not traits_of(entity).can_be_deleted:
            raise RejectedError(
                f"delete {entity}: QuickBooks deletes transactions only; switch a row of a list"
                " off by an update with Active false."
            )
        body = {"Id": entity_id, "SyncToken": sync_token}
        return self._write(entity, body, request_id, {"operation": "delete"})

    def void(self, entity: str, entity_id: str, sync_token: str, *, request_id: str) -> Reply:
        """Void an invoice, payment, sales receipt or bill payment: it stays, its amounts are 0.

        The reply has been seen with the amounts of before: read it again if you need them.

        Raises:
            StaleError: Somebody changed it since it was read; it stands as it was.
            RejectedError: QuickBooks refused it, or has no void for this entity, and nothing was
                sent.
            ConnectionLostError: No readable reply came; it may be voided all the same.
        """
        params = _VOIDS.get(entity)
        if params is None:
            raise RejectedError(
                f"void {entity}: QuickBooks voids {', '.join(_VOIDS)} only; delete it, or correct"
                " it by another document."
            )
        body: dict[str, Any] = {"Id": entity_id, "SyncToken": sync_token}
        if "include" in params:
            body["sparse"] = True
        return self._write(entity, body, request_id, params)

    def _write(
        self, entity: str, body: Mapping[str, Any], request_id: str, params: Mapping[str, str]
    ) -> Reply:
        if not 0 < len(request_id) <= MAX_REQUEST_ID:
            raise RejectedError(f"A request_id has 1 to {MAX_REQUEST_ID} characters.")
        request = Request(
            "POST", entity.lower(), {**params, "requestid": request_id}, _HEADERS, encode(body)
        )
        return reply_of(entity, self.quickbooks.exchange(request), request)
