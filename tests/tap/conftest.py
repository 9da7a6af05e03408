"""The tap as others run it: a command whose standard output is all that counts."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from quickbooks_emulator.testing import Emulator

COMMAND = str(Path(sys.executable).with_name("tap-quickbooks"))


@dataclasses.dataclass(frozen=True)
class TapRun:
    """What one run of the tap wrote, and how it ended."""

    status: int
    lines: list[str]
    log: str

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Every message; numbers with a point are `Decimal`."""
        return [json.loads(line, parse_float=Decimal) for line in self.lines]

    def records(self, stream: str) -> list[dict[str, Any]]:
        """The records of one stream, in order."""
        return [
            message["record"]
            for message in self.messages
            if message["type"] == "RECORD" and message["stream"] == stream
        ]

    def texts(self, stream: str) -> list[str]:
        """The lines of one stream's records as they were written."""
        return [
            line
            for line in self.lines
            if f'"stream":"{stream}"' in line.split('"record":')[0] and '"record":' in line
        ]

    def ids(self, stream: str) -> list[str]:
        """The ids of one stream's records, in order, in either shape."""
        return [row.get("id") or row["Id"] for row in self.records(stream)]

    @property
    def state(self) -> dict[str, Any]:
        """The last state."""
        states = [message["value"] for message in self.messages if message["type"] == "STATE"]
        return states[-1] if states else {}

    def extractions(self, mode: str | None = None) -> dict[str, dict[str, Any]]:
        """The account of the run by stream; the line of `mode` where one is asked for."""
        return {
            row["stream"]: row
            for row in self.records("extractions")
            if mode is None or row["mode"] == mode
        }


class TapCommand:
    """The command, with the emulator's settings and quick waits."""

    def __init__(self, connect: Callable[[], dict[str, Any]], folder: Path) -> None:
        self._connect = connect
        self._folder = folder
        self._catalogs: dict[str, dict[str, Any]] = {}

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The settings of every run; the consent is given when the first one needs it."""
        return {
            **self._connect(),
            "token_store": str(self._folder / "tokens.json"),
            "record_shape": "document",
            "commit_lag_s": 0,
        }

    def __call__(
        self,
        *,
        streams: Iterable[str] | None = None,
        state: dict[str, Any] | str | None = None,
        arguments: Iterable[str] = (),
        status: int = 0,
        **config: Any,
    ) -> TapRun:
        """Run the tap.

        Args:
            streams: Those selected; all by default. `extractions` is always among them.
            state: What the run starts from; text goes in as it is.
            arguments: More of the command line.
            status: The exit status expected.
            config: Settings beside the defaults; None takes one away.
        """
        done = self.start(streams=streams, state=state, arguments=arguments, **config)
        output, log = done.communicate(timeout=120)
        assert status == done.returncode, log[-4000:]
        return TapRun(done.returncode, output.splitlines(), log)

    def start(
        self,
        *,
        streams: Iterable[str] | None = None,
        state: dict[str, Any] | str | None = None,
        arguments: Iterable[str] = (),
        **config: Any,
    ) -> subprocess.Popen[str]:
        """Start the tap and leave it running; the caller ends it."""
        settings = {
            name: value for name, value in {**self.defaults, **config}.items() if value is not None
        }
        given = ["--config", self._file("config.json", settings), *arguments]
        if streams is not None:
            chosen = self._catalog(settings["record_shape"], {*streams, "extractions"})
            given += ["--catalog", self._file("catalog.json", chosen)]
        if state is not None:
            given += ["--state", self._file("state.json", state)]
        return subprocess.Popen(
            [COMMAND, *given],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self._folder,
        )

    def discover(self, **config: Any) -> dict[str, Any]:
        """Return the catalog; no settings are needed."""
        found = subprocess.run(
            [COMMAND, "--config", self._file("discovery.json", config), "--discover"],
            capture_output=True,
            check=True,
            text=True,
            cwd=self._folder,
        )
        return json.loads(found.stdout)

    def _catalog(self, shape: str, streams: set[str]) -> dict[str, Any]:
        if shape not in self._catalogs:
            self._catalogs[shape] = self.discover(record_shape=shape)
        catalog = self._catalogs[shape]
        for entry in catalog["streams"]:
            for part in entry["metadata"]:
                if not part["breadcrumb"]:
                    part["metadata"]["selected"] = entry["stream"] in streams
        return catalog

    def _file(self, name: str, content: object) -> str:
        path = self._folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)


@pytest.fixture
def run_tap(emulator: Emulator, tmp_path: Path) -> TapCommand:
    """Run the tap against the emulator."""
    return TapCommand(emulator.settings, tmp_path)


class Company:
    """A small company that tests fill as they need."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.income = self._account("Sales of Product Income", "Income", "SalesOfProductIncome")
        self.cost = self._account(
            "Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs"
        )
        self.asset = self._account("Inventory Asset", "Other Current Asset", "Inventory")
        self.shrinkage = self._account("Shrinkage", "Cost of Goods Sold", "SuppliesMaterialsCogs")
        self.customer = emulator.create("Customer", {"DisplayName": "Sonnenschein"})["Id"]

    def _account(self, name: str, kind: str, subtype: str) -> str:
        found = [row for row in self.emulator.entities("Account") if row["Name"] == name]
        if found:
            return found[0]["Id"]
        body = {"Name": name, "AccountType": kind, "AccountSubType": subtype}
        return self.emulator.create("Account", body)["Id"]

    def rest(self) -> None:
        """Let an hour pass, so that what was done lies well before the next bookmark."""
        self.emulator.advance(3600)

    def item(self, name: str, quantity: float = 10, **more: Any) -> str:
        """Create an inventory item; return its id."""
        body = {
            "Name": name,
            "Type": "Inventory",
            "TrackQtyOnHand": True,
            "QtyOnHand": quantity,
            "InvStartDate": "2020-01-01",
            "IncomeAccountRef": {"value": self.income},
            "ExpenseAccountRef": {"value": self.cost},
            "AssetAccountRef": {"value": self.asset},
            **more,
        }
        return self.emulator.create("Item", body)["Id"]

    def service(self, name: str) -> str:
        """Create an item without stock; return its id."""
        body = {"Name": name, "Type": "Service", "IncomeAccountRef": {"value": self.income}}
        return self.emulator.create("Item", body)["Id"]

    def invoice(self, item: str, quantity: float = 1, price: float = 5, **more: Any) -> str:
        """Sell; return the invoice's id."""
        return self.emulator.create("Invoice", {**self.sale(item, quantity, price), **more})["Id"]

    def sale(self, item: str, quantity: float = 1, price: float = 5) -> dict[str, Any]:
        """The body of a document that sells something."""
        return {
            "CustomerRef": {"value": self.customer},
            "Line": [
                {
                    "Amount": quantity * price,
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": {
                        "ItemRef": {"value": item},
                        "Qty": quantity,
                        "UnitPrice": price,
                    },
                }
            ],
        }

    def adjustment(self, item: str, change: float) -> str:
        """Correct the stock; return the adjustment's id."""
        body = {
            "AdjustAccountRef": {"value": self.shrinkage},
            "Line": [
                {
                    "DetailType": "ItemAdjustmentLineDetail",
                    "ItemAdjustmentLineDetail": {"ItemRef": {"value": item}, "QtyDiff": change},
                }
            ],
        }
        return self.emulator.create("InventoryAdjustment", body)["Id"]


@pytest.fixture
def company(emulator: Emulator) -> Company:
    """A company with the accounts that stock needs and one customer."""
    return Company(emulator)
