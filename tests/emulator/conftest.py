"""A caller of the emulator's API: plain HTTP, no client of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from quickbooks_emulator.clock import PACIFIC
from quickbooks_emulator.json_text import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.testing import Emulator


class Caller:
    """An app with a token."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.session = requests.Session()
        self.settings = emulator.settings()
        self.refresh_token = self.settings["refresh_token"]
        self.access_token = ""
        self.refresh()

    def token(self, refresh_token: str) -> requests.Response:
        return self.session.post(
            f"{self.emulator.url}/oauth2/v1/tokens/bearer",
            auth=(self.settings["client_id"], self.settings["client_secret"]),
            data={"grant_type": "refresh_token", "refresh_token": refresh_token},
        )

    def refresh(self) -> dict[str, Any]:
        reply = self.token(self.refresh_token).json()
        self.refresh_token = reply["refresh_token"]
        self.access_token = reply["access_token"]
        return reply

    def send(
        self, method: str, path: str, *, realm_id: str = "", **options: Any
    ) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {self.access_token}",
            "Accept": "application/json",
            **options.pop("headers", {}),
        }
        realm = realm_id or self.emulator.realm_id
        url = f"{self.emulator.url}/v3/company/{realm}/{path}"
        return self.session.request(method, url, headers=headers, **options)

    def post(self, entity: str, body: Any, **params: str) -> requests.Response:
        return self.send(
            "POST",
            entity,
            data=dumps(body),
            params=params,
            headers={"Content-Type": "application/json"},
        )

    def create(self, entity: str, body: Any, **params: str) -> dict[str, Any]:
        reply = self.post(entity.lower(), body, **params)
        assert reply.status_code == 200, reply.text
        return loads(reply.content)[entity]

    def fault(self, entity: str, body: Any, **params: str) -> tuple[int, str]:
        """Status and code of the refusal."""
        reply = self.post(entity.lower(), body, **params)
        return reply.status_code, loads(reply.content)["Fault"]["Error"][0]["code"]

    def query(self, text: str) -> Any:
        reply = self.send("GET", "query", params={"query": text})
        assert reply.status_code == 200, reply.text
        return loads(reply.content)["QueryResponse"]

    def rows(self, entity: str, rest: str = "") -> list[dict[str, Any]]:
        return self.query(f"select * from {entity} {rest}").get(entity, [])

    def refused_query(self, text: str) -> str:
        """The code of the refusal."""
        reply = self.send("GET", "query", params={"query": text})
        assert reply.status_code == 400, reply.text
        return reply.json()["Fault"]["Error"][0]["code"]

    def cdc(self, entities: str, since: str) -> dict[str, list[dict[str, Any]]]:
        reply = self.send("GET", "cdc", params={"entities": entities, "changedSince": since})
        assert reply.status_code == 200, reply.text
        slots = loads(reply.content)["CDCResponse"][0]["QueryResponse"]
        return {
            name: rows for slot in slots for name, rows in slot.items() if isinstance(rows, list)
        }


@pytest.fixture
def caller(emulator: Emulator) -> Iterator[Caller]:
    caller = Caller(emulator)
    emulator.clear_calls()
    yield caller
    caller.session.close()


class Shop:
    """Ready-made bodies for an empty company."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.customer_id = emulator.create("Customer", {"DisplayName": "Ada"})["Id"]
        self.vendor_id = emulator.create("Vendor", {"DisplayName": "Wholesale"})["Id"]
        self.item_id = emulator.item("PLANTER", 40, UnitPrice=10)["Id"]
        service = {"Name": "Advice", "Type": "Service", "IncomeAccountRef": {"value": "1"}}
        self.service_id = emulator.create("Item", service)["Id"]

    def line(self, quantity: Any = 2, price: Any = 10, **more: Any) -> dict[str, Any]:
        detail = {
            "ItemRef": {"value": more.pop("item_id", self.item_id)},
            "Qty": quantity,
            "UnitPrice": price,
            **more.pop("detail", {}),
        }
        return {
            "Amount": more.pop("amount", quantity * price),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": detail,
            **more,
        }

    def invoice(self, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {
            "CustomerRef": {"value": self.customer_id},
            "Line": list(lines) or [self.line()],
            **more,
        }

    def buying(self, quantity: Any = 5, price: Any = 4, **more: Any) -> dict[str, Any]:
        line = {
            "Amount": quantity * price,
            "DetailType": "ItemBasedExpenseLineDetail",
            "ItemBasedExpenseLineDetail": {
                "ItemRef": {"value": self.item_id},
                "Qty": quantity,
                "UnitPrice": price,
            },
        }
        return {"VendorRef": {"value": self.vendor_id}, "Line": [line], **more}

    def today(self) -> str:
        """The company's day."""
        return datetime.fromisoformat(self.emulator.now()).astimezone(PACIFIC).date().isoformat()

    def adjustment(self, *differences: Any, **more: Any) -> dict[str, Any]:
        return {
            "AdjustAccountRef": {"value": "97"},
            "TxnDate": self.today(),
            "Line": [
                {
                    "DetailType": "ItemAdjustmentLineDetail",
                    "ItemAdjustmentLineDetail": {
                        "ItemRef": {"value": self.item_id},
                        "QtyDiff": difference,
                    },
                }
                for difference in differences
            ],
            **more,
        }

    def payment(self, amount: Any, *shares: tuple[str, str, Any]) -> dict[str, Any]:
        return {
            "CustomerRef": {"value": self.customer_id},
            "TotalAmt": amount,
            "Line": [
                {"Amount": share, "LinkedTxn": [{"TxnId": number, "TxnType": kind}]}
                for kind, number, share in shares
            ],
        }


@pytest.fixture
def shop(emulator: Emulator) -> Shop:
    return Shop(emulator)


@dataclass(frozen=True)
class Cell:
    value: str
    id: str | None = None


@dataclass
class Report:
    """A report, flat: data rows as cells, and every sum or amount by what it is called."""

    body: dict[str, Any]
    data: list[list[Cell]] = field(default_factory=list)
    totals: dict[str, list[str]] = field(default_factory=dict)

    def read(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            if "ColData" in row:
                cells = [Cell(cell["value"], cell.get("id")) for cell in row["ColData"]]
                self.data.append(cells)
                self.totals[cells[0].value] = [cell.value for cell in cells[1:]]
            self.read(row.get("Rows", {}).get("Row", []))
            if "Summary" in row:
                first, *rest = [cell["value"] for cell in row["Summary"]["ColData"]]
                self.totals[first] = rest

    @property
    def options(self) -> dict[str, str]:
        return {one["Name"]: one["Value"] for one in self.body["Header"]["Option"]}


def report(caller: Caller, name: str, **params: str) -> Report:
    reply = caller.send("GET", f"reports/{name}", params=params)
    assert reply.status_code == 200, reply.text
    found = Report(loads(reply.content))
    found.read(found.body["Rows"].get("Row", []))
    return found
