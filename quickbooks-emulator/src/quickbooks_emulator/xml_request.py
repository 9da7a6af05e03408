"""Requests in XML, read into what the same request would be in JSON.

No document type is taken, and so no entities of the sender's: nothing is fetched, nothing swells.
Source: Intuit, Finance.xsd: the root is the entity, references carry their id as text, lists are
repeated elements, `domain`, `sparse` and `status` are attributes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from quickbooks_emulator.catalogue.shapes import Sort, shape_of
from quickbooks_emulator.problems import unsupported_property
from quickbooks_emulator.xml_text import NAMESPACE

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json, JsonObject

DEEPEST = 40
BATCH = "IntuitBatchRequest"
SEPARATOR = "\n"
"""Between an element's namespace and its name; neither can hold it."""
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
NIL = f"{INSTANCE}{SEPARATOR}nil"
LISTS = frozenset({"Line", "TaxLine", "TaxRateDetail", "BatchItemRequest", "NameValue"})
"""Lists whose shape the catalogue does not know by their name alone."""
REFERENCES = frozenset({"CustomerMemo", "HomeCurrency", "DefaultTerms", "Entity"})
"""References whose names do not say so."""
TRUTHS = {"true": True, "false": False}


@dataclass(slots=True)
class Element:
    """One element as it is being read."""

    name: str
    attributes: dict[str, str]
    text: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)


def read(text: bytes) -> tuple[str, JsonObject]:
    """The root's name and its value as JSON. Raises Problem 2010."""
    root = _tree(text)
    value = _value(root)
    return root.name, value if isinstance(value, dict) else {}


def _tree(text: bytes) -> Element:
    parser = expat.ParserCreate("UTF-8", SEPARATOR)
    parser.buffer_text = True
    top = Element("", {})
    stack = [top]

    def started(name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(SEPARATOR)
        if space != NAMESPACE:
            raise _refused(f'unexpected element (uri:"{space[:80]}", local:"{local[:80]}")')
        if len(stack) > DEEPEST:
            raise _refused("elements are nested too deep")
        element = Element(local, attributes)
        stack[-1].children.append(element)
        stack.append(element)

    def ended(_name: str) -> None:
        stack.pop()

    def told(data: str) -> None:
        stack[-1].text.append(data)

    def typed(*_: object) -> None:
        raise _refused("a document type is not allowed")

    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = told
    parser.StartDoctypeDeclHandler = typed
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, ValueError) as error:
        raise _refused(str(error)) from None
    return top.children[0]


def _value(element: Element) -> Json:
    """What the element would be in JSON."""
    marks = {name: value for name, value in element.attributes.items() if SEPARATOR not in name}
    text = "".join(element.text)
    if element.attributes.get(NIL) in {"true", "1"}:
        return None
    if element.children:
        return _object(element, marks)
    if marks.keys() & {"sparse", "domain", "status", "bId"}:
        return {name: _mark(name, value) for name, value in marks.items()}
    if marks or _is_reference(element.name):
        return {"value": text.strip(), **marks} if text.strip() or marks else {}
    if not text.strip() and shape_of(element.name).sort is Sort.OBJECT:
        return {}
    return {} if element.name.endswith("Detail") and not text.strip() else text


def _object(element: Element, marks: dict[str, str]) -> JsonObject:
    value: JsonObject = {name: _mark(name, text) for name, text in marks.items()}
    for child in element.children:
        inner = _value(child)
        if child.name in value and child.name not in marks:
            if not isinstance(value[child.name], list):
                value[child.name] = [value[child.name]]
            value[child.name].append(inner)
        else:
            value[child.name] = [inner] if _is_list(child.name) else inner
    return value


def _mark(name: str, text: str) -> Json:
    return TRUTHS.get(text, text) if name == "sparse" else text


def _is_reference(name: str) -> bool:
    return name in REFERENCES or name.endswith("Ref")


def _is_list(name: str) -> bool:
    return name in LISTS or shape_of(name).sort is Sort.LIST


def _refused(words: str) -> Exception:
    return unsupported_property(f"failed to parse xml object: {words}")
