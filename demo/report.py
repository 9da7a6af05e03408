"""What the demonstration prints: for a person who looks after the books."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from demo.world import Row, World

WORDS = {
    "sales_receipts": "sales receipts",
    "invoices": "invoices",
    "refund_receipts": "refund receipts",
    "credit_memos": "credit memos",
    "payments": "payments",
    "customers": "customers",
    "inventory_adjustments": "stock adjustments",
}


class Report:
    """Prints parts of the story to the terminal."""

    def __init__(self, world: World, console: Console) -> None:
        self._world = world
        self._console = console

    def heading(self, text: str) -> None:
        """A new part."""
        self._console.print()
        self._console.rule(f"[bold]{text}", align="left", style="dim")

    def lines(self, texts: Iterable[str]) -> None:
        """One line each."""
        for text in texts:
            self._console.print(f"  {text}", highlight=False, markup=False)

    def company(self) -> None:
        """Whose books these are."""
        company = self._world.books("CompanyInfo")[0]
        items = self._world.books("Item")
        stocked = sum(1 for item in items if item["Type"] == "Inventory")
        plan = next(
            (n["Value"] for n in company.get("NameValue", []) if n["Name"] == "OfferingSku"), ""
        )
        documents = sum(
            len(self._world.books(entity)) for entity in ("Invoice", "Payment", "Bill", "Purchase")
        )
        self.lines(
            [
                f"{company['CompanyName']}, {plan}, kept by the emulator at {self._world.api_url}",
                f"{len(items)} items, {stocked} of them stocked",
                f"{documents} invoices, payments, bills and expenses",
            ]
        )

    def sides(self) -> None:
        """Both sides at a glance, as the latest reconciliation has them."""
        [row] = self._world.rows(
            "select count(*) as skus,"
            " count(*) filter (where discrepancy_class <> 'excluded') as compared,"
            " count(*) filter (where is_within_tolerance and discrepancy_class <> 'excluded')"
            " as in_step, sum(qbo_quantity) as books, sum(platform_quantity) as shelf"
            " from marts.fct_inventory_reconciliation"
        )
        compared = row["compared"] or 1
        share = 100 * row["in_step"] / Decimal(compared)
        self.lines(
            [
                f"{row['compared']} SKUs compared, {row['in_step']} in step ({share:.1f} %)",
                f"books {_number(row['books'])} units, shelf {_number(row['shelf'])} units",
            ]
        )

    def discrepancies(self) -> None:
        """Every SKU that is out of tolerance or needs a person, and why."""
        rows = self._world.rows(
            "select sku_key, qbo_quantity, platform_quantity, variance_quantity,"
            " variance_value, discrepancy_class, likely_cause, recommended_action"
            " from marts.fct_inventory_discrepancies"
            " order by abs(coalesce(variance_value, 0)) desc, sku_key"
        )
        table = self._table(
            ("SKU", "left"), ("books", "right"), ("shelf", "right"), ("differs", "right"),
            ("value", "right"), ("why", "left"), ("what to do", "left"),
        )  # fmt: skip
        for row in rows:
            table.add_row(
                row["sku_key"],
                _number(row["qbo_quantity"]),
                _number(row["platform_quantity"]),
                _number(row["variance_quantity"], sign=True),
                _number(row["variance_value"], places=2),
                row["discrepancy_class"],
                row["recommended_action"],
            )
        self._show(table, rows, "nothing: both sides agree")

    def pushed(self, seen: set[str]) -> None:
        """What went to QuickBooks since the documents in `seen`, which this adds to."""
        rows = self._world.rows(
            "select d.document_id, d.qbo_type, d.doc_number, d.total_amount, d.status,"
            " d.error_code, d.error_detail, count(l.*) as lines"
            " from sync.documents d left join sync.document_lines l using (document_id)"
            " group by d.document_id, d.qbo_type, d.doc_number, d.total_amount, d.status,"
            " d.error_code, d.error_detail, d.sent_at order by d.sent_at, d.doc_number"
        )
        rows = [row for row in rows if row["document_id"] not in seen]
        seen.update(row["document_id"] for row in rows)
        table = self._table(
            ("document", "left"), ("number", "left"), ("lines", "right"), ("total", "right"),
            ("outcome", "left"),
        )  # fmt: skip
        for row in rows:
            outcome = row["status"]
            if row["error_code"]:
                outcome = f"{outcome}: {row['error_code']} {row['error_detail'] or ''}"[:70]
            table.add_row(
                row["qbo_type"],
                row["doc_number"],
                str(row["lines"]),
                _number(row["total_amount"], places=2),
                outcome,
            )
        self._show(table, rows, "nothing")

    def updates(self) -> None:
        """What QuickBooks told the platform."""
        rows = self._world.rows(
            "select sku, quantity_delta, reason, applied_at is not null as is_applied"
            " from platform.inventory_updates order by created_at, sku"
        )
        table = self._table(
            ("SKU", "left"), ("change", "right"), ("reason", "left"), ("on the shelf", "left")
        )
        for row in rows:
            table.add_row(
                row["sku"],
                _number(row["quantity_delta"], sign=True),
                row["reason"],
                "applied" if row["is_applied"] else "waiting",
            )
        self._show(table, rows, "nothing")

    def sales(self) -> None:
        """Where each sale is that is not in the books as it should be."""
        rows = self._world.rows(
            "select source_id, state, state_reason from marts.fct_sales_push"
            " where state not in ('posted', 'closed') order by source_id"
        )
        table = self._table(("sale", "left"), ("where it is", "left"), ("why", "left"))
        for row in rows:
            table.add_row(row["source_id"], row["state"], row["state_reason"] or "")
        self._show(table, rows, "every sale is in the books")

    def calls(self) -> None:
        """What the emulator counted, by price."""
        usage = self._world.control("GET", "usage")
        self.lines(
            [
                f"{usage['metered']} metered calls (reads), {usage['free']} free ones (writes)",
                f"{usage['throttled']} calls refused for their rate",
            ]
        )

    def _table(self, *columns: tuple[str, str]) -> Table:
        table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
        for name, justify in columns:
            table.add_column(name, justify="right" if justify == "right" else "left")
        return table

    def _show(self, table: Table, rows: Sequence[Row], nothing: str) -> None:
        if rows:
            self._console.print(table)
        else:
            self.lines([nothing])


def _number(value: Decimal | None, *, places: int | None = None, sign: bool = False) -> str:
    if value is None:
        return "-"
    form = "+" if sign else ""
    if places is not None:
        return f"{value:{form},.{places}f}"
    text = f"{value.normalize():{form},f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
