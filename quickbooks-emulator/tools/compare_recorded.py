"""Compares the emulator with recorded answers that cannot be shipped with it.

    python quickbooks-emulator/tools/compare_recorded.py DIRECTORY [--only TEXT] [--facts FILE]

DIRECTORY holds an `index.json`: a list of objects with `file` (a JSON file in the directory),
`http` (the request, with `-> status`), `note` and `source`. What each answer shows is made in an
empty company, asked for again and compared field by field; requests that were recorded too (a note
names their answer) are sent as they were. `--facts` writes which fields there were, no values.
Ends
with 1 when something differs that EXPLAINED does not explain.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from recorded import facts
from recorded.cases import check, check_request, context_of, load
from recorded.replay import ReplayError
from recorded.shapes import Exemption, unexplained

from quickbooks_emulator.testing import Emulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from recorded.cases import Recorded
    from recorded.shapes import Deviation

SHOWN = 160
PAGE = re.compile(r"\s+(?:MAXRESULTS|STARTPOSITION)\s+\d+", re.IGNORECASE)
EXPLAINED = [
    Exemption("*Addr.Lat", "missing", "the service's geocoder filled it in"),
    Exemption("*Addr.Long", "missing", "the service's geocoder filled it in"),
    Exemption("*Ref.name", "value", "it was renamed between two recordings; values are compared"),
    Exemption("*.LastModifiedByRef.value", "value", "another user"),
    Exemption("*.V4IDPseudonym", "value", "another company"),
    Exemption("Customer.V4IDPseudonym", "extra", "read again; the answer to a write lacks it"),
    Exemption("*.ShipFromAddr", "extra", "shown where the API made the document"),
    Exemption("*.FreeFormAddress", "value", "an address of parts, entered by a person"),
    Exemption("*.CurrentBalance*", "value", "of documents that the file does not hold"),
    Exemption("QueryResponse.*", "length", "made here so that others could refer to them"),
    Exemption("QueryResponse.maxResults", "value", "as above"),
    Exemption("QueryResponse.totalCount", "value", "as above"),
    Exemption("*.Line[].LinkedTxn", "*", "to charges and estimates that the API does not link"),
    Exemption("*.BillableStatus", "value", "only the service says HasBeenBilled"),
    Exemption("*.TxnTaxDetail.*", "*", "a person had put in the tax"),
    Exemption("Invoice.TotalAmt", "value", "as above"),
    Exemption("Invoice.Balance", "value", "as above"),
    Exemption("*.Invoice[].TotalAmt", "value", "as above"),
    Exemption("*.Invoice[].Balance", "value", "as above"),
    Exemption("*.PurchaseEx.any[].value.Value", "value", "the form it was entered in"),
    Exemption("*.LineEx.any[].value.Value", "value", "of payments that the file does not hold"),
    Exemption("*.DocNumber", "value", "the series begins anew"),
    Exemption("*.AllowOnline*Payment", "value", "the company has no payments service"),
    Exemption("Account.MetaData.LastUpdatedTime", "extra", "read again; a creation lacks it"),
    Exemption("Invoice.*", "extra", "an e-mailed answer of another version", "invoice/send-*"),
    Exemption("*.Line[].Received", "extra", "on orders that the API made"),
    Exemption("*.Payment[].DepositToAccountRef", "extra", "made by the service itself, for nought"),
    Exemption("*.RemitToAddr.Id", "missing", "a purchase keeps what it was sent"),
    Exemption("*.InvoiceLink", "missing", "an address of the service's, for online payment"),
]
"""Differences between a company that lived for weeks and one made for a moment, and why."""


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--only", default="", help="part of the file's name or licence")
    parser.add_argument("--facts", type=Path, help="write the fields, without values, to this file")
    options = parser.parse_args()
    files = load(options.directory)
    chosen = [each for each in files if options.only in f"{each.file} {each.licence}"]
    if options.facts:
        text = json.dumps(facts.of_files(chosen), indent=1, sort_keys=True)
        options.facts.write_text(text + "\n")
    return report(chosen, files)


def report(chosen: list[Recorded], files: list[Recorded]) -> int:
    """Compare and print, most frequent first; 1 when anything differs."""
    differing: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], str] = {}
    refused = explained = 0
    context = context_of([each for each in files if each.file.startswith("demo-company/")])
    with Emulator() as emulator:
        for each in chosen:
            compare = comparison(emulator, each, files, context)
            if compare is None:
                continue
            try:
                deviations = compare()
            except ReplayError as error:
                refused += 1
                sys.stdout.write(f"refused: {each.file}: {str(error)[: 3 * SHOWN]}\n")
                continue
            left = unexplained(each.file, deviations, EXPLAINED)
            explained += len(deviations) - len(left)
            for deviation in left:
                key = (deviation.path, deviation.kind)
                differing[key] += 1
                examples.setdefault(key, f"{each.file}: {deviation}"[:SHOWN])
    for key, number in differing.most_common():
        sys.stdout.write(f"{number:5d} {examples[key]}\n")
    total = sum(differing.values())
    sys.stdout.write(
        f"{len(chosen)} files, {refused} refused, {total} fields differ, {explained} more for "
        "known reasons\n"
    )
    return int(bool(refused or total))


def comparison(
    emulator: Emulator,
    recorded: Recorded,
    files: list[Recorded],
    context: dict[str, dict[str, dict[str, object]]],
) -> Callable[[], list[Deviation]] | None:
    """How a file is compared, or None for a kind that has no comparison."""
    if recorded.file.startswith("request/"):
        answers = [each for each in files if f"(answer: {each.file})" in recorded.note]
        if not answers or "-update" in recorded.file:
            return None
        return lambda: check_request(emulator, recorded, answers[0], context=context)
    if recorded.kind == "other" or any("SyncToken" not in row for row in recorded.rows):
        return None
    beside = [each for each in files if each is not recorded and _are_pages(each, recorded)]
    return lambda: check(emulator, recorded, beside=beside, context=context)


def _are_pages(one: Recorded, other: Recorded) -> bool:
    """Whether both are pages of one query: each page needs the objects of the others."""
    statements = [PAGE.sub("", each.query) for each in (one, other)]
    return (
        one.source.split(" ")[0] == other.source.split(" ")[0]
        and bool(statements[0])
        and (statements[0] == statements[1])
    )


if __name__ == "__main__":
    sys.exit(main())
