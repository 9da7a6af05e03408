"""
What the client loads before its first call: little, and nothing of the other parts.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

LATE = ("sqlalchemy", "psycopg2", "intuitlib.client", "cryptography", "quickbooks.objects")
FOREIGN = (
    "singer_sdk", "tap_quickbooks", "target_quickbooks", "quickbooks_sync", "quickbooks_emulator",
)  # fmt: skip
HELP = """
import sys
from quickbooks_client.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
"""


@pytest.mark.parametrize("program", ["import quickbooks_client", HELP], ids=["import", "help"])
def test_the_client_loads_only_what_it_begins_with(program: str) -> None:
    """
    Databases, the sign-in and the library's objects are loaded by what uses them; other parts
    of the project never.
    """
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys\nprint('\\n'.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.splitlines())

    assert "quickbooks_client.client" in loaded
    assert set() == loaded & {*LATE, *FOREIGN}
