"""Several calls at a time: all of them at once, none too many, none after the end."""

from __future__ import annotations

import contextvars
import itertools
import json
import signal
import subprocess
import sys
import threading
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quickbooks_client import InvalidQueryError, QueryReply, Read, ServerError, Usage
from quickbooks_client.paging import make_walk, run
from quickbooks_client.side_by_side import Job, SideBySide
from quickbooks_client.slices import Slices
from tests.client.commands import interruptible
from tests.client.fakes import Books

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_client import Client
    from quickbooks_client.paging import Walk
    from quickbooks_emulator.testing import Emulator

PATIENCE_S = 20


class SharedBooks:
    """Books that many threads may ask."""

    def __init__(self, rows: int) -> None:
        self.books = Books()
        for number in range(rows):
            self.books.seconds = number * 1000
            self.books.create()
        self.books.seconds += 100_000
        self.lock = threading.Lock()
        self.before: Callable[[], None] = lambda: None

    def ask(self, text: str) -> QueryReply:
        self.before()
        with self.lock:
            return self.books.ask(text)


def job(name: str, at_a_time: int, page_rows: int = 5) -> Job:
    slices = Slices(make_walk("Invoice", page_rows=page_rows), at_a_time)
    return Job(name, slices, contextvars.copy_context(), Usage)


def ours() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name.startswith("read-")]


def wait_for_the_end() -> None:
    for thread in ours():
        thread.join(PATIENCE_S)
    assert [] == ours()


def test_as_many_calls_run_at_a_time_as_were_asked_for() -> None:
    """
    Four calls wait for each other: they get on only when all four are under way.
    """
    shared = SharedBooks(400)
    together = threading.Barrier(4)
    met = threading.Event()

    def before() -> None:
        if len(shared.books.queries) >= 1 and not met.is_set():
            together.wait(PATIENCE_S)
            met.set()

    shared.before = before
    with SideBySide(shared.ask, [job("Invoice", 4)], 4) as streams:
        found = [row.id for page in streams.pages("Invoice") for row in page.records]

    assert 400 == len(found) == len(set(found))
    assert met.is_set()
    wait_for_the_end()


def test_never_more_calls_run_at_a_time() -> None:
    """
    However many streams and slices there are.
    """
    shared = SharedBooks(200)
    running, most = 0, 0
    lock, moment = threading.Lock(), threading.Event()

    class Counted:
        def __call__(self, text: str) -> QueryReply:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            moment.wait(0.002)
            reply = shared.ask(text)
            with lock:
                running -= 1
            return reply

    jobs = [job(name, 3) for name in ("one", "two", "three", "four", "five")]
    with SideBySide(Counted(), jobs, 3) as streams:
        found = [name for name, page in streams for _ in page.records]

    assert 5 * 200 == len(found)
    assert most <= 3


def test_pages_that_nobody_takes_are_not_piled_up() -> None:
    """
    A slow taker holds the reading back, whatever is left to read.
    """
    shared = SharedBooks(2000)
    with SideBySide(shared.ask, [job("big", 4), job("other", 4)], 4) as streams:
        for taken, _ in enumerate(streams.pages("big"), start=1):
            if taken == 20:
                settled = threading.Event()
                for _ in range(50):
                    settled.wait(0.01)
                # Twice four of what is taken, four of what is not, and what is under way.
                assert len(shared.books.queries) <= taken + 8 + 4 + 4
        rest = sum(1 for _ in streams.pages("other"))

    assert rest > 0


@pytest.mark.parametrize("together", [True, False])
def test_the_first_error_is_raised_and_all_stop(together: bool) -> None:  # noqa: FBT001
    """
    What failed is what is said; after it nothing more is asked.
    """
    shared = SharedBooks(2000)
    failure = ServerError("It fell over.")

    def before() -> None:
        if len(shared.books.queries) >= 10:
            raise failure

    shared.before = before
    streams = SideBySide(shared.ask, [job("Invoice", 4)], 4)
    with pytest.raises(ServerError) as caught, streams:
        list(streams if together else streams.pages("Invoice"))

    assert caught.value is failure
    wait_for_the_end()
    assert len(shared.books.queries) <= 10 + 4


def test_a_stream_that_fails_leaves_the_others_their_pages() -> None:
    """
    Taken stream by stream, each has its own end.
    """
    shared = SharedBooks(40)
    whole = job("good", 2)
    bad = Job("bad", Slices(make_walk("Bill"), 2), contextvars.copy_context(), Usage)

    def ask(text: str) -> QueryReply:
        if "Bill" in text:
            raise ServerError("No bills today.")
        return shared.ask(text)

    with SideBySide(ask, [bad, whole], 2) as streams:
        with pytest.raises(ServerError, match="No bills"):
            list(streams.pages("bad"))
        found = [row for page in streams.pages("good") for row in page.records]

    assert 40 == len(found)


def test_a_stream_that_failed_is_not_asked_further() -> None:
    """
    While others are read: what could be cut into slices stops as a whole.
    """
    shared = SharedBooks(400)
    is_taken = threading.Event()
    asked = 0

    def ask(text: str) -> QueryReply:
        nonlocal asked
        if "Bill" in text:
            asked += 1
            if asked == 2:
                is_taken.wait(PATIENCE_S)
                raise ServerError("No more bills today.")
        return shared.ask(text)

    bad = Job("bad", Slices(make_walk("Bill", page_rows=5), 4), contextvars.copy_context(), Usage)
    # One thread, so that every call has its turn; slices for four, so that there is more to ask.
    with SideBySide(ask, [bad, job("good", 1)], 1) as streams:
        bills = streams.pages("bad")
        next(bills)
        is_taken.set()
        with pytest.raises(ServerError, match="No more bills"):
            next(bills)
        found = [row for page in streams.pages("good") for row in page.records]

    assert 400 == len(found)
    assert 2 == asked


def test_whoever_stops_taking_ends_the_calls(client: Client, emulator: Emulator) -> None:
    """
    A loop that is left early leaves no thread and no further call.
    """
    fill(emulator, 300)

    for _ in client.pages("Transfer", page_rows=5, at_a_time=4):
        break

    wait_for_the_end()
    asked = len(emulator.calls(class_="metered"))
    assert asked < 20


def test_a_table_of_one_page_costs_one_call(client: Client, emulator: Emulator) -> None:
    """
    Also for several streams.
    """
    fill(emulator, 30)

    found = [row for page in client.pages("Transfer", at_a_time=8) for row in page.records]
    with client.streams([Read("Customer"), Read("Invoice"), Read("Transfer")]) as streams:
        named = {name for name, _ in streams}

    assert 30 == len(found)
    assert {"Customer", "Invoice", "Transfer"} == named
    assert 4 == client.meter.snapshot().metered == len(emulator.calls(class_="metered"))


def test_calls_are_counted_where_their_taker_counts(client: Client, emulator: Emulator) -> None:
    """
    In the scopes that are open, and under the stream's own name.
    """
    fill(emulator, 200)

    with client.meter.scope("job") as whole:
        with client.meter.scope("first") as first:
            list(client.pages("Transfer", page_rows=20, at_a_time=4))
        with client.streams(
            [Read("Transfer", page_rows=20, name="transfers"), Read("Customer")]
        ) as streams:
            list(streams)
            transfers, customers = streams.usage("transfers"), streams.usage("Customer")

    assert first.snapshot().metered > 10
    assert transfers.metered > 10
    assert 1 == customers.metered
    total = first.snapshot().metered + transfers.metered + customers.metered
    assert total == whole.snapshot().metered == client.meter.snapshot().metered


def test_what_cannot_be_asked_for_is_refused_before_a_call(
    client: Client, emulator: Emulator
) -> None:
    """
    No calls at a time, two streams of one name, pages of no size.
    """
    for wrong in (
        lambda: client.pages("Invoice", at_a_time=0),
        lambda: client.streams([Read("Invoice"), Read("Invoice")]),
        lambda: client.streams([Read("Invoice", page_rows=0)]),
    ):
        with pytest.raises(InvalidQueryError):
            wrong()

    assert [] == emulator.calls(class_="metered")


def test_an_interrupt_ends_it_at_once(emulator: Emulator, tmp_path: Any) -> None:
    """
    Ctrl-C while every call hangs: the program ends, with the interrupt for its reason.
    """
    fill(emulator, 20)
    connection = {**emulator.settings(), "token_store": str(tmp_path / "tokens.json")}
    emulator.fail(path="query", nth=2, times=None, do={"kind": "hang"})
    program = subprocess.Popen(
        interruptible([sys.executable, "-c", INTERRUPTED, json.dumps(connection)]),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    assert "reading" == program.stdout.readline().strip()

    program.send_signal(signal.SIGINT)
    try:
        _, said = program.communicate(timeout=PATIENCE_S)
    finally:
        program.kill()

    assert "KeyboardInterrupt" in said
    assert 0 != program.returncode


INTERRUPTED = """
import json, sys
from quickbooks_client import Client, Settings
with Client(Settings.from_mapping(json.loads(sys.argv[1]))) as client:
    for page in client.pages("Transfer", page_rows=5, at_a_time=4):
        print("reading", flush=True)
"""


def fill(emulator: Emulator, rows: int, day: str = "2024-01-01", step_s: int = 3600) -> list[str]:
    """Transfers, each an hour older than the one after it."""
    return [
        emulator.create("Transfer", transfer(day), shift_s=-step_s * (rows - number))["Id"]
        for number in range(rows)
    ]


def transfer(day: str) -> dict[str, Any]:
    accounts = {"FromAccountRef": {"value": "35"}, "ToAccountRef": {"value": "4"}}
    return {**accounts, "Amount": 1, "TxnDate": day}


# A day for each example: the rows of one are not those of another.
DAYS = itertools.count()
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["touch", "create", "delete"]),
        st.integers(0, 50),
        st.sampled_from([0, -3, 500]),
    ),
    max_size=3,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(st.sampled_from([0, 0, 1, 5000]), min_size=1, max_size=25),
    edits=st.lists(EDITS, max_size=25),
    page_rows=st.integers(2, 6),
    at_a_time=st.integers(1, 3),
)
def test_no_edit_between_two_requests_loses_a_row(
    emulator: Emulator,
    client: Client,
    steps: list[int],
    edits: list[list[tuple[str, int, int]]],
    page_rows: int,
    at_a_time: int,
) -> None:
    """
    Against the emulator: what was there throughout is in the pages, of one walk and of slices.
    """
    day = (date(2000, 1, 1) + timedelta(days=next(DAYS))).isoformat()
    ages = [100_000 - sum(steps[: number + 1]) for number in range(len(steps))]
    there = [emulator.create("Transfer", transfer(day), shift_s=-age)["Id"] for age in ages]
    throughout, pending = set(there), iter(edits)

    def ask(text: str) -> QueryReply:
        reply = client.query(text)
        for verb, number, shift_s in next(pending, []):
            row_id = there[number % len(there)] if there else ""
            if verb == "create":
                there.append(emulator.create("Transfer", transfer(day), shift_s=shift_s)["Id"])
            elif there and verb == "touch":
                change = {"Id": row_id, "PrivateNote": "touched"}
                emulator.update("Transfer", change, shift_s=shift_s)
            elif there:
                emulator.delete("Transfer", row_id)
                there.remove(row_id)
                throughout.discard(row_id)
        return reply

    walk = make_walk("Transfer", where=f"TxnDate = '{day}'", page_rows=page_rows)
    found = sliced(ask, walk, at_a_time) if at_a_time > 1 else [*run(ask, walk)]

    assert throughout <= {row.id for page in found for row in page.records}


def sliced(ask: Callable[[str], QueryReply], walk: Walk, at_a_time: int) -> list[Any]:
    """Ask as several workers would, one question after the other."""
    slices = Slices(walk, at_a_time)
    found = []
    while not slices.is_done:
        asked: list[tuple[Walk, QueryReply]] = []
        while len(asked) < at_a_time and (one := slices.begin()):
            asked.append((one, ask(one.question())))
        found += [page for one, reply in reversed(asked) if (page := slices.take(one, reply))]
    return found
