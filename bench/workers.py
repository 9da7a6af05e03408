"""One measured piece of work in a process of its own, so that its processor time is the client's.

The job comes as JSON on stdin, the figures go out as JSON on stdout: no key or token is in argv.
"""

# ruff: noqa: PLC0415 - a process loads only what it measures
from __future__ import annotations

import contextlib
import functools
import json
import operator
import os
import resource
import statistics
import sys
import tempfile
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE = 1000
BLOCK = 10
MINOR_VERSION = "75"
ORDER = "MetaData.LastUpdatedTime"
EVERYTHING = {"Item": "Active IN (true, false)", "Invoice": ""}


class UnboundClock:
    """A clock that jumps where it should wait.

    The budget stays Intuit's, with its books as full as they ever are, and holds nobody up: what
    is measured is what keeping it costs.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ahead = 0.0

    def now(self) -> datetime:
        """The time of day."""
        return datetime.now(UTC) + timedelta(seconds=self._ahead)

    def monotonic(self) -> float:
        """Seconds."""
        return time.monotonic() + self._ahead

    def sleep(self, seconds: float) -> None:
        """Go on at once, that much later."""
        with self._lock:
            self._ahead += seconds


@dataclass
class Job:
    """What to do, and where."""

    who: str
    what: str
    settings: dict[str, Any]
    entity: str = "Item"
    rows: int = 0
    calls: int = 0
    at_a_time: int = 1
    page_rows: int = PAGE
    body: dict[str, Any] = field(default_factory=dict)
    """Of a write."""
    record: dict[str, Any] = field(default_factory=dict)
    """The same as the pusher takes it."""
    folder: str = ""

    @property
    def company_url(self) -> str:
        """What every call's address begins with."""
        return f"{self.settings['api_url']}/v3/company/{self.settings['realm_id']}"


class Ours:
    """Our client: whole pages as they came, or every entity as a dict with exact decimals."""

    def __init__(self, job: Job, *, as_dicts: bool, clock: Any = None) -> None:
        from quickbooks_client import Client, Settings

        self._job = job
        self._as_dicts = as_dicts
        self._folder = tempfile.TemporaryDirectory(prefix="qbs-")
        settings = {**job.settings, "token_store": f"{self._folder.name}/tokens.json"}
        self.client = Client(Settings.from_mapping(settings), clock or UnboundClock())
        self.client.quickbooks  # noqa: B018 - makes it

    def read(self) -> int:
        """Rows read."""
        from quickbooks_client.json_text import exact

        got = 0
        for page in self.client.pages(self._job.entity):
            if self._as_dicts:
                for record in page.records:
                    exact(record.document)
            got += len(page.records)
        return got

    def tiny(self) -> object:
        """One small read."""
        return self.client.read("CompanyInfo", self._job.settings["realm_id"]).entity

    def write(self, number: str) -> object:
        """One document."""
        return self.client.create(
            "Invoice", {**self._job.body, "DocNumber": number}, request_id=number
        )


class Library:
    """python-quickbooks used as its own documentation shows, objects in and out."""

    def __init__(self, job: Job) -> None:
        # Its OAuth library insists on https.
        os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
        from intuitlib.client import AuthClient
        from quickbooks import QuickBooks

        self._job = job
        QuickBooks.sandbox_api_url_v3 = f"{job.settings['api_url']}/v3"
        QuickBooks.api_url_v3 = QuickBooks.sandbox_api_url_v3
        auth = AuthClient(
            client_id=job.settings["client_id"],
            client_secret=job.settings["client_secret"],
            environment=job.settings["discovery_url"],
            redirect_uri="http://localhost:8765/callback",
            refresh_token=job.settings["refresh_token"],
        )
        auth.refresh()
        self.client = QuickBooks(
            auth_client=auth,
            refresh_token=auth.refresh_token,
            company_id=job.settings["realm_id"],
            minorversion=int(MINOR_VERSION),
        )

    def read(self) -> int:
        """Rows read."""
        from quickbooks import objects

        kind = getattr(objects, self._job.entity)
        where = EVERYTHING[self._job.entity]
        got = 0
        while True:
            page = kind.where(
                where, start_position=got + 1, max_results=PAGE, order_by=ORDER, qb=self.client
            )
            got += len(page)
            if len(page) < PAGE:
                return got

    def tiny(self) -> object:
        """One small read."""
        return self.client.get_single_object("CompanyInfo", self._job.settings["realm_id"])

    def write(self, number: str) -> object:
        """One document."""
        from quickbooks.objects import Invoice

        invoice = Invoice.from_json({**self._job.body, "DocNumber": number})
        return invoice.save(qb=self.client, request_id=number)


class Bare:
    """`requests` and the standard library's json, nothing else."""

    def __init__(self, job: Job, **numbers: Any) -> None:
        import requests

        self._job = job
        self._numbers = numbers
        answer = requests.post(
            f"{job.settings['api_url']}/oauth2/v1/tokens/bearer",
            data={"grant_type": "refresh_token", "refresh_token": job.settings["refresh_token"]},
            auth=(job.settings["client_id"], job.settings["client_secret"]),
            timeout=60,
        )
        answer.raise_for_status()
        self.session = requests.Session()
        self.session.trust_env = False
        self._headers = {
            "Authorization": f"Bearer {answer.json()['access_token']}",
            "Accept": "application/json",
        }

    def read(self) -> int:
        """Rows read."""
        where = EVERYTHING[self._job.entity]
        text = (
            f"SELECT * FROM {self._job.entity}{f' WHERE {where}' if where else ''} ORDERBY {ORDER}"
        )
        got = 0
        while True:
            statement = f"{text} STARTPOSITION {got + 1} MAXRESULTS {PAGE}"
            found = self._call("POST", "query", statement.encode(), "application/text")
            page = found["QueryResponse"].get(self._job.entity, [])
            got += len(page)
            if len(page) < PAGE:
                return got

    def tiny(self) -> object:
        """One small read."""
        found = self._call("GET", f"companyinfo/{self._job.settings['realm_id']}")
        return found["CompanyInfo"]

    def write(self, number: str) -> object:
        """One document."""
        body = json.dumps({**self._job.body, "DocNumber": number}).encode()
        return self._call("POST", "invoice", body, "application/json", requestid=number)["Invoice"]

    def _call(
        self, method: str, path: str, body: bytes | None = None, kind: str = "", **params: str
    ) -> Any:
        answer = self.session.request(
            method,
            f"{self._job.company_url}/{path}",
            params={"minorversion": MINOR_VERSION, **params},
            data=body,
            headers={**self._headers, "Content-Type": kind} if kind else self._headers,
            timeout=(10, 130),
        )
        answer.raise_for_status()
        return json.loads(answer.content, **self._numbers)


CLIENTS: dict[str, Callable[[Job], Any]] = {
    "raw": functools.partial(Ours, as_dicts=False),
    "dicts": functools.partial(Ours, as_dicts=True),
    "library": Library,
    "bare": Bare,
    "bare_exact": functools.partial(Bare, parse_float=Decimal, parse_int=Decimal),
}


def read(job: Job) -> int:
    """All rows of an entity."""
    client = CLIENTS[job.who](job)
    client.tiny()
    with measured():
        return int(client.read())


def read_late(job: Job) -> int:
    """All rows of an entity, so many slices of it at a time."""
    ours = Ours(job, as_dicts=False)
    ours.tiny()
    with measured():
        pages = ours.client.pages(job.entity, at_a_time=job.at_a_time, page_rows=job.page_rows)
        return sum(len(page.records) for page in pages)


def write(job: Job) -> int:
    """So many documents, so many at a time."""
    client = CLIENTS[job.who](job)
    client.tiny()
    run = uuid.uuid4().hex[:8]
    numbers = [f"{run}-{number}" for number in range(job.calls)]
    with measured(), ThreadPoolExecutor(job.at_a_time) as threads:
        return len(list(threads.map(client.write, numbers)))


def push(job: Job) -> int:
    """So many documents through the pusher: remembered, sent, confirmed."""
    from quickbooks_client.push.ledger import Ledger, create_ledger
    from quickbooks_client.push.pusher import Pusher
    from quickbooks_client.push.settings import DocumentSettings

    ours = Ours(job, as_dicts=True)
    ours.tiny()
    clock = UnboundClock()
    settings = DocumentSettings.from_mapping(
        {"max_concurrent_writes": job.at_a_time}, realm_id=job.settings["realm_id"]
    )
    url = f"sqlite:///{job.folder}/{uuid.uuid4().hex}.db"
    create_ledger(url)
    ledger = Ledger.open(url, settings.realm_id, now=clock.now, sleep=clock.sleep)
    try:
        pusher = Pusher(ours.client, ledger, settings, clock)
        run = uuid.uuid4().hex[:8]
        with measured():
            for number in range(job.calls):
                key = f"{run}-{number}"
                pusher.add("invoices", {**job.record, "idempotency_key": key, "doc_number": key})
            pusher.flush()
        return pusher.outcomes.posted
    finally:
        ledger.close()


def tiny(job: Job) -> int:
    """So many small reads by each client, in turn, a few at a time.

    In one process, unlike the rest: differences of tenths of a millisecond drown in what else the
    machine does, unless the blocks that are compared follow each other at once.
    """
    clients = {name: CLIENTS[name](job) for name in ("dicts", "library", "bare")}
    blocks: dict[str, list[float]] = {name: [] for name in clients}
    for client in clients.values():
        client.tiny()
    for _ in range(job.calls // BLOCK):
        for name, client in clients.items():
            began = time.process_time()
            for _ in range(BLOCK):
                client.tiny()
            blocks[name].append((time.process_time() - began) / BLOCK * 1000)
    FIGURES["cpu_ms"] = {name: statistics.median(spent) for name, spent in blocks.items()}
    FIGURES["above_ms"] = {
        name: statistics.median(map(operator.sub, spent, blocks["bare"]))
        for name, spent in blocks.items()
    }
    return job.calls


def parts(job: Job) -> int:
    """Where the time of a small read goes, measured in place: in a loop of its own each part
    would find its code and data in the caches."""
    ours = Ours(job, as_dicts=True)
    ours.tiny()
    client, gate = ours.client, ours.client.quickbooks
    timers = Timers()
    timers.time("token", client.authorizer, "access_token")
    timers.time_block("throttle", client._throttle, "slot")  # noqa: SLF001 - a part of the gate
    timers.time_block("meter", client.meter, "counting")
    timers.time("requests", gate.session, "request")
    with measured():
        for _ in range(job.calls):
            ours.tiny()
    FIGURES["parts"] = {name: spent / job.calls / 1e6 for name, spent in timers.spent.items()}
    return job.calls


class Timers:
    """Processor time spent in methods of objects, by name."""

    def __init__(self) -> None:
        self.spent: dict[str, int] = {}

    def time(self, name: str, owner: object, method: str) -> None:
        """Time a method from now on."""
        inner = getattr(owner, method)
        self.spent.setdefault(name, 0)

        def timed(*args: Any, **kwargs: Any) -> Any:
            began = time.thread_time_ns()
            try:
                return inner(*args, **kwargs)
            finally:
                self.spent[name] += time.thread_time_ns() - began

        setattr(owner, method, timed)

    def time_block(self, name: str, owner: object, method: str) -> None:
        """Time the beginning and the end of a context manager, not what is inside."""
        inner = getattr(owner, method)
        self.spent.setdefault(name, 0)

        @contextlib.contextmanager
        def timed(*args: Any) -> Iterator[Any]:
            began = time.thread_time_ns()
            with inner(*args) as entered:
                self.spent[name] += time.thread_time_ns() - began
                yield entered
                began = time.thread_time_ns()
            self.spent[name] += time.thread_time_ns() - began

        setattr(owner, method, timed)


FIGURES: dict[str, Any] = {}


@contextlib.contextmanager
def measured() -> Iterator[None]:
    """Take the figures of what is done inside."""
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        yield
    finally:
        FIGURES["cpu_s"] = time.process_time() - cpu
        FIGURES["wall_s"] = time.perf_counter() - wall


WORK: dict[str, Callable[[Job], int]] = {
    function.__name__: function for function in (read, read_late, write, push, tiny, parts)
}


def main() -> None:
    """Do the job on stdin."""
    job = Job(**json.load(sys.stdin))
    FIGURES["count"] = WORK[job.what](job)
    FIGURES["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(json.dumps(FIGURES))


if __name__ == "__main__":
    main()
