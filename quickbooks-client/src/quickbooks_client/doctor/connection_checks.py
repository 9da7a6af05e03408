"""What tokens, clocks and counts tell: pure, on what was read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from quickbooks_client.auth import WARN_AHEAD
from quickbooks_client.doctor.findings import Finding, ok, warning, wrong
from quickbooks_client.meter import WARN_FRACTION

if TYPE_CHECKING:
    from quickbooks_client.token_store import Token

SKEW_SEEN = timedelta(seconds=60)
"""Below, it is the way there and back, and a Date header of whole seconds."""
SKEW_HARMFUL = timedelta(minutes=5)
"""As far ahead as tokens are renewed: beyond it a dead token looks alive to another machine."""
PRIVATE = 0o077


def check_file_mode(path: str, mode: int | None) -> Finding:
    """Return whether others could read the token file, before the client looked into it.

    `mode` is None where there is none yet.
    """
    subject = "token store"
    if mode is not None and mode & PRIVATE:
        return warning(
            subject,
            f"{path} could be read by others (mode {mode & 0o777:o}) and is made private now: if"
            " somebody may have read it, run `quickbooks auth revoke`, then `quickbooks auth"
            " login`",
        )
    return ok(subject, path if mode is not None else f"{path}, nothing is stored yet")


def check_token(token: Token, now: datetime) -> Finding:
    """Return how long the connection lasts."""
    subject = "token"
    ends = [end for end in (token.refresh_expires_at, token.refresh_hard_expires_at) if end]
    said = f"accepted, access until {token.expires_at.astimezone(UTC):%H:%M} UTC, renewed by itself"
    if not ends:
        return ok(subject, f"{said}; when the connection ends is not told")
    end = min(ends)
    left = end - now
    until = f"{end.astimezone(UTC):%Y-%m-%d}, in {max(0, left.days)} days"
    if end == token.refresh_hard_expires_at:
        until += ", whatever is done"
    elif token.refresh_hard_expires_at:
        until += f" unless used, and {token.refresh_hard_expires_at:%Y-%m-%d} at the latest"
    else:
        until += " unless used"
    if left < WARN_AHEAD:
        return warning(
            subject, f"the connection ends on {until}: run `quickbooks auth login` before"
        )
    return ok(subject, f"{said}; the connection ends on {until}")


def check_clock(server: datetime, asked: datetime, answered: datetime) -> Finding:
    """Return whether our clock is right.

    Args:
        server: The time of the server's answer.
        asked: Our clock before the call.
        answered: Our clock after it.
    """
    subject = "clock"
    if asked <= server <= answered:
        skew = timedelta()
    else:
        skew = asked - server if server < asked else server - answered
    way = "fast" if server < asked else "slow"
    seconds = round(skew.total_seconds())
    if skew > SKEW_HARMFUL:
        return wrong(
            subject,
            f"this machine's is {seconds} s {way}: set it right (switch time synchronisation on),"
            " or tokens and certificates are taken for dead or alive when they are not",
        )
    if skew > SKEW_SEEN:
        return warning(
            subject, f"this machine's is {seconds} s {way}: switch time synchronisation on"
        )
    return ok(subject, f"right to {max(1, seconds)} s")


def check_minor_version(sent: int, least: int) -> Finding:
    """Return whether the version sent is one that is supported.

    Args:
        sent: What every call carries, accepted by the answer that was just read.
        least: The least that python-quickbooks says Intuit supports.
    """
    if sent < least:
        return warning(
            "minor version",
            f"{sent} is sent, and python-quickbooks says that {least} is the least Intuit"
            " supports: update quickbooks-client",
        )
    return ok("minor version", f"{sent}, accepted")


def check_usage(used: int, budget: int | None) -> Finding:
    """Return how much of the month's metered calls is used, over all companies."""
    subject = "usage"
    if budget is None:
        return ok(subject, f"{used:,} metered calls this month; no monthly_read_budget is set")
    said = f"{used:,} of {budget:,} metered calls this month"
    if used >= budget:
        return wrong(
            subject,
            f"{said}: nothing more is read until the month ends (UTC); raise monthly_read_budget"
            " if the Intuit app's allowance is larger",
        )
    if used >= budget * WARN_FRACTION:
        return warning(subject, f"{said}: `quickbooks usage` shows what they were made for")
    return ok(subject, said)
