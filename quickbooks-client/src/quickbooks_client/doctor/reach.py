"""Whether an address answers at all: one call without a token, which neither counts nor costs."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime  # noqa: TC003 - part of a value's type
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests

from quickbooks_client.doctor.findings import Finding, ok, wrong
from quickbooks_client.envelope import server_time
from quickbooks_client.transport import CallLimits, lost, make_session

if TYPE_CHECKING:
    from quickbooks_client.clock import Clock
    from quickbooks_client.errors import QuickBooksError

_ENDPOINTS = ("authorization_endpoint", "token_endpoint")


@dataclasses.dataclass(frozen=True, slots=True)
class Reached:
    """What came back."""

    status: int
    body: bytes
    server: datetime | None
    """The time that the answer bears."""
    asked: datetime
    answered: datetime


def reach(url: str, limits: CallLimits, clock: Clock) -> Reached | QuickBooksError:
    """Return the answer to a GET of `url`, or why there is none."""
    with make_session(url, 1) as session:
        asked = clock.now()
        try:
            response = session.get(url, timeout=limits.timeouts, allow_redirects=False)
        except requests.RequestException as error:
            return lost(error, url, attempted="")
        return Reached(
            response.status_code,
            response.content,
            server_time({}, response.headers),
            asked,
            clock.now(),
        )


def check_api(url: str, found: Reached | QuickBooksError) -> Finding:
    """Return whether the Accounting API's host answers; what it says to a stranger is no matter."""
    host = urlsplit(url).netloc
    if isinstance(found, Reached):
        return ok("API", f"{host} answers")
    return wrong("API", str(found))


def check_sign_in(url: str, found: Reached | QuickBooksError) -> Finding:
    """Return whether the OAuth discovery document can be had, and names what is needed."""
    subject = "sign-in service"
    if not isinstance(found, Reached):
        return wrong(subject, str(found))
    try:
        document = json.loads(found.body)
        is_whole = all(isinstance(document[name], str) for name in _ENDPOINTS)
    except (ValueError, KeyError, TypeError):
        is_whole = False
    if found.status != requests.codes.ok or not is_whole:
        return wrong(
            subject,
            f"{url} gives no OAuth discovery document (HTTP {found.status}): check settings"
            " environment and discovery_url",
        )
    return ok(subject, f"{urlsplit(url).netloc} answers")
