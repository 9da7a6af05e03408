"""A server in a thread of the process that asks for it."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from quickbooks_emulator.server import Server, start

if TYPE_CHECKING:
    from quickbooks_emulator.service import Service

START_S = 30.0


class EmulatorError(Exception):
    """The emulator did not start, failed, or refused what was asked of its control plane."""


class ServerThread:
    """A server that listens on a free port of the loopback until `stop`."""

    def __init__(self, service: Service) -> None:
        self.port = 0
        self._service = service
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._ready = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="quickbooks-emulator", daemon=True)
        self._thread.start()
        if not self._ready.wait(START_S) or self._error is not None:
            raise EmulatorError("The emulator did not start") from self._error

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except Exception as error:  # noqa: BLE001 - whoever uses the handle is told
            self._error = error
        finally:
            self._ready.set()
            self._loop.close()

    async def _serve(self) -> None:
        server = Server(self._service)
        runner, self.port = await start(server, "127.0.0.1", 0)
        self._ready.set()
        await self._ended.wait()
        await server.stop(runner)

    def fail(self, sentence: str) -> None:
        """End the server from within; `stop` says why."""
        self._error = self._error or EmulatorError(sentence)
        self._ended.set()

    def stop(self) -> None:
        """End the server and wait for its thread. Raises EmulatorError when it had failed."""
        if not self._loop.is_closed():
            with suppress(RuntimeError):  # the thread may be closing it just now
                self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(START_S)
        if self._error is not None:
            raise EmulatorError(f"The emulator stopped: {self._error}") from self._error
