"""`--data FILE`: what was acknowledged is there after any end, and no file is harmed.

Source: Intuit, "Request ID" (a repeated request is answered with its first reply), "SalesReceipt",
"Item" (QtyOnHand).
"""

from __future__ import annotations

import shlex
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import requests

from quickbooks_emulator.testing import Emulator
from tests.emulator.conftest import Caller, Shop
from tests.emulator.test_oauth_consent import control

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = Path(sys.executable).with_name("quickbooks-emulator")
WRITERS = 4
PATIENCE_S = 60


@contextmanager
def served(data: Path, *options: str, before: str = "") -> Iterator[tuple[Any, str]]:
    command = shlex.join([str(COMMAND), "serve", "--port", "0", "--data", str(data), *options])
    with subprocess.Popen(
        ["/bin/sh", "-c", f"{before} exec {command}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("QuickBooks emulator listening on"), process.communicate()[1]
            yield process, line.split()[-1]
        finally:
            process.kill()


def refused(*options: str) -> str:
    """The one sentence with which the command ends."""
    done = subprocess.run(
        [COMMAND, "serve", "--port", "0", *options],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode != 0
    assert "" == done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


class Till:
    """Writes receipts one after the other until the line is dead; remembers what came back."""

    def __init__(self, caller: Caller, shop: Shop, name: str) -> None:
        self.caller = caller
        self.shop = shop
        self.name = name
        self.replies: dict[str, bytes] = {}
        self.sent: list[str] = []

    def work(self) -> None:
        session = requests.Session()
        try:
            while True:
                self.sent.append(f"{self.name}-{len(self.sent)}")
                self.send(self.sent[-1], session)
        except requests.RequestException:
            session.close()

    def send(self, number: str, session: requests.Session) -> None:
        body = self.shop.invoice(self.shop.line(quantity=1), DocNumber=number)
        reply = session.post(
            f"{self.caller.emulator.url}/v3/company/{self.caller.emulator.realm_id}/salesreceipt",
            json=body,
            params={"requestid": number},
            headers={"Authorization": f"Bearer {self.caller.access_token}"},
            timeout=20,
        )
        assert reply.status_code == 200, reply.text
        self.replies.setdefault(number, reply.content)
        assert self.replies[number] == reply.content


def test_what_was_acknowledged_outlives_kills(tmp_path: Path) -> None:
    """
    Four tills write without a pause and the server is killed with SIGKILL, five times at random
    moments. What was acknowledged is there unchanged; what was not is sent again with its
    requestid; then each receipt is there once and the stock is short by exactly so many.
    """
    random = Random(20)
    data = tmp_path / "emulator.db"
    with served(data, "--seed", "empty") as (process, url):
        emulator = Emulator.attach(url)
        emulator.limits(enabled=False)
        shop, caller = Shop(emulator), Caller(emulator)
        before = emulator.quantity(shop.item_id)
        emulator.close()
        process.kill()
        process.wait()
    tills = [Till(caller, shop, f"T{number}") for number in range(WRITERS)]
    for _ in range(5):
        with served(data) as (process, url):
            caller.emulator = Emulator.attach(url)
            threads = [threading.Thread(target=till.work) for till in tills]
            for thread in threads:
                thread.start()
            enough = sum(len(till.replies) for till in tills) + random.randrange(5, 60)
            deadline = time.monotonic() + PATIENCE_S
            while sum(len(till.replies) for till in tills) < enough:
                assert time.monotonic() < deadline, "the tills stand still"
                assert all(thread.is_alive() for thread in threads), "a till has given up"
                threads[0].join(random.random() / 1000)
            process.kill()
            for thread in threads:
                thread.join()
            caller.emulator.close()
    with served(data) as (_, url):
        emulator = caller.emulator = Emulator.attach(url)
        stored = {row["DocNumber"]: row for row in emulator.entities("SalesReceipt")}
        acknowledged = {number for till in tills for number in till.replies}

        assert acknowledged <= set(stored)
        for till in tills:
            for number in till.sent:
                till.send(number, caller.session)
        sent = sorted(number for till in tills for number in till.sent)
        assert len(sent) > len(acknowledged)
        assert sent == sorted(row["DocNumber"] for row in emulator.entities("SalesReceipt"))
        assert before - len(sent) == emulator.quantity(shop.item_id)
        ids = [row["Id"] for row in emulator.entities("SalesReceipt")]
        assert len(ids) == len(set(ids))
        caller.session.close()
        emulator.close()


def test_a_generated_company_is_kept(tmp_path: Path) -> None:
    """
    All of it, marks and movements too; the file keeps its company whatever --seed says later.
    """
    data = tmp_path / "emulator.db"
    seed = "generated:items=80,customers=10,years=1,per_day=1"
    shown = []
    for option in (seed, "demo"):
        with served(data, "--seed", option) as (process, url):
            emulator = Emulator.attach(url)
            counts = emulator.counts()
            shown.append({name: emulator.entities(name) for name in counts})
            items = [row["Id"] for row in shown[-1]["Item"] if row["Type"] == "Inventory"]
            shown[-1]["stock"] = [emulator.movements(item_id) for item_id in items]
            assert seed == requests.get(f"{url}/_emulator/health").json()["seed"]
            emulator.close()
            process.terminate()
            notes = process.communicate()[1]

    assert shown[0] == shown[1]
    assert f"seeded with {seed}; --seed demo is not used" in notes


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    """
    One file, one emulator.
    """
    data = tmp_path / "emulator.db"

    with served(data, "--seed", "empty"):
        said = refused("--data", str(data))

    assert f"quickbooks-emulator: {data} is in use by another process" == said


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    """
    Another program's database, a text, a folder, a place that is not there: one sentence each.
    """
    database, text = tmp_path / "other.db", tmp_path / "letter"
    with sqlite3.connect(database) as connection:
        connection.execute("create table state (name text)")
    connection.close()
    text.write_text("This is a letter and no database, and it is to stay one.\n" * 20)
    before = database.read_bytes()

    for path, reason in (
        (database, f"{database} is not a file of the emulator; it is left as it is"),
        (text, f"{text} is not a file of the emulator; it is left as it is"),
        (tmp_path, f"{tmp_path} cannot be used: unable to open database file"),
        (
            tmp_path / "none" / "x",
            f"{tmp_path}/none/x cannot be used: unable to open database file",
        ),
    ):
        assert f"quickbooks-emulator: {reason}" == refused("--data", str(path))
    assert before == database.read_bytes()
    assert text.read_text().startswith("This is a letter")


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    """
    Rather than misread.
    """
    data = tmp_path / "emulator.db"
    with served(data, "--seed", "empty") as (process, _):
        process.terminate()
        assert 0 == process.wait(timeout=20)
    with sqlite3.connect(data) as connection:
        connection.execute("pragma user_version = 7")
    connection.close()

    said = refused("--data", str(data))

    expected = f"{data} was written in format 7, and this version reads format 3"
    assert f"quickbooks-emulator: {expected}" == said


def test_a_full_disk_ends_the_emulator_with_nothing_half_written(tmp_path: Path) -> None:
    """
    The request that no longer fits is answered with 500 and the emulator stops, saying why; what
    was acknowledged before is there.
    """
    data = tmp_path / "emulator.db"
    with served(data, "--seed", "empty", before="ulimit -f 2000;") as (process, url):
        emulator = Emulator.attach(url)
        emulator.limits(enabled=False)
        shop, caller = Shop(emulator), Caller(emulator)
        kept = []
        for number in range(5000):
            body = shop.invoice(
                shop.line(quantity=1), DocNumber=f"N{number}", PrivateNote="x" * 4000
            )
            reply = caller.post("invoice", body)
            if reply.status_code != 200:
                break
            kept.append(f"N{number}")
        status = process.wait(timeout=20)
        said = process.stderr.read()
        emulator.close()

    assert 500 == reply.status_code
    assert f"{data} cannot be written" in reply.json()["Fault"]["Error"][0]["Detail"]
    assert 1 == status
    assert f"quickbooks-emulator: {data} cannot be written" in said
    with served(data) as (_, url):
        emulator = Emulator.attach(url)
        assert kept == [row["DocNumber"] for row in emulator.entities("Invoice")]
        assert Decimal(40) - len(kept) == emulator.quantity(shop.item_id)
        emulator.close()
    caller.session.close()


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    """
    With what to do about it.
    """
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        said = refused("--port", str(port), "--seed", "empty")

    expected = f"127.0.0.1:{port} is taken; --port 0 takes any free port"
    assert f"quickbooks-emulator: {expected}" == said


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("--port", "99999", "'99999' is no port (0 to 65535)"),
        ("--port", "http", "'http' is no port (0 to 65535)"),
        ("--seed", "shop", "known are demo, empty and generated[:items=N"),
        ("--seed", "generated:items=0", "items must be between 10 and 5000000, not 0"),
    ],
)
def test_a_wrong_command_line_is_refused(option: str, value: str, reason: str) -> None:
    """
    In the words of the option.
    """
    assert reason in refused(option, value)


def test_help_names_seeds_and_options() -> None:
    """
    Everything one may give.
    """
    done = subprocess.run(
        [COMMAND, "serve", "--help"], capture_output=True, text=True, timeout=30, check=True
    )

    for word in ("--port", "--data", "--seed", "--port-file", "--host", "generated[:items=N"):
        assert word in done.stdout


def test_companies_keep_their_order(tmp_path: Path) -> None:
    """
    The first company stays the first, whichever was written to last.
    """
    data = tmp_path / "emulator.db"
    with Emulator(data=data) as emulator:
        second = emulator.add_company(name="Second")
        emulator.create("Customer", {"DisplayName": "Ada"})

    with Emulator(data=data) as emulator:
        assert 1 == emulator.counts()["Customer"]
        with emulator.company(second) as other:
            assert [] == other.entities("Customer")


def test_what_faults_do_to_clock_and_tokens_is_kept(tmp_path: Path) -> None:
    """
    A jump of the clock, an expiry and a disconnection on a call outlive the process.
    """
    data = tmp_path / "emulator.db"
    with Emulator(data=data) as emulator:
        emulator.set_clock("2026-03-04T09:00:00-08:00", freeze=True)
        jumping, expiring, leaving = Caller(emulator), Caller(emulator), Caller(emulator)
        for caller, does in (
            (jumping, {"kind": "clock", "advance_s": 60}),
            (expiring, {"kind": "expire"}),
            (leaving, {"kind": "revoke"}),
        ):
            leaving.refresh()
            emulator.fail(do=does)
            caller.send("GET", "companyinfo/1")
        before = emulator.now(), control(emulator, "tokens")

    with Emulator(data=data) as emulator:
        assert before == (emulator.now(), control(emulator, "tokens"))
        assert emulator.now().startswith("2026-03-04T17:01:00")
        assert all(grant["revoked"] for grant in control(emulator, "tokens"))


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    """
    In a sentence, wherever the damage lies.
    """
    data, cut = tmp_path / "emulator.db", tmp_path / "cut.db"
    with Emulator(data=data, seed="demo"):
        pass
    whole = data.read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])

    said = [refused("--data", str(cut))]
    with sqlite3.connect(data) as connection:
        connection.execute("update state set value = '{' where name = 'clock'")
    connection.close()
    said.append(refused("--data", str(data)))

    assert [f"quickbooks-emulator: {cut} cannot be used: database disk image is malformed"] == said[
        :1
    ]
    assert said[1].startswith(f"quickbooks-emulator: {data} is damaged: ")


def test_a_file_that_goes_is_gone(tmp_path: Path) -> None:
    """
    The bytes of a deleted Attachable are kept no longer. Source: Intuit, "Attachable" (delete).
    """
    data = tmp_path / "emulator.db"
    with Emulator(data=data) as emulator:
        caller = Caller(emulator)
        files = {"file_content_01": ("a.txt", b"unmistakable words", "text/plain")}
        reply = caller.send("POST", "upload", files=files).json()["AttachableResponse"][0]
        stored = reply["Attachable"]
        gone = {"Id": stored["Id"], "SyncToken": stored["SyncToken"]}
        caller.create("Attachable", gone, operation="delete")

    with sqlite3.connect(data) as connection:
        assert [(0,)] == connection.execute("select count(*) from contents").fetchall()
    connection.close()
