"""What a link does to the other document: an estimate closes, a payment shows its deposit.

A deposit marks what it holds without raising a SyncToken; a source shows who closed it and when.
Source: Intuit, "Estimate" (TxnStatus), "PurchaseOrder" (POStatus), "Deposit" (LinkedTxn); tokens
and times as recorded in May 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.rules import links

if TYPE_CHECKING:
    from quickbooks_emulator.effects import Effects
    from quickbooks_emulator.json_text import JsonObject

CLOSES = {
    "Estimate": ("TxnStatus", "Closed", "Accepted"),
    "PurchaseOrder": ("POStatus", "Closed", "Open"),
}
"""Source → its status property, what a link makes of it, and what it is again without."""


def follow(effects: Effects, entity: str, before: JsonObject, after: JsonObject) -> None:
    """Carry a document's links to what they name; `after` is empty for a deletion."""
    old, new = set(links.of(before)), set(links.of(after))
    object_id = str((after or before)["Id"])
    for kind, source_id in sorted(old ^ new):
        is_linked = (kind, source_id) in new
        if kind in links.SOURCES.get(entity, ()):
            _close(effects, (kind, source_id), (entity, object_id), is_linked=is_linked)
        elif entity in CLOSES and not after:
            _let_go(effects, (entity, object_id), (kind, source_id))
        elif entity == "Deposit" and kind in links.DEPOSITED:
            _hold(effects, (kind, source_id), object_id, is_linked=is_linked)


def _let_go(effects: Effects, source: tuple[str, str], maker: tuple[str, str]) -> None:
    """Take the link to a source that is gone off what was made from it."""
    row = effects.company.row(*maker) if source[0] in links.SOURCES.get(maker[0], ()) else None
    if row is None or source not in links.of(row.body):
        return
    body = dict(row.body)
    if "LinkedTxn" in body:
        body["LinkedTxn"] = _others(body, source)
    body["Line"] = [
        {**line, "LinkedTxn": _others(line, source)} if "LinkedTxn" in line else line
        for line in body["Line"]
    ]
    effects.touch(maker[0], row, body)


def _others(holder: JsonObject, gone: tuple[str, str]) -> list[JsonObject]:
    return [
        link
        for link in holder["LinkedTxn"]
        if (str(link.get("TxnType")), str(link.get("TxnId"))) != gone
    ]


def _close(
    effects: Effects, source: tuple[str, str], maker: tuple[str, str], *, is_linked: bool
) -> None:
    row = effects.company.row(*source)
    if row is None:
        return
    name, closed, opened = CLOSES[source[0]]
    body = {**_linked(row.body, maker, is_linked=is_linked), name: closed if is_linked else opened}
    effects.touch(source[0], row, body)


def _hold(effects: Effects, held: tuple[str, str], deposit_id: str, *, is_linked: bool) -> None:
    row = effects.company.row(*held)
    if row is not None:
        body = _linked(row.body, ("Deposit", deposit_id), is_linked=is_linked)
        effects.company.put(held[0], row.with_body(body))


def _linked(body: JsonObject, maker: tuple[str, str], *, is_linked: bool) -> JsonObject:
    """The body with the link added or taken away."""
    link = {"TxnId": maker[1], "TxnType": maker[0]}
    others = [one for one in body.get("LinkedTxn") or [] if one != link]
    if is_linked:
        others.append(link)
    changed = {**body, "LinkedTxn": others}
    if not others and "TxnTaxDetail" not in body:
        del changed["LinkedTxn"]
    return changed
