"""Environments of other people's clients: made once, kept in `.witnesses/`, never in ours."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
KEPT = ROOT / ".witnesses"
HERE = Path(__file__).parent
INSTALL_S = 300
DONE = ".installed"


class WitnessError(Exception):
    """A client could not be installed; the message says which and why."""


def python_environment(name: str) -> Path:
    """The folder of commands of the client that `NAME.txt` pins. Raises WitnessError."""
    pins = HERE / f"{name}.txt"
    mark = hashlib.sha256(f"{sys.version_info[:2]} {pins.read_text()}".encode()).hexdigest()[:12]
    folder = KEPT / f"{name}-{mark}"
    if not (folder / DONE).exists():
        uv = [sys.executable, "-m", "uv"]
        _run(name, [*uv, "venv", "--quiet", "--python", sys.executable, str(folder)], folder)
        python = folder / "bin" / "python"
        install = ["pip", "install", "--quiet", "--no-deps", "--python", str(python)]
        _run(name, [*uv, *install, "--requirement", str(pins)], folder)
        (folder / DONE).touch()
    return folder / "bin"


def node_modules(package: str, version: str) -> Path:
    """The `node_modules` folder that holds a pinned package. Raises WitnessError."""
    folder = KEPT / f"{package}-{version}"
    if not shutil.which("node") or not shutil.which("npm"):
        raise WitnessError(f"{package} bears no witness: Node and npm are not on the path.")
    if not (folder / DONE).exists():
        quiet = [
            "--no-package-lock",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--loglevel=error",
        ]
        target = ["--prefix", str(folder)]
        _run(package, ["npm", "install", *quiet, *target, f"{package}@{version}"], folder)
        (folder / DONE).touch()
    return folder / "node_modules"


def _run(name: str, command: list[str], folder: Path) -> None:
    """One step of an installation; what it left is removed when it fails."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=INSTALL_S, check=False, env=os.environ
    )
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise WitnessError(
            f"{name} could not be installed, so it bears no witness: is a package registry within "
            f"reach? {' '.join(command[:4])} said: {done.stderr.strip()[-600:]}"
        )
