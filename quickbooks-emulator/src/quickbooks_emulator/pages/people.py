"""The page for people: what a company holds and what has been asked of the emulator lately."""

from __future__ import annotations

import re
from dataclasses import fields
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from quickbooks_emulator.catalogue import ENTITIES, Kind
from quickbooks_emulator.clock import second_text
from quickbooks_emulator.pages import page
from quickbooks_emulator.pages.figures import (
    moment_text,
    money_text,
    number,
    quantity_text,
    span_text,
    words,
)
from quickbooks_emulator.pages.hours import chart
from quickbooks_emulator.rows import glancing
from quickbooks_emulator.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.calls import Recorded
    from quickbooks_emulator.clock import Clock
    from quickbooks_emulator.injection import Rule
    from quickbooks_emulator.json_text import Json, JsonObject
    from quickbooks_emulator.messages import Reply, Request
    from quickbooks_emulator.rows import Readable
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Company, Row

OK = 200
FIRST_FAILURE = 400
NOT_FOUND = 404
COMPANY_PATH = re.compile(r"^/v3/company/[^/]+/")
PAGE_ITEMS = 25
SHOWN_DOCUMENTS = 12
SHOWN_CALLS = 10
SHOWN_GRANTS = 8
LAST_PAGE = 1_000_000
READ_OF_ITEMS = frozenset({"Name", "Sku", "Type", "Active", "QtyOnHand", "PurchaseCost"})
PARTIES = (
    "CustomerRef",
    "VendorRef",
    "EntityRef",
    "FromAccountRef",
    "DepositToAccountRef",
)
WHERE = ("path", "entity", "operation", "query", "body", "class", "realm_id", "client_id")


class Item(NamedTuple):
    """A line of the stock list."""

    name: str
    sku: str
    quantity: str
    cost: str
    value: str
    is_short: bool


class Document(NamedTuple):
    """A line of the list of documents."""

    changed: str
    date: str
    kind: str
    number: str
    party: str
    amount: str


def answer(service: Service, request: Request) -> Reply:
    """The page of the company named by `realm_id`, else of the first.

    `q` is part of the name or SKU of the items to list, `page` which part of the list.
    """
    wanted = request.query.get("realm_id", "")
    company = service.companies.get(wanted) or service.company
    is_known = wanted in {"", company.realm_id}
    text = request.query.get("q", "").strip()
    number_of_page = _page_number(request.query.get("page", ""))
    items, has_more = _items(company, text, number_of_page)
    calls = [call for call in service.calls.latest if call.realm_id in {"", company.realm_id}]
    now = service.clock.epoch()
    return page(
        OK if is_known else NOT_FOUND,
        "people.html",
        notice="" if is_known else f"There is no company {wanted}.",
        realm_id=company.realm_id,
        company_name=_name_of(company),
        companies=[(realm_id, _name_of(other)) for realm_id, other in service.companies.items()],
        clock=_clock(service.clock),
        counts=_counts(company),
        currency=_currency(company),
        items=items,
        filter=text,
        page_number=number_of_page,
        previous=_link(company, text, number_of_page - 1) if number_of_page > 1 else "",
        next=_link(company, text, number_of_page + 1) if has_more else "",
        all_items=_link(company, "", 1),
        documents=_documents(company),
        chart=chart(calls, now),
        usage=service.calls.usage(),
        calls=[_call(call) for call in calls[-SHOWN_CALLS:][::-1]],
        faults=[_fault(rule) for rule in service.faults.armed],
        switches=_switches(service.switches),
        grants=_grants(service, now),
    )


def _name_of(company: Company) -> str:
    return str(company.single("CompanyInfo").get("CompanyName") or company.realm_id)


def _currency(company: Company) -> str:
    preferences = company.single("Preferences").get("CurrencyPrefs") or {}
    return str((preferences.get("HomeCurrency") or {}).get("value") or "USD")


def _clock(clock: Clock) -> JsonObject:
    if clock.frozen_at is not None:
        note = "stands still"
    elif abs(clock.offset_s) >= 1:
        note = f"{span_text(clock.offset_s)} {'ahead' if clock.offset_s > 0 else 'behind'}"
    else:
        note = "real time"
    return {"time": moment_text(clock.now()), "note": note}


def _counts(company: Company) -> list[tuple[str, int]]:
    tables = company.tables.items()
    return [(words(name), len(table.rows)) for name, table in tables if table.rows]


# -- stock


def _page_number(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LAST_PAGE))
    return max(int(text), 1) if is_number else 1


def _items(company: Company, text: str, number_of_page: int) -> tuple[list[Item], bool]:
    """One page of the active stocked items whose name or SKU holds the text; whether more come."""
    start = (number_of_page - 1) * PAGE_ITEMS
    found = list(islice(_matching(company, text.casefold()), start, start + PAGE_ITEMS + 1))
    return [_item(row.body) for row in found[:PAGE_ITEMS]], len(found) > PAGE_ITEMS


def _matching(company: Company, text: str) -> Iterator[Readable]:
    glance = glancing(READ_OF_ITEMS)
    for row in company.rows("Item"):
        seen = glance(row)
        body = seen.body
        if body.get("Type") == "Inventory" and body.get("Active", True):
            named = f"{body.get('Name', '')}\n{body.get('Sku', '')}"
            if not text or text in named.casefold():
                yield seen


def _item(body: JsonObject) -> Item:
    quantity, cost = number(body.get("QtyOnHand")), number(body.get("PurchaseCost"))
    value = quantity * cost if quantity is not None and cost is not None else None
    return Item(
        str(body.get("Name", "")),
        str(body.get("Sku") or ""),
        quantity_text(quantity),
        money_text(cost),
        money_text(value),
        quantity is not None and quantity < 0,
    )


def _link(company: Company, text: str, number_of_page: int) -> str:
    wanted = {"realm_id": company.realm_id, "q": text, "page": str(number_of_page)}
    return f"/?{urlencode({name: value for name, value in wanted.items() if value})}#stock"


# -- documents


def _documents(company: Company) -> list[Document]:
    """Those changed last, the latest first; of the same second the later date first."""
    latest = [
        ((row.updated_at, str(row.body.get("TxnDate", ""))), name, row)
        for name, entity in ENTITIES.items()
        if entity.kind is Kind.TRANSACTION
        for row in company.tables[name].latest(SHOWN_DOCUMENTS)
    ]
    latest.sort(key=lambda found: found[0], reverse=True)
    return [_document(name, row) for _, name, row in latest[:SHOWN_DOCUMENTS]]


def _document(name: str, row: Row) -> Document:
    body = row.body
    parties = ((body.get(field) or {}).get("name") for field in PARTIES)
    return Document(
        second_text(row.updated_at)[:16].replace("T", " "),
        str(body.get("TxnDate", "")),
        words(name),
        str(body.get("DocNumber") or ""),
        next((str(party) for party in parties if party), ""),
        _amount(row),
    )


def _amount(row: Row) -> str:
    """The total in the document's own currency, or what it moved."""
    body = row.body
    amount = number(body.get("TotalAmt", body.get("Amount")))
    if not amount and any("JournalEntryLineDetail" in line for line in body.get("Line", ())):
        amount = _debits(body)
    if amount is not None:
        return money_text(amount)
    if not row.moves:
        return ""
    moved = sum((change for _, change in row.moves), Decimal(0))
    return f"{quantity_text(moved)} units"


def _debits(body: JsonObject) -> Decimal:
    """What a journal entry posts on either side."""
    lines = ((line, line.get("JournalEntryLineDetail") or {}) for line in body["Line"])
    amounts = (
        number(line.get("Amount")) for line, detail in lines if detail.get("PostingType") == "Debit"
    )
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


# -- calls, faults, switches, tokens


def _call(call: Recorded) -> JsonObject:
    ending = "reply lost" if call.reply_lost else call.status or "under way"
    is_done = OK <= call.status < FIRST_FAILURE and not call.reply_lost
    return {
        "time": call.time[11:19],
        "what": f"{call.method} {COMPANY_PATH.sub('', call.path)}",
        "detail": call.query,
        "ending": ending,
        "is_failure": not is_done and bool(call.status or call.reply_lost),
    }


def _fault(rule: Rule) -> JsonObject:
    shown = rule.as_json()
    where = [f"{name} {shown[name]}" for name in WHERE if shown.get(name)]
    method = [rule.method.upper()] if rule.method else []
    counted = "once" if rule.times == 1 else f"{rule.times} times"
    times = "every time" if rule.times is None else counted
    first = f"from call {rule.nth} on, " if rule.nth > 1 else ""
    chance = f", chance {rule.probability}" if rule.probability < 1 else ""
    return {
        "where": ", ".join(method + where) or "every call",
        "does": str(rule.does.get("kind", "")).replace("_", " "),
        "detail": _flat({key: value for key, value in rule.does.items() if key != "kind"}),
        "when": f"{first}{times}{chance}",
        "struck": rule.struck,
        "is_spent": rule.times is not None and rule.struck >= rule.times,
    }


def _flat(value: Json) -> str:
    """The names and values of a rule in a row, without JSON's signs."""
    if isinstance(value, dict):
        pairs = ((key, _flat(inner)) for key, inner in value.items())
        return ", ".join(f"{key} {text}" for key, text in pairs if text)
    return ", ".join(_flat(inner) for inner in value) if isinstance(value, list) else str(value)


def _switches(switches: Switches) -> list[tuple[str, str, str]]:
    """Those that differ from their defaults: name, reading, default."""
    usual = Switches()
    return [
        (field.name, _shown(getattr(switches, field.name)), _shown(getattr(usual, field.name)))
        for field in fields(Switches)
        if getattr(switches, field.name) != getattr(usual, field.name)
    ]


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _grants(service: Service, now: float) -> JsonObject:
    """The living consents, the newest first."""
    living = [grant.as_shown(now) for grant in service.authority.grants if not grant.is_revoked]
    apps = service.authority.apps
    shown = [
        {
            "app": apps[grant["client_id"]].name if grant["client_id"] in apps else "",
            "company": _connected(service, grant["realm_id"]),
            "access": _left(grant["access_expires_in"]),
            "refresh": _left(grant["refresh_expires_in"]),
        }
        for grant in living[-SHOWN_GRANTS:][::-1]
    ]
    return {"shown": shown, "others": len(living) - len(shown)}


def _connected(service: Service, realm_id: str) -> str:
    company = service.companies.get(realm_id)
    return _name_of(company) if company is not None else realm_id or "no company"


def _left(seconds: int) -> str:
    return span_text(seconds) if seconds > 0 else "none"
