"""Connections whose replies end: a reading of a reply that neither ends nor stops is broken off.

The timeout of `requests` is for one silence: a server that sends a byte a minute, in the head or in
the body, holds a call for ever. Here the whole reply has its own time, set on the socket before
each read, and its own size.
"""

from __future__ import annotations

import io
import time
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from typing_extensions import override
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    import socket

    from urllib3 import PoolManager, ProxyManager

SILENCES = 2.0
"""A whole reply may take as long as so many of the longest silences."""
MAX_REPLY_BYTES = 128 * 1024 * 1024
"""As sent. A page of a thousand documents with hundreds of lines each stays far below."""


class ReplyTooLargeError(OSError):
    """A reply went on beyond what any reply of QuickBooks has."""


class _Reading(io.RawIOBase):
    """What comes out of a socket, for a limited time and up to a limited size."""

    def __init__(self, connection: socket.socket) -> None:
        # As `requests` has set it for this reply: the longest silence; None in a test without.
        self._silence_s = connection.gettimeout() or 0.0
        self._ends_at = time.monotonic() + SILENCES * self._silence_s
        self._left = MAX_REPLY_BYTES
        self._connection = connection
        self._raw = connection.makefile("rb", buffering=0)

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any) -> int | None:  # Any: a writable buffer has no type of its own
        if self._silence_s:
            left_s = self._ends_at - time.monotonic()
            if left_s <= 0:
                raise TimeoutError("The reply does not end.")
            self._connection.settimeout(min(self._silence_s, left_s))
        count = self._raw.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise ReplyTooLargeError("The reply is too large.")
        return count

    @override
    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        # Any: passed through to http.client
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_Reading(sock))


class _Connection(HTTPConnection):
    # Whoever turns http.client's own output on, for all connections, would have tokens printed.
    debuglevel = 0
    response_class = _Response


class _SecureConnection(HTTPSConnection):
    debuglevel = 0
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _Pool, "https": _SecurePool}


class DeadlineAdapter(HTTPAdapter):
    """An adapter of `requests` whose replies end."""

    @override
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        # Any: passed through to requests
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    @override
    def proxy_manager_for(self, *args: Any, **options: Any) -> ProxyManager:
        # Any: passed through to requests
        manager: ProxyManager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    poolmanager: PoolManager
