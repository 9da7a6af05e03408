"""
What the service answered elsewhere, the emulator answers too, field by field.

The files in `recorded/` are other people's; what each shows is made in an empty company by requests
that leave out whatever the service works out itself, then asked for with the recorded query or read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from recorded.cases import check, load
from recorded.shapes import Exemption, unexplained

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.testing import Emulator

FILES = {each.file: each for each in load(Path(__file__).parent / "recorded")}
ELSEWHERE = (
    "attachable/", "batch/", "cdc/", "companyinfo/", "demo-company/", "fault/", "journalcode/",
    "oauth/", "preferences/", "report/", "request/", "webhook/",
)  # fmt: skip
"""Kinds that are no answer to a query or read of one object: their tests are further down, or in
`test_recorded_faults` and `test_recorded_kinds`."""
REPLAYED = sorted(
    name for name, each in FILES.items() if each.kind != "other" and not name.startswith(ELSEWHERE)
)
SAME_COMPANY = {
    "query/sb2020-all-vendors-by-5": "query/sb2020-all-vendors-by-5",
    "query/sb2020-all-alt-select": "query/sb2020-all-customers-1",
    "query/sb2020-all-customers": "query/sb2020-all-customers-1",
    "query/sb2020-all-employees": "query/sb2020-all-employees",
}
"""Answers whose company held what other answers show."""


def exemptions() -> list[Exemption]:
    """Every difference that stands, and why."""
    withdrawn = "the service's geocoder filled it in; withdrawn from answers in August 2025"
    later = "the field came with a later version of the API"
    cut = "the page of the reference shows fewer rows than the answer had"
    sample = "the reference's samples leave it out; every recorded answer has it"
    return (
        [
            Exemption("*Addr.Lat", "missing", withdrawn),
            Exemption("*Addr.Long", "missing", withdrawn),
        ]
        + [Exemption("*.CurrencyRef", "extra", sample, f"*/{kind}-*") for kind in ("doc",)]
        + [
            Exemption("*.ItemAccountRef", "extra", later),
            Exemption("*.IsProject", "extra", later),
            Exemption("QueryResponse.maxResults", "value", cut, "query/doc-*"),
        ]
    )


@pytest.fixture(scope="module")
def known() -> Iterator[list[Exemption]]:
    table = exemptions()
    yield table


@pytest.mark.parametrize("name", REPLAYED)
def test_what_was_recorded_is_answered_again(
    emulator: Emulator, known: list[Exemption], name: str
) -> None:
    """
    Every field, with its kind and its number's form. Source: the recorded answers of `recorded/`.
    """
    beside = [
        each
        for prefix, others in SAME_COMPANY.items()
        if name.startswith(prefix)
        for other, each in FILES.items()
        if other.startswith(others)
    ]

    found = check(emulator, FILES[name], beside=beside)

    assert [] == [str(each) for each in unexplained(name, found, known)]
