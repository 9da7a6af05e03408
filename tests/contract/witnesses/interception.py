"""A proxy that is Intuit to whoever goes through it.

A client that knows Intuit's addresses by heart is told of the proxy and of a certificate authority
by the variables every client knows (`HTTPS_PROXY`, `REQUESTS_CA_BUNDLE`); nothing of it is changed.
The proxy ends its TLS and hands the bytes to the emulator. Other hosts are refused.
"""

from __future__ import annotations

import datetime as dt
import socket
import socketserver
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

HOSTS = (
    "quickbooks.api.intuit.com", "sandbox-quickbooks.api.intuit.com", "oauth.platform.intuit.com",
    "developer.api.intuit.com", "developer.intuit.com", "appcenter.intuit.com",
)  # fmt: skip


class Interception:
    """Runs while it is entered; `environment` is what a client's process has to be given."""

    def __init__(self, emulator_url: str, folder: Path) -> None:
        self.refused: list[str] = []
        parts = urlsplit(emulator_url)
        self.emulator = (parts.hostname or "", parts.port or 0)
        self._bundle = folder / "authority.pem"
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(_certificates(folder, self._bundle))
        self._server = _Proxy(self)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead a client here."""
        address = f"http://127.0.0.1:{self._server.server_address[1]}"
        bundle = str(self._bundle)
        return {
            "HTTPS_PROXY": address, "https_proxy": address, "NO_PROXY": "", "no_proxy": "",
            "REQUESTS_CA_BUNDLE": bundle, "SSL_CERT_FILE": bundle,
        }  # fmt: skip


class _Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, interception: Interception) -> None:
        self.interception = interception
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(socketserver.BaseRequestHandler):
    """One CONNECT and the calls inside it."""

    server: Any  # _Proxy, which typeshed cannot say

    def handle(self) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            part = self.request.recv(4096)
            if not part:
                return
            head += part
        method, target, *_ = head.split(b" ")
        host = target.decode().partition(":")[0]
        interception: Interception = self.server.interception
        if method != b"CONNECT" or host not in HOSTS:
            interception.refused.append(host)
            self.request.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with (
            suppress(OSError),
            interception.context.wrap_socket(self.request, server_side=True) as client,
            socket.create_connection(interception.emulator) as emulator,
        ):
            back = threading.Thread(target=_pour, args=(emulator, client), daemon=True)
            back.start()
            _pour(client, emulator)
            back.join()


def _pour(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65_536):
            target.sendall(part)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _certificates(folder: Path, bundle: Path) -> Path:
    """A fresh authority (written to `bundle`) and a certificate by it for Intuit's hosts."""
    now = dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "QuickBooks emulator tests")])
    key = ec.generate_private_key(ec.SECP256R1())
    leaf_key = ec.generate_private_key(ec.SECP256R1())

    def started(subject: x509.Name, public: Any) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=2))
        )

    authority = (
        started(name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    leaf = (
        started(x509.Name([]), leaf_key.public_key())
        .add_extension(names, critical=True)
        .add_extension(issuer, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    bundle.write_bytes(authority.public_bytes(pem))
    chain = folder / "leaf.pem"
    private = leaf_key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(private + leaf.public_bytes(pem))
    return chain
