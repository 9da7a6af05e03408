"""The grammar of queries: text in, a parsed query out, or the fault QuickBooks gives.

    SELECT * | COUNT(*) | property [, property] …   FROM Entity
    [WHERE property op value [AND …]]  [ORDERBY | ORDER BY property [ASC|DESC] [, …]]
    [STARTPOSITION n]  [MAXRESULTS n]        these two in either order

Keywords and names are read in any case. Text, dates and numbers stand in single quotes, with a
backslash before a quote inside; true, false and CURRENT_DATE stand bare.
Source: Intuit, "Query operations and syntax"; recorded requests (MAXRESULTS before STARTPOSITION).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from quickbooks_emulator.query.lexis import (
    END,
    IDENTIFIER,
    INTEGER,
    KEYWORDS,
    STRING,
    token_at,
    unexpected,
    unquoted,
)

if TYPE_CHECKING:
    from quickbooks_emulator.problems import Problem
    from quickbooks_emulator.query.lexis import Token

__all__ = ["KEYWORDS", "Condition", "Day", "Order", "Query", "Value", "parse"]

COMPARISONS = ("=", "<", ">", "<=", ">=", "like")
DEFAULT_RESULTS = 100
MAX_RESULTS = 1000
MAX_DIGITS = 18


class Day(Enum):
    """A value that depends on when it is asked for."""

    CURRENT_DATE = "current_date"


Value: TypeAlias = str | bool | Day


@dataclass(frozen=True, slots=True)
class Condition:
    """`property op value`; for IN `value` is a tuple."""

    property: str
    operator: str
    value: Value | tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """One key of the order."""

    property: str
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was written; nothing in it has been looked up yet."""

    entity: str
    properties: tuple[str, ...] = ("*",)
    is_count: bool = False
    conditions: tuple[Condition, ...] = ()
    order: tuple[Order, ...] = ()
    start_position: int | None = None
    max_results: int | None = None


def parse(text: str, *, reads_bare_numbers: bool = False) -> Query:
    """The query that `text` spells. Raises Problem 4000 where it spells none."""
    return _Parser(text, reads_bare_numbers=reads_bare_numbers).query()


class _Parser:
    """Recursive descent; it remembers what it would have read where it stands, for refusals."""

    def __init__(self, text: str, *, reads_bare_numbers: bool) -> None:
        self._text = text
        self._reads_bare_numbers = reads_bare_numbers
        self._expected: list[str] = []
        self._next = token_at(text, 0)

    def _take(self) -> Token:
        token = self._next
        self._next = token_at(self._text, token.end)
        self._expected.clear()
        return token

    def _accept(self, word: str) -> bool:
        """Whether the keyword or sign comes next; if so it is taken."""
        if self._next.kind in {"keyword", "sign"} and self._next.image.lower() == word:
            self._take()
            return True
        self._expected.append(f'"{word}"')
        return False

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise self._unexpected()

    def _unexpected(self, *more: str) -> Problem:
        return unexpected(self._text, self._next, [*self._expected, *more])

    def _name(self) -> str:
        if self._next.kind != "name":
            raise self._unexpected(IDENTIFIER)
        return self._take().image

    def query(self) -> Query:
        self._expect("select")
        properties, is_count = self._selection()
        self._expect("from")
        entity = self._name()
        conditions: list[Condition] = []
        if self._accept("where"):
            conditions.append(self._condition())
            while self._accept("and"):
                conditions.append(self._condition())
        order = self._order()
        start, most = self._page()
        if self._next.kind != "end":
            raise self._unexpected(END)
        return Query(entity, properties, is_count, tuple(conditions), order, start, most)

    def _selection(self) -> tuple[tuple[str, ...], bool]:
        if self._accept("count"):
            for sign in "(*)":
                self._expect(sign)
            return ("*",), True
        properties = [self._property()]
        while self._accept(","):
            properties.append(self._property())
        return tuple(properties), False

    def _property(self) -> str:
        return "*" if self._accept("*") else self._name()

    def _condition(self) -> Condition:
        name = self._name()
        for operator in COMPARISONS:
            if self._accept(operator):
                return Condition(name, operator, self._value())
        self._expect("in")
        self._expect("(")
        values = [self._value()]
        while self._accept(","):
            values.append(self._value())
        self._expect(")")
        return Condition(name, "in", tuple(values))

    def _value(self) -> Value:
        if self._next.kind == "text":
            return unquoted(self._take().image)
        if self._next.kind == "number" and self._reads_bare_numbers:
            return self._take().image
        self._expected.append(STRING)
        for word in ("true", "false"):
            if self._accept(word):
                return word == "true"
        self._expect("current_date")
        return Day.CURRENT_DATE

    def _order(self) -> tuple[Order, ...]:
        if self._accept("order"):
            self._expect("by")
        elif not self._accept("orderby"):
            return ()
        keys = [self._key()]
        while self._accept(","):
            keys.append(self._key())
        return tuple(keys)

    def _key(self) -> Order:
        name = self._name()
        is_descending = self._accept("desc")
        if not is_descending:
            self._accept("asc")
        return Order(name, is_descending)

    def _page(self) -> tuple[int | None, int | None]:
        """STARTPOSITION and MAXRESULTS, each at most once."""
        start = most = None
        for _ in range(2):
            if start is None and self._accept("startposition"):
                start = self._integer()
            elif most is None and self._accept("maxresults"):
                most = self._integer()
        return start, most

    def _integer(self) -> int:
        is_integer = self._next.kind == "number" and self._next.image.isdecimal()
        if not is_integer or len(self._next.image) > MAX_DIGITS:
            raise self._unexpected(INTEGER)
        return int(self._take().image)
