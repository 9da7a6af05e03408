"""
What the client offers is typed and documented, down to its last method.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import quickbooks_client

if TYPE_CHECKING:
    from collections.abc import Iterator

README = (Path(__file__).resolve().parents[2] / "quickbooks-client" / "README.md").read_text()
IN_TABLES = {
    name
    for line in README.splitlines()
    if line.startswith("| ")
    for name in re.findall(r"`(\w+)(?:`|\()", line)
}
NAMES = quickbooks_client.__all__
SPECIAL = {"__init__", "__enter__", "__exit__"}


def functions(name: str) -> Iterator[tuple[str, Any]]:
    """The public functions behind a public name: itself, or its methods and properties."""
    thing = getattr(quickbooks_client, name)
    if inspect.isfunction(thing):
        yield name, thing
    elif inspect.isclass(thing):
        for owner in thing.__mro__:
            if owner.__module__.partition(".")[0] != "quickbooks_client":
                continue
            # What a decorator writes is not ours.
            is_written = dataclasses.is_dataclass(owner) or getattr(owner, "_is_protocol", False)
            for member, value in vars(owner).items():
                if member.startswith("_") and (is_written or member not in SPECIAL):
                    continue
                function = getattr(value, "fget", None) or getattr(value, "__func__", value)
                if inspect.isfunction(function):
                    yield f"{owner.__name__}.{member}", function


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_documented(name: str) -> None:
    """
    By words of its own, as are its methods, and by a line of the README's tables.
    """
    thing = getattr(quickbooks_client, name)
    bare = [
        label
        for label, function in functions(name)
        if not inspect.getdoc(function) and label.rpartition(".")[2] not in SPECIAL
    ]

    if inspect.isclass(thing) or inspect.isfunction(thing):
        # A dataclass without a docstring is given its signature for one.
        assert (thing.__doc__ or f"{name}(").partition("(")[0] != name
    assert [] == bare
    assert name in IN_TABLES


@pytest.mark.parametrize("name", NAMES)
def test_a_public_signature_is_typed(name: str) -> None:
    """
    Every argument and result has a type; where one is `Any` the docstring says what it stands for.
    """
    for label, function in functions(name):
        signature = inspect.signature(function)
        types = [
            signature.return_annotation,
            *(
                one.annotation
                for one in signature.parameters.values()
                if one.name not in {"self", "cls"}
            ),
        ]

        assert inspect.Signature.empty not in types, label
        assert ("Any" in re.findall(r"\w+", f"{types}")) <= ("Any: " in (function.__doc__ or ""))
