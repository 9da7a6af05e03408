"""Intuit's error codes: which error each becomes, what usually causes it, and what to do.

One table, so that code, message and documentation cannot disagree.
Source: Intuit, "Error codes" (read 2026-11); codes are matched, never texts, which change.
"""

from __future__ import annotations

from typing import NamedTuple

from quickbooks_client import errors


class Explanation(NamedTuple):
    """What one code means to the caller."""

    error: type[errors.QuickBooksError]
    cause: str
    action: str


_REJECTED = errors.RejectedError
_RECONNECT = "connect the company again, as a user who administers it"

UNKNOWN = Explanation(
    _REJECTED,
    "QuickBooks refused the content",
    "read QuickBooks' words and correct the record",
)

EXPLANATIONS: dict[str, Explanation] = {
    "120": Explanation(
        errors.AuthenticationError, "the connecting user lost access to the company", _RECONNECT
    ),
    "130": Explanation(
        errors.WrongCompanyError,
        "the company lives on another server",
        "check settings environment and api_url",
    ),
    "140": Explanation(errors.ServerError, "the company is locked", "try again later"),
    "150": Explanation(errors.ServerError, "the company is under maintenance", "try again later"),
    "500": Explanation(
        _REJECTED,
        "this object does not support the operation, or the text is not UTF-8",
        "correct the record",
    ),
    "600": Explanation(
        errors.RequestInProgressError,
        "a request with the same requestid is still being worked on",
        "look for the document before sending it again",
    ),
    "610": Explanation(
        errors.NotFoundError,
        "the object was deleted, or something it refers to is inactive",
        "read it again, or make the item, customer or account active",
    ),
    "620": Explanation(
        _REJECTED, "the linked transaction cannot be linked", "check the linked ids"
    ),
    "630": Explanation(_REJECTED, "the same object exists already", "use the existing one"),
    "700": Explanation(_REJECTED, "the parent is not usable", "choose another parent"),
    "800": Explanation(_REJECTED, "other objects depend on it", "remove what depends on it first"),
    "900": Explanation(_REJECTED, "the object is its own parent", "choose another parent"),
    "1000": Explanation(_REJECTED, "the operation failed", "read QuickBooks' words"),
    "1010": Explanation(_REJECTED, "the object could not be created", "read QuickBooks' words"),
    "1020": Explanation(_REJECTED, "the object could not be updated", "read QuickBooks' words"),
    "1030": Explanation(_REJECTED, "the object could not be deleted", "read QuickBooks' words"),
    "1040": Explanation(_REJECTED, "a batch holds more than 30 items", "send fewer at a time"),
    "1050": Explanation(_REJECTED, "the content type is not accepted", "send JSON"),
    "2000": Explanation(_REJECTED, "there is no such kind of object", "check the entity's name"),
    "2010": Explanation(
        _REJECTED,
        "a field is unknown, has the wrong type, or does not suit this kind of item",
        "correct or leave out the field that is named",
    ),
    "2020": Explanation(_REJECTED, "a required field is missing", "give the field that is named"),
    "2030": Explanation(_REJECTED, "an id is not a number", "correct the id"),
    "2040": Explanation(
        _REJECTED, "a text holds characters QuickBooks does not take", "remove them"
    ),
    "2050": Explanation(_REJECTED, "a text is too short or too long", "shorten or fill it"),
    "2060": Explanation(_REJECTED, "a date is not written YYYY-MM-DD", "correct the date"),
    "2070": Explanation(_REJECTED, "a date does not exist", "correct the date"),
    "2080": Explanation(_REJECTED, "a number is not valid", "correct the number"),
    "2090": Explanation(_REJECTED, "a number is not valid", "correct the number"),
    "2100": Explanation(_REJECTED, "a number is not valid", "correct the number"),
    "2110": Explanation(_REJECTED, "a number is not valid", "correct the number"),
    "2120": Explanation(_REJECTED, "a type is not valid", "correct the value that is named"),
    "2130": Explanation(
        _REJECTED, "the requestid is longer than 50 characters", "shorten the requestid"
    ),
    "2140": Explanation(_REJECTED, "an amount is not valid", "correct the amount"),
    "2150": Explanation(_REJECTED, "a percentage is not valid", "correct the percentage"),
    "2160": Explanation(_REJECTED, "a quantity is not valid", "correct the quantity"),
    "2170": Explanation(
        _REJECTED, "a value is not among those allowed", "correct the value that is named"
    ),
    "2190": Explanation(_REJECTED, "a date range is not valid", "correct the dates"),
    "2210": Explanation(_REJECTED, "an e-mail address is not valid", "correct the address"),
    "2250": Explanation(_REJECTED, "the document has no line", "give it at least one line"),
    "2290": Explanation(
        _REJECTED, "a line has a negative amount", "use a discount or a credit document"
    ),
    "2300": Explanation(_REJECTED, "debits and credits differ", "balance the journal entry"),
    "2500": Explanation(
        errors.InvalidReferenceError,
        "an id points to nothing usable: unknown, inactive, or a category",
        "correct the id, or make the object active in QuickBooks",
    ),
    "2600": Explanation(_REJECTED, "two fields contradict each other", "leave one of them out"),
    "3001": Explanation(errors.ThrottledError, "too many calls", "wait a minute"),
    "3100": Explanation(
        errors.WrongCompanyError,
        "the token is not for this company or this environment, or access was revoked",
        "check settings realm_id, environment and client_id, or connect the company again",
    ),
    "3200": Explanation(errors.AuthenticationError, "the access token is not accepted", _RECONNECT),
    "4000": Explanation(
        errors.InvalidQueryError, "the query cannot be parsed", "correct the query"
    ),
    "4001": Explanation(
        errors.InvalidQueryError,
        "the query names something that does not exist or cannot be filtered",
        "correct the query",
    ),
    "4002": Explanation(
        errors.InvalidQueryError, "the query could not be processed", "correct the query"
    ),
    "5000": Explanation(_REJECTED, "a field is not supported any more", "leave the field out"),
    "5010": Explanation(
        errors.StaleError,
        "somebody changed the object since it was read",
        "read it again and repeat the change",
    ),
    "5020": Explanation(
        errors.NotPermittedError,
        "the connecting user, or the company's plan, may not do this",
        "let an administrator connect the company, or check its plan",
    ),
    "5030": Explanation(
        errors.FeatureUnavailableError,
        "the company has this feature switched off or its plan lacks it",
        "switch it on in QuickBooks, or leave the field out",
    ),
    "6000": Explanation(
        _REJECTED, "a rule of the books is broken", "read QuickBooks' words and correct the record"
    ),
    "6010": Explanation(_REJECTED, "the account's type does not fit", "choose another account"),
    "6030": Explanation(_REJECTED, "the upload is too large", "send a smaller file"),
    "6070": Explanation(
        _REJECTED, "an amount is not quantity times price", "correct quantity, price or amount"
    ),
    "6080": Explanation(_REJECTED, "no name is given", "give a name"),
    "6090": Explanation(
        _REJECTED, "a discount has neither amount nor percentage", "give one of them"
    ),
    "6100": Explanation(
        _REJECTED, "a line's tax code is not valid here", "use TAX or NON, outside the US an id"
    ),
    "6140": Explanation(
        errors.DuplicateNumberError,
        "the document number is used already",
        "look whether the document is there, else choose another number",
    ),
    "6170": Explanation(
        _REJECTED, "tax details do not go with a document without tax", "leave them out"
    ),
    "6180": Explanation(_REJECTED, "more than five levels deep", "choose another parent"),
    "6190": Explanation(
        errors.CompanyClosedError,
        "the company's QuickBooks subscription has ended",
        "renew the subscription in QuickBooks",
    ),
    "6200": Explanation(
        errors.ClosedPeriodError,
        "the date lies in a period whose books are closed",
        "date it after the closing date, or open the period",
    ),
    "6210": Explanation(
        errors.ClosedPeriodError,
        "the date lies in a period whose books are closed with a password",
        "date it after the closing date: a password cannot be given here",
    ),
    "6220": Explanation(_REJECTED, "the object still has a balance", "clear the balance first"),
    "6240": Explanation(
        errors.DuplicateNameError,
        "another customer, vendor, employee, item or account has this name",
        "use the existing one or another name",
    ),
    "6250": Explanation(
        _REJECTED, "the customer is not valid or inactive", "choose another customer"
    ),
    "6270": Explanation(
        errors.BeforeInventoryStartError,
        "the date is before the item's inventory start date",
        "use a later date, or move the item's start date in QuickBooks",
    ),
    "6280": Explanation(
        _REJECTED, "the customer has charges not billed yet", "bill or remove them first"
    ),
    "6430": Explanation(_REJECTED, "the account has the wrong type", "choose another account"),
    "6440": Explanation(
        _REJECTED, "a line has neither product nor account", "give each line one of them"
    ),
    "6450": Explanation(_REJECTED, "the document is settled and cannot be voided", "refund it"),
    "6480": Explanation(
        _REJECTED, "the document is matched to a bank line", "undo the match in QuickBooks first"
    ),
    "6520": Explanation(
        _REJECTED, "a line with a stocked item has no quantity", "give the quantity"
    ),
    "6540": Explanation(
        _REJECTED, "the payment is part of a deposit", "take it out of the deposit first"
    ),
    "10000": Explanation(errors.ServerError, "QuickBooks failed", "try again later"),
    "10100": Explanation(
        errors.InvalidQueryError, "the result is too large", "ask for fewer rows or a shorter time"
    ),
    "10200": Explanation(
        errors.UnexpectedReplyError,
        "the company was reset and the request is out of date",
        "read the company anew",
    ),
}

INVENTORY_LOCK = Explanation(
    errors.InventoryLockedError,
    "another inventory transaction was being written at the same moment",
    "send it again in a few seconds, one write at a time",
)


def explain(code: str) -> Explanation:
    """Return what `code` means; an unknown one is a refusal of the content."""
    return EXPLANATIONS.get(code, UNKNOWN)
