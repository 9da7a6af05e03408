"""The grammar as a whole. Intuit: "Query operations and syntax"."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quickbooks_emulator.problems import Problem
from quickbooks_emulator.query.grammar import KEYWORDS, Condition, Order, Query, parse

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True).filter(
    lambda name: name.lower() not in KEYWORDS
)
PROPERTIES = st.lists(NAMES, min_size=1, max_size=2).map(".".join)
VALUES = st.one_of(st.text(max_size=20), st.booleans())
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
    st.builds(Query, NAMES, st.just(("*",)), st.just(True)),
)


def cased(draw: st.DrawFn, word: str) -> str:
    return "".join(draw(st.sampled_from([letter.lower(), letter.upper()])) for letter in word)


def literal(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
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
    if query.start_position is not None:
        words += [cased(draw, "startposition"), str(query.start_position)]
    if query.max_results is not None:
        words += [cased(draw, "maxresults"), str(query.max_results)]
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


@given(st.text(max_size=60) | st.text(alphabet="selctfromwha*'=<>(), \\1%.", max_size=60))
@settings(deadline=None, max_examples=300)
def test_any_text_parses_or_is_refused(text: str) -> None:
    """
    Nothing but a query or a fault 4000 comes of a text. Source: Intuit, "Error codes" (4000).
    """
    codes = []
    try:
        parse(text)
    except Problem as problem:
        codes.append(problem.code)

    assert codes in ([], ["4000"])


def test_a_number_of_endless_digits_is_refused() -> None:
    """
    Source: Intuit, "Error codes" (4000).
    """
    with pytest.raises(Problem):
        parse("select * from Item maxresults " + "9" * 5000)
