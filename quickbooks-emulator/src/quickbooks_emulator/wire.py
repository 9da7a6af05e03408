"""One kept connection to an emulator."""

from __future__ import annotations

import http.client
import socket
import threading
from urllib.parse import urlsplit


class Wire:
    """A connection that is kept, and opened again when the server has closed it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: http.client.HTTPConnection | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """Hang up; the next request connects again."""
        with self._lock:
            self._hang_up()

    def send(
        self, method: str, path: str, text: bytes | None, kind: str = "application/json"
    ) -> tuple[int, bytes, str]:
        """Status, body and Location of one request.

        What may have been carried out is not sent twice.
        """
        with self._lock:
            if self._connection is not None and _is_closed(self._connection):
                self._hang_up()
            is_kept = self._connection is not None
            try:
                return self._exchange(method, path, text, kind)
            except (ConnectionError, http.client.HTTPException):
                self._hang_up()
                if not is_kept or method != "GET":
                    raise
                return self._exchange(method, path, text, kind)

    def _exchange(
        self, method: str, path: str, text: bytes | None, kind: str
    ) -> tuple[int, bytes, str]:
        if self._connection is None:
            parts = urlsplit(self._url)
            self._connection = http.client.HTTPConnection(
                parts.hostname or "127.0.0.1", parts.port, timeout=60
            )
        self._connection.request(method, path, text, {"Content-Type": kind})
        response = self._connection.getresponse()
        return response.status, response.read(), response.headers.get("Location", "")

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _is_closed(connection: http.client.HTTPConnection) -> bool:
    """Whether the server has hung up on a kept connection: then it can be read, to its end."""
    kept: socket.socket | None = connection.sock
    if kept is None:
        return True
    timeout = kept.gettimeout()
    try:
        kept.setblocking(False)
        return not kept.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        kept.settimeout(timeout)
