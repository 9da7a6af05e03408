"""The emulator's file: SQLite, written with each request, so that a kill loses nothing.

What a request changes (objects, its remembered reply, tokens) goes in together: `flush` ends it.
The journal is a write-ahead log without waiting for the disk: the operating system keeps what a
killed process has written. (A power cut may lose the last requests; that is no use case here.)
Kept are companies, apps, tokens, replies, counts, webhooks, clock, switches and limits; fault rules
and the list of calls belong to a run and are not kept.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, TypeVar

from quickbooks_emulator.json_text import dumps, loads
from quickbooks_emulator.limits import Limits
from quickbooks_emulator.problems import Problem
from quickbooks_emulator.replay import Remembered, Replies
from quickbooks_emulator.store import Company, Row
from quickbooks_emulator.switches import Switches
from quickbooks_emulator.usage import Counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from quickbooks_emulator.json_text import Json, JsonObject
    from quickbooks_emulator.oauth import Authority
    from quickbooks_emulator.rows import Moves
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Key
    from quickbooks_emulator.usage import Usage
    from quickbooks_emulator.webhooks.outbox import Outbox

APPLICATION_ID = 0x51424F45
"""What marks a file as one of the emulator's (SQLite's header has a place for it)."""
FORMAT = 3
NO_MOVES = b"[]"
TABLES = """
create table if not exists state (name text primary key, value blob not null);
create table if not exists objects (
    realm_id text, entity text, id text, created_at integer, updated_at integer,
    body blob, moves blob, primary key (realm_id, entity, id)
);
create table if not exists tombstones (
    realm_id text, entity text, id text, deleted_at integer, primary key (realm_id, entity, id)
);
create table if not exists replies (
    realm_id text, request_id text, status integer, body blob, at real,
    primary key (realm_id, request_id)
);
create table if not exists usage (
    month text, realm_id text, app text, class text, entity text, calls integer, units integer,
    primary key (month, realm_id, app, class, entity)
);
create table if not exists contents (
    realm_id text, id text, content blob, primary key (realm_id, id)
);
create table if not exists authority (
    kind text, name text, value blob not null, primary key (kind, name)
);
create table if not exists outbox (
    kind text, number integer, value blob not null, primary key (kind, number)
);
"""


Settings = TypeVar("Settings", Switches, Limits)


class FileError(Exception):
    """The file cannot be used; the message says why in one sentence."""


class File:
    """One emulator's file. While it is open no other process can open it."""

    def __init__(self, path: Path) -> None:
        """Open the file or begin a new one. Raises FileError."""
        self.path = path
        self._failed: Callable[[str], None] = lambda _: None
        self._connection = _opened(path)
        self._series: dict[str, dict[str, int]] = {}

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def on_failure(self, failed: Callable[[str], None]) -> None:
        """Whom to tell, in one sentence, when the file can no longer be written.

        What is in memory is then ahead of what is kept: no more requests should be answered.
        """
        self._failed = failed

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Inside a transaction. Raises Problem 10000 (HTTP 500) when that cannot be written."""
        try:
            if not self._connection.in_transaction:
                self._connection.execute("begin")
            yield
        except sqlite3.Error as error:
            sentence = f"{self.path} cannot be written ({error}); nothing of this request is kept"
            if self._connection.in_transaction:
                self._connection.rollback()
            self._failed(sentence)
            raise Problem("10000", sentence, status=500, type="SystemFault") from error

    # -- writing

    def rewrite(self, service: Service) -> None:
        """Replace everything by the service's state. Raises Problem."""
        with self._writing():
            for table in (
                "state",
                "objects",
                "tombstones",
                "replies",
                "usage",
                "outbox",
                "contents",
                "authority",
            ):
                self._connection.execute(f"delete from {table}")
            self._put_state("seed", {"name": service.seed, "facts": service.facts})
            self._put_settings(service)
            service.authority.note_all()
            self._put_authority(service.authority)
            self._series = {}
            for company in service.companies.values():
                self._put_whole(company)
            self._connection.execute("commit")
            # Else the log would stay as large as the company.
            self._connection.execute("pragma wal_checkpoint(truncate)")

    def flush(self) -> None:
        """End a request: all it changed is kept, or was not begun. Raises Problem."""
        if self._connection.in_transaction:
            with self._writing():
                self._connection.execute("commit")

    def keep_whole(self, company: Company) -> None:
        """Write a company that is new to the file. Raises Problem."""
        with self._writing():
            self._put_whole(company)

    def keep(self, company: Company, touched: Iterable[Key]) -> None:
        """Write the objects that a request changed. Raises Problem."""
        with self._writing():
            self._put_objects(company, touched)

    def keep_replies(self, realm_id: str, replies: Replies) -> None:
        """Write the replies not yet written."""
        if not replies.fresh:
            return
        with self._writing():
            self._connection.executemany(
                "delete from replies where realm_id = ? and request_id = ?",
                [(realm_id, request_id) for request_id in replies.forgotten],
            )
            replies.forgotten.clear()
            rows = [
                (realm_id, request_id, kept.status, kept.body, kept.at)
                for request_id in replies.fresh
                if (kept := replies.by_id.get(request_id))
            ]
            self._connection.executemany(
                "insert or replace into replies values (?, ?, ?, ?, ?)", rows
            )
            replies.fresh.clear()

    def keep_usage(self, usage: Usage) -> None:
        """Write the counts not yet written."""
        if not usage.fresh:
            return
        with self._writing():
            self._connection.executemany(
                "insert or replace into usage values (?, ?, ?, ?, ?, ?, ?)",
                [(*key, usage.calls[key], usage.units[key]) for key in usage.fresh],
            )
            usage.fresh.clear()

    def keep_content(self, realm_id: str, object_id: str, content: bytes) -> None:
        """Write the bytes of an attached file. Raises Problem."""
        with self._writing():
            self._connection.execute(
                "insert or replace into contents values (?, ?, ?)", (realm_id, object_id, content)
            )

    def keep_outbox(self, outbox: Outbox) -> None:
        """Write the subscriptions, events and deliveries that changed."""
        if not outbox.changed:
            return
        with self._writing():
            for kind, number, value in outbox.changes():
                if value is None:
                    self._connection.execute(
                        "delete from outbox where kind = ? and number = ?", (kind, number)
                    )
                else:
                    self._connection.execute(
                        "insert or replace into outbox values (?, ?, ?)",
                        (kind, number, dumps(value)),
                    )

    def forget_usage(self) -> None:
        """Drop all counts."""
        with self._writing():
            self._connection.execute("delete from usage")

    def keep_authority(self, authority: Authority) -> None:
        """Write the apps, consents and codes that changed."""
        if not authority.changed:
            return
        with self._writing():
            self._put_authority(authority)

    def keep_settings(self, service: Service) -> None:
        """Write clock, switches and limits."""
        with self._writing():
            self._put_settings(service)

    def _put_state(self, name: str, value: Json) -> None:
        # The row stays where it is: the order of the companies is that of their series.
        self._connection.execute(
            "insert into state values (?1, ?2) on conflict do update set value = ?2",
            (name, dumps(value)),
        )

    def _put_settings(self, service: Service) -> None:
        self._put_state("switches", asdict(service.switches))
        self._put_state("limits", asdict(service.limits))
        self._put_state(
            "clock",
            {"offset_s": service.clock.offset_s, "frozen_at": service.clock.frozen_at},
        )

    def _put_authority(self, authority: Authority) -> None:
        for kind, name, value in authority.changes():
            if value is None:
                self._connection.execute(
                    "delete from authority where kind = ? and name = ?", (kind, name)
                )
            else:
                self._connection.execute(
                    "insert into authority values (?, ?, ?) "
                    "on conflict (kind, name) do update set value = excluded.value",
                    (kind, name, dumps(value)),
                )
        authority.changed.clear()

    def _put_whole(self, company: Company) -> None:
        self._put_rows(
            (company.realm_id, entity, row)
            for entity, table in company.tables.items()
            for row in table.rows.values()
        )
        self._put_series(company)

    def _put_rows(self, rows: Iterable[tuple[str, str, Row]]) -> None:
        self._connection.executemany(
            "insert into objects values (?, ?, ?, ?, ?, ?, ?) "
            "on conflict (realm_id, entity, id) do update set "
            "updated_at = excluded.updated_at, body = excluded.body, moves = excluded.moves",
            (
                (
                    realm_id,
                    entity,
                    row.id,
                    row.created_at,
                    row.updated_at,
                    row.json(),
                    row.moves_json(),
                )
                for realm_id, entity, row in rows
            ),
        )

    def _put_objects(self, company: Company, keys: Iterable[Key]) -> None:
        realm_id = company.realm_id
        kept, gone = [], []
        for entity, object_id in keys:
            row = company.row(entity, object_id)
            if row is None:
                gone.append((realm_id, entity, object_id))
            else:
                kept.append((realm_id, entity, row))
        self._put_rows(kept)
        for key in gone:
            if key[1] == "Attachable":
                self._connection.execute(
                    "delete from contents where realm_id = ? and id = ?", (key[0], key[2])
                )
            self._connection.execute(
                "delete from objects where realm_id = ? and entity = ? and id = ?", key
            )
            deleted_at = company.tables[key[1]].tombstones.get(key[2])
            if deleted_at is not None:
                self._connection.execute(
                    "insert or replace into tombstones values (?, ?, ?, ?)", (*key, deleted_at)
                )
        self._put_series(company)

    def _put_series(self, company: Company) -> None:
        if self._series.get(company.realm_id) != company.series:
            self._put_state(f"series:{company.realm_id}", company.series)
            self._series[company.realm_id] = dict(company.series)

    # -- reading

    def restore(self, service: Service) -> bool:
        """Fill the service from the file; False when the file is new. Raises FileError."""
        try:
            return self._restore(service)
        except sqlite3.Error as error:
            raise FileError(_why(self.path, error)) from error
        except (ValueError, KeyError, TypeError) as error:
            raise FileError(f"{self.path} is damaged: {error!r}") from error

    def _restore(self, service: Service) -> bool:
        rows = self._connection.execute("select name, value from state order by rowid")
        state = {name: loads(value) for name, value in rows}
        if "seed" not in state:
            return False
        service.seed = state["seed"]["name"]
        service.facts = state["seed"]["facts"]
        service.switches = _known(Switches, state["switches"])
        service.limits = _known(Limits, state["limits"])
        service.clock.offset_s = float(state["clock"]["offset_s"])
        frozen = state["clock"]["frozen_at"]
        service.clock.frozen_at = None if frozen is None else float(frozen)
        service.authority.restore(
            (kind, name, loads(value))
            for kind, name, value in self._connection.execute(
                "select kind, name, value from authority order by rowid"
            )
        )
        for *key, calls, units in self._connection.execute("select * from usage"):
            service.calls.counted.count(Counted(*key), calls, units)
            service.calls.count += calls
        service.calls.counted.fresh.clear()
        for kind, number, value in self._connection.execute(
            "select kind, number, value from outbox order by kind desc, number"
        ):
            service.outbox.restore(kind, number, loads(value))
        for name, series in state.items():
            if name.startswith("series:"):
                company = Company(name.removeprefix("series:"))
                company.series.update(series)
                self._read_company(company)
                service.companies[company.realm_id] = company
                service.replies[company.realm_id] = self._read_replies(company.realm_id)
        return True

    def _read_company(self, company: Company) -> None:
        rows = self._connection.execute(
            "select entity, id, created_at, updated_at, body, moves from objects "
            "where realm_id = ? order by rowid",
            (company.realm_id,),
        )
        for entity, object_id, created_at, updated_at, text, moves in rows:
            moved: Moves = () if moves == NO_MOVES else moves
            row = Row(None, created_at, updated_at, moved, text=text, object_id=object_id)
            company.tables[entity].put(row)
        files = self._connection.execute(
            "select id, content from contents where realm_id = ?", (company.realm_id,)
        )
        company.contents.update(files.fetchall())
        tombstones = self._connection.execute(
            "select entity, id, deleted_at from tombstones where realm_id = ?",
            (company.realm_id,),
        )
        for entity, object_id, deleted_at in tombstones:
            company.tables[entity].tombstones.put(object_id, deleted_at)

    def _read_replies(self, realm_id: str) -> Replies:
        rows = self._connection.execute(
            "select request_id, status, body, at from replies where realm_id = ? order by at",
            (realm_id,),
        )
        return Replies({key: Remembered(status, body, at) for key, status, body, at in rows})


def _opened(path: Path) -> sqlite3.Connection:
    """The file with its tables, ours alone. Raises FileError."""
    connection = None
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0)
        connection.execute("pragma locking_mode = exclusive")
        connection.execute("begin exclusive")
        _check(path, connection)
        connection.execute("commit")
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = off")
        connection.executescript(TABLES)
    except (sqlite3.Error, FileError) as error:
        if connection is not None:
            connection.close()
        raise FileError(_why(path, error)) from error
    return connection


def _check(path: Path, connection: sqlite3.Connection) -> None:
    """Mark a new file; raise FileError for one that is not ours or of another format."""
    has_tables = connection.execute("select count(*) from sqlite_master").fetchone()[0]
    mark = connection.execute("pragma application_id").fetchone()[0]
    written = connection.execute("pragma user_version").fetchone()[0]
    if not has_tables and not mark:
        connection.execute(f"pragma application_id = {APPLICATION_ID}")
        connection.execute(f"pragma user_version = {FORMAT}")
    elif mark != APPLICATION_ID:
        raise FileError(f"{path} is not a file of the emulator; it is left as it is")
    elif written != FORMAT:
        raise FileError(
            f"{path} was written in format {written}, and this version reads format {FORMAT}"
        )


def _why(path: Path, error: Exception) -> str:
    """The reason in one sentence."""
    if isinstance(error, FileError):
        return str(error)
    if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return f"{path} is in use by another process"
    if getattr(error, "sqlite_errorname", "") == "SQLITE_NOTADB":
        return f"{path} is not a file of the emulator; it is left as it is"
    return f"{path} cannot be used: {error}"


def _known(settings: type[Settings], kept: JsonObject) -> Settings:
    """The settings that this version knows, as the file has them."""
    names = {field.name for field in fields(settings)}
    return settings(**{name: value for name, value in kept.items() if name in names})
