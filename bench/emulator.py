"""How fast the emulator is, and whether it stays so as a company grows.

    script/bench emulator [--items 1000000] [--quick]

One server in a process of its own, one client with a connection that stays open, both on this
machine. Each figure stands twice: by the clock on the wall, and by the processor time that the
server took, which other work on the machine does not change. Ratios compare the server's processor
time of a call when there are n of something with that when there are ten times as many (1.0: the
same).
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COMMAND = Path(sys.executable).with_name("quickbooks-emulator")
PAGE = 1000
REALM_ID = "9341452718281828459"
UPDATED = "MetaData.LastUpdatedTime"


class Client:
    """A connection to an emulator, with a token."""

    def __init__(self, url: str, pid: int) -> None:
        self.pid = pid
        self.url = url
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=600)
        self.control("POST", "limits", {"enabled": False})
        issued = self.control("POST", "tokens/issue", {})
        form = f"grant_type=refresh_token&refresh_token={issued['refresh_token']}"
        headers = {
            "Authorization": "Basic ZW11bGF0b3ItY2xpZW50LWlkOmVtdWxhdG9yLWNsaWVudC1zZWNyZXQ=",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        reply = json.loads(self._send("POST", "/oauth2/v1/tokens/bearer", form.encode(), headers))
        self._headers = {
            "Authorization": f"Bearer {reply['access_token']}",
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        self._numbers = itertools.count(1)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of the control plane."""
        text = None if body is None else json.dumps(body).encode()
        return json.loads(self._send(method, f"/_emulator/{path}", text, {}))

    def query(self, text: str) -> Any:
        """The `QueryResponse` of a query."""
        return json.loads(self.raw(text))["QueryResponse"]

    def raw(self, text: str) -> bytes:
        """The answer to a query, not parsed."""
        headers = self._headers | {"Content-Type": "application/text"}
        return self._send("POST", f"/v3/company/{REALM_ID}/query", text.encode(), headers)

    def get(self, path: str) -> bytes:
        """The answer to any other read."""
        return self._send("GET", f"/v3/company/{REALM_ID}/{path}", None, self._headers)

    def create(self, entity: str, body: Any) -> Any:
        """The object made, with a requestid of its own."""
        path = f"/v3/company/{REALM_ID}/{entity.lower()}?requestid=b{next(self._numbers)}"
        return json.loads(self._send("POST", path, json.dumps(body).encode(), self._headers))[
            entity
        ]

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        self._connection.request(method, path, body, headers)
        reply = self._connection.getresponse()
        text = reply.read()
        if reply.status != http.client.OK:
            raise RuntimeError(f"{method} {path[:200]}: {reply.status} {text[:300]!r}")
        return text


@contextmanager
def served(*options: str) -> Iterator[tuple[Client, int, float]]:
    """A client of a new server, the server's process and the seconds until it was ready."""
    began = time.perf_counter()
    with subprocess.Popen(
        [COMMAND, "serve", "--port", "0", *options], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            seconds = time.perf_counter() - began
            yield Client(line.split()[-1], process.pid), process.pid, seconds
        finally:
            process.terminate()
            process.wait(timeout=60)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="script/bench emulator")
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    options = parser.parse_args()
    items = options.items // 10 if options.quick else options.items
    writes = 300 if options.quick else 2000
    print(f"{'':<66} {'wall':>12}{'processor':>14}")
    with tempfile.TemporaryDirectory(prefix="qbs-") as folder:
        large(items)
        for name, more in (("in memory", ()), ("with --data", ("--data", f"{folder}/writes.db"))):
            with served("--seed", "empty", *more) as (client, _, _):
                taken = rate(client, writes)
                show(f"sales a second, {name}", writes / taken.wall, writes / taken.server)
        growth(writes)
        kept(items, Path(folder) / "large.db")


@dataclass
class Spent:
    """Seconds on the wall and of the server's processor time."""

    wall: float = 0.0
    server: float = 0.0

    @contextmanager
    def on(self, client: Client) -> Iterator[None]:
        """Add what is spent inside."""
        wall, server = time.perf_counter(), processor(client.pid)
        yield
        self.wall += time.perf_counter() - wall
        self.server += processor(client.pid) - server


def processor(pid: int) -> float:
    """Seconds of processor time that a process has taken."""
    ticks = Path(f"/proc/{pid}/schedstat").read_text().split()[0]
    return int(ticks) / 1e9


def large(items: int) -> None:
    """A company of many items: how long it takes, how large it is, how fast its pages come."""
    seed = f"generated:items={items},customers=2000,years=1,per_day=3"
    with served("--seed", seed) as (client, pid, seconds):
        show(f"seconds until a company of {items:,} items is served", seconds, processor(pid))
        show("  megabytes it takes", memory(pid))
        for name, text in (
            ("Type = 'Inventory'", "select * from Item where Type = 'Inventory'"),
            ("no condition", "select * from Item"),
            ("inactive too", "select * from Item where Active in (true, false)"),
        ):
            first = spent(client, lambda text=text: client.raw(f"{text} maxresults {PAGE}"))
            show(f"  seconds of the first page, {name} (makes its index)", first.wall, first.server)
            got, pages = paged(client, text, items)
            show(f"  records a second, {name}", got / pages.wall, got / pages.server)
        first = spent(client, lambda: keyset(client, "Item", 1))
        show("  seconds of the first keyset page (makes its index)", first.wall, first.server)
        taken = Spent()
        with taken.on(client):
            got = keyset(client, "Item", 30)
        show("  records a second, keyset by time of change", got / taken.wall, got / taken.server)
        for name, text in (
            ("count(*)", "select count(*) from Item"),
            ("one by Sku", "select * from Item where Sku = 'G05-000005'"),
            ("1,000 by Id", f"select * from Item where Id in ({listed(1000)}) maxresults 1000"),
        ):
            first = spent(client, lambda text=text: client.raw(text))
            again = cost(client, lambda text=text: client.raw(text))
            show(f"  milliseconds of the first {name}", first.wall * 1e3, first.server * 1e3)
            show(f"  milliseconds of {name}", again.wall * 1e3, again.server * 1e3)
        show("  megabytes after these queries", memory(pid))


def paged(client: Client, text: str, items: int) -> tuple[int, Spent]:
    """Records of thirty pages spread over the whole, an item written before each."""
    got, taken = 0, Spent()
    for number in range(30):
        client.control("POST", "entities", {"Item": [{"Id": "4", "Description": f"d{number}"}]})
        start = 1 + number * (items * 8 // 10 // 30)
        with taken.on(client):
            page = client.raw(f"{text} startposition {start} maxresults {PAGE}")
        got += page.count(b'"SyncToken"')
    return got, taken


def keyset(client: Client, entity: str, number: int) -> int:
    """Records of so many pages, each from the last time seen."""
    since, start, got = "2000-01-01", 1, 0
    for _ in range(number):
        text = f"select * from {entity} where {UPDATED} >= '{since}' orderby {UPDATED}"
        page = client.raw(f"{text} startposition {start} maxresults {PAGE}")
        got += page.count(b'"SyncToken"')
        last = page.rpartition(b'"LastUpdatedTime":"')[2].partition(b'"')[0].decode()
        start = 1 if last != since else start + PAGE
        since = last
    return got


def rate(client: Client, count: int) -> Spent:
    """Time for so many sales receipts, one after the other."""
    shop = Shop(client)
    return spent(client, lambda: [shop.sell() for _ in range(count)])


class Shop:
    """A customer and an item to write documents about."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._numbers = itertools.count(1)
        self.customer = {"value": client.create("Customer", {"DisplayName": "Walk-in"})["Id"]}
        item = {
            "Name": "Pot", "Type": "Inventory", "TrackQtyOnHand": True, "QtyOnHand": 1_000_000,
            "InvStartDate": "2020-01-01", "UnitPrice": 10, "PurchaseCost": 4,
            "IncomeAccountRef": {"value": "79"}, "ExpenseAccountRef": {"value": "80"},
            "AssetAccountRef": {"value": "81"},
        }  # fmt: skip
        self.item_id = client.create("Item", item)["Id"]

    def document(self) -> dict[str, Any]:
        """A sale of one pot."""
        detail = {"ItemRef": {"value": self.item_id}, "Qty": 1, "UnitPrice": 10}
        line = {
            "Amount": 10, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail,
        }  # fmt: skip
        number = f"B{next(self._numbers)}"
        return {"CustomerRef": self.customer, "DocNumber": number, "Line": [line]}

    def sell(self) -> Any:
        """Write a sales receipt."""
        return self.client.create("SalesReceipt", self.document())

    def bill(self) -> Any:
        """Write an invoice."""
        return self.client.create("Invoice", self.document())

    def pay(self) -> Any:
        """Write an invoice and its payment."""
        invoice = self.bill()
        link = {"TxnId": invoice["Id"], "TxnType": "Invoice"}
        return self.client.create(
            "Payment",
            {
                "CustomerRef": self.customer,
                "TotalAmt": 10,
                "Line": [{"Amount": 10, "LinkedTxn": [link]}],
            },
        )


def growth(count: int) -> None:
    """The cost of each kind of call with n documents and with ten times as many."""
    with served("--seed", "empty") as (client, _, _):
        shop = Shop(client)
        client.control("POST", "clock", {"freeze": True})
        calls: dict[str, Callable[[], Any]] = {
            "a sale of the same item": shop.sell,
            "a payment of the same customer": shop.pay,
            "a keyset page of changes": lambda: keyset_tail(client),
            "count(*)": lambda: client.raw("select count(*) from SalesReceipt"),
            "one document by number": lambda: client.raw(
                "select * from SalesReceipt where DocNumber = 'B7'"
            ),
            "change data capture of the last second": lambda: cdc(client),
            "the balance of an account after a sale": lambda: (
                shop.sell(), client.raw("select * from Account where Id = '81'"),
            ),
        }  # fmt: skip
        costs = []
        for size in (count // 2, 5 * count):
            made = client.query("select count(*) from SalesReceipt")["totalCount"]
            for number in range(max(size - made, 0)):
                if number % 500 == 0:
                    client.control("POST", "clock", {"advance_s": 1})
                shop.sell()
            for _ in range(max(size - made, 0) // 10):
                shop.pay()
            client.control("POST", "clock", {"advance_s": 1})
            costs.append({name: cost(client, call).server for name, call in calls.items()})
        print(f"server's milliseconds of a call: {count // 2:,} sales, {5 * count:,}, ratio")
        for name in calls:
            small, big = costs[0][name] * 1000, costs[1][name] * 1000
            print(f"  {name:<60} {small:9.2f} {big:9.2f} {big / small:6.2f}")


def keyset_tail(client: Client) -> None:
    """The newest page of sales receipts."""
    since = client.control("GET", "clock")["time"]
    text = f"select * from SalesReceipt where {UPDATED} >= '{since}' orderby {UPDATED}"
    client.raw(f"{text} maxresults {PAGE}")


def cdc(client: Client) -> None:
    """What changed since now."""
    since = quote(client.control("GET", "clock")["time"])
    client.get(f"cdc?entities=SalesReceipt,Invoice,Payment,Item&changedSince={since}")


def cost(client: Client, call: Callable[[], Any]) -> Spent:
    """Of one call: the median of many, the first not counted."""
    call()
    several = [spent(client, call) for _ in range(25)]
    return Spent(
        statistics.median(one.wall for one in several),
        statistics.median(one.server for one in several),
    )


def kept(items: int, path: Path) -> None:
    """The same company in a file: written, opened again."""
    seed = f"generated:items={items},customers=2000,years=1,per_day=3"
    with served("--seed", seed, "--data", str(path)) as (_, pid, seconds):
        show(f"seconds until {items:,} items are in a new file and served", seconds, processor(pid))
        show("  megabytes of memory", memory(pid))
    show("  megabytes of file", path.stat().st_size / 1e6)
    with served("--data", str(path)) as (_, pid, seconds):
        show("  seconds until the file is open again and served", seconds, processor(pid))
        show("  megabytes of memory", memory(pid))


def listed(count: int) -> str:
    """So many ids in quotes."""
    return ", ".join(f"'{number}'" for number in range(1, count + 1))


def spent(client: Client, call: Callable[[], Any]) -> Spent:
    """Of one call."""
    taken = Spent()
    with taken.on(client):
        call()
    return taken


def memory(pid: int) -> float:
    """The largest the process has been, in megabytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1000
    return 0.0


def show(what: str, figure: float, server: float | None = None) -> None:
    """One line: the figure by the wall's clock and by the server's processor time."""
    second = "" if server is None else f"{server:14,.1f}"
    print(f"{what:<66} {figure:12,.1f}{second}", flush=True)


if __name__ == "__main__":
    main()
