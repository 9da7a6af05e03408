"""Clients in other languages bear witness where their language is there."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

HAS_NODE = bool(shutil.which("node") and shutil.which("npm"))

collect_ignore = [] if HAS_NODE else ["test_emulator_node_quickbooks.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what bears no witness here."""
    if not HAS_NODE:
        terminalreporter.write_line(
            "node-quickbooks was not run against the emulator: Node and npm are not here."
        )
