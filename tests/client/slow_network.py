"""A network between client and server that takes now shorter, now longer."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self


class SlowNetwork:
    """Forwards connections to a local port; what goes there is held up by up to `most_s`."""

    def __init__(self, port: int, most_s: float) -> None:
        self._server_port = port
        self._most_s = most_s
        self._random = random.Random(5)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._ends: list[socket.socket] = [self._listener]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._server_port))
            self._ends += [caller, server]
            for end in (caller, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(
                target=self._carry, args=(caller, server, self._most_s), daemon=True
            ).start()
            threading.Thread(target=self._carry, args=(server, caller, 0.0), daemon=True).start()

    def _carry(self, source: socket.socket, goal: socket.socket, most_s: float) -> None:
        with contextlib.suppress(OSError):
            while received := source.recv(65536):
                time.sleep(self._random.uniform(0, most_s))
                goal.sendall(received)
            goal.shutdown(socket.SHUT_WR)
