"""The grammar of queries: text in, a parsed query out, or the fault QuickBooks gives.

    SELECT * | COUNT(*) | property [, property] …   FROM Entity
    [WHERE property op value [AND …]]  [ORDERBY | ORDER BY property [ASC|DESC] [, …]]
    [STARTPOSITION n]  [MAXRESULTS n]

Keywords and names are read in any case. Text, dates and numbers stand in single quotes, with a
backslash before a quote inside; true and false stand bare.
Source: Intuit, "Query operations and syntax".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from quickbooks_emulator.problems import Problem

TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<text>'(?:[^'\\]|\\.)*')
  | (?P<number>[0-9]+(?:\.[0-9]+)?(?![A-Za-z_]))
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
  | (?P<sign><=|>=|=|<|>|\(|\)|,|\*)
    """,
    re.VERBOSE | re.DOTALL,
)

KEYWORDS = frozenset({
    "select", "count", "from", "where", "and", "like", "in", "orderby", "order", "by", "asc",
    "desc", "startposition", "maxresults", "true", "false", "null", "or", "not",
})  # fmt: skip

OPERATORS = frozenset({"=", "<", ">", "<=", ">=", "like", "in"})

DEFAULT_RESULTS = 100
MAX_RESULTS = 1000
MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the query and where it begins."""

    kind: str
    text: str
    position: int


@dataclass(frozen=True, slots=True)
class Condition:
    """`property op value`; `value` is text, true or false, or for IN a tuple of them."""

    property: str
    operator: str
    value: str | bool | tuple[str | bool, ...]


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


def parse(text: str) -> Query:
    """The query that `text` spells. Raises Problem 4000 where it spells none."""
    return _Parser(text, _tokens(text)).query()


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            line, column = _place(text, position)
            raise Problem(
                "4000",
                "QueryParserError: Invalid content. "
                f"Lexical error at line {line}, column {column}. "
                f'Encountered: "{text[position]}" ({ord(text[position])}), after : ""',
            )
        kind = str(match.lastgroup)
        word = match.group()
        if kind == "name" and word.lower() in KEYWORDS:
            kind = "keyword"
        if kind != "space":
            tokens.append(Token(kind, word, position))
        position = match.end()
    tokens.append(Token("end", "<EOF>", len(text)))
    return tokens


def _place(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


def unquoted(literal: str) -> str:
    """What stands between the quotes, its backslashes resolved."""
    return re.sub(r"\\(.)", r"\1", literal[1:-1], flags=re.DOTALL)


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._at = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at += token.kind != "end"
        return token

    def _is(self, *words: str) -> bool:
        return self._next.kind in {"keyword", "sign"} and self._next.text.lower() in words

    def _accept(self, *words: str) -> bool:
        if self._is(*words):
            self._take()
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise self._unexpected(f'"{word}"')

    def _unexpected(self, expected: str) -> Problem:
        token = self._next
        line, column = _place(self._text, token.position)
        shown = {
            "name": f'" <IDENTIFIER> "{token.text} ""',
            "text": f'" <STRING> "{token.text} ""',
            "number": f'" <INTEGER> "{token.text} ""',
            "end": '"<EOF>"',
        }.get(token.kind, f'" "{token.text}" "{token.text} ""')
        return Problem(
            "4000",
            f"QueryParserError: Encountered {shown} at line {line}, "
            f"column {column}.\nWas expecting one of:\n    {expected} ...\n    ",
        )

    def _name(self) -> str:
        if self._next.kind != "name":
            raise self._unexpected("<IDENTIFIER>")
        return self._take().text

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
        start = self._integer() if self._accept("startposition") else None
        most = self._integer() if self._accept("maxresults") else None
        if self._next.kind != "end":
            raise self._unexpected("<EOF>")
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
        operator = self._next.text.lower()
        if operator not in OPERATORS:
            raise self._unexpected('"=" "<" ">" "<=" ">=" "LIKE" "IN"')
        self._take()
        if operator != "in":
            return Condition(name, operator, self._value())
        self._expect("(")
        values = [self._value()]
        while self._accept(","):
            values.append(self._value())
        self._expect(")")
        return Condition(name, operator, tuple(values))

    def _value(self) -> str | bool:
        if self._next.kind == "text":
            return unquoted(self._take().text)
        if self._is("true", "false"):
            return self._take().text.lower() == "true"
        # A bare number is no value here: callers who leave the quotes out get 4000.
        raise self._unexpected("<STRING> <BOOLEAN>")

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

    def _integer(self) -> int:
        is_integer = self._next.kind == "number" and self._next.text.isdigit()
        if not is_integer or len(self._next.text) > MAX_DIGITS:
            raise self._unexpected("<INTEGER>")
        return int(self._take().text)
