"""Whatever is sent, the answer is one that the service gives. Intuit: "Error codes"."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quickbooks_emulator.catalogue import ENTITIES
from quickbooks_emulator.catalogue.line_shapes import KINDS_OF, LINE
from quickbooks_emulator.catalogue.shapes import Shape, Sort, shapes_of

if TYPE_CHECKING:
    from tests.emulator.conftest import Caller, Shop

IDS = ["1", "2", "3", "4", "33", "35", "41", "79", "80", "81", "97", "999", "x", "-1", "0", ""]
IDS = [*IDS[:-5] * 4, *IDS[-5:]]
WORDS = "aé<&\\'\" \n"
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-999, max_value=999),
    st.text(WORDS, max_size=8),
    st.sampled_from([*IDS, "2026-03-01", "2026-02-30", "a@b.co", "USD", "EUR", "TAX", "NON", "2"]),
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
REFERENCES = st.fixed_dictionaries({"value": st.sampled_from(IDS)})
PLAIN_LINE = frozenset({"Id", "LineNum", "Description", "LinkedTxn", "ProjectRef", "Received"})
AMOUNTS = st.sampled_from([0, 1, 10, -5, "7", 12.5, 100, 10**16])


@st.composite
def some(
    draw: st.DrawFn,
    must: dict[str, st.SearchStrategy[Any]],
    optional: dict[str, st.SearchStrategy[Any]],
) -> dict[str, Any]:
    """What must be there, and a few of the others."""
    names = st.lists(st.sampled_from(sorted(optional)), max_size=4, unique=True)
    chosen = {name: optional[name] for name in draw(names)} if optional else {}
    return {name: draw(value) for name, value in {**must, **chosen}.items()}


def fitting(shape: Shape) -> st.SearchStrategy[Any]:
    """A value of the right kind, most of the time."""
    if shape.choices:
        return st.sampled_from([*sorted(shape.choices) * 4, "Nonsense"])
    if shape.sort is Sort.OBJECT and shape.members:
        inner = {name: fitting(one) for name, one in shape.members.items()}
        return some({}, inner)
    by_kind: dict[Sort, st.SearchStrategy[Any]] = {
        Sort.TEXT: st.one_of(*[st.sampled_from(IDS)] * 9, st.text(WORDS, max_size=5)),
        Sort.NUMBER: AMOUNTS,
        Sort.TRUTH: st.booleans(),
        Sort.DATE: st.sampled_from([*["2026-03-01"] * 6, "2019-01-01", "2026-02-30", "soon"]),
        Sort.LIST: st.lists(fitting(shape.of), max_size=2) if shape.of else ANYTHING,
    }
    return by_kind.get(shape.sort, ANYTHING)


Wrap = Callable[[st.SearchStrategy[Any]], st.SearchStrategy[Any]]


def as_it_is(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return value


def mostly(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(value, value, value, value, ANYTHING)


@cache
def bodies(entity: str, wrap: Wrap) -> st.SearchStrategy[Any]:
    known = {name: wrap(fitting(shape)) for name, shape in shapes_of(entity).items()}
    required = ENTITIES[entity].required
    if "Line" in ENTITIES[entity].properties:
        known["Line"] = wrap(st.lists(lines(entity, wrap), min_size=1, max_size=3))
    must = {name: known.pop(name) for name in required if name in known}
    return some(must, known)


def lines(entity: str, wrap: Wrap) -> st.SearchStrategy[Any]:
    optional = {name: wrap(fitting(shape)) for name, shape in LINE.items() if name in PLAIN_LINE}
    kinds = sorted(KINDS_OF.get(entity, {"none"}))
    return st.one_of(*(line(kind, optional, wrap) for kind in kinds))


def line(
    kind: str, optional: dict[str, st.SearchStrategy[Any]], wrap: Wrap
) -> st.SearchStrategy[Any]:
    """A line of a kind with its detail, its references most often there."""
    must = {"DetailType": st.just(kind), "Amount": AMOUNTS}
    detail = LINE.get(kind)
    if kind == "GroupLineDetail":
        parts = {"Quantity": AMOUNTS, "Line": ANYTHING}
        must[kind] = wrap(st.fixed_dictionaries({"GroupItemRef": REFERENCES}, optional=parts))
    elif detail is not None and detail.members:
        inner = {name: wrap(fitting(one)) for name, one in detail.members.items()}
        named = {name: inner.pop(name) for name in ("ItemRef", "AccountRef") if name in inner}
        must[kind] = wrap(some(named, inner))
    return some(must, optional)


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, Any, dict[str, str]]:
    entity = draw(st.sampled_from(sorted(ENTITIES)))
    body = draw(st.one_of(*[bodies(entity, as_it_is)] * 3, bodies(entity, mostly), ANYTHING))
    if isinstance(body, dict):
        for name in ("Id", "SyncToken"):
            if draw(st.booleans()):
                body.pop(name, None)
    operations = [{}, {}, {}, {"operation": "update"}, {"operation": "delete"}]
    operations += [{"operation": "void"}, {"operation": "update", "include": "void"}]
    return entity, body, draw(st.sampled_from(operations))


@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(requests())
def test_no_body_breaks_the_service(
    caller: Caller, shop: Shop, request: tuple[str, Any, dict[str, str]]
) -> None:
    """
    An answer or a fault of a known kind, never a failure. Source: Intuit, "Error codes".
    """
    entity, body, params = request

    reply = caller.post(entity.lower(), body, **params)

    assert reply.status_code in {200, 400}, (entity, body, reply.text)
