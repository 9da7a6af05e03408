"""`quickbooks doctor`: a check of everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_client.cli.given import given
from quickbooks_client.cli.output import say
from quickbooks_client.client import Client
from quickbooks_client.clock import SystemClock
from quickbooks_client.doctor import examine, is_healthy
from quickbooks_client.redact import redact
from quickbooks_client.settings import Settings

if TYPE_CHECKING:
    import argparse

    from quickbooks_client.cli.output import Commands


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Offer `doctor`."""
    doctor = commands.add_parser(
        "doctor", help="check settings, token, company and account", parents=[common]
    )
    doctor.set_defaults(command=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    settings = given(options)
    with Client(Settings.from_mapping(settings)) as client:
        findings = []
        for finding in examine(client, settings.get("adjustment_account_id")):
            findings.append(finding)
            say(f"{finding.verdict.value:8} {finding.subject}: {redact(finding.words)}")
        used = client.usage_log.metered_in_month(SystemClock().now())
    budget = client.settings.monthly_read_budget
    say(f"{'ok':8} usage: {used} metered calls this month" + (f" of {budget}" if budget else ""))
    return 0 if is_healthy(findings) else 1
