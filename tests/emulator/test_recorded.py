"""
What the service answered elsewhere, the emulator answers too, field by field.

The files in `recorded/` are other people's. What each shows is made in an empty company by requests
that leave out whatever the service works out itself, then asked for as it was when it was recorded.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from recorded.cases import Recorded, check, load
from recorded.replay import Replay
from recorded.shapes import Exemption, unexplained
from recorded.wire import App

if TYPE_CHECKING:
    from recorded.shapes import Deviation

    from quickbooks_emulator.testing import Emulator

FILES = {each.file: each for each in load(Path(__file__).parent / "recorded")}
ELSEWHERE = (
    "attachable/", "batch/", "cdc/", "companyinfo/", "demo-company/", "fault/", "journalcode/",
    "oauth/", "preferences/", "report/", "request/", "webhook/",
)  # fmt: skip
"""Kinds that are no answer to a query or read of one object: their tests are further down, or in
`test_recorded_faults` and `test_recorded_kinds`."""
REPLAYED = sorted(
    name
    for name, each in FILES.items()
    if each.kind != "other"
    and not name.startswith(ELSEWHERE)
    and not any(row.get("status") == "Deleted" for row in each.rows)
)
SAME_COMPANY = {
    "query/sb2020-all-vendors-by-5": "query/sb2020-all-vendors-by-5",
    "query/sb2020-all-alt-select": "query/sb2020-all-customers-1",
    "query/sb2020-all-customers": "query/sb2020-all-customers-1",
    "query/sb2020-all-employees": "query/sb2020-all-employees",
}
"""Answers whose company held what other answers show."""


WITHDRAWN = "from the service's geocoder, which it stopped showing in August 2025"
LATER = "the field came with a later version of the API"
CUT = "the reference's page shows fewer rows than the answer had"
SAMPLE = "left out of the reference's samples; all recorded answers have it"
CURRENCIES = "a company with several currencies; here there is one"
DRAFT = "a draft of 2015 that was never stored; kept transfers are answered as other documents"
COMPANY = "the library's own test company of 2015, of which only these rows were kept"
CODES = "a company with tax codes of its own, which no request of the API makes"
NO_TAX = "a company that does not use sales tax"
SPACED = "spaces crept into the page of the reference"

EXEMPTIONS = [
    Exemption("*Addr.Lat", "missing", WITHDRAWN),
    Exemption("*Addr.Long", "missing", WITHDRAWN),
    Exemption("*.ItemAccountRef", "extra", LATER),
    Exemption("*.IsProject", "extra", LATER),
    Exemption("*.CustomExtensions", "extra", LATER),
    Exemption("*.FreeFormAddress", "extra", LATER),
    Exemption("*.V4IDPseudonym", "extra", LATER),
    Exemption("*.ClientEntityId", "extra", LATER),
    Exemption("*.MetaData.LastModifiedByRef", "extra", LATER),
    Exemption("*.ShipFromAddr", "extra", LATER),
    Exemption("*.CurrencyRef", "extra", SAMPLE, "*/doc-*"),
    Exemption("Payment.CustomerRef.name", "value", SAMPLE, "payment/doc-void.json"),
    Exemption("QueryResponse.*", "*", CODES, "query/doc-taxcode.json"),
    Exemption("QueryResponse.maxResults", "value", CUT, "query/doc-*"),
    Exemption("Transfer.*", "*", DRAFT, "transfer/java-sdk-2015-draft.json"),
    Exemption("QueryResponse.*", "*", COMPANY, "query/java-sdk-2015-account-homebalance.json"),
    Exemption("*.TxnTaxDetail", "extra", NO_TAX, "salesreceipt/sb2017-*"),
    Exemption("*.PrimaryEmailAddr.Address", "value", SPACED, "query/doc-vendor.json"),
    Exemption("Invoice.ExchangeRate", "missing", CURRENCIES, "invoice/java-sdk-2015-*"),
    Exemption("Invoice.Home*", "missing", CURRENCIES, "invoice/java-sdk-2015-*"),
    Exemption("Deposit.TxnTaxDetail", "extra", LATER),
    Exemption("*.LineEx.any[].*", "value", SPACED, "query/doc-payment.json"),
]
"""Every difference that stands, and why."""


def beside_of(name: str) -> list[Recorded]:
    """The other answers of the same company."""
    return [
        each
        for prefix, others in SAME_COMPANY.items()
        if name.startswith(prefix)
        for other, each in FILES.items()
        if other.startswith(others)
    ]


FOUND: dict[str, list[Deviation]] = {}


def deviations(emulator: Emulator, name: str) -> list[Deviation]:
    """What differs; an answer is played once a run."""
    if name not in FOUND:
        FOUND[name] = check(emulator, FILES[name], beside=beside_of(name))
    return FOUND[name]


@pytest.mark.parametrize("name", REPLAYED)
def test_what_was_recorded_is_answered_again(emulator: Emulator, name: str) -> None:
    """
    Every field, with its kind and its number's form. Source: the recorded answers of `recorded/`.
    """
    found = deviations(emulator, name)

    assert [] == [str(each) for each in unexplained(name, found, EXEMPTIONS)]


def test_no_exemption_is_idle(emulator: Emulator) -> None:
    """
    Each is needed by some answer, or it has to go.
    """
    needed = [replace(each, uses=0) for each in EXEMPTIONS]
    for name in REPLAYED:
        unexplained(name, deviations(emulator, name), needed)

    assert [] == [f"{each.path} {each.kind} {each.files}" for each in needed if not each.uses]


@pytest.mark.parametrize(
    "name", ["query/sb2020-all-customers-1.json", "query/sb2020-get-inactive-vendors.json"]
)
def test_rows_without_an_order_come_as_recorded(emulator: Emulator, name: str) -> None:
    """
    By name, letter by letter: the only order that was ever seen where none was asked for.
    Source: the recorded answers of `recorded/query`.
    """
    check(emulator, FILES[name])

    rows = App(emulator).query(FILES[name].query).json["QueryResponse"][FILES[name].entity]

    assert names(FILES[name].rows) == names(rows)


def test_documents_without_an_order_come_latest_change_first(emulator: Emulator) -> None:
    """
    By LastUpdatedTime, falling. Source: `recorded/query/sb2020-all-sales-receipts.json`.
    """
    recorded = FILES["query/sb2020-all-sales-receipts.json"]
    replay = Replay(emulator, context={})
    for row in sorted(recorded.rows, key=lambda row: row["MetaData"]["LastUpdatedTime"]):
        replay.add("SalesReceipt", row)
        emulator.advance(60)

    rows = replay.app.query(recorded.query).json["QueryResponse"]["SalesReceipt"]

    assert [row["DocNumber"] for row in recorded.rows] == [row["DocNumber"] for row in rows]


def names(rows: list[dict[str, str]]) -> list[str]:
    return [row.get("FullyQualifiedName") or row["DisplayName"] for row in rows]
