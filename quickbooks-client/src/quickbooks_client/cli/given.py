"""The settings a command was given.

They come from QUICKBOOKS_… variables, from a JSON file in the plugins' own form (`--config`), or
from `.env` in the project.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from dotenv import dotenv_values

from quickbooks_client.client import Client
from quickbooks_client.errors import ConfigurationError
from quickbooks_client.locations import project_folder
from quickbooks_client.push.settings import DOCUMENT_SETTINGS
from quickbooks_client.settings import SETTINGS, Settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from pathlib import Path

PREFIX = "QUICKBOOKS_"


def open_client(options: argparse.Namespace) -> Client:
    """Return a client with the settings that were given."""
    return Client(Settings.from_mapping(given(options)))


def given(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings as they were given. Any: JSON."""
    return read_settings(getattr(options, "config", None), os.environ, project_folder())


def variables() -> dict[str, str]:
    """Return the environment's variables, and those of `.env` that it does not set."""
    return read_env_file(project_folder() / ".env") | os.environ


def setting_names() -> list[str]:
    """Return the names of all settings of the connection and of documents."""
    return [setting.name for setting in (*SETTINGS, *DOCUMENT_SETTINGS)]


def read_settings(config: Path | None, environ: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Return settings by name: the environment's over the file's over those of `folder`/.env.

    Any: JSON.
    """
    names = [*setting_names(), "ledger_url"]
    found: dict[str, Any] = {}
    by_variable = {name: f"{PREFIX}{name.upper()}" for name in names}
    sources: list[tuple[Mapping[str, Any], Mapping[str, str]]] = [  # Any: JSON
        (read_env_file(folder / ".env"), by_variable),
        (_read_config(config), {name: name for name in names}),
        (environ, by_variable),
    ]
    for source, keys in sources:
        found |= {
            name: source[key] for name, key in keys.items() if source.get(key) not in {None, ""}
        }
    return found


def read_env_file(path: Path) -> dict[str, str]:
    """Return what a `.env` file sets, read as Meltano reads it; nothing without the file."""
    try:
        values = dotenv_values(path)
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"{path} cannot be read.") from None
    return {name: value for name, value in values.items() if value is not None}


def _read_config(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"--config: {path} cannot be read ({error.strerror}).") from None
    except ValueError:
        raise ConfigurationError(f"--config: {path} is not a JSON file.") from None
    if not isinstance(content, dict):
        raise ConfigurationError(f"--config: {path} must hold one JSON object of settings.")
    return content
