"""
What is written for users keeps step with the code: settings, streams, commands, jobs, tables.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from quickbooks_client import SETTINGS
from quickbooks_client.push.settings import DOCUMENT_SETTINGS
from quickbooks_sync.settings import SETTINGS as SYNC_SETTINGS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
PIPELINES: dict[str, Any] = yaml.safe_load((ROOT / "meltano.yml").read_text())
EXAMPLE = (ROOT / ".env.example").read_text()


def _plugin(name: str) -> dict[str, Any]:
    [plugin] = [
        plugin
        for plugins in PIPELINES["plugins"].values()
        for plugin in plugins
        if plugin["name"] == name
    ]
    return plugin


def _names(plugin: str) -> set[str]:
    return {setting["name"] for setting in _plugin(plugin)["settings"]}


def _about(command: str) -> set[str]:
    """The settings a Singer plugin says it has, less those of the SDK itself."""
    done = subprocess.run(
        [Path(sys.executable).with_name(command), "--about", "--format=json"],
        capture_output=True,
        text=True,
        check=True,
    )
    settings = yaml.safe_load(done.stdout)["settings"]["properties"]
    sdk = ("stream_map", "flattening", "faker", "add_record_metadata", "load_method", "batch_size")
    return {name for name in settings if not name.startswith(sdk)}


@pytest.mark.parametrize("setting", [s.name for s in (*SETTINGS, *DOCUMENT_SETTINGS)])
def test_a_connection_or_document_setting_is_in_the_readme(setting: str) -> None:
    """By its name, in a table."""
    assert f"| `{setting}` |" in README


@pytest.mark.parametrize("setting", [s.name for s in SYNC_SETTINGS])
def test_a_sync_setting_is_in_the_readme_and_in_meltano(setting: str) -> None:
    """By its name; and with the same default in both."""
    [declared] = [s for s in _plugin("quickbooks-sync")["settings"] if s["name"] == setting]
    [own] = [s for s in SYNC_SETTINGS if s.name == setting]

    assert f"| `{setting}` |" in README
    assert (own.default is None) == ("value" not in declared)
    if own.default is not None:
        assert (
            float(own.default) == declared["value"]
            if own.kind == "number"
            else (own.default == declared["value"])
        )


def test_meltano_declares_what_tap_and_target_offer() -> None:
    """Neither more nor less, for both Singer plugins."""
    assert _about("tap-quickbooks") == _names("tap-quickbooks")
    assert _about("target-quickbooks") == _names("target-quickbooks")


def test_every_variable_of_meltano_is_one_that_the_example_explains_or_that_has_a_default() -> None:
    """`.env.example` names what a person must fill in."""
    needed = {"WAREHOUSE_URL", "QUICKBOOKS_CLIENT_ID", "QUICKBOOKS_CLIENT_SECRET",
              "QUICKBOOKS_REALM_ID", "QUICKBOOKS_ADJUSTMENT_ACCOUNT_ID",
              "QUICKBOOKS_FALLBACK_ITEM_ID", "QUICKBOOKS_SYNC_SALES_FROM"}  # fmt: skip

    assert needed <= set(re.findall(r"^([A-Z_]+)=", EXAMPLE, flags=re.MULTILINE))


def test_every_job_and_schedule_is_in_the_readme() -> None:
    """By name; a job nobody can read about is not offered."""
    for job in PIPELINES["jobs"]:
        assert f"`{job['name']}`" in README
    for schedule in PIPELINES["schedules"]:
        assert schedule["interval"] in README


def test_every_stream_of_the_tap_is_in_the_readme() -> None:
    """As `--discover` lists them."""
    done = subprocess.run(
        [Path(sys.executable).with_name("tap-quickbooks"), "--discover"],
        capture_output=True,
        text=True,
        check=True,
    )
    for stream in yaml.safe_load(done.stdout)["streams"]:
        assert f"`{stream['tap_stream_id']}`" in README


@pytest.mark.parametrize("command", ["quickbooks", "quickbooks-sync", "quickbooks-emulator"])
def test_every_command_is_in_the_readme(command: str) -> None:
    """With each of its subcommands."""
    done = subprocess.run(
        [Path(sys.executable).with_name(command), "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": "200", "PATH": ""},
    )
    for subcommand in re.findall(r"^    ([a-z]+)  ", done.stdout, flags=re.MULTILINE):
        assert f"`{command} {subcommand}" in README, subcommand


def test_the_marts_in_the_readme_exist() -> None:
    """Every table the README tells an analyst to query is a model."""
    models = {path.stem for path in (ROOT / "transform" / "models").rglob("*.sql")}

    named = set(re.findall(r"(?:marts|bi)\.(\w+)", README))
    assert named
    assert named <= models


def test_one_version_for_all() -> None:
    """The five distributions are bumped together."""
    versions = {
        re.search(r'^version = "(.+)"$', path.read_text(), flags=re.MULTILINE)[1]  # type: ignore[index]
        for path in (ROOT, *(p.parent for p in ROOT.glob("*/pyproject.toml")))
        for path in [path / "pyproject.toml"]
    }

    assert 1 == len(versions)
