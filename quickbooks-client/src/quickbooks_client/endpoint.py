"""intuit-oauth's `AuthClient` with what it lacks added: it cannot hang and follows no redirect.

It is a `requests.Session` that sends everything through its own `request`, so timeouts and the
header that asks for the hard expiry are put there. Imported by those who call, since it brings
cryptography along.
Source: Intuit, "OAuth 2.0"; "Refresh token policy changes" (hard expiry).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from typing_extensions import override

from quickbooks_client.answer import Answer
from quickbooks_client.errors import ConfigurationError
from quickbooks_client.transport import CallLimits, harden

if TYPE_CHECKING:
    from collections.abc import Iterable

    import requests

    from quickbooks_client.settings import AppSettings


class Endpoint(AuthClient):  # type: ignore[misc] # intuit-oauth publishes no types
    """The discovery document, read when this is made, and the addresses it names."""

    def __init__(
        self, settings: AppSettings, limits: CallLimits, redirect_uri: str | None = None
    ) -> None:
        self.limits = limits
        self.last: Answer | None = None
        self.last_url = settings.discovery_url
        super().__init__(
            settings.client_id,
            settings.client_secret,
            redirect_uri or settings.redirect_uri,
            # Anything but the two names it knows is taken for the address of the document.
            settings.discovery_url,
        )
        # An id token, which is not asked for, would be checked by fetching keys without a timeout.
        self.issuer_uri = None

    def consent_address(self, state: str, scopes: Iterable[str]) -> str:
        """Return the address of the consent page for these scopes.

        Raises:
            ConfigurationError: There is no such scope.
        """
        try:
            wanted = [Scopes(scope) for scope in scopes]
        except ValueError as error:
            raise ConfigurationError(f"Intuit has no such scope: {error}.") from None
        address: str = self.get_authorization_url(wanted, state)
        return address

    @override
    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        # Any: passed through to requests
        if self.last is None:
            harden(self, url)
        self.last, self.last_url = None, url
        headers = {**(options.pop("headers", None) or {})}
        headers["x-include-refresh-token-hard-expires-in"] = "true"
        options |= {
            "timeout": self.limits.timeouts,
            # The discovery document is public; a form with secrets is never sent elsewhere.
            "allow_redirects": method.upper() == "GET",
            "headers": headers,
        }
        response: requests.Response = super().request(method, url, **options)
        self.last = Answer(response.status_code, response.headers, response.content)
        return response
