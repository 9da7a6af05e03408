"""
Wrong settings through the front door: one clear sentence, a status other than 0, no traceback and
no secret.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator

SECRET = "a-secret-nobody-may-see"


def _environment(emulator: Emulator, tmp_path: Path, warehouse_url: str) -> dict[str, str]:
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        **{f"QUICKBOOKS_{name.upper()}": str(value) for name, value in emulator.settings().items()},
        "QUICKBOOKS_TOKEN_STORE": str(tmp_path / "tokens.json"),
        "WAREHOUSE_URL": warehouse_url,
    }


def _fails(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [Path(sys.executable).with_name(command[0]), *command[1:]],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    said = done.stdout + done.stderr
    assert done.returncode != 0, said
    assert "Traceback" not in said, said
    assert SECRET not in said, said
    return said


def test_no_warehouse_is_named(emulator: Emulator, tmp_path: Path) -> None:
    """Every command of the operator's side names WAREHOUSE_URL when it is missing."""
    environment = _environment(emulator, tmp_path, "")

    for command in ("init", "status", "snapshot", "plan"):
        assert "WAREHOUSE_URL" in _fails(["quickbooks-sync", command], environment)


def test_a_warehouse_that_does_not_answer(emulator: Emulator, tmp_path: Path) -> None:
    """The setting is named, the password is not."""
    url = f"postgresql://sync:{SECRET}@127.0.0.1:1/nowhere"

    said = _fails(["quickbooks-sync", "status"], _environment(emulator, tmp_path, url))

    assert "WAREHOUSE_URL" in said


def test_a_database_without_init(emulator: Emulator, tmp_path: Path, database_url: str) -> None:
    """Commands and the target say which command prepares it."""
    environment = _environment(emulator, tmp_path, database_url)

    assert "quickbooks-sync init" in _fails(
        ["quickbooks-sync", "begin", "--job", "push-sales"], environment
    )


def test_the_warehouse_of_another_company(
    emulator: Emulator, tmp_path: Path, warehouse_url: str
) -> None:
    """A warehouse belongs to one company of one environment."""
    environment = _environment(emulator, tmp_path, warehouse_url)

    other = environment | {"QUICKBOOKS_REALM_ID": "1234567890"}
    assert "QUICKBOOKS_REALM_ID" in _fails(["quickbooks-sync", "status"], other) or (
        "realm_id" in _fails(["quickbooks-sync", "status"], other)
    )
    production = environment | {"QUICKBOOKS_ENVIRONMENT": "production"}
    assert "production" in _fails(["quickbooks-sync", "status"], production)


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("QUICKBOOKS_CLIENT_SECRET", "", "client_secret"),
        ("QUICKBOOKS_REALM_ID", "not-a-number", "realm_id"),
        ("QUICKBOOKS_ENVIRONMENT", "prod", "environment"),
        ("QUICKBOOKS_REQUESTS_PER_MINUTE", "-5", "requests_per_minute"),
    ],
)
def test_a_wrong_setting_is_named(
    emulator: Emulator, tmp_path: Path, setting: str, value: str, named: str
) -> None:
    """The message names the setting and what to do."""
    environment = _environment(emulator, tmp_path, "") | {
        "QUICKBOOKS_CLIENT_SECRET": SECRET,
        setting: value,
    }

    assert named in _fails(["quickbooks", "doctor"], environment)


def test_a_dead_refresh_token(emulator: Emulator, tmp_path: Path) -> None:
    """One sentence says which setting takes a new one."""
    environment = _environment(emulator, tmp_path, "") | {"QUICKBOOKS_REFRESH_TOKEN": SECRET}

    assert "refresh_token" in _fails(["quickbooks", "doctor"], environment)
