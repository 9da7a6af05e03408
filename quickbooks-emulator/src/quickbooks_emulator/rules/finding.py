"""Objects that refer to another, found by the indexes that queries use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.query.candidates import Test, Wanted, matching
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quickbooks_emulator.rows import Readable, Row
    from quickbooks_emulator.store import Company


def referring(company: Company, entity: str, name: str, object_id: str) -> Sequence[Row]:
    """The rows of an entity whose reference `name` is to this id, oldest first."""

    def holds(row: Readable) -> bool:
        return reference(row.body, name) == object_id

    found = matching(company.tables[entity], Wanted((Test(name, "=", object_id, holds),)))
    return found[0 : len(found)]
