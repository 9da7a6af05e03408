"""What a command is told from outside: the warehouse, the company, the project's folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from quickbooks_sync.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVIRONMENTS = ("emulator", "sandbox", "production")

EMULATOR_REALM_ID = "9341452718281828459"
"""The emulator's company where no other is set."""


@dataclass(frozen=True)
class Configuration:
    """The surroundings of one command; an empty variable counts as not set."""

    variables: Mapping[str, str]
    project_root: Path

    @property
    def warehouse_url(self) -> str:
        """The warehouse's URL. Raises ConfigurationError when it is not set."""
        url = self.get("WAREHOUSE_URL")
        if url is None:
            raise ConfigurationError(
                "WAREHOUSE_URL is not set: set it to the PostgreSQL database of this company, such "
                "as postgresql://user:password@host:5432/database, or give --warehouse-url."
            )
        if not url.startswith(("postgresql://", "postgres://")):
            raise ConfigurationError(
                "WAREHOUSE_URL is no PostgreSQL URL: it must start with postgresql://."
            )
        return url

    @property
    def environment(self) -> str | None:
        """`emulator`, `sandbox` or `production`; None when not set."""
        environment = self.get("QUICKBOOKS_ENVIRONMENT", "QUICKBOOKS_SYNC_ENVIRONMENT")
        if environment is not None and environment not in ENVIRONMENTS:
            raise ConfigurationError(
                f"QUICKBOOKS_ENVIRONMENT is '{environment}': it must be emulator, sandbox or "
                "production."
            )
        return environment

    @property
    def realm_id(self) -> str | None:
        """The company's id; None when not set (the emulator has one of its own)."""
        realm_id = self.get("QUICKBOOKS_REALM_ID", "QUICKBOOKS_SYNC_REALM_ID")
        if realm_id is None and self.environment == "emulator":
            return EMULATOR_REALM_ID
        return realm_id

    def get(self, *names: str) -> str | None:
        """The first of `names` that is set and not empty."""
        for name in names:
            value = self.variables.get(name, "").strip()
            if value:
                return value
        return None


def read_configuration(options: Mapping[str, str | None]) -> Configuration:
    """The configuration from `options`, the environment and the project's `.env`, in this order.

    `options` maps names of variables to what the command line gave for them.
    """
    root = find_project_root(Path.cwd(), os.environ.get("MELTANO_PROJECT_ROOT"))
    variables = {**read_env_file(root / ".env"), **os.environ}
    variables.update({name: value for name, value in options.items() if value is not None})
    return Configuration(variables, root)


def find_project_root(start: Path, given: str | None) -> Path:
    """`given`, or the nearest folder from `start` upwards with a meltano.yml, or `start`."""
    if given:
        return Path(given)
    for folder in (start, *start.parents):
        if (folder / "meltano.yml").is_file():
            return folder
    return start


def read_env_file(path: Path) -> dict[str, str]:
    """The variables of a `.env` file; none when there is no such file."""
    if not path.is_file():
        return {}
    from dotenv import dotenv_values  # noqa: PLC0415 - rare, and 20 ms

    return {name: value for name, value in dotenv_values(path).items() if value is not None}
