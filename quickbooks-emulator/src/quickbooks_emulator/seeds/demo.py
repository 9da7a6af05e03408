"""The demo company: a garden designer's books, and beside them an invented garden shop.

`demo.json` holds facts of Intuit's US sample company "Craig's Design and Landscaping Services" as
its API showed them in May 2026 (ids, names, dates, amounts, lines, links; sales receipts, refund
receipts, employees and their times of 2023, moved on by 1,145 days) in a row form of our own: id,
token, created, seconds until the last change, then one cell per column. `completion` adds what the
service shows on every object, `shop` what that company lacks; the shop is invented.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from quickbooks_emulator import stock
from quickbooks_emulator.catalogue import ENTITIES, Kind
from quickbooks_emulator.catalogue.account_types import CLASSIFICATIONS
from quickbooks_emulator.json_text import JsonObject, add, loads, plain, subtract
from quickbooks_emulator.rules.lines import total
from quickbooks_emulator.rules.references import name_of
from quickbooks_emulator.seeds import base, completion, shop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.json_text import Json
    from quickbooks_emulator.store import Company

CAPTURED_AT = 1_777_982_400
"""2026-05-05, 12:00 UTC: the facts are as of then."""
DAY_S = 86_400

LISTS = ("Account", "Item", "Customer", "Vendor", "Employee")
ADDRESS = (
    "Id", "Line1", "Line2", "Line3", "Line4", "City", "CountrySubDivisionCode", "PostalCode",
    "Country",
)  # fmt: skip
KINDS = {
    "S": "SalesItemLineDetail", "I": "ItemBasedExpenseLineDetail",
    "A": "AccountBasedExpenseLineDetail", "J": "JournalEntryLineDetail", "D": "DepositLineDetail",
    "%": "DiscountLineDetail",
}  # fmt: skip
TARGETS = {
    "CustomerRef": "Customer", "VendorRef": "Vendor", "ItemRef": "Item", "SalesTermRef": "Term",
    "TermRef": "Term", "PaymentMethodRef": "PaymentMethod", "AccountRef": "Account",
    "APAccountRef": "Account", "DepositToAccountRef": "Account", "IncomeAccountRef": "Account",
    "ExpenseAccountRef": "Account", "AssetAccountRef": "Account", "ItemAccountRef": "Account",
    "DiscountAccountRef": "Account", "BankAccountRef": "Account", "CCAccountRef": "Account",
    "MarkUpIncomeAccountRef": "Account", "EmployeeRef": "Employee",
}  # fmt: skip
WRAPPED = {
    "PrimaryEmailAddr": "Address", "BillEmail": "Address", "PrimaryPhone": "FreeFormNumber",
    "AlternatePhone": "FreeFormNumber", "Mobile": "FreeFormNumber", "Fax": "FreeFormNumber",
    "WebAddr": "URI", "CustomerMemo": "value",
}  # fmt: skip
DEFAULTS: dict[str, JsonObject] = {
    "Invoice": {
        "AllowIPNPayment": False, "AllowOnlinePayment": False,
        "AllowOnlineCreditCardPayment": False, "AllowOnlineACHPayment": False, "LinkedTxn": [],
        "EmailStatus": "NotSet", "ApplyTaxAfterDiscount": False, "CustomField": [],
    },
    "CreditMemo": {"EmailStatus": "NotSet", "ApplyTaxAfterDiscount": False, "CustomField": []},
    "SalesReceipt": {"EmailStatus": "NotSet", "ApplyTaxAfterDiscount": False, "CustomField": []},
    "RefundReceipt": {"ApplyTaxAfterDiscount": False, "CustomField": []},
    "Estimate": {"EmailStatus": "NotSet", "ApplyTaxAfterDiscount": False, "CustomField": []},
    "Payment": {"ProcessPayment": False},
    "Customer": {"Job": False, "BillWithParent": False, "IsProject": False, "Active": True},
    "Vendor": {"Vendor1099": False, "Active": True},
    "Employee": {"Active": True},
    "Item": {"Active": True},
    "JournalEntry": {"Adjustment": False, "TxnTaxDetail": {}},
    "Deposit": {"TxnTaxDetail": {}},
    "PurchaseOrder": {"EmailStatus": "NotSet", "LinkedTxn": []},
}  # fmt: skip
SALES = frozenset({"Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt", "Estimate"})


@lru_cache(maxsize=1)
def _facts() -> JsonObject:
    tables: JsonObject = loads(files(__package__).joinpath("demo.json").read_bytes())
    return tables


def plant(company: Company, now: int) -> JsonObject:
    """Fill a company with the recorded facts and the shop; returns what its users need to know.

    Where the clock stands before the facts they are moved back by whole days.
    """
    shift = min(0, (now - CAPTURED_AT) // DAY_S)
    base.plant(company, CAPTURED_AT + shift * DAY_S, has_accounts=False)
    for entity in LISTS:
        for body, marks in _rows(entity, shift):
            _put(company, entity, _completed(company, entity, body), marks)
    for entity in _facts():
        if entity not in LISTS:
            for body, marks in _rows(entity, shift):
                _put(company, entity, _completed(company, entity, body), marks)
    return shop.plant(company, CAPTURED_AT + shift * DAY_S, shift)


def _rows(entity: str, shift: int) -> Iterator[tuple[JsonObject, tuple[str, int, int]]]:
    """Each object's fields, and its token and times."""
    table = _facts()[entity]
    for object_id, token, created, seconds, *cells in table["rows"]:
        fields = {
            name: _moved(name, cell, shift)
            for name, cell in zip(table["columns"], cells, strict=False)
            if cell is not None
        }
        born = created + shift * DAY_S
        yield {"Id": object_id, **fields}, (str(token), born, born + seconds)


def _moved(name: str, cell: Json, shift: int) -> Json:
    """A date moved by whole days; anything else as it is."""
    if shift and name.endswith("Date") and isinstance(cell, str):
        return shop.day(cell, shift)
    return cell


def _put(company: Company, entity: str, body: JsonObject, marks: tuple[str, int, int]) -> None:
    token, created, updated = marks
    moves = stock.movements(company, entity, body)
    completion.complete(company, entity, body)
    base.put(company, entity, body, updated, created=created, token=token, moves=moves)


def _completed(company: Company, entity: str, fields: JsonObject) -> JsonObject:
    """The object as the service shows it, from its bare facts."""
    body = {**DEFAULTS.get(entity, {})}
    for name, value in fields.items():
        body[name] = _expanded(company, entity, name, value)
    if entity in SALES:
        body.setdefault("TxnTaxDetail", {"TotalTax": 0})
        wares = [line for line in body["Line"] if line["DetailType"] != KINDS["%"]]
        others = [line for line in body["Line"] if line["DetailType"] == KINDS["%"]]
        # Derived from the total: the lines of a statement charge are not among the facts.
        amount = subtract(add(body["TotalAmt"], total(others)), body["TxnTaxDetail"]["TotalTax"])
        subtotal: JsonObject = {
            "Amount": plain(amount), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {},
        }  # fmt: skip
        body["Line"] = [*wares, subtotal, *others]
    if entity == "Account":
        _complete_account(company, body)
    elif ENTITIES[entity].kind is not Kind.LIST or entity in {"Customer", "Vendor"}:
        body["CurrencyRef"] = base.USD
    if entity in {"Customer", "Item"}:
        own = body.get("DisplayName") or body["Name"]
        parent = company.body(entity, body.get("ParentRef", {}).get("value", ""))
        body["FullyQualifiedName"] = f"{parent['FullyQualifiedName']}:{own}" if parent else own
    return body


def _complete_account(company: Company, body: JsonObject) -> None:
    parent = company.body("Account", body.get("ParentRef", {}).get("value", ""))
    name = body["Name"]
    body.update(
        SubAccount="ParentRef" in body,
        FullyQualifiedName=f"{parent['FullyQualifiedName']}:{name}" if parent else name,
        Active=True,
        Classification=CLASSIFICATIONS[body["AccountType"]],
        CurrencyRef=base.USD,
    )
    body.setdefault("CurrentBalanceWithSubAccounts", body["CurrentBalance"])


def _expanded(company: Company, entity: str, name: str, value: Json) -> Json:
    """A cell as the service shows it."""
    if name in WRAPPED:
        # An empty object has been recorded too.
        return {WRAPPED[name]: value} if value else {}
    if name == "Line":
        return [_line(company, row) for row in value]
    if name in {"LinkedTxn", "TxnTaxDetail"}:
        return _links(value) if name == "LinkedTxn" else _tax(value)
    if name.endswith("Addr"):
        return {part: text for part, text in zip(ADDRESS, value, strict=False) if text}
    if isinstance(value, dict):
        return {key: _expanded(company, entity, key, inner) for key, inner in value.items()}
    return _reference(company, entity, name, value) if name.endswith("Ref") else value


def _reference(company: Company, entity: str, name: str, value: Json) -> JsonObject:
    """A reference with the name of what it refers to, where that is known."""
    if name == "EntityRef":
        kind, object_id = value
        named = company.body(kind, object_id) or {}
        return {"value": object_id, "name": named.get("DisplayName", ""), "type": kind}
    target = entity if name == "ParentRef" else TARGETS.get(name)
    named = (company.body(target, value) if target else None) or {}
    if target is None or not named:
        return {"value": value}
    return {"value": value, "name": name_of(target, named)}


def _links(rows: list[list[str]]) -> list[JsonObject]:
    keys = ("TxnType", "TxnId", "TxnLineId")
    return [dict(zip(keys, row, strict=False)) for row in rows]


def _tax(cell: Json) -> JsonObject:
    amount, code, rates = cell
    shown: JsonObject = {"TxnTaxCodeRef": {"value": code}} if code else {}
    shown["TotalTax"] = amount
    if rates:
        shown["TaxLine"] = [
            {
                "Amount": share,
                "DetailType": "TaxLineDetail",
                "TaxLineDetail": {
                    "TaxRateRef": {"value": rate},
                    "PercentBased": True,
                    "TaxPercent": percent,
                    "NetAmountTaxable": taxable,
                },
            }
            for share, rate, percent, taxable in rates
        ]
    return shown


def _line(company: Company, row: list[Json]) -> JsonObject:
    kind, line_id, number, amount, text, detail, extra = [*row, "", {}, {}][:7]
    detail, extra = detail or {}, extra or {}
    shown: JsonObject = {"Id": line_id} if line_id else {}
    if number:
        shown["LineNum"] = number
    if text:
        shown["Description"] = text
    shown["Amount"] = amount
    if "LinkedTxn" in extra:
        shown["LinkedTxn"] = _links(extra["LinkedTxn"])
    inner = {key: _expanded(company, "", key, value) for key, value in detail.items()}
    if not kind:
        return {**shown, "DepositLineDetail": inner} if inner else shown
    if "Received" in extra:
        shown["Received"] = extra["Received"]
    member = KINDS[kind]
    shown["DetailType"] = member
    if kind in {"S", "I", "A"}:
        inner.setdefault("TaxCodeRef", {"value": "NON"})
    if kind in {"I", "A"}:
        inner.setdefault("BillableStatus", "NotBillable")
    shown[member] = inner
    return shown
