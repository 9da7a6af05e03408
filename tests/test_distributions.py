"""
Each of the five distributions installs alone: it declares what it imports, and ships what it needs.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PARTS = {
    "quickbooks-client": "quickbooks_client",
    "tap-quickbooks": "tap_quickbooks",
    "target-quickbooks": "target_quickbooks",
    "quickbooks-sync": "quickbooks_sync",
    "quickbooks-emulator": "quickbooks_emulator",
}
OWN = {
    "quickbooks_client": "quickbooks-sync-client",
    "tap_quickbooks": "quickbooks-sync-tap",
    "target_quickbooks": "quickbooks-sync-target",
    "quickbooks_sync": "quickbooks-sync",
    "quickbooks_emulator": "quickbooks-sync-emulator",
}
# Holds no module: the standard library's zoneinfo reads it where the machine has no zones.
STANDS_FOR = {"tzdata": "zoneinfo"}


def project(part: str) -> dict[str, Any]:
    """The table `project` of a distribution."""
    with (ROOT / part / "pyproject.toml").open("rb") as file:
        table: dict[str, Any] = tomllib.load(file)["project"]
    return table


def plain(name: str) -> str:
    """The normalised name of a distribution."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(part: str) -> set[str]:
    """The distributions that one depends on."""
    return {
        plain(re.match(r"[A-Za-z0-9._-]+", text)[0])  # type: ignore[index] # all begin with a name
        for text in project(part)["dependencies"]
    }


def imports(node: ast.AST) -> Iterator[str]:
    """The modules imported when the code runs, by their first name."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            for other in child.orelse:
                yield from imports(other)
        elif isinstance(child, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and not child.level and child.module:
            yield child.module.partition(".")[0]
        else:
            yield from imports(child)


def imported(part: str) -> set[str]:
    """All modules that the code of a distribution imports, its own left out."""
    files = list((ROOT / part / "src").rglob("*.py"))
    assert files
    return {name for path in files for name in imports(ast.parse(path.read_text()))} - {PARTS[part]}


@pytest.mark.parametrize("part", PARTS)
def test_what_is_imported_is_declared_and_what_is_declared_imported(part: str) -> None:
    """
    Nothing works only because another distribution has brought it along.
    """
    providers = packages_distributions()
    modules = imported(part)
    needed = {
        plain(distribution)
        for module in modules - set(sys.stdlib_module_names)
        for distribution in [OWN.get(module) or providers[module][0]]
    }
    needed |= {name for name, module in STANDS_FOR.items() if module in modules} & declared(part)

    assert needed == declared(part)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, zipfile.ZipFile]:
    """The wheel of each distribution, built with what is installed."""
    folder = tmp_path_factory.mktemp("wheels")
    found = {}
    for part in PARTS:
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / part)],
            cwd=ROOT / part,
            capture_output=True,
            check=True,
        )
        [path] = (folder / part).iterdir()
        found[part] = zipfile.ZipFile(path)
    return found


@pytest.mark.parametrize("part", PARTS)
def test_a_wheel_holds_its_package_whole_and_nothing_else(
    part: str, wheels: dict[str, zipfile.ZipFile]
) -> None:
    """
    Every file of the package, the mark that it is typed among them, and no test.
    """
    source = ROOT / part / "src"
    wanted = {
        path.relative_to(source).as_posix()
        for path in (source / PARTS[part]).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }

    names = set(wheels[part].namelist())

    shipped = {name for name in names if ".dist-info/" not in name}
    assert wanted == shipped
    assert f"{PARTS[part]}/py.typed" in shipped
    assert not {name for name in names if "test_" in name or "conftest" in name}


@pytest.mark.parametrize("part", PARTS)
def test_a_wheel_brings_its_licence(part: str, wheels: dict[str, zipfile.ZipFile]) -> None:
    """
    The text of the one in the repository, for who gets the wheel alone.
    """
    [name] = [name for name in wheels[part].namelist() if name.endswith("licenses/LICENSE")]

    assert (ROOT / "LICENSE").read_bytes() == wheels[part].read(name)
