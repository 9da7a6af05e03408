"""Tax codes with their rates, which are made here and nowhere else.

Source: Intuit, "TaxService": one code, one rate or more, each of an agency; the answer has no time.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quickbooks_emulator import replay
from quickbooks_emulator.addresses import no_such_resource
from quickbooks_emulator.bodies import parsed
from quickbooks_emulator.json_text import Json, JsonObject, dumps
from quickbooks_emulator.messages import Reply
from quickbooks_emulator.problems import Problem, invalid_reference, missing, unsupported_property
from quickbooks_emulator.store import Row

if TYPE_CHECKING:
    from quickbooks_emulator.messages import Request
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.store import Company
    from quickbooks_emulator.targets import Target

OK = 200
LONGEST_NAME = 100
HIGHEST_RATE = 100
SIDES = {"Sales": "SalesTaxRateList", "Purchase": "PurchaseTaxRateList"}


def created(service: Service, company: Company, request: Request, target: Target) -> Reply:
    """A tax code with its rates."""
    if target.object_id.lower() != "taxcode":
        raise no_such_resource(request, service.switches)

    def work() -> Reply:
        body = parsed(request)
        if not isinstance(body, dict):
            raise unsupported_property("failed to parse json object")
        made = service.in_one_piece(company, lambda: _make(service, company, body))
        return Reply(OK, dumps(made))

    return replay.once(service, company, request, target, work)


def _make(service: Service, company: Company, body: JsonObject) -> JsonObject:
    name = _name(company, "TaxCode", body.get("TaxCode"), "TaxCode")
    details = body.get("TaxRateDetails")
    if not isinstance(details, list) or not details:
        raise missing("TaxRateDetails")
    rates = [_rate(service, company, detail) for detail in details]
    lists: dict[str, list[JsonObject]] = {side: [] for side in SIDES.values()}
    for order, shown in enumerate(rates):
        lists[SIDES[shown["TaxApplicableOn"]]].append(
            {
                "TaxRateRef": {"value": shown["TaxRateId"], "name": shown["TaxRateName"]},
                "TaxTypeApplicable": "TaxOnAmount",
                "TaxOrder": order,
            }
        )
    code = {
        "Name": name,
        "Description": name,
        "Active": True,
        "Hidden": False,
        "Taxable": True,
        "TaxGroup": True,
        **{side: {"TaxRateDetail": details} for side, details in lists.items()},
        "TaxCodeConfigType": "USER_DEFINED",
    }
    return {
        "TaxCode": name,
        "TaxCodeId": _put(service, company, "TaxCode", code),
        "TaxRateDetails": rates,
    }


def _rate(service: Service, company: Company, detail: Json) -> JsonObject:
    """One rate, made or found, as the answer shows it. Raises Problem."""
    if not isinstance(detail, dict):
        raise unsupported_property("TaxRateDetails: an object is expected,")
    side = detail.get("TaxApplicableOn", "Sales")
    if not isinstance(side, str) or side not in SIDES:
        raise Problem("2170", f"Invalid Enumeration : {side}", "TaxApplicableOn")
    if detail.get("TaxRateId"):
        row = company.row("TaxRate", str(detail["TaxRateId"]))
        if row is None:
            raise invalid_reference(f"TaxRates element id {detail['TaxRateId']} not found")
        return _shown(row.id, row.body, side)
    name = _name(company, "TaxRate", detail.get("TaxRateName"), "TaxRateName")
    agency = str(detail.get("TaxAgencyId") or "")
    if not agency:
        raise missing("TaxAgencyId")
    if company.row("TaxAgency", agency) is None:
        raise invalid_reference(f"TaxAgencies element id {agency} not found")
    body = {
        "Name": name,
        "Description": name,
        "Active": True,
        "RateValue": _percent(detail.get("RateValue")),
        "AgencyRef": {"value": agency},
        "SpecialTaxType": "NONE",
        "DisplayType": "ReadOnly",
        "EffectiveTaxRate": [],
    }
    return _shown(_put(service, company, "TaxRate", body), body, side)


def _shown(rate_id: str, body: JsonObject, side: str) -> JsonObject:
    return {
        "TaxRateName": body.get("Name", ""),
        "TaxRateId": rate_id,
        "RateValue": body.get("RateValue", 0),
        "TaxAgencyId": (body.get("AgencyRef") or {}).get("value", ""),
        "TaxApplicableOn": side,
    }


def _name(company: Company, entity: str, name: Any, field: str) -> str:  # Any: as it came
    if not name:
        raise missing(field)
    if not isinstance(name, str):
        raise unsupported_property(f"{field}: a text is expected,")
    if len(name) > LONGEST_NAME:
        words = f"Min:0 Max:{LONGEST_NAME} supported. Supplied length:{len(name)}"
        raise Problem("2050", f"String length specified does not match: {words}", field)
    taken = name.casefold()
    if any(str(row.body.get("Name", "")).casefold() == taken for row in company.rows(entity)):
        raise Problem("6240", "The name supplied already exists. : null")
    return name


def _percent(value: Json) -> Decimal:
    try:
        percent = Decimal(value if isinstance(value, (int, Decimal)) else str(value))
    except ArithmeticError:
        percent = Decimal(-1)
    if isinstance(value, bool) or not percent.is_finite() or not 0 <= percent <= HIGHEST_RATE:
        raise Problem("2150", f"Invalid percent : RateValue {value}"[:200], "RateValue")
    return percent


def _put(service: Service, company: Company, entity: str, body: JsonObject) -> str:
    now = int(service.clock.epoch())
    marked = service.writer(company).effects.marked(entity, body, None)
    company.put(entity, Row(marked, now, now))
    return str(marked["Id"])
