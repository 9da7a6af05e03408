"""Who may use the control plane: programs on this machine, and no page of somebody else's.

A browser sends what any page tells it to send, also to this machine; it says in `Origin` whose page
it was, and in `Host` which name, perhaps one that was made to lead here, it was sent to.
Source: Fetch Standard, "Origin header"; RFC 9110, 7.2.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from quickbooks_emulator.messages import Request

FORBIDDEN = 403
LOCALHOST = "localhost"
ANYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - recognised, not listened on


def check(request: Request, listening_on: str) -> None:
    """Raises Problem 2010 (HTTP 403) for a page of another origin and for a name not ours."""
    check_origin(request)
    host = request.headers.get("host", "")
    name = _name(host)
    # Who listens everywhere goes by names that cannot be known here.
    is_ours = listening_on in ANYWHERE or name in {"", listening_on.lower()} or is_loopback(name)
    if not is_ours:
        words = f"The control plane is not to be had under the name {host!r}, but under localhost"
        raise Problem("2010", f"{words} and {listening_on}", "Host", status=FORBIDDEN)


def check_origin(request: Request) -> None:
    """Raises Problem 2010 (HTTP 403) when a page of another origin has sent the request."""
    origin = request.headers.get("origin")
    if (
        origin is not None
        and origin.lower().partition("://")[2] != request.headers.get("host", "").lower()
    ):
        words = f"A page of {origin!r} may not send this; only pages of this server may"
        raise Problem("2010", words, "Origin", status=FORBIDDEN)


def is_loopback(name: str) -> bool:
    """Whether a name or address means the machine itself: localhost, 127.0.0.0/8, ::1."""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name.lower() == LOCALHOST


def _name(host: str) -> str:
    """A Host header without its port, in lower case; what cannot be read stays as it is."""
    try:
        return urlsplit(f"//{host}").hostname or host
    except ValueError:
        return host
