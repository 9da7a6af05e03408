"""Intuit's error codes: which error each becomes, what usually causes it, and what to do.

One table, so that code, message and documentation cannot disagree.
Source: Intuit, "Error codes" (read 2026-11). Codes are matched, not texts, which change; only 6000,
which stands for every broken rule of the books, is looked into for hints (`broken_rules`).
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
_RECONNECT = "run `quickbooks auth login` as a user who administers the company"
_NUMBER = Explanation(
    _REJECTED,
    "a number is not written as QuickBooks reads it",
    "write it plainly, such as 1234.50: digits, one point, no thousands mark",
)
_QUERY = "correct the query: fields, quotes and times are written as Intuit's query language asks"
_DECLINED = "correct what QuickBooks' words name; if they name nothing, ask Intuit with intuit_tid"

UNKNOWN = Explanation(
    _REJECTED,
    "QuickBooks refused the content",
    "read QuickBooks' words and correct the record",
)

EXPLANATIONS: dict[str, Explanation] = {
    "120": Explanation(
        errors.AuthenticationError,
        "the user who connected the company may not act in it any more",
        _RECONNECT,
    ),
    "130": Explanation(
        errors.WrongCompanyError,
        "the company is on another server",
        "check settings realm_id, environment and api_url",
    ),
    "140": Explanation(
        errors.ServerError,
        "the company is locked out for now",
        "try again later; if this lasts, open the company in QuickBooks and look why",
    ),
    "150": Explanation(
        errors.ServerError, "the company's data is under maintenance", "try again in an hour"
    ),
    "500": Explanation(
        _REJECTED,
        "this kind of object does not support the operation, or the text is not UTF-8",
        "make a list entry inactive instead of deleting it; send text as UTF-8",
    ),
    "600": Explanation(
        errors.RequestInProgressError,
        "a request with the same requestid is still being worked on",
        "wait, and look for the document by its number before sending it again",
    ),
    "610": Explanation(
        errors.NotFoundError,
        "there is no such object, it was deleted, or something it refers to is inactive",
        "check the id, or make the item, customer or account active in QuickBooks",
    ),
    "620": Explanation(
        _REJECTED,
        "the transaction named in LinkedTxn cannot be linked: it is settled, or of another kind or"
        " customer",
        "check LinkedTxn, or apply the payment in QuickBooks",
    ),
    "630": Explanation(
        _REJECTED, "the same object exists already", "use the one there is, or change its key field"
    ),
    "700": Explanation(
        _REJECTED,
        "the parent does not exist, is inactive or may not have children",
        "give ParentRef the id of an active parent of the same kind",
    ),
    "800": Explanation(
        _REJECTED,
        "other objects depend on it, so it cannot be deleted",
        "delete or unlink those first, or make it inactive instead",
    ),
    "900": Explanation(
        _REJECTED, "the object was named as its own parent", "give ParentRef another id"
    ),
    "1000": Explanation(_REJECTED, "QuickBooks could not carry the operation out", _DECLINED),
    "1010": Explanation(_REJECTED, "QuickBooks could not create the object", _DECLINED),
    "1020": Explanation(_REJECTED, "QuickBooks could not change the object", _DECLINED),
    "1030": Explanation(_REJECTED, "QuickBooks could not delete the object", _DECLINED),
    "1040": Explanation(
        _REJECTED, "a batch holds more than 30 items", "send at most 30 items in one batch"
    ),
    "1050": Explanation(
        _REJECTED,
        "the content type is not one QuickBooks takes here",
        "send application/json, for a query application/text",
    ),
    "2000": Explanation(
        _REJECTED,
        "there is no kind of object of that name",
        "spell the entity as Intuit does, such as SalesReceipt",
    ),
    "2010": Explanation(
        _REJECTED,
        "a field is unknown, has the wrong type or does not suit this kind of item, or the JSON is"
        " malformed",
        "correct or leave out the field that is named; inventory fields belong to inventory items",
    ),
    "2020": Explanation(_REJECTED, "a required field is missing", "give the field that is named"),
    "2030": Explanation(
        _REJECTED,
        "an id is not a number",
        "give QuickBooks' own id, which is all digits, not a name or a SKU",
    ),
    "2040": Explanation(
        _REJECTED,
        "a text holds characters that QuickBooks does not take",
        "remove control characters and symbols from the text that is named",
    ),
    "2050": Explanation(
        _REJECTED,
        "a text is too short or too long",
        "shorten or fill it: a document number has at most 21 characters, an item's name 100",
    ),
    "2060": Explanation(
        _REJECTED, "a date is not written as QuickBooks reads it", "write it YYYY-MM-DD"
    ),
    "2070": Explanation(
        _REJECTED,
        "a date does not exist or lies outside what QuickBooks takes",
        "correct the day, month or year",
    ),
    "2080": _NUMBER,
    "2090": _NUMBER,
    "2100": _NUMBER,
    "2110": _NUMBER,
    "2120": Explanation(
        _REJECTED,
        "a field holds a type that it cannot have",
        "give the field that is named one of the types Intuit lists for it",
    ),
    "2130": Explanation(
        _REJECTED,
        "the requestid is too long or malformed",
        "use at most 50 characters, letters and digits (in a batch 36)",
    ),
    "2140": Explanation(
        _REJECTED,
        "an amount cannot be read or is out of range",
        "give it as a number with at most 15 digits",
    ),
    "2150": Explanation(
        _REJECTED,
        "a percentage cannot be read or is out of range",
        "give it as a number from 0 to 100",
    ),
    "2160": Explanation(
        _REJECTED,
        "a quantity cannot be read or is out of range",
        "give it as a plain number in the item's own unit",
    ),
    "2170": Explanation(
        _REJECTED,
        "a value is not among those allowed for its field",
        "give the field that is named one of the values Intuit lists",
    ),
    "2190": Explanation(
        _REJECTED,
        "a range of dates begins after its end or is too long",
        "give a start that is not after the end",
    ),
    "2210": Explanation(
        _REJECTED,
        "an e-mail address is malformed",
        "correct the address or leave it out; several are parted by commas",
    ),
    "2250": Explanation(
        _REJECTED, "the document has no line", "give it at least one line with an amount"
    ),
    "2290": Explanation(
        _REJECTED,
        "a line has a negative amount",
        "use a discount line, or a credit memo or refund receipt for what goes back",
    ),
    "2300": Explanation(
        _REJECTED,
        "the entry's debits and credits do not add up to the same",
        "balance its lines to the cent",
    ),
    "2500": Explanation(
        errors.InvalidReferenceError,
        "an id points to nothing usable: unknown, inactive, or a category instead of a product",
        "correct the id, or make the object active in QuickBooks",
    ),
    "2600": Explanation(
        _REJECTED, "two fields contradict each other", "leave out one of the fields that are named"
    ),
    "3001": Explanation(
        errors.ThrottledError,
        "too many calls",
        "wait a minute; lower requests_per_minute when other programs call this company too",
    ),
    "3100": Explanation(
        errors.WrongCompanyError,
        "the token is not for this company or this environment, or access was revoked",
        "check settings realm_id, environment and client_id, or run `quickbooks auth login`",
    ),
    "3200": Explanation(
        errors.AuthenticationError,
        "the access token is not accepted: ended, revoked or damaged",
        _RECONNECT,
    ),
    "4000": Explanation(errors.InvalidQueryError, "the query cannot be parsed", _QUERY),
    "4001": Explanation(
        errors.InvalidQueryError,
        "the query names an entity or field that does not exist or cannot be filtered",
        _QUERY,
    ),
    "4002": Explanation(
        errors.InvalidQueryError,
        "the query is well written and could not be run all the same",
        "ask for less: fewer conditions, fewer rows, a shorter time",
    ),
    "5000": Explanation(
        _REJECTED, "a field is not supported any more", "leave out the field that is named"
    ),
    "5010": Explanation(
        errors.StaleError,
        "somebody changed the object since it was read",
        "read it again and repeat the change with its new SyncToken",
    ),
    "5020": Explanation(
        errors.NotPermittedError,
        "the connecting user, or the company's plan, may not do this",
        f"check the company's plan, or {_RECONNECT}",
    ),
    "5030": Explanation(
        errors.FeatureUnavailableError,
        "the company has this feature switched off or its plan lacks it",
        "switch it on under Account and settings in QuickBooks, or leave the field out",
    ),
    "6000": Explanation(
        _REJECTED, "a rule of the books is broken", "read QuickBooks' words and correct the record"
    ),
    "6010": Explanation(
        _REJECTED,
        "the account's type and detail type do not go together",
        "choose a detail type that belongs to the type",
    ),
    "6030": Explanation(
        _REJECTED, "the file is larger than QuickBooks takes", "attach a file below 100 MB"
    ),
    "6070": Explanation(
        _REJECTED,
        "a line's amount is not its quantity times its price",
        "correct quantity, price or amount, or give the price with up to 7 decimals",
    ),
    "6080": Explanation(
        _REJECTED,
        "a customer, vendor or employee has no name",
        "give DisplayName, or at least one part of the name",
    ),
    "6090": Explanation(
        _REJECTED,
        "a discount line has neither an amount nor a percentage",
        "give it one of the two",
    ),
    "6100": Explanation(
        _REJECTED,
        "a line's tax code is not valid here",
        "give TAX or NON in the US, elsewhere the id of one of the company's tax codes",
    ),
    "6140": Explanation(
        errors.DuplicateNumberError,
        "the document number is used already",
        "look whether the document is there already, else give it another number",
    ),
    "6170": Explanation(
        _REJECTED,
        "tax details were given for a document to which tax does not apply",
        "leave out TxnTaxDetail, or change GlobalTaxCalculation",
    ),
    "6180": Explanation(
        _REJECTED,
        "the object would lie more than five levels deep",
        "give ParentRef a parent that lies higher",
    ),
    "6190": Explanation(
        errors.CompanyClosedError,
        "the company's QuickBooks subscription has ended or is suspended",
        "renew the subscription in QuickBooks; until then nothing can be written",
    ),
    "6200": Explanation(
        errors.ClosedPeriodError,
        "the date lies in a period whose books are closed",
        "date it after the closing date, or have the books opened in QuickBooks",
    ),
    "6210": Explanation(
        errors.ClosedPeriodError,
        "the date lies in a period whose books are closed with a password",
        "date it after the closing date: the password cannot be given through the API",
    ),
    "6220": Explanation(
        _REJECTED,
        "the object still has a balance",
        "settle the balance first, then delete it or make it inactive",
    ),
    "6240": Explanation(
        errors.DuplicateNameError,
        "another customer, vendor, employee, item, term or account has this name",
        "use the one there is, or choose another name",
    ),
    "6250": Explanation(
        _REJECTED,
        "the customer does not exist or is inactive",
        "give CustomerRef an active customer's id, or make the customer active",
    ),
    "6270": Explanation(
        errors.BeforeInventoryStartError,
        "the date is before the item's inventory start date",
        "use a later date, or move the item's start date back in QuickBooks",
    ),
    "6280": Explanation(
        _REJECTED,
        "the customer has charges that are not billed yet",
        "invoice or delete the charges first",
    ),
    "6430": Explanation(
        _REJECTED,
        "an account has a type that may not be used there",
        "choose an account of the type the field asks for, such as Income for sales",
    ),
    "6440": Explanation(
        _REJECTED,
        "a line has neither a product nor an account",
        "give each line an item or an account",
    ),
    "6450": Explanation(
        _REJECTED,
        "the payment is settled already and cannot be voided",
        "give the money back by a refund receipt instead",
    ),
    "6480": Explanation(
        _REJECTED,
        "the document is matched to a line of the bank's",
        "undo the match under Banking in QuickBooks first",
    ),
    "6520": Explanation(
        _REJECTED, "a line with an inventory item has no quantity", "give the line its Qty"
    ),
    "6540": Explanation(
        _REJECTED,
        "the payment lies in a deposit and cannot be changed",
        "take it out of the deposit in QuickBooks first",
    ),
    "10000": Explanation(
        errors.ServerError,
        "something failed inside QuickBooks",
        "try again later; if this document fails each time, ask Intuit with intuit_tid",
    ),
    "10100": Explanation(
        errors.InvalidQueryError,
        "the result is too large",
        "ask for fewer rows, columns or a shorter time",
    ),
    "10200": Explanation(
        errors.UnexpectedReplyError,
        "the company was reset, so what was read of it before is worth nothing",
        "read everything anew, from an empty state",
    ),
}


def is_known(code: str) -> bool:
    """Return whether `code` is in the table."""
    return code in EXPLANATIONS


def explain(code: str) -> Explanation:
    """Return what `code` means; an unknown one is a refusal of the content."""
    return EXPLANATIONS.get(code, UNKNOWN)
