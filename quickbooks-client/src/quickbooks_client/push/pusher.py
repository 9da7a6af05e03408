"""Rows in, documents in QuickBooks exactly once: remember, send, confirm; first of all recover."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from quickbooks_client.push.delivery import Delivery, Outcome
from quickbooks_client.push.dispatch import Dispatch
from quickbooks_client.push.document import Document, request_id
from quickbooks_client.push.documents import (
    Adjustment,
    CustomerName,
    adjustment,
    adjustment_document,
    customer,
    pack,
    payment,
)
from quickbooks_client.push.entries import Answer, Intent, Known, Pending
from quickbooks_client.push.lanes import Lanes
from quickbooks_client.push.records import InputRow, RecordError, input_row
from quickbooks_client.push.references import (
    CustomerWaitsError,
    Lookups,
    customer_row,
    wanted_customers,
)
from quickbooks_client.push.sales import sales_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from quickbooks_client.clock import Clock
    from quickbooks_client.errors import QuickBooksError
    from quickbooks_client.push.books import Books
    from quickbooks_client.push.dispatch import Outcomes
    from quickbooks_client.push.ledger import Ledger
    from quickbooks_client.push.settings import DocumentSettings

STREAMS = (
    "customers",
    "sales_receipts",
    "invoices",
    "refund_receipts",
    "credit_memos",
    "payments",
    "inventory_adjustments",
)
STAGES = (
    ("sales_receipts", "invoices"),
    ("refund_receipts", "credit_memos"),
    ("payments",),
)
"""What is sent before what; customers go before them, adjustments after."""
ENTITY_ORDER = (
    "Customer",
    "SalesReceipt",
    "Invoice",
    "RefundReceipt",
    "CreditMemo",
    "Payment",
    "InventoryAdjustment",
)
ROWS_AT_A_TIME = 200
ADJUSTMENTS_AT_A_TIME = 1000


class Pusher:
    """Posts the rows of one company. Not for several threads; it has its own."""

    def __init__(
        self,
        books: Books,
        ledger: Ledger,
        settings: DocumentSettings,
        clock: Clock,
        *,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._tell = tell
        self._dispatch = Dispatch(settings.max_concurrent_writes, tell)
        lanes = Lanes(settings.max_concurrent_writes, clock)
        self._delivery = Delivery(books, ledger, settings, clock, lanes)
        self._lookups = Lookups(books, ledger, by_email=settings.customer_mode == "buyer")
        self._rows: dict[str, InputRow] = {}
        self._adjustments: dict[str, InputRow] = {}

    # -- for the caller

    @property
    def outcomes(self) -> Outcomes:
        """How many rows ended how."""
        return self._dispatch.outcomes

    @property
    def failure(self) -> QuickBooksError | None:
        """The first error that left a document's outcome unknown; rows behind it may be unsent."""
        return self._dispatch.failure

    def recover(self) -> None:
        """Settle every document whose outcome an earlier run did not learn.

        A young one is sent again under its id: QuickBooks answers with its first reply. An old
        id may have been forgotten, so an old document is looked up first.

        Raises:
            QuickBooksError: the run cannot go on.
        """
        pending = self._ledger.pending()
        oldest = self._clock.now() - dt.timedelta(seconds=self._settings.recovery_age_s)
        adopted = self._delivery.adopt_ours(
            (item for item in pending if item.sent_at <= oldest), is_late=True
        )
        for item in pending:
            if item.document_id in adopted:
                self._dispatch.report(item, Outcome.POSTED, "")
        for entity in ENTITY_ORDER:
            self._dispatch.run(
                [
                    partial(self._delivery.deliver, item, self._dispatch.report, is_recovered=True)
                    for item in pending
                    if item.document.entity == entity and item.document_id not in adopted
                ],
                is_serial=entity == "InventoryAdjustment",
            )

    def add(self, stream: str, record: Mapping[str, Any]) -> None:
        """Take one record. It is durable and sent after `flush`, or earlier.

        Raises:
            RecordError: it has no key, so that nothing can be remembered about it.
            QuickBooksError: the run cannot go on.
        """
        row = input_row(stream, record)
        earlier = self._rows.get(row.key) or self._adjustments.get(row.key)
        if earlier is not None:
            if earlier.input_hash == row.input_hash:
                self.outcomes.already_there += 1
                return
            self.flush()
        if stream == "inventory_adjustments":
            self._adjustments[row.key] = row
            most = max(ADJUSTMENTS_AT_A_TIME, self._settings.max_lines_per_adjustment)
            if len(self._adjustments) >= most:
                self._push_adjustments()
        else:
            self._rows[row.key] = row
            if len(self._rows) >= ROWS_AT_A_TIME:
                self._push_rows()

    def refuse(self, stream: str, record: Mapping[str, Any], problem: str) -> None:
        """Remember a record that is refused before anybody looked at its content.

        Raises:
            RecordError: it has no key, so that nothing can be remembered about it.
        """
        row = input_row(stream, record)
        due, _ = self._due([row])
        if due:
            self._refuse(row, problem)

    def flush(self) -> None:
        """Send what has been taken; when it returns, every row of it is durable.

        Raises:
            QuickBooksError: the run cannot go on.
        """
        self._push_rows()
        self._push_adjustments()

    # -- rows to documents

    def _push_rows(self) -> None:
        rows, known = self._due(self._rows.values())
        self._rows = {}
        if not rows:
            return
        self._push_customers(self._customers_of(row for row in rows if row.stream == "customers"))
        self._make_customers(rows)
        self._lookups.load_items(rows)
        for streams in STAGES:
            built = [(row, self._built(row)) for row in rows if row.stream in streams]
            self._dispatch.run(
                [
                    partial(self._post, document, (row,), known)
                    for row, document in built
                    if document is not None
                ]
            )

    def _push_adjustments(self) -> None:
        due, known = self._due(self._adjustments.values())
        self._adjustments = {}
        rows = {row.key: row for row in due}
        self._lookups.load_items(due)
        entries: list[Adjustment] = []
        for row in due:
            try:
                entries.append(adjustment(row, self._settings, self._lookups))
            except RecordError as error:
                self._refuse(row, str(error))
        groups = pack(entries, self._settings.max_lines_per_adjustment)
        # QuickBooks locks the whole inventory for each: one after the other.
        self._dispatch.run(
            [partial(self._post_adjustments, group, rows, known) for group in groups],
            is_serial=True,
        )

    def _post_adjustments(
        self, group: list[Adjustment], rows: Mapping[str, InputRow], known: Mapping[str, Known]
    ) -> None:
        document = adjustment_document(self._settings.realm_id, group)
        carried = tuple(rows[entry.key] for entry in group)
        if not self._post(document, carried, known) and len(group) > 1:
            # A person has decided about one of them meanwhile: the others go alone.
            for entry in group:
                self._post_adjustments([entry], rows, known)

    def _post(
        self, document: Document, rows: tuple[InputRow, ...], known: Mapping[str, Known]
    ) -> bool:
        """Remember, send, confirm. False when nothing was remembered and so nothing sent."""
        attempt = 1 + max(known[row.key].attempts if row.key in known else 0 for row in rows)
        document_id = request_id(self._settings.realm_id, document, attempt)
        if not self._ledger.begin(Intent(document_id, document_id, document, rows)):
            if len(rows) == 1:
                self._dispatch.count_already_there()
            return False
        pending = Pending(document_id, document_id, document, self._clock.now(), attempt)
        self._delivery.deliver(pending, self._dispatch.report)
        return True

    def _due(self, rows: Iterable[InputRow]) -> tuple[list[InputRow], dict[str, Known]]:
        """Those of `rows` that are to be sent, and what the ledger knows of them all."""
        by_key = {row.key: row for row in rows}
        known = self._ledger.known(by_key)
        due = [row for row in by_key.values() if _is_due(row, known.get(row.key))]
        self.outcomes.already_there += len(by_key) - len(due)
        return due, known

    def _built(self, row: InputRow) -> Document | None:
        try:
            if row.stream == "payments":
                return payment(row, self._settings)
            return sales_document(row, self._settings, self._lookups)
        except CustomerWaitsError:
            self.outcomes.waiting += 1
        except RecordError as error:
            self._refuse(row, str(error))
        return None

    def _refuse(self, row: InputRow, problem: str) -> None:
        self._ledger.refuse(row, "record", problem)
        self._dispatch.refused(problem)

    # -- customers

    def _customers_of(self, rows: Iterable[InputRow]) -> list[NamedCustomer]:
        built = []
        for row in rows:
            try:
                document = customer(row)
            except RecordError as error:
                self._refuse(row, str(error))
            else:
                built.append(NamedCustomer(row, document))
        return built

    def _make_customers(self, rows: list[InputRow]) -> None:
        """Find or make the customers that sales name, each under a key of its own."""
        names = [
            name
            for name in dict.fromkeys(wanted_customers(rows))
            if self._lookups.customer_id(name) is None
        ]
        if names:
            made = [input_row("customers", customer_row(name)) for name in names]
            self._push_customers(self._customers_of(made), is_asked_for=False)

    def _push_customers(self, customers: list[NamedCustomer], *, is_asked_for: bool = True) -> None:
        if not customers:
            return
        self._lookups.find_customers([entry.name for entry in customers])
        known = self._ledger.known(entry.row.key for entry in customers)
        unmade: dict[str, NamedCustomer] = {}
        for entry in customers:
            if self._tie(entry, known, is_asked_for=is_asked_for):
                continue
            if _is_due(entry.row, known.get(entry.row.key)):
                unmade.setdefault(entry.name.key, entry)
        self._dispatch.run(
            [partial(self._post, entry.document, (entry.row,), known) for entry in unmade.values()]
        )
        made = self._ledger.posted(entry.row.key for entry in unmade.values())
        for entry in unmade.values():
            if entry.row.key in made:
                self._lookups.learn(entry.name, made[entry.row.key][0])
        now_known = self._ledger.known(entry.row.key for entry in customers)
        for entry in customers:
            # Of several rows with one name, the first made it: the others are tied to it.
            if entry.row.key not in now_known:
                self._tie(entry, now_known, is_asked_for=is_asked_for)
            elif self._lookups.customer_id(entry.name) is None:
                self._lookups.give_up(entry.name, now_known[entry.row.key].status)

    def _tie(self, entry: NamedCustomer, known: Mapping[str, Known], *, is_asked_for: bool) -> bool:
        """Whether QuickBooks holds the customer already; then the ledger says so."""
        customer_id = self._lookups.customer_id(entry.name)
        if customer_id is None:
            return False
        if _is_due(entry.row, known.get(entry.row.key)):
            attempt = known[entry.row.key].attempts + 1 if entry.row.key in known else 1
            document_id = request_id(self._settings.realm_id, entry.document, attempt)
            intent = Intent(document_id, document_id, entry.document, (entry.row,))
            self._ledger.found(intent, Answer(customer_id, None, None, None))
            if is_asked_for:
                self.outcomes.already_there += 1
        return True


@dataclass(frozen=True, slots=True)
class NamedCustomer:
    """A row of stream `customers` with the document that would make it."""

    row: InputRow
    document: Document

    @property
    def name(self) -> CustomerName:
        """Whom to look for before making anybody."""
        email = (self.document.body.get("PrimaryEmailAddr") or {}).get("Address")
        return CustomerName(self.document.body["DisplayName"], email)


def _is_due(row: InputRow, known: Known | None) -> bool:
    if known is None:
        return True
    return known.status == "rejected" and known.input_hash != row.input_hash
