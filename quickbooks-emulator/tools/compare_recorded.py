"""Compares the emulator with recorded answers that cannot be shipped with it.

    python quickbooks-emulator/tools/compare_recorded.py DIRECTORY [--only TEXT] [--facts FILE]

DIRECTORY holds an `index.json`: a list of objects with `file` (a JSON file in the directory),
`http` (the request, with `-> status`), `note` and `source`. What each answer shows is made in an
empty company, asked for again and compared field by field; requests that were recorded too (a note
names their answer) are sent as they were. `--facts` writes which fields there were, no values.
Ends with 1 when anything differs.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from recorded import facts
from recorded.cases import check, check_request, context_of, load
from recorded.replay import ReplayError

from quickbooks_emulator.testing import Emulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from recorded.cases import Recorded
    from recorded.shapes import Deviation

SHOWN = 160


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
    refused = 0
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
            for deviation in deviations:
                key = (deviation.path, deviation.kind)
                differing[key] += 1
                examples.setdefault(key, f"{each.file}: {deviation}"[:SHOWN])
    for key, number in differing.most_common():
        sys.stdout.write(f"{number:5d} {examples[key]}\n")
    total = sum(differing.values())
    sys.stdout.write(f"{len(chosen)} files, {refused} refused, {total} fields differ\n")
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
    return lambda: check(emulator, recorded, context=context)


if __name__ == "__main__":
    sys.exit(main())
