"""Rows as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def table(headings: Sequence[str], rows: Sequence[Sequence[str | int]]) -> Iterator[str]:
    """Yield lines: the first column to the left, the others, numbers, to the right."""
    cells = [[_text(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        first, *others = zip(row, widths, strict=True)
        line = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        yield "  ".join(line).rstrip()


def _text(cell: str | int) -> str:
    return f"{cell:,}" if isinstance(cell, int) else cell
