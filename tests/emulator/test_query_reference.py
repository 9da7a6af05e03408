"""Queries against a plain reading of the same objects. Intuit: "Query operations and syntax"."""

from __future__ import annotations

import operator
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator
    from tests.emulator.conftest import Caller, Shop

COMPARE = {
    "=": operator.eq, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
NAMES = [
    "alpha", "ALPHA two", "Beta", "Beta's", "100% wool", "50 % off", r"back\slash", "Straße",
    "été", "zed", "a" * 60, "a" * 59 + "b", "tab's % all",
]  # fmt: skip
TEXT = {"DisplayName", "CompanyName", "DocNumber"}
PROPERTIES = {
    "Customer": ["DisplayName", "CompanyName", "Balance", "Active", "MetaData.CreateTime", "Id"],
    "Invoice": ["DocNumber", "TxnDate", "DueDate", "Balance", "CustomerRef", "MetaData.CreateTime"],
}
SORTABLE = {
    "Customer": ["DisplayName", "CompanyName", "Balance", "MetaData.LastUpdatedTime"],
    "Invoice": ["DocNumber", "TxnDate", "DueDate", "Balance", "MetaData.CreateTime"],
}
UNHURRIED = settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def world(caller: Caller, emulator: Emulator, shop: Shop) -> dict[str, list[dict[str, Any]]]:
    """Customers and invoices of all sorts, as they are stored."""
    for number, name in enumerate(NAMES):
        emulator.set_clock(f"2026-02-0{1 + number // 3}T08:00:0{number % 3}-08:00", freeze=True)
        body = {"DisplayName": name} | ({"CompanyName": f"Firm {number % 4}"} if number % 2 else {})
        made = emulator.create("Customer", body)
        if number % 5 == 4:
            emulator.update("Customer", {"Id": made["Id"], "Active": False})
            continue
        for day in range(1, 1 + number % 3):
            price = Decimal(number * day) / 4
            bill = shop.invoice(shop.line(1, price), TxnDate=f"2026-01-0{day}")
            bill["CustomerRef"] = {"value": made["Id"]}
            if number % 4:
                bill["DueDate"] = f"2026-02-0{number % 4}"
            emulator.create("Invoice", bill | {"DocNumber": f"{'iI'[day % 2]}-{number}-{day}"})
    caller.refresh()
    return {entity: list(emulator.entities(entity)) for entity in PROPERTIES}


def read(body: dict[str, Any], name: str) -> Any:
    """A property as the reader of a reference page would compare it."""
    value: Any = body
    for step in name.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    if name.startswith("MetaData."):
        return datetime.fromisoformat(value).astimezone(UTC)
    if name == "CustomerRef":
        return value["value"]
    return value.casefold() if name in TEXT and value is not None else value


def spelt(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fits(body: dict[str, Any], condition: tuple[str, str, Any]) -> bool:
    name, sign, wanted = condition
    actual = read(body, name)
    if wanted == " " or (sign == "IN" and " " in wanted and actual is None):
        return actual is None
    if actual is None:
        return False
    if sign == "IN":
        return actual in [one.casefold() if name in TEXT else one for one in wanted]
    if sign == "LIKE":
        expression = ".*".join(re.escape(part) for part in wanted.casefold().split("%"))
        return re.fullmatch(expression, actual, re.DOTALL) is not None
    return bool(COMPARE[sign](actual, wanted.casefold() if name in TEXT else wanted))


def written(condition: tuple[str, str, Any]) -> str:
    name, sign, wanted = condition
    if sign == "IN":
        return f"{name} IN ({', '.join(spelt(one) for one in wanted)})"
    return f"{name} {sign} {spelt(wanted)}"


@st.composite
def conditions(draw: st.DrawFn, entity: str, rows: list[dict[str, Any]]) -> tuple[str, str, Any]:
    """A condition that some rows are likely to meet."""
    name = draw(st.sampled_from(PROPERTIES[entity]))
    known = [value for row in rows if (value := read(row, name)) is not None]
    values = st.sampled_from(known)
    if name in TEXT:
        values = st.sampled_from([value for row in rows if (value := row.get(name))]) | values
    if name == "Balance":
        values |= st.sampled_from([Decimal("0.25"), Decimal(-1), Decimal("1e3").quantize(1)])
    kinds = ["=", "IN"]
    if name not in {"Id", "Active", "CustomerRef"}:
        kinds += ["<", ">", "<=", ">="]
    if name in TEXT:
        kinds.append("LIKE")
    sign = draw(st.sampled_from(kinds))
    if sign == "IN":
        return name, sign, draw(st.lists(values, min_size=1, max_size=4))
    if sign == "LIKE":
        text = draw(values)
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
        return name, sign, draw(st.sampled_from(["%", ""])) + text[start:end] + "%"
    if sign == "=" and name not in {"Id", "Active", "MetaData.CreateTime"} and draw(st.booleans()):
        return name, sign, " "
    return name, sign, draw(values)


def test_conditions_and_orders_mean_what_they_say(
    caller: Caller, world: dict[str, list[dict[str, Any]]]
) -> None:
    """
    Any conditions and any order give the rows that a plain reading of each object gives.
    Source: Intuit, "Query operations and syntax"; "Customer", "Invoice".
    """

    @given(st.data())
    @UNHURRIED
    def holds(data: st.DataObject) -> None:
        entity = data.draw(st.sampled_from(sorted(world)))
        rows = world[entity]
        asked = data.draw(st.lists(conditions(entity, rows), max_size=3))
        keys = data.draw(
            st.lists(
                st.tuples(st.sampled_from(SORTABLE[entity]), st.booleans()),
                max_size=2,
                unique_by=lambda key: key[0],
            )
        )
        where = " AND ".join(written(one) for one in asked)
        order = ", ".join(f"{name} {'DESC' if down else 'ASC'}" for name, down in keys)
        rest = (f"WHERE {where} " if where else "") + (f"ORDERBY {order}" if order else "")
        expected = [row for row in rows if all(fits(row, one) for one in asked)]
        if entity == "Customer" and "Active" not in where:
            expected = [row for row in expected if row["Active"]]

        found = caller.rows(entity, f"{rest} MAXRESULTS 1000")

        assert {row["Id"] for row in expected} == {row["Id"] for row in found}, rest
        assert len(expected) == len(found)
        assert (
            len(expected)
            == caller.query(f"select count(*) from {entity} {f'where {where}' if where else ''}")[
                "totalCount"
            ]
        )
        for name, down in reversed(keys):
            expected.sort(key=lambda row: rank(read(row, name)), reverse=down)
        assert [[read(row, name) for name, _ in keys] for row in expected] == [
            [read(row, name) for name, _ in keys] for row in found
        ], rest

    holds()


def rank(value: Any) -> tuple[bool, Any]:
    return value is not None, value if value is not None else 0


def test_pages_put_together_are_the_whole(
    caller: Caller, world: dict[str, list[dict[str, Any]]]
) -> None:
    """
    For any size of pages, any conditions and any order, also none, of rows that nobody changes.
    Source: Intuit, "Query operations and syntax", pagination.
    """

    @given(st.data())
    @UNHURRIED
    def holds(data: st.DataObject) -> None:
        entity = data.draw(st.sampled_from(sorted(world)))
        asked = data.draw(st.lists(conditions(entity, world[entity]), max_size=1))
        where = "".join(f"WHERE {written(one)}" for one in asked)
        order = data.draw(st.sampled_from(["", *(f"ORDERBY {one}" for one in SORTABLE[entity])]))
        size = data.draw(st.integers(1, 12))
        whole = caller.rows(entity, f"{where} {order} MAXRESULTS 1000")

        pages, start = [], 1
        while True:
            text = f"select * from {entity} {where} {order} startposition {start} maxresults {size}"
            page = caller.query(text)
            if not page:
                break
            assert (start, len(page[entity])) == (page["startPosition"], page["maxResults"])
            assert len(page[entity]) <= size
            pages += page[entity]
            start += size

        assert whole == pages

    holds()


def test_no_text_breaks_the_endpoint(
    caller: Caller, world: dict[str, list[dict[str, Any]]]
) -> None:
    """
    Whatever stands in the query, the answer is rows or a fault 4000 or 4001, posted or not.
    Source: Intuit, "Error codes" (4000, 4001).
    """
    words = st.sampled_from([
        "Id", "DisplayName", "Balance", "Active", "MetaData.CreateTime", "BillAddr.City", "Line",
        "PrimaryEmailAddr", "=", "<", ">=", "LIKE", "IN", "AND", "ORDERBY", "DESC", "STARTPOSITION",
        "MAXRESULTS", "1", "0", "''", "' '", "'%'", "'a%%a%'", "'true'", "true", "'1e99999999'",
        "'NaN'", "'9999-12-31'", "CURRENT_DATE", "(", ")", ",",
    ])  # fmt: skip
    texts = st.one_of(
        st.text(max_size=40),
        st.lists(words, max_size=10).map(lambda more: " ".join(["select * from Customer", *more])),
        st.lists(words, min_size=1, max_size=8).map(
            lambda more: " ".join(["select * from Customer where", *more])
        ),
        st.builds(
            "select {} from Customer where {} {} {}".format, *[words] * 4,
        ),
    )  # fmt: skip

    @given(texts)
    @settings(UNHURRIED, max_examples=200)
    def holds(text: str) -> None:
        asked = caller.send("GET", "query", params={"query": text})
        posted = caller.send(
            "POST",
            "query",
            data=text.encode(),
            headers={"Content-Type": "application/text"},
        )
        assert asked.status_code == posted.status_code, text
        if asked.status_code != 200:
            assert 400 == asked.status_code
            assert asked.json()["Fault"] == posted.json()["Fault"]
            assert asked.json()["Fault"]["Error"][0]["code"] in {"4000", "4001"}

    holds()
