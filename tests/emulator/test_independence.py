"""
The emulator is a witness of its own: it imports nothing of the project and shares no text with it.

What it imports is held by the import contracts of the root's pyproject.toml; these tests hold the
contracts to their purpose, and compare the texts.
"""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EMULATOR = ROOT / "quickbooks-emulator" / "src"
OTHERS = (
    "quickbooks-client/src", "quickbooks-sync/src", "tap-quickbooks/src", "target-quickbooks/src",
)  # fmt: skip
OTHER_PACKAGES = {"quickbooks_client", "quickbooks_sync", "tap_quickbooks", "target_quickbooks"}
LIBRARIES = {"quickbooks", "intuitlib", "singer_sdk", "demo"}
LONG = 40
"""Characters from which a text in common is no accident."""

CITED = re.compile(r'(?:Source: )?Intuit, (?:[^"]{0,40}"[^"]*",?(?: and)? ?)+|"[A-Z][^"]*"')
"""Page titles of Intuit's, and what else is quoted."""


def imported(source: Path) -> set[str]:
    """The packages that the Python files of a folder import."""
    found = set()
    for path in source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found


def texts(source: Path) -> dict[str, str]:
    """Every string of some length in the Python files of a folder, spaces made one."""
    found = {}
    for path in source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = CITED.sub("", " ".join(node.value.split()))
                if len(text) >= LONG:
                    found[text] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return found


def pieces(text: str) -> set[str]:
    """Every stretch of that length that begins a word."""
    starts = [0, *(index + 1 for index, letter in enumerate(text) if letter == " ")]
    return {text[start : start + LONG] for start in starts if len(text) - start >= LONG}


def test_the_contracts_forbid_every_arrow() -> None:
    """
    The emulator and the others are forbidden to import each other, whichever way.
    """
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    forbidden = set()
    for contract in tool["contracts"]:
        if contract["type"] == "independence":
            names = contract["modules"]
            forbidden |= {(a, b) for a in names for b in names if a != b}
        if contract["type"] == "forbidden":
            forbidden |= {
                (a, b) for a in contract["source_modules"] for b in contract["forbidden_modules"]
            }

    there = {("quickbooks_emulator", other) for other in OTHER_PACKAGES | LIBRARIES - {"demo"}}
    back = {(other, "quickbooks_emulator") for other in OTHER_PACKAGES}
    assert set() == (there | back) - forbidden


def test_no_import_crosses_over() -> None:
    """
    Neither at the top of a module nor inside a function.
    """
    assert set() == imported(EMULATOR) & (OTHER_PACKAGES | LIBRARIES)
    for other in OTHERS:
        assert "quickbooks_emulator" not in imported(ROOT / other)


def test_no_text_is_shared() -> None:
    """
    No stretch of forty characters stands in a string or docstring of both, but cited titles.
    """
    own: dict[str, str] = {}
    for text, place in texts(EMULATOR).items():
        own |= dict.fromkeys(pieces(text), place)

    shared = {
        f"{place}: {piece} ({own[piece]})"
        for other in OTHERS
        for text, place in texts(ROOT / other).items()
        for piece in pieces(text)
        if piece in own
    }

    assert set() == shared
