"""The web server: listens, answers, and stops at once, whatever is still being held back."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from quickbooks_emulator import gateway, outgoing
from quickbooks_emulator.incoming import clean, request_of
from quickbooks_emulator.webhooks.courier import Courier, stopped

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from quickbooks_emulator.service import Service

LONGEST_READ = 65_536
"""Bytes of a request line or a header that are read at all; from where on one is too long for the
service is another matter."""


class Server:
    """One service behind HTTP."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._running: set[asyncio.Task[object]] = set()

    def application(self) -> web.Application:
        """The web application: one handler, which does its own routing."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self.handle)
        application.cleanup_ctx.append(self._webhooks)
        return application

    async def _webhooks(self, _application: web.Application) -> AsyncIterator[None]:
        """Notifications are delivered as long as the server runs."""
        self.service.courier = courier = Courier(self.service)
        task = asyncio.create_task(courier.run())
        yield
        self.service.courier = None
        await stopped(task)

    async def handle(self, incoming: web.Request) -> web.StreamResponse:
        """Answer one request."""
        task = asyncio.current_task()
        if task is not None:
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        request = await request_of(incoming, self.service.switches.largest_body)
        base = f"{incoming.scheme}://{clean(incoming.headers.get('Host', 'localhost'))}"
        reply = await gateway.answer(self.service, request, base)
        return await outgoing.send(incoming, reply)

    async def stop(self, runner: web.AppRunner) -> None:
        """Listen no more; what is held back by a delay or hangs is dropped."""
        for site in list(runner.sites):
            await site.stop()
        running = [task for task in self._running if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await runner.cleanup()


async def start(server: Server, host: str, port: int) -> tuple[web.AppRunner, int]:
    """Listen; returns the runner, which `Server.stop` ends, and the port it got."""
    log = logging.getLogger("quickbooks_emulator.server")
    log.addFilter(_is_ours)
    runner = web.AppRunner(
        server.application(),
        access_log=None,
        shutdown_timeout=1.0,
        auto_decompress=False,
        logger=log,
        max_line_size=LONGEST_READ,
        max_field_size=LONGEST_READ,
    )
    server.service.listening_on = host
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    return runner, int(runner.addresses[0][1])


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether a failure is the server's; no HTTP and hanging up early are the caller's."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, (HttpProcessingError, ConnectionError))
