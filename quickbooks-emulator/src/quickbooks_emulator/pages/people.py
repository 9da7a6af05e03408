"""The page for people: what a company holds and what has been asked of the emulator lately."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from quickbooks_emulator.pages import holdings, page
from quickbooks_emulator.pages.figures import moment_text, span_text, words
from quickbooks_emulator.pages.hours import chart
from quickbooks_emulator.switches import Switches

if TYPE_CHECKING:
    from quickbooks_emulator.calls import Recorded
    from quickbooks_emulator.clock import Clock
    from quickbooks_emulator.injection import Rule
    from quickbooks_emulator.json_text import Json, JsonObject
    from quickbooks_emulator.messages import Reply, Request
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Company

OK = 200
FIRST_FAILURE = 400
NOT_FOUND = 404
COMPANY_PATH = re.compile(r"^/v3/company/[^/]+/")
SHOWN_CALLS = 10
SHOWN_GRANTS = 8
LAST_PAGE = 400
"""Whoever looks for more than 10,000 items filters."""
WHERE = ("path", "entity", "operation", "query", "body", "class", "realm_id", "client_id")


def answer(service: Service, request: Request) -> Reply:
    """The page of the company named by `realm_id`, else of the first.

    `q` is part of the name or SKU of the items to list, `page` which part of the list.
    """
    wanted = request.query.get("realm_id", "")
    company = service.companies.get(wanted) or service.company
    is_known = wanted in {"", company.realm_id}
    text = request.query.get("q", "").strip()
    number_of_page = _page_number(request.query.get("page", ""))
    books = holdings.books_of(service, company)
    items, has_more = holdings.items(company, books, text, number_of_page)
    calls = [call for call in service.calls.latest if call.realm_id in {"", company.realm_id}]
    now = service.clock.epoch()
    has_next = has_more and number_of_page < LAST_PAGE
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
        balances=holdings.balances(company, books) if books is not None else [],
        has_books=books is not None,
        items=items,
        filter=text,
        page_number=number_of_page,
        previous=_link(company, text, number_of_page - 1) if number_of_page > 1 else "",
        next=_link(company, text, number_of_page + 1) if has_next else "",
        all_items=_link(company, "", 1),
        documents=holdings.documents(company),
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


def _page_number(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LAST_PAGE))
    return min(max(int(text), 1), LAST_PAGE) if is_number else 1


def _link(company: Company, text: str, number_of_page: int) -> str:
    wanted = {"realm_id": company.realm_id, "q": text, "page": str(number_of_page)}
    return f"/?{urlencode({name: value for name, value in wanted.items() if value})}#stock"


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
