"""A server that answers with whatever bytes a test writes, at whatever pace."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

HEAD_END = b"\r\n\r\n"
Part = bytes | float
"""Bytes to send, or seconds to wait."""


def reply(
    body: bytes, status: str = "200 OK", *, length: int | None = None, **headers: str
) -> bytes:
    """A whole reply; `length` is what its Content-Length claims."""
    named = {"Content-Type": "application/json", **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in named.items())
    claimed = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\n{lines}Content-Length: {claimed}\r\n\r\n".encode() + body


class Scripted:
    """Answers the first request with the first reply, and so on; then with the last again.

    A reply is bytes, or a list of bytes and pauses. Connections stay open unless `hangs_up`, and
    are secured by `tls` where that is given.
    """

    def __init__(
        self,
        *replies: bytes | list[Part],
        hangs_up: bool = False,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.replies = list(replies)
        self.requests: list[bytes] = []
        self.connections = 0
        self._hangs_up = hangs_up
        self._tls = tls
        self._open: list[socket.socket] = []
        self._ends = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, or https."""
        scheme = "https" if self._tls else "http"
        return f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with contextlib.suppress(OSError):
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            while self._one(connection) and not self._hangs_up:
                pass
        connection.close()

    def _one(self, connection: socket.socket) -> bool:
        request = _read(connection.recv)
        if not request:
            return False
        self.requests.append(request)
        answer = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        for part in [answer] if isinstance(answer, bytes) else answer:
            if isinstance(part, bytes):
                connection.sendall(part)
            elif self._ends.wait(part):
                return False
        return bool(answer)


def _read(recv: Callable[[int], bytes]) -> bytes:
    """One whole request."""
    found = b""
    while HEAD_END not in found:
        piece = recv(65536)
        if not piece:
            return b""
        found += piece
    head, _, body = found.partition(HEAD_END)
    length = next(
        (
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += recv(65536)
    return head + HEAD_END + body
