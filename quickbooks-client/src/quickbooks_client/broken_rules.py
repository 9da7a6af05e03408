"""Code 6000, which stands for every broken rule of the books: what its `Detail` hints at.

Texts change, so only words are matched that have stood in each version seen; what fits none stays a
broken rule like any other, refused and flagged with QuickBooks' own words.
Source: Intuit, "Error codes"; what integrators have reported.
"""

from __future__ import annotations

import re

from quickbooks_client import errors
from quickbooks_client.explanations import EXPLANATIONS, Explanation

_REJECTED = errors.RejectedError


def _hint(pattern: str, explanation: Explanation) -> tuple[re.Pattern[str], Explanation]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL), explanation


BROKEN_RULES: tuple[tuple[re.Pattern[str], Explanation], ...] = (
    _hint(
        # Both words, in either order: QuickBooks has named them each time, in many sentences.
        r"(?=.*\binventory\b)(?=.*(same (time|moment)|\b30 minutes))",
        Explanation(
            errors.InventoryLockedError,
            "another inventory transaction was being written at the same moment",
            "send it again in a few seconds, one write at a time",
        ),
    ),
    _hint(
        r"-10600\b|stock starting value",
        Explanation(
            _REJECTED,
            "an item's quantity was set by changing the item",
            "change the quantity by an inventory adjustment",
        ),
    ),
    _hint(
        r"below (zero|0\b)|negative (inventory|stock|quantity)"
        r"|(insufficient|not enough) (quantity|stock)",
        Explanation(
            _REJECTED,
            "the item's stock would fall below zero",
            "enter the receipt that is missing, or correct the count, before taking more out",
        ),
    ),
    _hint(
        r"not an? inventory (item|product)|not track(ed|ing)? (the )?(quantity|inventory)",
        Explanation(
            _REJECTED,
            "the item's stock is not tracked",
            "leave the item out, or make it an inventory item in QuickBooks",
        ),
    ),
    _hint(
        r"quantity on hand is (turned|switched) off|cannot be of type inventory",
        Explanation(
            errors.FeatureUnavailableError,
            "the company does not track quantities: switched off, or the plan lacks it",
            "switch on tracking of quantities under Account and settings, Sales (Plus or Advanced)",
        ),
    ),
    _hint(
        r"list element that has been deleted",
        Explanation(
            errors.InvalidReferenceError,
            "the object, or one it refers to, is inactive",
            "make it active in QuickBooks first",
        ),
    ),
    _hint(
        r"must set a transaction amount",
        Explanation(_REJECTED, "the amount is missing", "give TotalAmt"),
    ),
    _hint(
        r"(debits and credits|not in balance)",
        EXPLANATIONS["2300"],
    ),
    _hint(
        r"amount applied|exceeds the open balance|less than what was applied",
        Explanation(
            _REJECTED,
            "more is applied than is open or was paid",
            "read the open balance and apply at most that",
        ),
    ),
    _hint(
        r"\b(more than|maximum( of)?) \d[\d,]* (lines|links)",
        Explanation(
            _REJECTED, "the document has more lines than QuickBooks takes", "part it into several"
        ),
    ),
    _hint(
        r"\b(multi-?)?currenc(y|ies)\b",
        Explanation(
            _REJECTED,
            "document, customer and accounts are not of one currency, or multicurrency is off",
            "use the customer's currency, and accounts of that currency",
        ),
    ),
    _hint(
        r"\b(sales tax|tax (code|rate|agency)s?|GST|VAT)\b",
        Explanation(
            _REJECTED,
            "the tax does not suit the document or the company's tax settings",
            "check each line's tax code and the company's tax settings",
        ),
    ),
    _hint(
        r"\baccounts?\b.*\b(types?|inactive|deleted|must be two)\b|choose a (customer|vendor)",
        Explanation(
            _REJECTED,
            "an account does not suit: wrong type, inactive, or without the name it needs",
            "choose another account; lines on receivables or payables need a customer or vendor",
        ),
    ),
)
"""Hints in the `Detail` of 6000; the first that fits is told beside QuickBooks' own words. Texts
change: what fits none is a broken rule like any other, refused and flagged."""


def explain_broken_rule(detail: str) -> Explanation:
    """Return what the `Detail` of a 6000 means, as far as it gives a hint."""
    found = (explanation for pattern, explanation in BROKEN_RULES if pattern.search(detail))
    return next(found, EXPLANATIONS["6000"])
