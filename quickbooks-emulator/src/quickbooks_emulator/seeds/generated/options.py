"""What a generated company is to be: `generated:items=500,customers=200,years=2,…`."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

NAME = "generated"
FORM = f"{NAME}[:items=N,customers=N,years=N,per_day=N,number=SEED]"
OPTION = re.compile(r"(?P<name>[a-z_]+)=(?P<value>[0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Options:
    """Sizes of a generated company; the same options give the same company on the same day."""

    items: int = 500
    """Items of every type, categories and bundles included."""
    customers: int = 200
    """Customers, sub-customers included; vendors and employees follow their number."""
    years: int = 2
    """Years of documents until today."""
    per_day: int = 3
    """Documents a day, on the average of a year."""
    number: int = 1
    """The seed number."""


LIMITS = {
    "items": (10, 5_000_000), "customers": (2, 1_000_000), "years": (0, 20), "per_day": (0, 10_000),
    "number": (0, 999_999_999),
}  # fmt: skip


def parsed(text: str) -> Options:
    """The options in a seed's text. Raises ValueError in one sentence."""
    name, colon, rest = text.partition(":")
    if name != NAME:
        raise ValueError(f"Unknown seed {text!r}: known are demo, empty and {FORM}")
    values: dict[str, int] = {}
    for part in rest.split(",") if colon else ():
        found = OPTION.fullmatch(part.strip())
        if found is None or found["name"] not in LIMITS:
            known = ", ".join(option.name for option in fields(Options))
            raise ValueError(
                f"Seed {text!r}: {part.strip()!r} is no option; write NAME=NUMBER with {known}"
            )
        low, high = LIMITS[found["name"]]
        value = int(found["value"])
        if not low <= value <= high:
            raise ValueError(
                f"Seed {text!r}: {found['name']} must be between {low} and {high}, not {value}"
            )
        if found["name"] in values:
            raise ValueError(f"Seed {text!r}: {found['name']} is given twice")
        values[found["name"]] = value
    return Options(**values)
