"""What can be told from the settings alone."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from quickbooks_client.doctor.findings import Finding, ok, warning, wrong
from quickbooks_client.settings import API_URLS, DISCOVERY_URLS, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from quickbooks_client.settings import Settings

_PREFIX = "QUICKBOOKS_"
_OTHERS_PREFIX = "QUICKBOOKS_SYNC_"
"""Settings of quickbooks-sync, which it checks itself."""
_ALIKE = 0.8
_LIMITS = {
    setting.name: int(setting.default)
    for setting in SETTINGS
    if setting.name in {"requests_per_minute", "requests_per_second", "max_concurrent_requests"}
    and isinstance(setting.default, int)
}
"""Source: Intuit, "API call limits and throttles"."""


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Yield whether the settings fit each other."""
    yield _environment(settings)
    yield _limits(settings)
    yield _redirect(settings)


def _environment(settings: Settings) -> Finding:
    subject, environment = "settings", settings.environment
    said = f"{environment}, company {settings.realm_id}, {settings.api_url}"
    for name, url, known in (
        ("api_url", settings.api_url, API_URLS),
        ("discovery_url", settings.discovery_url, DISCOVERY_URLS),
    ):
        of = _environments_of(url, known)
        if of and environment not in of:
            return wrong(
                subject,
                f"{name} is that of {' and '.join(of)}, environment is {environment}: tokens of"
                f" one are not accepted by the other; remove {name} or change environment",
            )
    if environment == "production" and settings.api_url != API_URLS["production"]:
        return warning(subject, f"{said}: not Intuit's own address; remove api_url if unsure")
    return ok(subject, said)


def _environments_of(url: str, known: dict[str, str]) -> list[str]:
    """Return the environments whose address has the same host, and path if that is shared."""
    hosts = [name for name, address in known.items() if _host(address) == _host(url)]
    exact = [name for name, address in known.items() if address == url.rstrip("/")]
    return exact or hosts


def _host(url: str) -> str | None:
    return urlsplit(url).netloc.lower()


def _limits(settings: Settings) -> Finding:
    subject = "call limits"
    above = [
        f"{name} {getattr(settings, name)} (Intuit allows {most})"
        for name, most in _LIMITS.items()
        if getattr(settings, name) > most
    ]
    if above:
        return warning(
            subject, f"{', '.join(above)}: calls above are refused; lower it or leave it unset"
        )
    said = (
        f"{settings.requests_per_minute} a minute, {settings.requests_per_second} a second,"
        f" {settings.max_concurrent_requests} at a time"
    )
    share = "" if settings.budget_share == 1 else f", of which this machine {settings.budget_share}"
    return ok(subject, said + share)


def _redirect(settings: Settings) -> Finding:
    """Source: Intuit, "Set redirect URIs"."""
    subject, url = "redirect URI", settings.redirect_uri
    if not url:
        return warning(
            subject,
            "none is set: `quickbooks auth login` needs redirect_uri, as registered with the app",
        )
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host.replace(".", "").isdigit() or ":" in host:
        return wrong(subject, f"{url}: Intuit takes no numeric address; use localhost or a name")
    if settings.environment == "production" and (parts.scheme != "https" or host == "localhost"):
        return wrong(
            subject,
            f"{url}: production takes https and no localhost; register another one and sign in by"
            " `quickbooks auth login --manual`",
        )
    if parts.scheme != "https" and host != "localhost":
        return wrong(subject, f"{url}: Intuit takes http for localhost alone; use https")
    return ok(subject, url)


def check_names(variables: Iterable[str], known: Iterable[str]) -> Finding | None:
    """Return which variables look like settings that were misspelt; None when there is none.

    Args:
        variables: Names in the environment and `.env`.
        known: Names of settings.
    """
    right = {f"{_PREFIX}{name.upper()}" for name in known}
    found = []
    for name in sorted(variables):
        if not name.startswith(_PREFIX) or name.startswith(_OTHERS_PREFIX) or name in right:
            continue
        meant = difflib.get_close_matches(name, right, 1, _ALIKE)
        if meant:
            found.append(f"{name} is no setting (is {meant[0]} meant?)")
    return warning("variables", "; ".join(found)) if found else None
