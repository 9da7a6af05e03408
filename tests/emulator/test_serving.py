"""The command, its file, and HTTP as it comes."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from quickbooks_emulator import gateway
from quickbooks_emulator.control import ROUTES
from quickbooks_emulator.messages import Request
from quickbooks_emulator.oauth import REALM_ID
from quickbooks_emulator.service import Service
from quickbooks_emulator.switches import Switches
from quickbooks_emulator.testing import Emulator
from tests.emulator.conftest import Caller, Shop

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = Path(sys.executable).with_name("quickbooks-emulator")


@contextmanager
def served(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", "0", *options], stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            line = process.stdout.readline()
            assert line.startswith("QuickBooks emulator listening on http://127.0.0.1:")
            yield process, line.split()[-1]
        finally:
            process.kill()


def test_it_ends_cleanly_on_a_signal(tmp_path: Path) -> None:
    """
    One line when it is ready, the port in the file, exit status 0 on SIGTERM.
    """
    with served("--port-file", str(tmp_path / "port")) as (process, url):
        assert url.endswith(f":{(tmp_path / 'port').read_text().strip()}")
        assert "demo" == requests.get(f"{url}/_emulator/health").json()["seed"]

        process.send_signal(signal.SIGTERM)

        assert 0 == process.wait(timeout=20)


def test_nothing_is_lost_by_a_kill(tmp_path: Path) -> None:
    """
    Objects, quantities, tombstones, tokens, remembered replies, series, switches and clock outlive
    kill -9.
    """
    data = ("--data", str(tmp_path / "emulator.db"), "--seed", "empty")
    with served(*data) as (process, url):
        emulator = Emulator.attach(url)
        emulator.limits(enabled=False)
        shop, caller = Shop(emulator), Caller(emulator)
        emulator.advance(1000)
        emulator.switch(cdc_cap="entity")
        first = caller.post("invoice", shop.invoice(DocNumber="1"), requestid="r").content
        gone = caller.create("Invoice", shop.invoice(DocNumber="2"))
        caller.create("Invoice", {"Id": gone["Id"], "SyncToken": "0"}, operation="delete")
        before = {name: emulator.entities(name) for name in ("Item", "Invoice", "Customer")}
        moved = emulator.now()
        emulator.close()
        process.kill()
        process.wait(timeout=20)

    with served(*data) as (_, url):
        emulator = Emulator.attach(url)
        caller.emulator = emulator

        assert before == {name: emulator.entities(name) for name in before}
        assert 38 == emulator.quantity(shop.item_id)
        assert first == caller.post("invoice", shop.invoice(), requestid="r").content
        third = caller.create("Invoice", shop.invoice(DocNumber="3"))
        assert int(third["Id"]) == int(gone["Id"]) + 1
        found = caller.cdc("Invoice", "2026-01-01")["Invoice"]
        assert [gone["Id"]] == [row["Id"] for row in found if row.get("status")]
        assert moved < emulator.now()
        assert "entity" == emulator.switch()["cdc_cap"]
        caller.refresh()
        caller.session.close()
        emulator.close()


def test_limits_are_on_when_served() -> None:
    """
    Source: Intuit, "API call limits and throttles".
    """
    with served() as (_, url):
        limits = requests.get(f"{url}/_emulator/limits").json()

    assert (True, 500, 10, 10) == (
        limits["enabled"],
        limits["per_minute"],
        limits["per_second"],
        limits["concurrent"],
    )


def test_the_page_shows_stock(emulator: Emulator) -> None:
    """
    A person sees the items and what was called.
    """
    emulator.item("<b>", 3)

    page = requests.get(emulator.url).text

    assert "&lt;b&gt;" in page
    assert "<h2>Stock</h2>" in page


def test_every_switch_is_listed_with_its_default() -> None:
    """
    The README's table and the switches are the same.
    """
    readme = Path(__file__).parents[2] / "quickbooks-emulator" / "README.md"
    rows = re.findall(r"^\| `(\w+)` \| `?([\w_]+)`?", readme.read_text(), re.MULTILINE)
    defaults = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in asdict(Switches()).items()
    }

    assert defaults == {name: value for name, value in rows if name in defaults}


def test_every_call_of_the_control_plane_is_listed() -> None:
    """
    The README's table has a row for each, and none for what there is not.
    """
    readme = Path(__file__).parents[2] / "quickbooks-emulator" / "README.md"
    rows = re.findall(r"^\| `(GET|POST|DELETE) ([a-z]+)", readme.read_text(), re.MULTILINE)

    assert set(ROUTES) == set(rows)


def test_listening_to_others_is_warned_of() -> None:
    """
    One line, and every name of the machine is good then. Source: the README, "Control plane".
    """
    command = [COMMAND, "serve", "--port", "0", "--seed", "empty", "--host", "0.0.0.0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            port = process.stdout.readline().strip().rpartition(":")[2]
            url = f"http://127.0.0.1:{port}/_emulator/health"
            named = requests.get(url, headers={"Host": "emulator:1"}, timeout=20)
            process.send_signal(signal.SIGTERM)
            said = process.stderr.read().splitlines()
        finally:
            process.kill()

    assert 200 == named.status_code
    assert ["may do everything" in line for line in said] == [True]


def test_nothing_piles_up_without_a_file() -> None:
    """
    What would be written is let go, and realms that there are not leave nothing behind.
    Source: Intuit, "Request ID", "Webhooks".
    """
    service = Service.open(None, "empty", has_limits=False)
    service.outbox.subscribe({"url": "http://127.0.0.1:1/"})
    grant = service.authority.issue(service.clock.epoch())
    token = grant.add_access(service.clock.epoch())
    service.authority.restore(list(service.authority.changes()))
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}

    for number in range(20):
        for realm_id, entity in ((REALM_ID, "customer"), (str(number), "invoice")):
            request = Request(
                "POST", f"/v3/company/{realm_id}/{entity}", {"requestid": f"r{number}"}, headers,
                b'{"DisplayName": "N%d"}' % number,
            )  # fmt: skip
            reply = asyncio.run(gateway.answer(service, request, "http://localhost"))
            assert (200 if realm_id == REALM_ID else 403) == reply.status

    replies = service.replies[REALM_ID]
    assert ([REALM_ID], 20, [], []) == (
        list(service.replies),
        len(replies.by_id),
        replies.fresh,
        replies.forgotten,
    )
    assert {REALM_ID, ""} >= set(service.meters)
    assert set() == service.outbox.changed
