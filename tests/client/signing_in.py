"""`quickbooks auth login` as a process, and a person at the consent page."""

from __future__ import annotations

import re
import socket
import subprocess
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

import requests

from tests.client.commands import COMMAND, environment, interruptible

if TYPE_CHECKING:
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator

TOKEN = "/oauth2/v1/tokens/bearer"
ENDS_WITHIN_S = 30


def register(emulator: Emulator, redirect_uri: str) -> None:
    """Let the emulator's app be sent there."""
    emulator.add_app(
        client_id="emulator-client-id",
        client_secret="emulator-client-secret",
        redirect_uris=[redirect_uri],
        name="Emulator app",
    )


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def exchanges(emulator: Emulator) -> list[int]:
    """The statuses of the calls for tokens."""
    return [call["status"] for call in emulator.calls(class_="auth") if TOKEN in str(call["path"])]


def get(url: str, **options: Any) -> requests.Response:
    """What a browser gets."""
    return requests.get(url, allow_redirects=False, timeout=ENDS_WITHIN_S, **options)


class SignIn:
    """One sign-in, which has begun to wait when `with` begins."""

    def __init__(
        self, folder: Path, settings: dict[str, Any], *arguments: str, **variables: str
    ) -> None:
        self._command = [COMMAND, "auth", "login", *arguments]
        self._folder = folder
        self._environ = environment(settings) | variables
        self.shown = ""

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            interruptible(self._command),
            cwd=self._folder,
            env=self._environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.shown += line
            if line.startswith(("Waiting for", "The browser then")):
                break
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    @property
    def address(self) -> str:
        """The address of the consent page, as it was printed."""
        found = re.search(r"^https?://\S+$", self.shown, flags=re.MULTILINE)
        assert found, self.shown
        return found[0]

    @property
    def asked(self) -> dict[str, str]:
        """What the address asks for."""
        return dict(parse_qsl(urlsplit(self.address).query))

    def answer(self, realm_id: str = "", *, decision: str = "connect") -> str:
        """Where the consent page sends the browser after a person has pressed a button."""
        reply = requests.post(
            self.address.partition("?")[0],
            data={**self.asked, "decision": decision, "realm_id": realm_id},
            allow_redirects=False,
            timeout=ENDS_WITHIN_S,
        )
        assert 302 == reply.status_code, reply.text
        return reply.headers["Location"]

    def end(self, text: str | None = None) -> tuple[int, str, str]:
        """Status, output and errors of the command, once it has ended by itself."""
        output, errors = self.process.communicate(text, timeout=ENDS_WITHIN_S)
        return self.process.returncode, self.shown + output, errors


def code_of(redirect: str) -> str:
    """The code in a redirect."""
    return parse_qs(urlsplit(redirect).query)["code"][0]
