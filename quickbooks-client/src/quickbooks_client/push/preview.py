"""What a run would write, without writing: the documents are made and checked, and stop there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from quickbooks_client.push.exact import to_json
from quickbooks_client.push.pusher import NamedCustomer, Pusher

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quickbooks_client.push.document import Document
    from quickbooks_client.push.entries import Known
    from quickbooks_client.push.records import InputRow

UNMADE = "(to be made)"
"""Stands for the id of a customer that a real run would make."""


class Preview(Pusher):
    """A pusher that tells each document instead of sending it. Lookups are real, and metered."""

    @override
    def recover(self) -> None:
        for pending in self._ledger.pending():
            self._tell(f"would settle {_named(pending.document)}: its outcome is not known yet")

    @override
    def refuse(self, stream: str, record: Mapping[str, Any], problem: str) -> None:
        self._dispatch.refused(problem)

    @override
    def _post(
        self, document: Document, rows: tuple[InputRow, ...], known: Mapping[str, Known]
    ) -> bool:
        self._dispatch.count_posted(len(rows))
        self._tell(f"would create {_named(document)}: {to_json(dict(document.body))}")
        return True

    @override
    def _refuse(self, row: InputRow, problem: str) -> None:
        self._dispatch.refused(problem)

    @override
    def _push_customers(self, customers: list[NamedCustomer], *, is_asked_for: bool = True) -> None:
        self._lookups.find_customers([entry.name for entry in customers])
        for entry in customers:
            if self._lookups.customer_id(entry.name) is None:
                self._post(entry.document, (entry.row,), {})
                self._lookups.learn(entry.name, UNMADE)
            elif is_asked_for:
                self.outcomes.already_there += 1


def _named(document: Document) -> str:
    parts = [document.entity, document.doc_number, document.body.get("TxnDate")]
    if document.total is not None:
        parts.append(f"over {document.total}")
    keys = ", ".join(document.keys[:5]) + (" …" if len(document.keys) > 5 else "")  # noqa: PLR2004
    return f"{' '.join(str(part) for part in parts if part)} for {keys}"
