"""The page for people at the server's root. Nothing of Intuit's: the page is ours."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop

EVIL = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"


class Page(HTMLParser):
    """Tags with their attributes, the text, and each section's rows by its heading."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.tables: dict[str, list[list[str]]] = {}
        self._heading = ""
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "h2":
            self._heading = ""
        if tag == "tr":
            self.tables.setdefault(self._heading, []).append([])
        if tag == "td":
            self.tables[self._heading][-1].append("")
        if tag in {"h2", "td", "style"}:
            self._open = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._open:
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open == "style":
            return
        self.text += data
        if self._open == "h2":
            self._heading += data
        if self._open == "td":
            self.tables[self._heading][-1][-1] += data

    def rows(self, heading: str) -> list[list[str]]:
        """The rows of the section whose heading begins so; heads are no rows."""
        for name, rows in self.tables.items():
            if name.startswith(heading):
                return [row for row in rows if row]
        return []

    def links(self) -> list[str]:
        return [str(attrs["href"]) for tag, attrs in self.tags if tag == "a"]


def shown(emulator: Emulator, path: str = "/", status: int = 200, **wanted: str) -> Page:
    reply = requests.get(f"{emulator.url}{path}", params=wanted)
    assert status == reply.status_code
    assert "text/html" in reply.headers["Content-Type"]
    return Page(reply.text)


def control(emulator: Emulator, path: str, body: Any) -> None:
    reply = requests.post(f"{emulator.url}/_emulator/{path}", json=body)
    assert 200 == reply.status_code, reply.text


def test_the_page_shows_stock_and_documents(emulator: Emulator, shop: Shop) -> None:
    """
    Items with SKU, quantity and value; documents with date, number, customer and amount.
    """
    emulator.item("VASE", "2.5", PurchaseCost="1234.56")
    emulator.create(
        "Invoice", shop.invoice(shop.line(3, 500), DocNumber="INV-1", TxnDate="2026-03-04")
    )
    emulator.create("InventoryAdjustment", shop.adjustment(-4, TxnDate="2026-03-05"))

    page = shown(emulator)

    stock = {row[0].removesuffix(row[1]): row[1:] for row in page.rows("Stock")}
    assert ["PLANTER", "33", "5.00", "165.00"] == stock["PLANTER"]
    assert ["VASE", "2.5", "1,234.56", "3,086.40"] == stock["VASE"]
    adjusted, invoiced = page.rows("Documents")
    assert ("2026-03-05", "\N{MINUS SIGN}4 units") == (adjusted[0], adjusted[-1])
    assert ("2026-03-04", "1,500.00") == (invoiced[0], invoiced[-1])
    assert "Invoice INV-1" in invoiced[1]
    assert "Ada" == invoiced[2]


def test_the_figures_are_those_of_the_books(emulator: Emulator, shop: Shop) -> None:
    """
    Receivable, payable and stock agree with the accounts; an item is worth what first in, first
    out says, not its quantity times its cost.
    """
    emulator.create("Bill", shop.buying(5, 4))
    emulator.create("Invoice", shop.invoice(shop.line(2, 10)))

    page = shown(emulator)

    totals = {
        row["AccountType"]: row["CurrentBalance"]
        for row in emulator.entities("Account")
        if row["AccountType"] in {"Accounts Receivable", "Accounts Payable"}
    }
    (stock,) = page.rows("Stock")
    worth = f"{38 * 5 + 5 * 4:.2f}"
    assert ["43", "5.00", worth] == stock[2:]
    assert [20, -20] == [totals["Accounts Receivable"], totals["Accounts Payable"]]
    for label, amount in (("Receivable", "20.00"), ("Payable", "20.00"), ("Stock", worth)):
        assert re.search(rf"{label}{amount}\s+USD", page.text)


def test_names_are_text_wherever_they_come_from(emulator: Emulator, shop: Shop) -> None:
    """
    Scripts in items, customers, numbers, companies, apps, faults, queries and addresses do nothing.
    """
    emulator.item("S", 1, Name=EVIL[:90], Sku=EVIL)
    customer = emulator.create("Customer", {"DisplayName": EVIL[:90]})["Id"]
    emulator.create("Invoice", shop.invoice(CustomerRef={"value": customer}, DocNumber="<b>1</b>"))
    control(emulator, "companies", {"realm_id": "77", "name": EVIL})
    control(emulator, "apps", {"client_id": "evil", "name": EVIL})
    control(emulator, "tokens/issue", {"client_id": "evil"})
    emulator.fail(path=EVIL, do={"kind": "fault", "detail": EVIL})
    url = f"{emulator.url}/v3/company/{emulator.realm_id}/query"
    requests.get(url, params={"query": f"select * from Item where Name = '{EVIL}'"})
    requests.get(f"{emulator.url}/{EVIL}")

    for page in (
        shown(emulator),
        shown(emulator, q=EVIL),
        shown(emulator, q=EVIL[:30]),
        shown(emulator, realm_id="77"),
        shown(emulator, status=404, realm_id=EVIL),
    ):
        assert {"script", "img"}.isdisjoint(tag for tag, _ in page.tags)
        assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
        assert "<script>" in page.text


def test_the_page_is_whole_in_itself(emulator: Emulator) -> None:
    """
    Nothing is loaded from anywhere, no script is run, and the browser is told so.
    """
    reply = requests.get(f"{emulator.url}/")
    page = Page(reply.text)

    loading = {"src", "srcset", "data", "background", "poster"}
    assert not any(loading & attrs.keys() for _, attrs in page.tags)
    assert {"link", "script", "iframe", "object"}.isdisjoint(tag for tag, _ in page.tags)
    assert "url(" not in reply.text
    assert "@import" not in reply.text
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert 200 == requests.head(f"{emulator.url}/").status_code
    assert [] == emulator.calls()


def test_a_long_list_comes_in_pages_and_can_be_filtered(emulator: Emulator) -> None:
    """
    Never more than a page of items; each item is on one page; the filter looks at name and SKU in
    any case and keeps the company.
    """
    emulator.create_all(
        "Item",
        [
            {
                "Name": f"Pot {number:03}",
                "Sku": f"SKU-{number:03}",
                "Type": "Inventory",
                "TrackQtyOnHand": True,
                "QtyOnHand": number,
                "InvStartDate": "2026-01-01",
                "IncomeAccountRef": {"value": "79"},
                "ExpenseAccountRef": {"value": "80"},
                "AssetAccountRef": {"value": "81"},
            }
            for number in range(60)
        ],
    )

    pages = [shown(emulator, page=str(number)) for number in range(1, 5)]

    lists = [[row[1] for row in page.rows("Stock")] for page in pages]
    assert [25, 25, 10, 0] == [len(names) for names in lists]
    assert [f"SKU-{number:03}" for number in range(60)] == [sku for skus in lists for sku in skus]
    onward = shown(emulator, pages[0].links()[-1])
    assert lists[1] == [row[1] for row in onward.rows("Stock")]
    back = shown(emulator, onward.links()[0])
    assert lists[0] == [row[1] for row in back.rows("Stock")]
    assert [1, 2, 1, 1] == [len(page.links()) for page in pages]
    assert ["SKU-042"] == [row[1] for row in shown(emulator, q="sku-042").rows("Stock")]
    assert 10 == len(shown(emulator, q="POT 01").rows("Stock"))
    assert [] == shown(emulator, q="nothing").rows("Stock")
    emulator.item('Grüße "quoted"', 1)
    for text in ("GRÜSSE"[:3], 'quoted"', '"QUOTED'):
        assert 1 == len(shown(emulator, q=text).rows("Stock"))


@pytest.mark.parametrize("number", ["0", "-1", "x", "1e9", "99999999999999999999", "²", ""])
def test_a_page_number_that_is_none_is_the_first(emulator: Emulator, number: str) -> None:
    """
    Whatever stands in the address, the page comes.
    """
    emulator.item("POT", 1)

    assert 1 == len(shown(emulator, page=number).rows("Stock"))


def test_each_company_has_its_page(emulator: Emulator) -> None:
    """
    `realm_id` chooses; an unknown one is said, with status 404.
    """
    emulator.item("POT", 1)
    control(emulator, "companies", {"realm_id": "77", "name": "Second Company"})

    second = shown(emulator, realm_id="77")

    assert "Second Company" in second.text
    assert [] == second.rows("Stock")
    assert 1 == len(shown(emulator).rows("Stock"))
    assert "There is no company 78." in shown(emulator, status=404, realm_id="78").text


def test_the_page_shows_what_was_done_to_the_emulator(caller: Caller, emulator: Emulator) -> None:
    """
    Faults armed, switches that differ from their defaults, the moved clock; never a token.
    """
    emulator.fail(method="POST", path="invoice", nth=2, times=3, do={"kind": "reset"})
    emulator.switch(rotate_always=True, throttle_body="xml")
    emulator.advance(3 * 86_400)

    reply = requests.get(f"{emulator.url}/")
    page = Page(reply.text)

    (fault,) = page.rows("Faults armed")
    assert fault[0].startswith("reset: POST, path invoicefrom call 2 on, 3 times")
    assert "0" == fault[1]
    assert [["rotate_always", "true", "false"]] == page.rows("Switches")
    assert re.search(r"3 days ahead|2 days ahead", page.text)
    assert "Emulator app" in page.rows("Connected apps")[0][0]
    assert caller.access_token not in reply.text
    assert caller.refresh_token not in reply.text
    assert "emulator-client-secret" not in reply.text


def test_the_chart_counts_calls_by_how_they_ended(caller: Caller, emulator: Emulator) -> None:
    """
    One bar an hour, its pieces in proportion; what is older than twelve hours has left it.
    """
    emulator.set_clock("2026-03-04T12:30:00Z", freeze=True)
    caller.refresh()
    caller.query("select * from Item")
    emulator.advance(12 * 3600)
    caller.refresh()
    for _ in range(3):
        caller.query("select * from Item")
    caller.create("Customer", {"DisplayName": "Ada"})
    emulator.advance(3600)
    caller.refresh()
    caller.send("GET", "invoice/1")
    emulator.throttle()
    caller.send("GET", "invoice/1")

    page = shown(emulator)

    bars = [attrs for tag, attrs in page.tags if tag == "rect"]
    legend = re.search(r"metered (\d+)\s+free (\d+)\s+throttled (\d+)\s+failed (\d+)", page.text)
    assert legend
    assert ("3", "1", "1", "1") == legend.groups()
    assert [
        ("bar-metered", "75.00"),
        ("bar-free", "25.00"),
        ("bar-throttled", "25.00"),
        ("bar-failed", "25.00"),
    ] == [(bar["class"], bar["height"]) for bar in bars]
    assert 2 == len({bar["x"] for bar in bars})
    assert "429" in [row[-1] for row in page.rows("Calls")]


def luminance(colour: str) -> float:
    """WCAG 2.1, relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_text_can_be_read_by_day_and_by_night(emulator: Emulator) -> None:
    """
    Contrast of at least 4.5 for text and 3 for bars in both palettes. Source: WCAG 2.1, 1.4.3 and
    1.4.11.
    """
    text = requests.get(f"{emulator.url}/").text
    palettes = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", text, re.DOTALL)
    ]

    assert 2 == len(palettes)
    for palette in palettes:
        pairs = [(name, ground) for name in ("ink", "soft", "accent", "warn")
                 for ground in ("page", "card")]  # fmt: skip
        for name, ground in [*pairs, ("on-accent", "accent")]:
            assert contrast(palette[name], palette[ground]) >= 4.5, (name, ground)
        for name in ("metered", "free", "throttled", "failed"):
            assert contrast(palette[name], palette["card"]) >= 3, name
