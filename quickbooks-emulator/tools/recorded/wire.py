"""Calls to a running emulator, as an app makes them."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from recorded.shapes import read, write

if TYPE_CHECKING:
    from quickbooks_emulator.testing import Emulator

UNAUTHORIZED = 401
OK = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, media type and body."""

    status: int
    media_type: str
    body: bytes

    @property
    def json(self) -> Any:
        """The body as exact JSON."""
        return read(self.body)


class App:
    """An app with a consent of its own that renews its token when the clock has run past it."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self._token = ""

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        accept: str = "application/json",
        media_type: str = "application/json",
        renews: bool = True,
    ) -> Answer:
        """One call below the company's address, twice where the token had to be renewed."""
        answer = self._send(method, path, body, accept, media_type)
        if answer.status == UNAUTHORIZED and renews:
            self.renew()
            answer = self._send(method, path, body, accept, media_type)
        return answer

    def post(self, entity: str, body: Any, **params: str) -> Answer:
        """Create, update, delete or void."""
        query = f"?{urlencode(params)}" if params else ""
        return self.send("POST", f"{entity.lower()}{query}", write(body))

    def query(self, text: str) -> Answer:
        """A query by GET."""
        return self.send("GET", f"query?query={quote(text)}")

    def renew(self) -> None:
        """Take a new consent and change it for an access token."""
        settings = self.emulator.settings()
        secret = f"{settings['client_id']}:{settings['client_secret']}".encode()
        form = {"grant_type": "refresh_token", "refresh_token": settings["refresh_token"]}
        request = urllib.request.Request(  # noqa: S310 - the emulator's own address
            f"{self.emulator.url}/oauth2/v1/tokens/bearer",
            urlencode(form).encode(),
            {"Authorization": f"Basic {base64.b64encode(secret).decode()}"},
        )
        with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310 - as above
            self._token = json.load(reply)["access_token"]

    def _send(
        self, method: str, path: str, body: bytes | None, accept: str, media_type: str
    ) -> Answer:
        url = f"{self.emulator.url}/v3/company/{self.emulator.realm_id}/{path}"
        headers = {"Authorization": f"Bearer {self._token}"}
        if accept:
            headers["Accept"] = accept
        if body is not None:
            headers["Content-Type"] = media_type
        request = urllib.request.Request(  # noqa: S310 - the emulator's own address
            url, body, headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310 - as above
                return Answer(reply.status, reply.headers.get("Content-Type", ""), reply.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers.get("Content-Type", ""), error.read())
