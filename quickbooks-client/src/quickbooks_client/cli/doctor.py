"""`quickbooks doctor`: a check of everything, a line each."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Any

from quickbooks_client.cli.given import given, setting_names, variables
from quickbooks_client.cli.output import say
from quickbooks_client.client import Client
from quickbooks_client.clock import SystemClock
from quickbooks_client.doctor import Finding, Verdict, examine, is_healthy
from quickbooks_client.doctor.examination import LIMITS
from quickbooks_client.doctor.setting_checks import check_names
from quickbooks_client.errors import ConfigurationError
from quickbooks_client.push.settings import DocumentSettings
from quickbooks_client.redact import redact
from quickbooks_client.settings import Settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from quickbooks_client.cli.output import Commands

_COLOURS = {Verdict.OK: "32", Verdict.WARNING: "33", Verdict.WRONG: "1;31"}
_VERDICT_WIDTH = max(len(verdict.value) for verdict in Verdict)
_SUBJECT_WIDTH = len("inventory adjustments")
_LEAST_WIDTH = 60


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Offer `doctor`."""
    doctor = commands.add_parser(
        "doctor",
        help="check settings, token, company and account",
        description="Checks the installation and the company, a line each: ok, warning or wrong,"
        " and what to do. Exit status 1 when something is wrong. Costs at most six metered"
        " calls.",
        parents=[common],
    )
    doctor.add_argument("--json", action="store_true", help="one JSON object for programs")
    doctor.set_defaults(command=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    # What the client would warn of is a line here.
    logging.getLogger("quickbooks_client").addHandler(logging.NullHandler())
    findings = []
    examination = _Examination(given(options), variables())
    for finding in examination.findings():
        findings.append(finding)
        if not options.json:
            for line in _lines(finding):
                say(line)
    if options.json:
        say(json.dumps(_json(findings, examination.metered)))
    else:
        say("")
        say(_sum(findings, examination.metered))
    return 0 if is_healthy(findings) else 1


class _Examination:
    """One run; `metered` tells what it cost."""

    def __init__(self, settings: Mapping[str, Any], environ: Mapping[str, str]) -> None:
        """Keep what is needed; nothing is opened. Any: JSON."""
        self._given = settings
        self._environ = environ
        self.metered = 0

    def findings(self) -> Iterator[Finding]:
        """Yield what is found."""
        misspelt = check_names(self._environ, [*setting_names(), "ledger_url"])
        if misspelt is not None:
            yield misspelt
        try:
            settings = Settings.from_mapping(self._given)
            documents = DocumentSettings.from_mapping(self._given, realm_id=settings.realm_id)
            client = Client(settings, limits=LIMITS)
        except ConfigurationError as error:
            yield Finding("settings", Verdict.WRONG, str(error))
            return
        ledger = self._given.get("ledger_url") or self._environ.get("WAREHOUSE_URL")
        with client:
            yield from examine(client, documents, ledger, SystemClock())
            self.metered = client.meter.snapshot().metered


def _json(findings: list[Finding], metered: int) -> dict[str, Any]:
    """Return the report for programs. Any: JSON."""
    return {
        "is_healthy": is_healthy(findings),
        "findings": [
            {
                "subject": finding.subject,
                "verdict": finding.verdict.value,
                "words": redact(finding.words),
            }
            for finding in findings
        ],
        "metered_calls": metered,
    }


def _sum(findings: list[Finding], metered: int) -> str:
    counts = {
        verdict: sum(finding.verdict is verdict for finding in findings) for verdict in Verdict
    }
    said = ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items() if count)
    return f"{said}. This took {metered} metered call{'' if metered == 1 else 's'}."


def _lines(finding: Finding) -> Iterator[str]:
    """Yield the finding's line; on a terminal in colour, and broken to its width."""
    verdict = f"{finding.verdict.value:{_VERDICT_WIDTH}}"
    subject = f"{finding.subject:{_SUBJECT_WIDTH}}"
    words = redact(finding.words)
    if not sys.stdout.isatty():
        yield f"{verdict}  {subject}  {words}"
        return
    indent = _VERDICT_WIDTH + _SUBJECT_WIDTH + 4
    width = max(_LEAST_WIDTH, shutil.get_terminal_size().columns) - indent
    first, *rest = textwrap.wrap(words, width) or [""]
    if "NO_COLOR" not in os.environ:
        verdict = f"\x1b[{_COLOURS[finding.verdict]}m{verdict}\x1b[0m"
    yield f"{verdict}  {subject}  {first}"
    for line in rest:
        yield " " * indent + line
