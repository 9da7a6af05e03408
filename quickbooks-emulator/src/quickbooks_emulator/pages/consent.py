"""The page on which a person connects an app to a company, or does not.

Source: Intuit, "Set up OAuth 2.0": the user picks one company and agrees, or says no thanks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.oauth.authorise import PARAMETERS, SCOPES
from quickbooks_emulator.pages import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quickbooks_emulator.messages import Reply
    from quickbooks_emulator.oauth.authorise import Asked

OK = 200
BAD_REQUEST = 400
CONNECT = "connect"
REFUSE = "refuse"


def form(asked: Asked, companies: Sequence[tuple[str, str]], notice: str = "") -> Reply:
    """The form; `companies` are realm ids with names. With a notice it is a refusal (400)."""
    values = (
        asked.app.client_id,
        "code",
        " ".join(asked.scopes),
        asked.redirect_uri,
        asked.state,
    )
    return page(
        BAD_REQUEST if notice else OK,
        "consent.html",
        app_name=asked.app.name,
        redirect_uri=asked.redirect_uri,
        wishes=list(dict.fromkeys(SCOPES[scope] for scope in asked.scopes)),
        companies=companies if asked.wants_company else [],
        wants_company=asked.wants_company,
        kept=list(zip(PARAMETERS, values, strict=True)),
        notice=notice,
        connect=CONNECT,
        refuse=REFUSE,
    )


def refused(text: str) -> Reply:
    """A request that cannot be put before anybody."""
    return page(BAD_REQUEST, "refused.html", text=text)
