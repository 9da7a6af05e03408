"""Tables for people, on the terminal."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from quickbooks_sync.summary import LIMIT_S

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PLAIN_WIDTH = 110
"""Through a pipe, as under Meltano, the terminal's width is not known."""

WAITING = {
    "conflict": "changed on both sides",
    "first_difference": "differ before the first sync",
    "held": "held by a guard",
    "review": "in review",
}

DOCUMENTS = {
    "SalesReceipt": "sales receipts",
    "Invoice": "invoices",
    "RefundReceipt": "refund receipts",
    "CreditMemo": "credit memos",
    "Payment": "payments",
    "Customer": "customers",
    "InventoryAdjustment": "stock adjustments",
}


def console() -> Console:
    """Standard output, wide enough when it is no terminal."""
    plain = Console()
    return plain if plain.is_terminal else Console(width=PLAIN_WIDTH)


def show_waiting(found: Sequence[Mapping[str, Any]]) -> None:
    """Prints what waits for a person, named as `review` takes it. Any: values of the database."""
    table = Table(title="Waits for a person", title_justify="left")
    table.add_column("subject", no_wrap=True)
    table.add_column("state", no_wrap=True)
    for heading in ("books", "shelf", "differs"):
        table.add_column(heading, justify="right")
    table.add_column("why", overflow="fold")
    for one in found:
        named = one["subject_type"] in {"snapshot", "document"}
        subject = f"{one['subject_type']}:{one['subject_id']}" if named else one["subject_id"]
        names = ("qbo_quantity", "platform_quantity", "variance_quantity")
        table.add_row(
            str(subject),
            str(one["state"]).replace("_", " "),
            *("" if one.get(name) is None else number(one[name]) for name in names),
            str(one["reason"] or ""),
        )
    console().print(table)


def show_summary(job: str, duration_s: float, facts: Mapping[str, Any]) -> None:
    """Prints what a run did. `facts` are those of summary.summarise."""
    table = Table(
        title=f"{job}: done in {clock(duration_s)}", show_header=False, title_justify="left"
    )
    table.add_column("what", style="bold", no_wrap=True)
    table.add_column("how much")
    for name, text in summary_lines(duration_s, facts):
        table.add_row(name, text)
    out = console()
    out.print(table)
    largest = facts.get("discrepancies", {}).get("largest") or []
    if largest:
        worst = Table(title="Largest differences (QuickBooks minus platform)", title_justify="left")
        for heading in ("SKU", "what", "units", "value", "what to do"):
            right = "right" if heading in {"units", "value"} else "left"
            worst.add_column(heading, justify=right)  # type: ignore[arg-type]  # a Literal
        for found in largest:
            worst.add_row(
                found["sku_key"],
                (found["class"] or "").replace("_", " "),
                number(found["quantity"]),
                number(found["value"]),
                found["action"] or "",
            )
        out.print(worst)


def summary_lines(duration_s: float, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The lines of a run's summary: what, and how much of it."""
    lines = [("pulled from QuickBooks", counted(facts["pulled"]) or "nothing new")]
    if facts["cut"]:
        lines.append(("not read to the end", ", ".join(facts["cut"])))
    lines.append(
        (
            "pushed to QuickBooks",
            counted({DOCUMENTS.get(kind, kind): count for kind, count in facts["pushed"].items()})
            or "nothing",
        )
    )
    updates = facts["planned"].get("platform", 0)
    lines.append(
        (
            "told the platform",
            f"{updates} updates of stock; {facts['updates_open']} not applied yet",
        )
    )
    lines.append(
        ("refused", f"{facts['refused']} in this run, {facts['refused_open']} open in all")
    )
    waiting = ", ".join(
        f"{count} {WAITING.get(state, state)}" for state, count in facts["waiting"].items()
    )
    lines.append(("waits for a person", waiting or "no SKU"))
    lines += [("reading refused", reason) for reason in facts["snapshots_refused"]]
    if facts.get("compared"):
        lines.append(("in step", in_step(facts["compared"])))
    if facts.get("discrepancies"):
        found = facts["discrepancies"]
        value = None if found["value"] is None else round(Decimal(str(found["value"])), 2)
        worth = "" if value is None else f", worth {number(value)}"
        lines.append(("open discrepancies", f"{found['open']}{worth}"))
    lines.append(("calls to QuickBooks", call_text(facts["calls"])))
    share = "within" if duration_s <= LIMIT_S else "MORE THAN"
    lines.append(("time", f"{clock(duration_s)}, {share} the 15 minutes allowed"))
    return lines


def counted(counts: Mapping[str, int]) -> str:
    """`12 invoices, 3 payments`."""
    return ", ".join(
        f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items() if count
    )


def in_step(compared: Mapping[str, int]) -> str:
    """The share of compared SKUs that agree within tolerance; rounded down, never up to 100 %."""
    everything, good = compared["compared"], compared["in_step"]
    if not everything:
        return "nothing to compare"
    tenths = 1000 * good // everything
    return f"{tenths // 10}.{tenths % 10} % ({good} of {everything} SKUs within tolerance)"


def call_text(calls: Mapping[str, Any] | None) -> str:
    """Calls metered and free, with the month's where known."""
    if calls is None:
        return "not known (`quickbooks usage` gave no answer)"
    said = f"{calls.get('metered', 0)} metered, {calls.get('free', 0)} free"
    if calls.get("throttled"):
        said += f", {calls['throttled']} slowed down by QuickBooks"
    month = (calls.get("month") or {}).get("metered")
    if month is not None:
        said += f"; this month {month} metered"
        if calls.get("budget"):
            said += f" of {calls['budget']}"
    return said


def clock(seconds: float) -> str:
    """`1 min 05 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def number(text: str | Decimal | int | None) -> str:
    """A number with thousands separated and no zeros at its end; empty for none."""
    if text is None:
        return ""
    shown = f"{Decimal(str(text)):,f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def show_rows(title: str, found: Sequence[Mapping[str, Any]]) -> None:
    """Prints rows under the names of their columns."""
    table = Table(title=title, title_justify="left")
    names = list(dict.fromkeys(name for one in found for name in one))
    for name in names:
        table.add_column(name.replace("_", " "), overflow="fold")
    for one in found:
        table.add_row(*(cell(one.get(name)) for name in names))
    console().print(table)


def cell(content: Any) -> str:
    """A value as text. Any: the column decides."""
    if isinstance(content, Decimal):
        return number(content)
    if hasattr(content, "isoformat"):
        return str(content)[:19]
    return "" if content is None else str(content)
