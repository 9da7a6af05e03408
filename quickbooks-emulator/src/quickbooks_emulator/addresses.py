"""Addresses and verbs that there are not, and how they are refused.

Source: Intuit, "Error codes" (500, 10000); both shapes have been recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.problems import Problem

if TYPE_CHECKING:
    from quickbooks_emulator.messages import Request
    from quickbooks_emulator.switches import Switches

ALLOWED = "GET, HEAD, POST, OPTIONS"
SERVER_ERROR = 500


def no_such_resource(request: Request, switches: Switches) -> Problem:
    """Nothing lives at that address: 400 with code 500, or 500 with code 10000."""
    path = request.path
    if switches.unknown_address == "system":
        return _system(path, SERVER_ERROR)
    whole = f"http://{request.headers.get('host', 'localhost')}{path}"
    return Problem(
        "500",
        f"Operation Could not find resource for relative : {path} of full path: {whole} "
        "is not supported.",
    )


def no_such_verb(request: Request, switches: Switches) -> Problem:
    """The address is there, but not for PUT, PATCH, DELETE and the like."""
    return _system(request.path, switches.unknown_verb)


def _system(path: str, status: int) -> Problem:
    return Problem(
        "10000",
        f"System Failure Error: Could not find resource for relative : {path}",
        "",
        status=status,
        type="SystemFault",
    )
