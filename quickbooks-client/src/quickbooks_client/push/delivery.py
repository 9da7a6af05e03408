"""One remembered document on its way: sent, confirmed, and each refusal's own reaction."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING

from quickbooks_client.errors import (
    ClosedPeriodError,
    ConnectionLostError,
    DuplicateNameError,
    DuplicateNumberError,
    FeatureUnavailableError,
    InventoryLockedError,
    NotPermittedError,
    RejectedError,
    RequestInProgressError,
    ServerError,
    StaleError,
    UnexpectedReplyError,
)
from quickbooks_client.push.books import answer, find_ours
from quickbooks_client.push.document import request_id
from quickbooks_client.push.documents import halves
from quickbooks_client.push.entries import Intent, Pending
from quickbooks_client.push.identity import UNTOUCHED, changes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quickbooks_client.clock import Clock
    from quickbooks_client.push.books import Books, Found
    from quickbooks_client.push.lanes import Lanes
    from quickbooks_client.push.ledger import Ledger
    from quickbooks_client.push.settings import DocumentSettings
    from quickbooks_client.records import Reply

LOCK_WAITS_S = (3.0, 6.0, 12.0, 24.0)
"""Waits after an inventory lock; integrators see the repeat succeed after some seconds."""
STALE_TRIES = 2

# What these say is true of the whole document: its lines alone would be refused as well. A number
# that was made from its rows is taken by these rows themselves, found or not: under the numbers of
# its halves they would move twice.
WHOLE = (ClosedPeriodError, NotPermittedError, FeatureUnavailableError, DuplicateNumberError)
UNANSWERED = (ServerError, ConnectionLostError, RequestInProgressError, UnexpectedReplyError)
"""After these nobody knows whether QuickBooks holds the document."""


class Outcome(Enum):
    """What became of a document."""

    POSTED = "posted"
    REJECTED = "rejected"


Report = Callable[[Pending, Outcome, str], None]
"""Told of each document that is settled, with the words of a refusal."""


class Delivery:
    """Sends documents that the ledger remembers already."""

    def __init__(
        self, books: Books, ledger: Ledger, settings: DocumentSettings, clock: Clock, lanes: Lanes
    ) -> None:
        self._books = books
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._lanes = lanes

    def deliver(self, pending: Pending, report: Report, *, is_recovered: bool = False) -> None:
        """Send `pending`, and its parts when a packed adjustment has to be split.

        Raises:
            RetriableError: nobody knows what became of it, or QuickBooks is not to be had.
            ConfigurationError: no document can be sent.
        """
        waiting = [pending]
        while waiting:
            current = waiting.pop(0)
            try:
                with self._lanes.one():
                    self._send(current, is_recovered=is_recovered and current is pending)
            except RejectedError as error:
                parts = self._refused(current, error)
                waiting = parts + waiting
                if not parts:
                    report(current, Outcome.REJECTED, error.reason)
            else:
                report(current, Outcome.POSTED, "")

    def _refused(self, pending: Pending, error: RejectedError) -> list[Pending]:
        """Write the refusal down; the parts to send instead when it may concern one line only."""
        code, detail = error.code or "rejected", error.reason
        document = pending.document
        if (
            document.entity != "InventoryAdjustment"
            or len(document.lines) == 1
            or isinstance(error, WHOLE)
        ):
            self._ledger.reject(pending.document_id, code, detail)
            return []
        realm_id, attempt = self._settings.realm_id, pending.attempts + 1
        parts = []
        for half in halves(realm_id, document):
            part_id = request_id(realm_id, half, attempt)
            parts.append(Pending(part_id, part_id, half, self._clock.now(), attempt))
        self._ledger.split(
            pending.document_id,
            code,
            detail,
            [Intent(part.document_id, part.request_id, part.document, ()) for part in parts],
        )
        return parts

    def adopt_ours(self, documents: Iterable[Pending], *, is_late: bool = False) -> set[str]:
        """Confirm those of `documents` that QuickBooks turns out to hold; their document ids.

        Also those that a person has edited or voided meanwhile: they are ours by their mark, and
        sent again they would be there twice.

        Args:
            documents: Documents whose outcome is not known.
            is_late: Whether to look for renumbered ones as well.
        """
        wanted = {pending.document_id: pending for pending in documents}
        found = find_ours(self._books, self._settings.realm_id, wanted.values(), is_late=is_late)
        for document_id, row in found.items():
            self._adopt(wanted[document_id], row)
        return set(found)

    def _adopt(self, pending: Pending, found: Found) -> None:
        entity, time = found
        document = pending.document
        kept = answer(entity, time, document, is_recovered=True)
        compares_total = self._settings.tax_mode != "quickbooks" or document.entity == "Payment"
        changed = changes(document, entity, compares_total=compares_total)
        is_touched = kept.sync_token != UNTOUCHED
        if is_touched and changed:
            words = f"changed in QuickBooks before it was adopted: {'; '.join(changed)}"
            kept = replace(kept, flaw=("changed", words))
        if is_touched or changed:
            # The token would say that the document is as we sent it; without one it is compared
            # with its lines as sent, and what differs counts as a person's edit.
            kept = replace(kept, sync_token=None)
        self._ledger.confirm(pending.document_id, kept)

    def _send(self, pending: Pending, *, is_recovered: bool) -> None:
        """Send and confirm; a refusal is raised."""
        try:
            reply = self._create(pending)
        except DuplicateNumberError:
            # Perhaps our own: sent before under an id that QuickBooks has forgotten.
            if not self.adopt_ours([pending]):
                raise
        except DuplicateNameError:
            # A customer of that name will do; a vendor or an employee will not.
            if pending.document.entity != "Customer" or not self.adopt_ours([pending]):
                raise
        except UNANSWERED as error:
            self._unanswered(pending, error)
        else:
            if reply is not None:
                kept = answer(reply.entity, reply.time, pending.document, is_recovered=is_recovered)
                self._ledger.confirm(pending.document_id, kept)

    def _create(self, pending: Pending) -> Reply | None:
        """QuickBooks' reply; None when a look showed that it holds the document already."""
        document, current_id = pending.document, pending.request_id
        locks = stale = 0
        while True:
            try:
                return self._books.create(document.entity, document.body, request_id=current_id)
            except InventoryLockedError:
                self._lanes.narrow()
                if locks == len(LOCK_WAITS_S):
                    raise
                self._clock.sleep(LOCK_WAITS_S[locks])
                locks += 1
            except StaleError:
                # An object it links to changed meanwhile; nothing was written.
                stale += 1
                if stale > STALE_TRIES:
                    raise
            # QuickBooks may repeat the refusal to the same id for ever. Another id is safe only
            # once a look has shown that no earlier call went through.
            if self.adopt_ours([pending]):
                return None
            current_id = _next_id(current_id)
            self._ledger.renew(pending.document_id, current_id)

    def _unanswered(
        self,
        pending: Pending,
        error: ServerError | ConnectionLostError | RequestInProgressError | UnexpectedReplyError,
    ) -> None:
        """Leave it for the next start; settle an old one that QuickBooks itself only ever fails on.

        A gateway's 502, 503 and 504 say that QuickBooks is away, nothing about the document.
        """
        age = self._clock.now() - pending.sent_at
        is_old = age >= dt.timedelta(seconds=self._settings.recovery_age_s)
        if not is_old or error.status != HTTPStatus.INTERNAL_SERVER_ERROR:
            raise error
        if self.adopt_ours([pending], is_late=True):
            return
        raise RejectedError(
            f"QuickBooks has failed on this document since {pending.sent_at:%Y-%m-%d %H:%M} UTC"
            f" and does not hold it ({error.reason}). Check the record, then retry.",
            code=error.code or str(error.status or "server"),
        )


def _next_id(current_id: str) -> str:
    return hashlib.sha256(current_id.encode()).hexdigest()[:40]
