"""Refusals of the authorisation server.

Source: Intuit, "OAuth 2.0" (errors); RFC 6749, sections 4.1.2.1 and 5.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject


class OAuthError(Exception):
    """A refusal that goes back to the app as JSON."""

    def __init__(self, status: int, error: str, description: str = "") -> None:
        self.status = status
        self.body: JsonObject = {"error": error}
        if description:
            self.body["error_description"] = description
        super().__init__(error)


class ShownError(Exception):
    """A refusal that the person at the browser is shown: there is no address to send them to."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(text)


class RedirectedError(Exception):
    """A refusal that sends the browser back to the app."""

    def __init__(self, redirect_uri: str, error: str, state: str) -> None:
        self.redirect_uri = redirect_uri
        self.error = error
        self.state = state
        super().__init__(error)
