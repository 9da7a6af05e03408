"""The words of refused queries. Intuit: "Error codes" (4000, 4001) and recorded answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Caller

MET = "QueryParserError: Encountered "
LEXICAL = "QueryParserError: Invalid content. Lexical error at line 1, column "
BEHIND_A_CONDITION = (
    "\nWas expecting one of:"
    + "".join(
        f'\n    "{word}" ...' for word in ("and", "order", "orderby", "startposition", "maxresults")
    )
    + "\n    <EOF> \n    "
)
A_VALUE = (
    "\nWas expecting one of:\n    <STRING> ..."
    + "".join(f'\n    "{word}" ...' for word in ("true", "false", "current_date"))
    + "\n    "
)
BY = '\nWas expecting:\n    "by" ...\n    '
A_NAME = "\nWas expecting:\n    <IDENTIFIER> ...\n    "


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        # The first two as recorded, whole.
        ("SELECT * FROM NULL", f'{MET}" "null" "NULL "" at line 1, column 15.{A_NAME}'),
        ("", f'{MET}"<EOF>" at line 0, column 0.\nWas expecting:\n    "select" ...\n    '),
        (
            "SELECT * FROM Invoice ORDER TxnDate",
            f'{MET}" <IDENTIFIER> "TxnDate "" at line 1, column 29.{BY}',
        ),
        ("select * from", f'{MET}"<EOF>" at line 1, column 13.{A_NAME}'),
        ("select *\n  from 'x'", f'{MET}" <STRING> "\\\'x\\\' "" at line 2, column 8.{A_NAME}'),
        (
            "select * from Invoice where Balance > 0",
            f'{MET}" <INTEGER> "0 "" at line 1, column 39.{A_VALUE}',
        ),
        (
            "select * from Item where Name = 'a' OR Name = 'b'",
            f'{MET}" "or" "OR "" at line 1, column 37.{BEHIND_A_CONDITION}',
        ),
        (
            "select * from Item where Name = 'Adam''s'",
            f'{MET}" <STRING> "\\\'s\\\' "" at line 1, column 39.{BEHIND_A_CONDITION}',
        ),
        (
            "select * from Item where Name in ()",
            f'{MET}" ")" ") "" at line 1, column 35.{A_VALUE}',
        ),
        (
            "select * from Item where Name != 'a'",
            f'{LEXICAL}31.  Encountered: "!" (33), after : ""',
        ),
        (
            "select * from Item where Name = ‘a’",  # noqa: RUF001 - curly quotes are the point
            f'{LEXICAL}33.  Encountered: "\\u2018" (8216), after : ""',
        ),
        (
            "select * from Item where Name = 'ab",
            f'{LEXICAL}36.  Encountered: <EOF> after : "\\\'ab"',
        ),
    ],
)
def test_what_does_not_parse_is_met_in_the_parsers_words(
    caller: Caller, text: str, detail: str
) -> None:
    """
    What was met, where, and what would have been read. Source: recorded answers.
    """
    reply = caller.send("GET", "query", params={"query": text})

    assert 400 == reply.status_code
    fault = reply.json()["Fault"]
    expected = {"Message": "Error parsing query", "Detail": detail, "code": "4000"}
    assert {"Error": [expected], "type": "ValidationFault"} == fault


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("SELECT * FROM Custmoer", "invalid context declaration: Custmoer"),
        ("select * from JournalCode", "Metadata not found for Entity: JournalCode"),
        ("select * from Item startposition 0", "value 0 is too small. Min allowed value is 1"),
        ("select * from Item maxresults 0", "value 0 is too small. Min allowed value is 1"),
        ("select count(*) from Item maxresults 0", "value 0 is too small. Min allowed value is 1"),
        (
            "select * from Item where Colour = 'red'",
            "Property Colour not found for Entity Item",
        ),
        ("select Colour from Item", "Property Colour not found for Entity Item"),
        ("select *, Colour from Item", "Property Colour not found for Entity Item"),
        ("select * from item orderby Colour", "Property Colour not found for Entity Item"),
        (
            "select * from Invoice where AccountRef = '1'",
            "Property AccountRef not found for Entity Invoice",
        ),
        (
            "select * from Invoice where Active = true",
            "Property Active not found for Entity Invoice",
        ),
        ("select * from Invoice where Line = '1'", "property 'Line' is not queryable"),
        (
            "select * from Invoice where departmentref = '1'",
            "property 'DepartmentRef' is not queryable",
        ),
        (
            "select * from Invoice where CustomerRef.value = '1'",
            "property 'CustomerRef.value' is not queryable",
        ),
        (
            "select * from Invoice where Line.Amount = '1'",
            "property 'Line.Amount' is not queryable",
        ),
    ],
)
def test_what_makes_no_sense_is_named(caller: Caller, text: str, detail: str) -> None:
    """
    Source: recorded answers; Intuit, "Error codes" (4001).
    """
    reply = caller.send("GET", "query", params={"query": text})

    assert 400 == reply.status_code
    expected = {
        "Message": "Invalid query",
        "Detail": f"QueryValidationError: {detail}",
        "code": "4001",
    }
    assert {"Error": [expected], "type": "ValidationFault"} == reply.json()["Fault"]
