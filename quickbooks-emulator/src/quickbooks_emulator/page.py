"""The page for people: what the company holds and what has been asked of it lately."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quickbooks_emulator.service import Service

SHOWN_CALLS = 25
STYLE = (
    "body{font:15px system-ui,sans-serif;margin:2rem;max-width:70rem}"
    "table{border-collapse:collapse;margin-bottom:2rem}"
    "td,th{padding:.2rem .8rem .2rem 0;text-align:left;border-bottom:1px solid #ddd}"
)


def html(service: Service) -> bytes:
    """The page."""
    company = service.company
    name = company.single("CompanyInfo").get("CompanyName", "")
    items = (
        (row.body["Name"], row.body.get("Sku", ""), row.body.get("QtyOnHand", ""))
        for row in company.rows("Item")
        if row.body.get("Type") == "Inventory" and row.body.get("Active", True)
    )
    counts = ((name, len(table.rows)) for name, table in company.tables.items() if table.rows)
    calls = (
        (call.time, call.method, call.path, call.operation, call.status)
        for call in list(service.calls.latest)[-SHOWN_CALLS:][::-1]
    )
    armed = ((str(rule.as_json()),) for rule in service.faults.armed)
    usage = service.calls.usage()
    counted = (
        f"Company {company.realm_id}, emulated. Metered calls {usage['metered']}, "
        f"free {usage['free']}, throttled {usage['throttled']}."
    )
    parts = (
        f"<h1>{escape(str(name))}</h1>",
        f"<p>{escape(counted)}</p>",
        _table("Stock", ("Item", "SKU", "On hand"), items),
        _table("Objects", ("Entity", "Count"), counts),
        _table("Latest calls", ("Time", "Method", "Path", "Operation", "Status"), calls),
        _table("Faults armed", ("Rule",), armed),
    )
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>QuickBooks emulator</title>"
        f"<style>{STYLE}</style><body>{''.join(parts)}</body></html>"
    ).encode()


def _table(title: str, heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<h2>{escape(title)}</h2><table><tr>{head}</tr>{body}</table>"
