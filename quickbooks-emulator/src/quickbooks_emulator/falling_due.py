"""Documents of later days, where stock moves only when their day has come.

Source: Intuit, "Item" (QtyOnHand), which does not tell whether it does; see the switch
`future_documents`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator import stock
from quickbooks_emulator.clock import date_text
from quickbooks_emulator.store import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.effects import Effects
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.rules.circumstances import Circumstances
    from quickbooks_emulator.store import Company, Movement


def moves_now(
    entity: str, body: JsonObject, moves: tuple[Movement, ...], around: Circumstances
) -> tuple[Movement, ...]:
    """The movements that count already: none of a later day's, where those wait."""
    waits = around.switches.future_documents == "when_due" and entity in stock.SIGNS
    is_later = str(body.get("TxnDate", "")) > around.today.isoformat()
    return () if waits and is_later else moves


def move(effects: Effects) -> None:
    """Let the documents move stock whose day has come since they were written."""
    company = effects.company
    for entity, row in list(_waiting(company, effects.around.today.isoformat())):
        moves = stock.movements(company, entity, row.body)
        if moves:
            company.put(entity, Row(row.body, row.created_at, row.updated_at, moves))
            effects.move(moves)


def _waiting(company: Company, today: str) -> Iterator[tuple[str, Row]]:
    """Documents without movements that were dated ahead when they were written, and no more."""
    for entity in stock.SIGNS:
        for row in company.rows(entity):
            day = str(row.body.get("TxnDate", ""))
            if not row.moves and date_text(row.updated_at) < day <= today:
                yield entity, row
