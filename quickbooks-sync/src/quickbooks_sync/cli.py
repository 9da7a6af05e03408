"""The command `quickbooks-sync`.

Only what reading the arguments needs is imported here: each command imports its own part.
"""
from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from quickbooks_sync.errors import SyncError

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the exit status."""
    parser = argparse.ArgumentParser(prog="quickbooks-sync")
    parser.add_argument("--warehouse-url")
    parser.add_argument("command", choices=["init"])
    options = parser.parse_args(arguments)
    from quickbooks_sync.configuration import read_configuration
    from quickbooks_sync.database import connect, sentences
    from quickbooks_sync.init import init

    try:
        configuration = read_configuration({"WAREHOUSE_URL": options.warehouse_url})
        url = configuration.warehouse_url
        with sentences(url):
            connection = connect(url)
            init(connection, configuration)
    except SyncError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
