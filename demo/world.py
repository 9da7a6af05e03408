"""A world to run the pipelines in: a database, an emulated company, a platform, and `meltano run`.

The demonstration and the end-to-end tests start the same world; only their stories differ.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import psutil
import psycopg2
import psycopg2.extras

from demo.postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROJECT = Path(__file__).resolve().parent.parent
COMMANDS = Path(sys.executable).parent
"""Where `meltano` and the commands of the five distributions are."""

REALM_ID = "9341452718281828459"
DATABASE = "quickbooks_sync"

Row = dict[str, Any]  # a row of any table: its columns decide


class JobError(RuntimeError):
    """A job of Meltano ended with a status other than 0."""


class World:
    """Everything of one world lies below `folder`; nothing listens beyond this machine."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.postgres = EmbeddedPostgres(folder / "pg")
        self.api_url = ""
        self._emulator: subprocess.Popen[bytes] | None = None
        self._settings = dict(settings or {})
        self._connection: Any = None  # psycopg2 types its connections loosely

    # -- starting and stopping ---------------------------------------------------------------

    def start(self, *, seed: str = "demo", detached: bool = False) -> None:
        """Starts the database (anew) and the emulator; `detached`: both outlive this process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        self.postgres.start()
        self.postgres.drop_database(DATABASE)
        self.postgres.create_database(DATABASE)
        for left in ("emulator.db", "port", "tokens.json", "meltano.db"):
            for path in self.folder.glob(f"{left}*"):
                path.unlink()
        self._start_emulator(seed, detached=detached)
        self._settings |= self._document_settings()

    def stop(self) -> None:
        """Stops what `start` started, by its process id."""
        if self._connection is not None:
            self._connection.close()
        if self._emulator is not None:
            self._emulator.send_signal(signal.SIGTERM)
            self._emulator.wait(timeout=20)
        self.postgres.stop()

    def stop_kept(self) -> None:
        """Stops what an earlier, detached `start` left up; nothing when there is nothing."""
        pid_file = self.folder / "emulator.pid"
        if pid_file.exists():
            with suppress(psutil.NoSuchProcess, ValueError):
                process = psutil.Process(int(pid_file.read_text()))
                # The number may have gone to another process since.
                if "quickbooks-emulator" in " ".join(process.cmdline()):
                    process.terminate()
                    process.wait(timeout=20)
            pid_file.unlink()
        if (self.folder / "pg" / "data").exists():
            self.postgres.stop_if_running()

    def _start_emulator(self, seed: str, *, detached: bool) -> None:
        port_file = self.folder / "port"
        with (self.folder / "emulator.log").open("wb") as log:
            self._emulator = subprocess.Popen(
                [
                    self._command("quickbooks-emulator"), "serve", "--port", "0",
                    "--port-file", str(port_file), "--seed", seed,
                    "--data", str(self.folder / "emulator.db"),
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=detached,
            )  # fmt: skip
        (self.folder / "emulator.pid").write_text(str(self._emulator.pid))
        deadline = time.monotonic() + 60
        while not (port_file.exists() and port_file.read_text().strip()):
            if self._emulator.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the emulator did not start; see {self.folder}/emulator.log")
            time.sleep(0.05)
        self.api_url = f"http://127.0.0.1:{port_file.read_text().strip()}"

    def _document_settings(self) -> dict[str, str]:
        seed = self.control("GET", "seed")
        return {
            f"QUICKBOOKS_{name.upper()}": str(value)
            for name, value in seed.items()
            if name.endswith("_id") and value is not None
        }

    # -- the environment of every command ----------------------------------------------------

    @property
    def warehouse_url(self) -> str:
        """The warehouse's address."""
        return self.postgres.url(DATABASE)

    @property
    def environment(self) -> dict[str, str]:
        """The settings, as a person would write them into `.env`."""
        return {
            "QUICKBOOKS_ENVIRONMENT": "emulator",
            "QUICKBOOKS_API_URL": self.api_url,
            "QUICKBOOKS_DISCOVERY_URL": f"{self.api_url}/.well-known/openid_configuration",
            "QUICKBOOKS_CLIENT_ID": "emulator-client-id",
            "QUICKBOOKS_CLIENT_SECRET": "emulator-client-secret",
            "QUICKBOOKS_REDIRECT_URI": "http://localhost:8765/callback",
            "QUICKBOOKS_REALM_ID": REALM_ID,
            "QUICKBOOKS_REFRESH_TOKEN": "emulator-refresh-token",
            "QUICKBOOKS_TOKEN_STORE": str(self.folder / "tokens.json"),
            "WAREHOUSE_URL": self.warehouse_url,
            "MELTANO_DATABASE_URI": f"sqlite:///{self.folder}/meltano.db",
            **self._settings,
        }

    def _process_environment(self) -> dict[str, str]:
        return {
            **{k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
            "PATH": f"{COMMANDS}{os.pathsep}{os.environ.get('PATH', '')}",
            "NO_COLOR": "1",
            **self.environment,
        }

    # -- running -----------------------------------------------------------------------------

    def popen(self, *command: str, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Starts a command in this world; its output goes to `log`."""
        return subprocess.Popen(
            [self._command(command[0]), *command[1:]],
            cwd=PROJECT,
            env=self._process_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def call(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Runs a command in this world and returns what it printed."""
        return subprocess.run(
            [self._command(command[0]), *command[1:]],
            cwd=PROJECT,
            env=self._process_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def init(self) -> None:
        """Prepares the warehouse.

        Raises:
            JobError: with what the command said.
        """
        done = self.call("quickbooks-sync", "init")
        if done.returncode:
            raise JobError(done.stderr or done.stdout)

    def meltano(self, job: str) -> subprocess.Popen[bytes]:
        """Starts `meltano run JOB`; what it prints goes to `<folder>/<job>.log`."""
        with (self.folder / f"{job}.log").open("wb") as log:
            return self.popen("meltano", "--environment=emulator", "run", job, log=log)

    def run(self, job: str) -> float:
        """Runs a job to its end; the seconds it took.

        Raises:
            JobError: it failed; the message holds the end of its log.
        """
        started = time.monotonic()
        status = self.meltano(job).wait()
        if status:
            raise JobError(f"{job} ended with {status}:\n{self.log(job)[-4000:]}")
        return time.monotonic() - started

    def log(self, job: str) -> str:
        """What the latest run of a job printed."""
        return (self.folder / f"{job}.log").read_text(errors="replace")

    @staticmethod
    def _command(name: str) -> str:
        return str(COMMANDS / name)

    # -- looking and touching ----------------------------------------------------------------

    def rows(self, query: str, parameters: Sequence[object] | None = None) -> list[Row]:
        """The rows of a query on the warehouse."""
        with self._cursor() as cursor:
            cursor.execute(query, parameters)
            return [dict(row) for row in cursor.fetchall()] if cursor.description else []

    def execute(self, statement: str, rows: Sequence[Sequence[object]] | None = None) -> None:
        """Runs a statement on the warehouse, once or for each of `rows`."""
        with self._cursor() as cursor:
            if rows is None:
                cursor.execute(statement)
            else:
                psycopg2.extras.execute_batch(cursor, statement, rows)

    def _cursor(self) -> Any:  # psycopg2's cursor factory decides the type
        if self._connection is None or self._connection.closed:
            self._connection = psycopg2.connect(self.warehouse_url)
            self._connection.autocommit = True
        return self._connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor)

    def control(self, method: str, path: str, body: object = None) -> Any:  # any JSON
        """A call of the emulator's control plane."""
        request = urllib.request.Request(
            f"{self.api_url}/_emulator/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with closing(urllib.request.urlopen(request, timeout=60)) as reply:
            text = reply.read()
        return json.loads(text) if text else None

    def books(self, entity: str) -> list[Row]:
        """What QuickBooks holds of an entity."""
        listed: list[Row] = self.control("GET", f"entities/{entity}")
        return listed
