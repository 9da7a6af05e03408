"""Refusals in Intuit's words: codes, messages and the shapes they come in.

Source: Intuit, "Error codes" and "Handle errors and exceptions"; shapes as recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quickbooks_emulator.clock import envelope_text

if TYPE_CHECKING:
    from datetime import datetime

    from quickbooks_emulator.json_text import JsonObject

MESSAGES = {
    "500": "Unsupported Operation",
    "600": "Duplicate Request ID",
    "610": "Object Not Found",
    "620": "Transaction cannot be linked",
    "700": "Invalid parent reference",
    "800": "Object cannot be deleted",
    "900": "Own parent",
    "1040": "Batch size exceeds allowed limit",
    "2000": "Invalid object name",
    "2010": "Request has invalid or unsupported property",
    "2020": "Required param missing, need to supply the required value for the API",
    "2030": "Invalid ID",
    "2040": "Invalid String",
    "2050": "String length is either shorter or longer than supported by specification",
    "2060": "Invalid Date Format",
    "2070": "Invalid Date",
    "2080": "Invalid Number Format",
    "2190": "Invalid Date Range",
    "10100": "Result set is too big",
    "2130": "Invalid request id",
    "2140": "Invalid Amount",
    "2150": "Invalid Percent",
    "2160": "Invalid Quantity",
    "2170": "Invalid Enumeration",
    "2210": "Invalid Email Address format",
    "2250": "At least one line is required",
    "2290": "Negative line amount is not supported",
    "2300": "Journal entry is not balanced",
    "2500": "Invalid Reference Id",
    "3100": "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403",
    "3200": "message=AuthenticationFailed; errorCode=003200; statusCode=401",
    "3001": "message=ThrottleExceeded; errorCode=003001; statusCode=429",
    "4000": "Error parsing query",
    "4001": "Invalid query",
    "5010": "Stale Object Error",
    "5020": "Permission Denied Error",
    "5030": "Feature Not Supported Error",
    "6000": "A business validation error has occurred while processing your request",
    "6010": "Account type and detail type do not match",
    "6070": "Amount calculation incorrect in the request",
    "6080": "No name provided",
    "6090": "Discount line needs an amount or a percent",
    "6100": "Invalid Line TaxCode",
    "6140": "Duplicate Document Number Error",
    "6170": "TxnTaxDetail is not allowed",
    "6180": "Too many levels",
    "6190": "Invalid Company Status",
    "6200": "Account Period Closed",
    "6210": "Account Period Closed, Cannot Update Through Services API",
    "6220": "Object has a balance",
    "6240": "Duplicate Name Exists Error",
    "6270": "Transaction date is prior to start date for inventory item",
    "6430": "Invalid account type used",
    "6440": "Line needs a product/service or an account",
    "6520": "Tracked inventory item needs a quantity",
    "6540": "Deposited Transaction cannot be changed",
    "10000": "An application error has occurred while processing your request",
}

THROTTLED = "3001"
"""The fault whose `element` is spelt out as null ("API call limits and throttles")."""

INACTIVE = (
    "Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)


@dataclass
class Problem(Exception):  # noqa: N818 - a refusal is an answer, not a failure of ours
    """A request that is refused: Intuit's code with the words and the status it comes with."""

    code: str
    detail: str
    element: str | None = None
    status: int = 400
    type: str = "ValidationFault"
    message: str = field(default="")
    has_time: bool = True
    """Whether a time stands beside the fault; some came without."""

    def __post_init__(self) -> None:
        if not self.message:
            self.message = MESSAGES.get(self.code, "An error has occurred")
        super().__init__(self.code, self.detail)

    def fault(self) -> JsonObject:
        """The `Fault` object."""
        error: JsonObject = {"Message": self.message, "Detail": self.detail, "code": self.code}
        if self.element is not None or self.code == THROTTLED:
            error["element"] = self.element
        return {"Error": [error], "type": self.type}


def fault_body(problem: Problem, moment: datetime) -> JsonObject:
    """The envelope round a fault, as the service itself sends it."""
    shown: JsonObject = {"Fault": problem.fault()}
    if problem.has_time:
        shown["time"] = envelope_text(moment)
    return shown


def gateway_body(problem: Problem, moment: datetime) -> JsonObject:
    """The gateway's dialect: lower-case keys, `time` in milliseconds, nulls spelt out."""
    return {
        "warnings": None,
        "intuitObject": None,
        "fault": {
            "error": [
                {
                    "message": problem.message,
                    "detail": problem.detail or None,
                    "code": problem.code,
                    "element": None,
                }
            ],
            "type": problem.type,
        },
        "report": None,
        "queryResponse": None,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": None,
        "requestId": None,
        "time": int(moment.timestamp() * 1000),
        "status": None,
        "cdcresponse": [],
    }


def missing(parameter: str) -> Problem:
    """2020: a required parameter is not there."""
    return Problem("2020", f"Required parameter {parameter} is missing in the request", parameter)


def unsupported_property(text: str) -> Problem:
    """2010: a property that the entity does not have, or a value of the wrong kind."""
    return Problem("2010", f"Property Name:{text} specified is unsupported or invalid")


def not_found(detail: str = INACTIVE) -> Problem:
    """610: no such object."""
    return Problem("610", f"Object Not Found : {detail}", "")


def invalid_reference(detail: str, element: str = "") -> Problem:
    """2500: a reference names nothing that can be used."""
    return Problem("2500", f"Invalid Reference Id : {detail}", element)


def business(detail: str) -> Problem:
    """6000: the books do not allow it."""
    return Problem("6000", f"Business Validation Error: {detail}", "")


def throttled(status: int = 429) -> Problem:
    """3001: too many calls; with status 403 until 2016."""
    return Problem(
        "3001",
        "The request limit was reached.  Try again later",
        status=status,
        type="SERVICE",
        message=f"message=ThrottleExceeded; errorCode=003001; statusCode={status}",
    )


def unauthenticated(detail: str) -> Problem:
    """3200: the access token is missing, malformed, expired or revoked."""
    return Problem("3200", detail, status=401, type="AUTHENTICATION")


def unauthorized() -> Problem:
    """3100: the token belongs to another company or environment."""
    return Problem("3100", "", status=403, type="SERVICE")
