"""The grammar as a whole. Intuit: "Query operations and syntax"."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quickbooks_emulator.problems import Problem
from quickbooks_emulator.query.grammar import KEYWORDS, Condition, Day, Order, Query, parse

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True).filter(
    lambda name: name.lower() not in KEYWORDS
)
PROPERTIES = st.lists(NAMES, min_size=1, max_size=2).map(".".join)
VALUES = st.one_of(st.text(max_size=20), st.booleans(), st.just(Day.CURRENT_DATE))
CONDITIONS = st.one_of(
    st.builds(Condition, PROPERTIES, st.sampled_from(["=", "<", ">", "<=", ">=", "like"]), VALUES),
    st.builds(
        Condition, PROPERTIES, st.just("in"), st.lists(VALUES, min_size=1, max_size=4).map(tuple)
    ),
)
NUMBERS = st.none() | st.integers(min_value=0, max_value=10**9)
QUERIES = st.one_of(
    st.builds(
        Query,
        NAMES,
        st.lists(st.just("*") | PROPERTIES, min_size=1, max_size=3).map(tuple),
        st.just(False),
        st.lists(CONDITIONS, max_size=3).map(tuple),
        st.lists(st.builds(Order, PROPERTIES, st.booleans()), max_size=2).map(tuple),
        NUMBERS,
        NUMBERS,
    ),
    st.builds(
        Query,
        NAMES,
        st.just(("*",)),
        st.just(True),
        st.lists(CONDITIONS, max_size=2).map(tuple),
    ),
)


def cased(draw: st.DrawFn, word: str) -> str:
    return "".join(draw(st.sampled_from([letter.lower(), letter.upper()])) for letter in word)


def literal(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Day):
        return "CURRENT_DATE"
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


@st.composite
def printed(draw: st.DrawFn) -> tuple[Query, str]:
    """A query and one of its spellings."""
    query = draw(QUERIES)
    gap = draw(st.sampled_from([" ", "  ", "\n", "\t "]))
    words = [cased(draw, "select")]
    words.append(f"{cased(draw, 'count')}(*)" if query.is_count else ", ".join(query.properties))
    words += [cased(draw, "from"), query.entity]
    for number, condition in enumerate(query.conditions):
        words += [cased(draw, "and" if number else "where"), condition.property]
        if isinstance(condition.value, tuple):
            values = ", ".join(literal(value) for value in condition.value)
            words += [cased(draw, "in"), f"({values})"]
        else:
            words += [cased(draw, condition.operator), literal(condition.value)]
    for number, key in enumerate(query.order):
        if number == 0:
            words.append(draw(st.sampled_from(["ORDERBY", "order by", "Order  By"])))
        ending = " desc" if key.is_descending else draw(st.sampled_from(["", " ASC"]))
        comma = "," if number < len(query.order) - 1 else ""
        words.append(f"{key.property}{ending}{comma}")
    page = []
    if query.start_position is not None:
        page.append([cased(draw, "startposition"), str(query.start_position)])
    if query.max_results is not None:
        page.append([cased(draw, "maxresults"), str(query.max_results)])
    for clause in draw(st.permutations(page)):
        words += clause
    return query, gap.join(words)


@given(printed())
@settings(deadline=None, max_examples=150)
def test_what_is_printed_parses_back(pair: tuple[Query, str]) -> None:
    """
    Every query, however it is spelt, comes back as it was meant. Source: Intuit, "Query operations
    and syntax".
    """
    query, text = pair

    assert query == parse(text)


WORDS = st.sampled_from([
    *sorted(KEYWORDS), "*", ",", "(", ")", "=", "<", ">", "<=", ">=", "Item", "Name", "Id",
    "MetaData.LastUpdatedTime", "'a'", "'", "\\", "'2026-01-01'", "1", "1.5", "-1", "!", ";", "é",
])  # fmt: skip


@given(
    st.text(max_size=60)
    | st.text(alphabet="selctfromwha*'=<>(), \\1%.", max_size=60)
    | st.lists(WORDS, max_size=20).map(" ".join)
    | st.lists(WORDS, max_size=12).map(lambda words: " ".join(["select * from Item where", *words]))
)
@settings(deadline=None, max_examples=600)
def test_any_text_parses_or_is_refused(text: str) -> None:
    """
    Nothing but a query or a fault 4000 comes of a text. Source: Intuit, "Error codes" (4000).
    """
    codes = []
    for reads_bare_numbers in (False, True):
        try:
            parse(text, reads_bare_numbers=reads_bare_numbers)
        except Problem as problem:
            codes.append((problem.code, problem.detail.partition(":")[0]))

    assert {*codes} <= {("4000", "QueryParserError")}


@pytest.mark.parametrize("order", ["STARTPOSITION 3 MAXRESULTS 5", "maxresults 5 startposition 3"])
def test_the_two_clauses_of_a_page_come_in_either_order(order: str) -> None:
    """
    Source: recorded requests of 2020 and 2026.
    """
    assert Query("Vendor", start_position=3, max_results=5) == parse(
        f"select * from Vendor {order}"
    )


@pytest.mark.parametrize(
    "text",
    [
        "select * from Item maxresults " + "9" * 5000,
        "select * from Item maxresults 1.5",
        "select * from Item startposition -1",
        "select * from Item maxresults '5'",
        "select * from Item maxresults 5 maxresults 5",
        "select * from Item maxresults 5 where Name = 'a'",
        "select * from Item orderby Name where Name = 'a'",
        "select * from Item orderby",
        "select * from Item orderby Name,",
        "select * from Item order by Name sideways",
        "select from Item",
        "select count(Id) from Item",
        "select distinct Name from Item",
        "select Name as N from Item",
        "select * from Item, Customer",
        "select * from Item join Customer",
        "select * from Item as i",
        "select * from Item group by Type",
        "select * from Item where Name is null",
        "select * from Item where Name = null",
        "select * from Item where not Name = 'a'",
        "select * from Item where Name not like 'a'",
        "select * from Item where Name <> 'a'",
        "select * from Item where Name == 'a'",
        "select * from Item where upper(Name) = 'A'",
        'select * from Item where Name = "a"',
        "select * from Item where Name = a",
        "select * from Item where 'a' = Name",
        "select * from Item where UnitPrice + 1 = '2'",
        "select * from Item where Name in 'a'",
        "select * from Item where Name in ('a',)",
        "select * from Item where Name between 'a' and 'b'",
        "select * from Item where and Name = 'a'",
        "select * from Item where Name = 'a' and",
        "select * from Item -- all",
        "select * from Item\u00a0where Name = 'a'",
        "select * from Item limit 5",
        "insert into Item",
    ],
)
def test_what_the_grammar_has_not_is_refused(text: str) -> None:
    """
    Source: Intuit, "Query operations and syntax", what queries do not support.
    """
    with pytest.raises(Problem) as refused:
        parse(text)

    assert "4000" == refused.value.code


def test_bare_numbers_are_values_when_a_switch_lets_them() -> None:
    """
    Source: Intuit, "Query operations and syntax" (value_without_quote); reports of 4000.
    """
    text = "select * from Invoice where Balance > -1.5 and Id in (1, 2)"
    conditions = (Condition("Balance", ">", "-1.5"), Condition("Id", "in", ("1", "2")))

    assert Query("Invoice", conditions=conditions) == parse(text, reads_bare_numbers=True)
    with pytest.raises(Problem):
        parse(text)


def test_a_very_long_list_is_read() -> None:
    """
    No limit to the length of IN is known. Source: Intuit, "Query operations and syntax" (POST).
    """
    ids = tuple(str(number) for number in range(20_000))
    listed = ", ".join(f"'{one}'" for one in ids)

    assert (Condition("Id", "in", ids),) == parse(
        f"select * from Item where Id in ({listed})"
    ).conditions
