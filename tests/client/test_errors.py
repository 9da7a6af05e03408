"""The errors themselves: one tree, each with all that a person needs, safe to carry about."""

from __future__ import annotations

import copy
import inspect
import pickle
import re

import pytest

import quickbooks_client
from quickbooks_client import errors
from quickbooks_client.broken_rules import BROKEN_RULES, explain_broken_rule
from quickbooks_client.explanations import EXPLANATIONS, UNKNOWN, Explanation, explain

LISTED = """
120 130 140 150 500 600 610 620 630 700 800 900 1000 1010 1020 1030 1040 1050 2000 2010
2020 2030 2040 2050 2060 2070 2080 2090 2100 2110 2120 2130 2140 2150 2160 2170 2190 2210
2250 2290 2300 2500 2600 3001 3100 3200 4000 4001 4002 5000 5010 5020 5030 6000 6010 6030
6070 6080 6090 6100 6140 6170 6180 6190 6200 6210 6220 6240 6250 6270 6280 6430 6440 6450
6480 6520 6540 10000 10100 10200
"""
"""Source: Intuit, "Error codes" (read 2026-11)."""
CODES = frozenset(LISTED.split())

OWN_CLASS = {
    "120": errors.AuthenticationError,
    "130": errors.WrongCompanyError,
    "140": errors.ServerError,
    "150": errors.ServerError,
    "600": errors.RequestInProgressError,
    "610": errors.NotFoundError,
    "2500": errors.InvalidReferenceError,
    "3001": errors.ThrottledError,
    "3100": errors.WrongCompanyError,
    "3200": errors.AuthenticationError,
    "4000": errors.InvalidQueryError,
    "4001": errors.InvalidQueryError,
    "4002": errors.InvalidQueryError,
    "5010": errors.StaleError,
    "5020": errors.NotPermittedError,
    "5030": errors.FeatureUnavailableError,
    "6140": errors.DuplicateNumberError,
    "6190": errors.CompanyClosedError,
    "6200": errors.ClosedPeriodError,
    "6210": errors.ClosedPeriodError,
    "6240": errors.DuplicateNameError,
    "6270": errors.BeforeInventoryStartError,
    "10000": errors.ServerError,
    "10100": errors.InvalidQueryError,
    "10200": errors.UnexpectedReplyError,
}
"""Codes that a caller reacts to in a way of its own; the others are refusals of a record."""

CLASSES = [
    one
    for _, one in inspect.getmembers(errors, inspect.isclass)
    if issubclass(one, errors.QuickBooksError)
]


def made(kind: type[errors.QuickBooksError]) -> errors.QuickBooksError:
    error = kind(
        "QuickBooks refused it.",
        status=400,
        code="6140",
        intuit_tid="1-tid",
        attempted="write invoice",
    )
    error.tries, error.elapsed_s, error.may_be_applied = 3, 4.5, True
    error.afterword = "Gave up after 3 tries in 4 s."
    return error


def test_the_table_holds_every_code_intuit_lists() -> None:
    """
    And none that it does not.
    """
    assert CODES == set(EXPLANATIONS)


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_code_has_the_class_its_caller_needs(code: str) -> None:
    """
    A class of its own where a caller reacts differently, else a refusal of the record.
    """
    assert OWN_CLASS.get(code, errors.RejectedError) is explain(code).error


@pytest.mark.parametrize(
    "explanation",
    [*EXPLANATIONS.values(), *(one for _, one in BROKEN_RULES)],
)
def test_a_cause_and_an_action_are_words_for_a_person(explanation: Explanation) -> None:
    """
    Each a part of a sentence that says more than that something is not valid.
    """
    for words in (explanation.cause, explanation.action):
        assert 3 <= len(words.split()) <= 30 or explanation.action == words == "give TotalAmt"
        assert words == words.strip().rstrip(".")
        assert not re.search(r"\b(is|was) not valid$|^correct the (record|value)$", words)
    assert explanation.cause != explanation.action


def test_no_two_codes_are_explained_alike() -> None:
    """
    But the four of numbers, which differ for Intuit's parsers only.
    """
    causes = [EXPLANATIONS[code].cause for code in CODES]

    assert len(CODES) - 3 == len(set(causes))


def test_an_unknown_code_is_a_refusal_of_the_record() -> None:
    """
    New codes stop no run.
    """
    assert UNKNOWN is explain("7777")
    assert errors.RejectedError is UNKNOWN.error


@pytest.mark.parametrize(
    ("detail", "kind", "cause"),
    [
        (
            (
                "Another user was editing a transaction with inventory products at exactly the same"
                " time. Please try again in 30 minutes."
            ),
            errors.InventoryLockedError,
            "same moment",
        ),
        (
            (
                "At the same time as you, another user was deleting a transaction with an inventory"
                " product."
            ),
            errors.InventoryLockedError,
            "same moment",
        ),
        (
            "Something went wrong on our end; could not adjust the stock starting value (-10600)",
            errors.RejectedError,
            "quantity was set",
        ),
        ("You must set a transaction amount", errors.RejectedError, "amount is missing"),
        (
            (
                "When you create an item, if Track quantity on hand is turned off, the item cannot"
                " be of type Inventory."
            ),
            errors.FeatureUnavailableError,
            "does not track quantities",
        ),
        (
            "You cannot modify a list element that has been deleted.",
            errors.InvalidReferenceError,
            "inactive",
        ),
        ("You can't adjust Tea below zero: 3 on hand.", errors.RejectedError, "below zero"),
        (
            "Tea is not an inventory item and cannot be adjusted.",
            errors.RejectedError,
            "not tracked",
        ),
        ("Transaction is not in balance", errors.RejectedError, "debits and credits"),
        ("The amount applied exceeds the open balance.", errors.RejectedError, "more is applied"),
        ("A transaction cannot have more than 750 lines.", errors.RejectedError, "more lines"),
        ("The currency EUR cannot be used.", errors.RejectedError, "one currency"),
        ("Make sure all your sales tax rates are active.", errors.RejectedError, "tax"),
        (
            "When you use Accounts Receivable, you must choose a customer in the Name field.",
            errors.RejectedError,
            "account",
        ),
        ("Another user was editing this customer at the same time.", errors.RejectedError, "rule"),
        ("Only one discount line is allowed.", errors.RejectedError, "rule"),
        ("", errors.RejectedError, "rule"),
    ],
)
def test_a_broken_rule_is_told_apart_where_its_words_allow(
    detail: str, kind: type[errors.QuickBooksError], cause: str
) -> None:
    """
    6000 is a catch-all. What gives no hint stays a broken rule of the books.
    """
    found = explain_broken_rule(f"Business Validation Error: {detail}")

    assert kind is found.error
    assert cause in found.cause


def test_the_tree_that_is_drawn_is_the_tree() -> None:
    """
    At the top of the module, every class under its base, with nothing missing.
    """
    drawn: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^ {4}([│├└─ ]*)(\w+Error)\b", line)
        if found:
            path[len(found[1]) // 4 :] = [found[2]]
            drawn[found[2]] = path[-2] if len(path) > 1 else "Exception"

    assert {one.__name__: one.__bases__[0].__name__ for one in CLASSES} == drawn


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_is_public_and_says_what_it_means(kind: type[errors.QuickBooksError]) -> None:
    """
    In the package's own names, with a docstring, and under the base that says what to do next.
    """
    assert getattr(quickbooks_client, kind.__name__, None) is kind or "SignIn" in str(kind.__mro__)
    assert inspect.cleandoc(kind.__doc__ or "").endswith(".")
    assert kind is errors.QuickBooksError or any(
        issubclass(kind, base)
        for base in (
            errors.RetriableError,
            errors.ConfigurationError,
            errors.RejectedError,
            errors.UnexpectedReplyError,
        )
    )


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_can_be_carried_about(kind: type[errors.QuickBooksError]) -> None:
    """
    To another process, into a set, through a group, always the same.
    """
    error = made(kind)

    for twin in (copy.copy(error), copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert (type(error), str(error), vars(error)) == (type(twin), str(twin), vars(twin))
    assert {error} == {error, error}
    caught = []
    try:
        raise ExceptionGroup("several", [error, ValueError("another")])
    except* errors.QuickBooksError as group:
        caught += group.exceptions
    except* ValueError:
        pass
    assert [error] == caught


def test_a_message_says_what_was_tried_what_came_and_what_to_do() -> None:
    """
    With status, code and intuit_tid, for Intuit's support.
    """
    assert (
        "write invoice: QuickBooks refused it. Gave up after 3 tries in 4 s."
        " [HTTP 400, Intuit code 6140, intuit_tid 1-tid]"
    ) == str(made(errors.DuplicateNumberError))
    assert "QuickBooks refused it." == str(errors.RejectedError("QuickBooks refused it."))
    assert "DuplicateNumberError('QuickBooks refused it.')" == repr(
        made(errors.DuplicateNumberError)
    )
