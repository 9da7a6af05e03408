"""The handle for tests: several companies, other apps, a consent without a browser."""

from __future__ import annotations

import http.client
import socket
import sqlite3
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import requests

from quickbooks_emulator import hosting
from quickbooks_emulator.persistence import File
from quickbooks_emulator.problems import Problem
from quickbooks_emulator.testing import Emulator, EmulatorError
from tests.emulator.conftest import Caller

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APP = {
    "client_id": "another-app",
    "client_secret": "its-secret",
    "redirect_uris": ["https://app.example/callback"],
    "name": "Another app",
}


@pytest.fixture
def alone() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


def test_each_company_has_books_of_its_own(alone: Emulator) -> None:
    """
    Ids are unique within a company alone. Source: Intuit, "Basics of the Accounting API".
    """
    realm_id = alone.add_company(name="Second shop")
    first_id = alone.create("Customer", {"DisplayName": "Ada"})["Id"]
    with alone.company(realm_id) as second:
        second_id = second.create("Customer", {"DisplayName": "Bob"})["Id"]
        pot = second.item("POT", 3)["Id"]
        caller = Caller(second)
        names = [[row["DisplayName"] for row in x.entities("Customer")] for x in (alone, second)]
        rows = caller.rows("Customer")
        quantity = second.quantity(pot)
        refused = caller.send("GET", "companyinfo/1", realm_id=alone.realm_id)
        caller.session.close()

    assert first_id == second_id
    assert [["Ada"], ["Bob"]] == names
    assert ["Bob"] == [row["DisplayName"] for row in rows]
    assert (3, 403) == (quantity, refused.status_code)
    with alone.company("7") as nobody, pytest.raises(EmulatorError, match="No company 7"):
        nobody.counts()


def test_a_merge_is_of_the_handles_company(alone: Emulator) -> None:
    """
    The company that a handle stands for, not the first. Source: Intuit, "Webhooks" (Merge).
    """
    with alone.company(alone.add_company(name="Second shop")) as second:
        ids = [second.create("Customer", {"DisplayName": name})["Id"] for name in ("Ada", "Bob")]

        merged = second.merge("Customer", ids[0], ids[1])

        assert ("Bob", ids[1]) == (merged["DisplayName"], merged["Id"])


def test_a_code_comes_without_a_browser(alone: Emulator) -> None:
    """
    It is exchanged for tokens as one from the consent page. Source: Intuit, "OAuth 2.0".
    """
    alone.add_app(**APP)
    redirect_uri = str(APP["redirect_uris"][0])

    code = alone.consent_code(client_id="another-app", redirect_uri=redirect_uri)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    url, secret = f"{alone.url}/oauth2/v1/tokens/bearer", ("another-app", "its-secret")
    reply = requests.post(url, auth=secret, data=form)

    assert 200 == reply.status_code, reply.text
    token = reply.json()["access_token"]
    address = f"{alone.url}/v3/company/{alone.realm_id}/companyinfo/1"
    assert 200 == requests.get(address, headers={"Authorization": f"Bearer {token}"}).status_code
    with pytest.raises(EmulatorError, match="consent was refused"):
        alone.consent_code(client_id="nobody")


def test_a_bad_setting_is_refused_by_its_name(alone: Emulator) -> None:
    """
    Switches, clock and seeds. Source: the README, "Control plane".
    """
    for words, change in (
        ("No switch hurry", lambda: alone.switch(hurry=True)),
        ("unknown_verb: one of 500, 405", lambda: alone.switch(unknown_verb=404)),
        ("latency_ms: a number from 0", lambda: alone.switch(latency_ms=-1)),
        ("stock_moves_touch_item: true or false", lambda: alone.switch(stock_moves_touch_item=1)),
        ("1970 to 2199", lambda: alone.advance(9e9)),
        ("set: a date", lambda: alone.set_clock("tomorrow")),
        ("seed", lambda: alone.reset("everything")),
    ):
        with pytest.raises(EmulatorError, match=words):
            change()


def test_a_wrong_seed_leaves_the_file_free(tmp_path: Path) -> None:
    """
    The next handle may have it. Source: the README, "In tests".
    """
    data = tmp_path / "emulator.db"
    with pytest.raises(Problem, match="known are"), Emulator(seed="shop", data=data):
        pass

    with Emulator(data=data) as emulator:
        assert "empty" == health(emulator)["seed"]


def test_a_file_that_cannot_be_written_ends_the_handle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The request gets 500, the server stops, and the handle says why. Source: the README.
    """
    emulator = Emulator(data=tmp_path / "emulator.db")
    emulator.__enter__()
    monkeypatch.setattr(File, "_put_objects", _full)

    with pytest.raises(EmulatorError, match="500"):
        emulator.create("Customer", {"DisplayName": "Ada"})
    with pytest.raises(EmulatorError, match="cannot be written"):
        emulator.close()


def _full(*_: object) -> None:
    raise sqlite3.OperationalError("database or disk is full")


def test_a_server_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Whatever the reason. Source: the README, "In tests".
    """

    async def start(*_: object) -> None:
        raise ValueError("no server today")

    monkeypatch.setattr(hosting, "start", start)

    with pytest.raises(EmulatorError) as raised, Emulator():
        pass

    assert "no server today" == str(raised.value.__cause__)


def test_a_write_is_sent_once(alone: Emulator) -> None:
    """
    On a connection that the server closed meanwhile it goes by a new one; when the connection
    breaks under it, it is not repeated. Source: RFC 9110, 9.2.2 (idempotent methods).
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        handle = Emulator.attach(f"http://127.0.0.1:{listening.getsockname()[1]}")
        seen: list[bytes] = []
        server = threading.Thread(target=_answer_thrice, args=(listening, seen))
        server.start()
        handle.clear_calls()
        server.join(0.2)
        handle.clear_calls()
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            handle.clear_calls()
        server.join(20)
        handle.close()

    assert 3 == len(seen)


def _answer_thrice(listening: socket.socket, seen: list[bytes]) -> None:
    """Answer and hang up; answer and stay; take the next without an answer."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
    first, _ = listening.accept()
    with first:
        seen.append(first.recv(65536))
        first.sendall(answer)
    second, _ = listening.accept()
    with second:
        seen.append(second.recv(65536))
        second.sendall(answer)
        seen.append(second.recv(65536))
    listening.settimeout(1)
    with suppress(TimeoutError):
        again, _ = listening.accept()
        with again:
            seen.append(again.recv(65536))


def health(emulator: Emulator) -> dict[str, str]:
    return requests.get(f"{emulator.url}/_emulator/health", timeout=20).json()


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("tokens/expire", {"access": "false"}, "access: true or false is expected"),
        ("tokens/expire", {"acess": False}, "Unknown field acess"),
        ("tokens/issue", {"realm_id": 7}, "realm_id: a text is expected"),
        ("tokens/disconnect", {"app": "x"}, "Unknown field app"),
        ("tokens/none", {}, "Known: tokens/expire, tokens/issue, tokens/disconnect"),
        ("apps", {"redirect_uris": [1]}, "redirect_uris: a list of texts is expected"),
        ("companies", {"realm": "77"}, "Unknown field realm"),
        ("switches", {"unknown_verb": "405"}, "one of 500, 405 is expected"),
    ],
)
def test_controls_refuse_what_they_do_not_know(
    alone: Emulator, path: str, body: dict[str, object], words: str
) -> None:
    """
    By name, and nothing happens. Source: the README, "Control plane".
    """
    before = requests.get(f"{alone.url}/_emulator/tokens", timeout=20).json()

    reply = requests.post(f"{alone.url}/_emulator/{path}", json=body, timeout=20)

    assert reply.status_code in {400, 404}
    assert words in reply.json()["Fault"]["Error"][0]["Detail"]
    assert len(before) == len(requests.get(f"{alone.url}/_emulator/tokens", timeout=20).json())
