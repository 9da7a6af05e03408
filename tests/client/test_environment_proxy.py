"""
A proxy of the environment is used for QuickBooks, and not for this machine's emulator.
"""

from __future__ import annotations

import os
import socketserver
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override

from quickbooks_client import ConnectionLostError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quickbooks_client import Client

HOST = "quickbooks.example"


class RefusingProxy(socketserver.ThreadingTCPServer):
    """A proxy that lets nothing through and remembers what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), RefusedTunnel)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """For HTTPS_PROXY."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class RefusedTunnel(socketserver.StreamRequestHandler):
    """Answers 403."""

    server: RefusingProxy

    @override
    def handle(self) -> None:
        self.server.asked.append(self.rfile.readline().decode().strip())
        self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")


@contextmanager
def refusing_proxy() -> Iterator[RefusingProxy]:
    """One that listens."""
    with RefusingProxy() as proxy:
        thread = threading.Thread(target=proxy.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def _no_proxy_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


def test_calls_go_to_the_proxy_of_the_environment(
    make_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Every one of them, the repeated ones too; the message says who turned them away.
    """
    with refusing_proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        client = make_client(environment="sandbox", api_url=f"https://{HOST}")

        with pytest.raises(ConnectionLostError, match=f"The proxy before {HOST}"):
            client.read("Preferences")

    assert {f"CONNECT {HOST}:443 HTTP/1.1"} == {one.replace("1.0", "1.1") for one in proxy.asked}
    assert 4 == len(proxy.asked)


def test_a_host_that_needs_no_proxy_is_called_without(
    make_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    NO_PROXY is heeded.
    """
    with refusing_proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "0.0.0.0")
        client = make_client(environment="sandbox", api_url="https://0.0.0.0:9")

        with pytest.raises(ConnectionLostError):
            client.read("Preferences")

    assert [] == proxy.asked


def test_the_emulator_is_called_without_a_proxy(
    client: Client, connection: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A proxy elsewhere would not find this machine's own.
    """
    with refusing_proxy() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)

        company = client.read("CompanyInfo", connection["realm_id"])

    assert company.entity["Id"]
    assert [] == proxy.asked
