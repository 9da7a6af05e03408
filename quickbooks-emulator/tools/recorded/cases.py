"""One recorded answer each: made, asked for again, compared."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from recorded.replay import Replay
from recorded.shapes import Deviation, differences, read
from recorded.wire import OK

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator

WIRE_BYTES = "body bytes as received"
"""In a note: the numbers are written as they came over the wire."""
QUERY = re.compile(r"[?&]query=(.*?)(?: -> \d+)?$")
JSON_QUERY = re.compile(r'"query": "(.*)"\} -> \d+$')
NOT_MADE = frozenset({"TaxCode", "TaxRate", "TaxAgency", "CompanyInfo", "Preferences"})
"""What no request makes: every company has it."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded answer and what is known of its request."""

    file: str
    source: str
    licence: str
    type: str
    http: str
    note: str
    body: Any

    @property
    def kind(self) -> str:
        """`query`, `entity`, `bare` (an entity without its envelope) or `other`."""
        if not isinstance(self.body, dict):
            return "other"
        if "QueryResponse" in self.body:
            return "query"
        if "Id" in self.body:
            return "bare"
        names = [name for name in self.body if name != "time"]
        if (
            len(names) == 1
            and isinstance(self.body[names[0]], dict)
            and "Id" in self.body[names[0]]
        ):
            return "entity"
        return "other"

    @property
    def entity(self) -> str:
        """The entity it shows, or an empty text."""
        if self.kind == "query":
            for name, rows in self.body["QueryResponse"].items():
                if isinstance(rows, list):
                    return str(name)
            found = re.search(r"from\s+(\w+)", self.query, re.IGNORECASE)
            return found[1] if found else ""
        if self.kind == "bare":
            return BARE[self.file.split("/")[0]]
        return next((name for name in self.body if name != "time"), "")

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The objects in it."""
        if self.kind == "query":
            found: list[dict[str, Any]] = self.body["QueryResponse"].get(self.entity, [])
            return found
        return [self.body] if self.kind == "bare" else [self.body[self.entity]]

    @property
    def query(self) -> str:
        """The text of the query, where the source tells it."""
        found = JSON_QUERY.search(self.http) or QUERY.search(self.http)
        return unquote(found[1]).strip() if found else ""

    @property
    def is_exact(self) -> bool:
        """Whether numbers are written as they came over the wire."""
        return WIRE_BYTES in self.note


BARE = {
    "account": "Account", "customer": "Customer", "deposit": "Deposit", "employee": "Employee",
    "paymentmethod": "PaymentMethod", "refundreceipt": "RefundReceipt",
    "salesreceipt": "SalesReceipt", "taxagency": "TaxAgency", "taxcode": "TaxCode",
    "taxrate": "TaxRate", "term": "Term", "timeactivity": "TimeActivity",
}  # fmt: skip


def load(folder: Path) -> list[Recorded]:
    """Everything that the folder's index.json lists and that is JSON."""
    found = []
    for row in json.loads((folder / "index.json").read_bytes()):
        path = folder / row["file"]
        if path.suffix != ".json" or not path.exists():
            continue
        fields = {name: row.get(name, "") for name in ("source", "licence", "type", "http", "note")}
        found.append(Recorded(file=row["file"], body=read(path.read_bytes()), **fields))
    return found


def context_of(files: Iterable[Recorded]) -> dict[str, dict[str, dict[str, Any]]]:
    """The objects of many answers by entity and id: what a reference may be taken to name."""
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for each in files:
        if each.kind in {"query", "entity", "bare"}:
            for row in each.rows:
                if "SyncToken" in row:
                    found[each.entity].setdefault(row["Id"], row)
    return found


def check(
    emulator: Emulator,
    recorded: Recorded,
    *,
    beside: Iterable[Recorded] = (),
    context: dict[str, dict[str, dict[str, Any]]] | None = None,
) -> list[Deviation]:
    """Make what the answer shows in an empty company, ask for it, and compare.

    `beside` are answers of the same company whose objects are made too.
    """
    emulator.reset(seed="empty")
    same_company = (recorded, *beside)
    replay = Replay(emulator, context=context or (context_of(same_company) if beside else {}))
    made = {}
    for each in same_company:
        for row in sorted(each.rows, key=_age):
            key = (each.entity, row.get("Id"))
            if each.entity in NOT_MADE:
                _take_as_it_is(replay, each.entity, row)
            elif "SyncToken" in row and key not in made:
                made[key] = (
                    replay.read(each.entity, replay.ids[key])
                    if key in replay.ids
                    else replay.add(each.entity, row)
                )
    if recorded.kind == "query":
        return _queried(replay, recorded)
    return _answered(replay, recorded, made)


def _answered(
    replay: Replay, recorded: Recorded, made: dict[tuple[str, Any], dict[str, Any]]
) -> list[Deviation]:
    """One object by read, and by the reply to what the recording answered to."""
    [row] = recorded.rows
    entity = recorded.entity
    own = replay.ids[entity, row["Id"]]
    answers = [replay.app.send("GET", f"{entity.lower()}/{own}").json]
    if recorded.http.startswith("POST") and entity not in NOT_MADE:
        if row["SyncToken"] == "0":
            answers.append({entity: made[entity, row["Id"]], "time": answers[0]["time"]})
        else:
            answers.append(replay.echo(entity, row, answers[0][entity]))
    expected = recorded.body if recorded.kind == "entity" else {entity: row}
    found = []
    for answer in answers:
        shown = answer if recorded.kind == "entity" else {entity: answer[entity]}
        found += differences(expected, shown, replay.aliases(), is_exact=recorded.is_exact)
    return found


def _age(row: dict[str, Any]) -> tuple[int, str]:
    """Parents before children, then in the order of the ids."""
    return (len(str(row.get("FullyQualifiedName", "")).split(":")), row["Id"].zfill(24))


def _take_as_it_is(replay: Replay, entity: str, row: dict[str, Any]) -> None:
    name = row.get("Name") or row.get("DisplayName")
    for own in replay.emulator.entities(entity):
        if (own.get("Name") or own.get("DisplayName")) == name:
            replay.ids[entity, row["Id"]] = own["Id"]


def _queried(replay: Replay, recorded: Recorded) -> list[Deviation]:
    text = recorded.query or f"select * from {recorded.entity} maxresults 1000"
    own_text = re.sub(
        r"(\bId\s+IN\s*\()([^)]*)\)",
        lambda found: found[1] + _own_ids(replay, recorded, found[2]) + ")",
        text,
        flags=re.IGNORECASE,
    )
    answer = replay.app.query(own_text)
    if answer.status != OK:
        return [Deviation(text, "value", OK, answer.body.decode())]
    emulated = answer.json
    expected = {**recorded.body, "QueryResponse": dict(recorded.body["QueryResponse"])}
    shown = {**emulated, "QueryResponse": dict(emulated["QueryResponse"])}
    theirs = expected["QueryResponse"].pop(recorded.entity, None)
    mine = shown["QueryResponse"].pop(recorded.entity, None)
    found = differences(expected, shown, {})
    found += _rows(replay, recorded, theirs, mine)
    return found


def _own_ids(replay: Replay, recorded: Recorded, listed: str) -> str:
    ids = [part.strip().strip("'") for part in listed.split(",")]
    # An id that no answer at hand shows stays as it is: it names nothing here.
    return ", ".join(f"'{replay.ids.get((recorded.entity, each), each)}'" for each in ids)


def _rows(
    replay: Replay,
    recorded: Recorded,
    theirs: list[dict[str, Any]] | None,
    mine: list[dict[str, Any]] | None,
) -> list[Deviation]:
    if theirs is None or mine is None:
        same = theirs is None and mine is None
        return [] if same else [Deviation(recorded.entity, "type", theirs, mine)]
    own = {row["Id"]: row for row in mine}
    found = []
    for row in theirs:
        match = own.get(replay.ids.get((recorded.entity, row["Id"]), ""))
        path = f"QueryResponse.{recorded.entity}[]"
        if match is None:
            found.append(Deviation(path, "missing", row["Id"]))
            continue
        found += differences(row, match, replay.aliases(), path=path, is_exact=recorded.is_exact)
    if len(theirs) != len(mine):
        found.append(
            Deviation(f"QueryResponse.{recorded.entity}", "length", len(theirs), len(mine))
        )
    return found


def check_request(
    emulator: Emulator,
    request: Recorded,
    answer: Recorded,
    *,
    context: dict[str, dict[str, dict[str, Any]]],
) -> list[Deviation]:
    """Send a recorded request, its references made first, and compare the reply."""
    emulator.reset(seed="empty")
    [stored] = answer.rows
    if "CreateTime" in stored.get("MetaData", {}):
        emulator.set_clock(stored["MetaData"]["CreateTime"])
    emulator.update("Preferences", {"Id": "1", "SalesFormsPrefs": {"CustomTxnNumbers": False}})
    replay = Replay(emulator, context=context)
    body = replay.translated(answer.entity, request.body)
    reply = replay.app.post(answer.entity, body)
    if reply.status != OK:
        return [Deviation(answer.entity, "value", OK, reply.body.decode())]
    return differences(answer.body, reply.json, replay.aliases())
