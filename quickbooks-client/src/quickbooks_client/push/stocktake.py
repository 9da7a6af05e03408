"""Items set to wanted quantities, through the same ledger and pusher as everything that is sent.

Under the writer's lock from reading to posting, so that no two work from one reading. First what
an earlier run left open is settled, then quantities are read, then the differences are posted.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any, Protocol

from quickbooks_client.errors import QuickBooksError
from quickbooks_client.push import inventory
from quickbooks_client.push.inventory import Change, Problem, Terms, Wanted
from quickbooks_client.push.items import find_items
from quickbooks_client.push.pusher import Pusher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from quickbooks_client.clock import Clock
    from quickbooks_client.push.books import Books
    from quickbooks_client.push.entries import Told
    from quickbooks_client.push.ledger import Ledger
    from quickbooks_client.push.settings import DocumentSettings

SETTLE_S = 30.0
"""What QuickBooks shows of a quantity may lag behind a write for about so long."""
_STEP_S = 1.0
_LOG = logging.getLogger(__name__)


class Call(Protocol):
    """One call: what is wanted, and the name under which all of it happens once."""

    @property
    def call_id(self) -> str:
        """The name."""
        ...

    @property
    def products(self) -> Sequence[Any]:
        """Objects with sku and quantity. Any: as the caller gave them."""
        ...

    @property
    def may_be_repeated(self) -> bool:
        """Whether the caller chose the name, so that the same call may come again."""
        ...


class Stocktake:
    """Sets quantities for one company. Not for several threads."""

    def __init__(
        self,
        books: Books,
        ledger: Ledger,
        settings: DocumentSettings,
        clock: Clock,
        *,
        terms: Callable[[dt.datetime], Terms],
        settle_s: float = SETTLE_S,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """Keep what is needed; nothing is sent.

        Args:
            books: QuickBooks.
            ledger: Opened for writing: its lock is held from here on.
            settings: Lines of a document, and what recovery asks.
            clock: The time.
            terms: Date and account of adjustments made at a moment; asked once something differs.
            settle_s: Quantities are read no sooner than this after our last write of stock.
            check: Called where it is safe to stop; stops by raising.
        """
        self._ledger = ledger
        self._books = books
        self._settings = settings
        self._clock = clock
        self._terms = terms
        self._settle_s = settle_s
        self._check = check
        self._pusher = Pusher(books, ledger, settings, clock, tell=_LOG.info)

    def set(self, call: Call) -> tuple[list[str], list[Problem]]:
        """The SKUs that hold what is wanted now, and what hinders the others.

        Raises:
            QuickBooksError: nothing of this call was sent, or the ledger cannot be read any more.
                Else nothing is raised from the first document on: what is not known, or was not
                sent, stands among the problems.
        """
        wanted, problems = inventory.read_products(call.products)
        if not wanted:
            return [], problems
        self._pusher.recover()
        self._check()
        done, open_, refused = self._known(wanted, call)
        problems += refused
        if not open_:
            return done, problems
        changes, unchanged, refused = self._compared(open_)
        problems += refused
        for entry in unchanged:
            if call.may_be_repeated:
                words = "QuickBooks held the wanted quantity already: nothing was sent"
                row = inventory.unchanged_row(entry, call.call_id)
                self._ledger.skip(row, inventory.UNCHANGED, words)
            done.append(entry.sku)
        if changes:
            posted, refused = self._post(changes, call)
            done += posted
            problems += refused
        return done, problems

    def _known(
        self, wanted: Iterable[Wanted], call: Call
    ) -> tuple[list[str], list[Wanted], list[Problem]]:
        """What the same call has done already, what is left to do, and what cannot be done."""
        if not call.may_be_repeated:
            return [], list(wanted), []
        keys = {inventory.row_key(call.call_id, entry.sku): entry for entry in wanted}
        told = self._ledger.told(keys)
        done: list[str] = []
        open_: list[Wanted] = []
        problems: list[Problem] = []
        for key, entry in keys.items():
            before = told.get(key)
            if before is None:
                open_.append(entry)
            elif before.record.get("wanted_quantity") != entry.quantity:
                words = (
                    f"this idempotency_key has been used for quantity"
                    f" {before.record.get('wanted_quantity')}: use another for another quantity"
                )
                problems.append(Problem(entry.sku, words))
            elif before.status == "rejected":
                open_.append(entry)
            elif words := _words(before):
                problems.append(Problem(entry.sku, words))
            else:
                done.append(entry.sku)
        return done, open_, problems

    def _compared(self, wanted: list[Wanted]) -> tuple[list[Change], list[Wanted], list[Problem]]:
        self._settle()
        held = find_items(self._books, (entry.sku for entry in wanted))
        unsettled = {
            line.item_id
            for pending in self._ledger.pending()
            for line in pending.document.lines
            if line.item_id is not None and line.stock_effect
        }
        found = inventory.compare(wanted, held, unsettled=unsettled)
        return found.changes, found.unchanged, found.problems

    def _settle(self) -> None:
        """Wait until what was read before the last write can be told from what is read now."""
        now = self._clock.now()
        last = self._ledger.stock_written_at(now - dt.timedelta(seconds=self._settle_s))
        if last is None:
            return
        # A time in the future was written by another machine's clock: waited for once, no longer.
        left_s = min(self._settle_s, self._settle_s - (now - last).total_seconds())
        while left_s > 0:
            self._check()
            self._clock.sleep(min(left_s, _STEP_S))
            left_s -= _STEP_S

    def _post(self, changes: list[Change], call: Call) -> tuple[list[str], list[Problem]]:
        terms = self._terms(max(change.item.read_at for change in changes))
        changes, problems = inventory.too_early(changes, terms.txn_date)
        keys = {inventory.row_key(call.call_id, change.wanted.sku): change for change in changes}
        before = self._ledger.told(keys)
        records = [
            inventory.adjustment_record(
                change, call.call_id, terms, before[key].attempts if key in before else 0
            )
            for key, change in keys.items()
        ]
        failure = self._send(records)
        told = self._ledger.told(keys)
        posted: list[str] = []
        for key, change in keys.items():
            if key not in told or (key in before and told[key] == before[key]):
                words = f"not sent: {failure.reason if failure else 'QuickBooks is not to be had'}"
            else:
                words = _words(told[key], failure)
            if words:
                problems.append(Problem(change.wanted.sku, words))
            else:
                posted.append(change.wanted.sku)
        return posted, problems

    def _send(self, records: list[dict[str, Any]]) -> QuickBooksError | None:
        """Post `records`, a document's worth at a time; the error that kept the rest from going."""
        most = self._settings.max_lines_per_adjustment
        try:
            for start in range(0, len(records), most):
                # Between documents it is safe to stop: nothing is half-way.
                self._check()
                for record in records[start : start + most]:
                    self._pusher.add(inventory.STREAM, record)
                self._pusher.flush()
        except QuickBooksError as error:
            return error
        return self._pusher.failure


def _words(told: Told, failure: QuickBooksError | None = None) -> str:
    """Why a row is not done; "" when it is."""
    if told.status == "posted" or (told.status, told.code) == ("cancelled", inventory.UNCHANGED):
        return ""
    if told.status == "pending":
        because = f" ({failure.reason.rstrip('.')})" if failure else ""
        return f"its outcome is not known yet{because}: the next call settles it first"
    if told.status == "cancelled":
        return "somebody decided that it will not be sent"
    code = f" [Intuit code {told.code}]" if (told.code or "").isdigit() else ""
    return f"QuickBooks refused it: {told.detail or 'no reason given'}{code}"
