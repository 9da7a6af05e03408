"""dbt on the warehouse: the connection out of WAREHOUSE_URL, the project's folder, nothing else."""

from __future__ import annotations

import signal
import subprocess
from typing import TYPE_CHECKING

from psycopg2.extensions import parse_dsn

from quickbooks_sync.subprocesses import find_program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quickbooks_sync.configuration import Configuration


def dbt_variables(configuration: Configuration) -> dict[str, str]:
    """The environment that dbt runs in; what is set already for dbt's folders stays."""
    parts = parse_dsn(configuration.warehouse_url)
    project = str(configuration.project_root / "transform")
    return {
        "DBT_PROJECT_DIR": project,
        "DBT_PROFILES_DIR": project,
        **configuration.variables,
        "DBT_HOST": parts.get("host", "localhost"),
        "DBT_PORT": parts.get("port", "5432"),
        "DBT_USER": parts.get("user", ""),
        "DBT_PASSWORD": parts.get("password", ""),
        "DBT_DBNAME": parts.get("dbname", ""),
        "DBT_SSLMODE": parts.get("sslmode", "prefer"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def run_dbt(configuration: Configuration, arguments: Sequence[str]) -> int:
    """Runs `dbt ARGUMENTS` to its end; its exit status. A signal to us goes on to dbt."""
    command = [find_program("dbt"), *arguments]
    process = subprocess.Popen(command, env=dbt_variables(configuration))

    def pass_on(number: int, _frame: object) -> None:
        process.send_signal(number)

    before = {name: signal.signal(name, pass_on) for name in (signal.SIGTERM, signal.SIGINT)}
    try:
        return process.wait()
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
