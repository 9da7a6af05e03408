"""The command `quickbooks`: connection, usage, ledger and a check of everything.

One module for each group of commands; each offers `add(commands, common)`. What goes wrong is one
sentence on stderr and exit status 1.
"""

from __future__ import annotations

from quickbooks_client.cli.main import main

__all__ = ["main"]
