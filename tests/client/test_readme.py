"""
What the client's README shows works as it stands there, and names what there is.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import SETTINGS

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator

README = (Path(__file__).resolve().parents[2] / "quickbooks-client" / "README.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def test_the_examples_run_one_after_the_other(
    emulator: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """
    As a reader would type them, with settings from the environment; only the address of the
    emulator is put in where the sandbox is meant.
    """
    emulator.reset(seed="demo")
    settings = emulator.settings()
    for name, value in settings.items():
        monkeypatch.setenv(f"QUICKBOOKS_{name.upper()}", str(value))
    monkeypatch.chdir(tmp_path)
    here = {name: settings[name] for name in ("api_url", "discovery_url")}
    emulated = f'environment="emulator", connection={here!r},'
    names: dict[str, Any] = {}

    for number, block in enumerate(BLOCKS, start=1):
        code = block.replace('environment="sandbox",', emulated)
        exec(compile(ast.parse(code), f"README block {number}", "exec"), names)
    names["client"].close()

    said = capsys.readouterr().out
    assert "Craig's Design and Landscaping Services" in said
    assert "6240" in said
    assert "1 metered; " in said
    assert "1 0 []" in said
    assert 40 == emulator.quantity(names["hose"]["Id"])


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_setting_stands_in_the_readme_in_its_own_words(setting: Any) -> None:
    """
    With its default.
    """
    default = "" if setting.default is None else f"`{setting.default}`"
    shown = "required" if setting.required else default

    assert f"| `{setting.name}` | {shown} | {setting.description} |" in README


def test_every_command_is_in_the_readme() -> None:
    """
    With each of its subcommands.
    """
    for words in ([], ["auth"], ["ledger"]):
        done = subprocess.run(
            [Path(sys.executable).with_name("quickbooks"), *words, "--help"],
            capture_output=True,
            text=True,
            check=True,
            env={"COLUMNS": "200", "PATH": ""},
        )
        found = re.findall(r"^    ([a-z]+)  ", done.stdout, flags=re.MULTILINE)
        assert found
        for name in found:
            assert f"quickbooks {' '.join([*words, name])}" in README
