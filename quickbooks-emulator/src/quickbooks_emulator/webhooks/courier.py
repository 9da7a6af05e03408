"""Carrying notifications to their addresses, as the emulator's clock makes them due.

Source: Intuit, "Webhooks" (headers, signature, 3 seconds).
"""

from __future__ import annotations

import asyncio
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

import aiohttp

from quickbooks_emulator.webhooks.events import created_time, signature
from quickbooks_emulator.webhooks.outbox import DELIVERED

if TYPE_CHECKING:
    from quickbooks_emulator.service import Service
    from quickbooks_emulator.webhooks.outbox import Delivery

POLL_S = 0.2
"""How often the clock, which anybody may move, is looked at while something is on its way."""
USER_AGENT = "intuit_notification_server/0.1"
SCHEMA_VERSION = "1.0"


class Courier:
    """Delivers what is due; one at a time, as long as it runs."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock = asyncio.Lock()
        self._awake = asyncio.Event()
        self._session: aiohttp.ClientSession | None = None

    async def run(self) -> None:
        """Deliver until cancelled."""
        outbox = self._service.outbox
        outbox.awaken = self._awake.set
        try:
            while True:
                if outbox.is_idle:
                    self._awake.clear()
                    await self._awake.wait()
                await self.deliver()
                await asyncio.sleep(POLL_S)
        finally:
            outbox.awaken = None
            if self._session is not None:
                await self._session.close()

    async def deliver(self) -> None:
        """Attempt every delivery that is due."""
        service = self._service
        async with self._lock:
            tried: set[int] = set()
            while True:
                due = service.outbox.due(service.clock.epoch(), service.switches)
                fresh = [delivery for delivery in due if delivery.id not in tried]
                if not fresh:
                    break
                for delivery in fresh:
                    tried.add(delivery.id)
                    await self._attempt(delivery)
            self._keep()

    async def _attempt(self, delivery: Delivery) -> None:
        service = self._service
        status, error = await self._send(delivery)
        service.outbox.tried(delivery, service.clock.epoch(), status, error)
        if delivery.status == DELIVERED and service.outbox.is_repeated(service.switches):
            status, error = await self._send(delivery)
            service.outbox.tried(delivery, service.clock.epoch(), status, error)
        self._keep()

    async def _send(self, delivery: Delivery) -> tuple[int, str]:
        """Status of the answer, or 0 and what kept it from coming."""
        service = self._service
        subscription = service.outbox.subscriptions.get(delivery.subscription)
        if subscription is None:
            return 0, "unsubscribed"
        if self._session is None:
            self._session = aiohttp.ClientSession(skip_auto_headers={"User-Agent", "Accept"})
        body = delivery.body.encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": USER_AGENT,
            "intuit-signature": signature(body, subscription.verifier_token),
            "intuit-created-time": created_time(service.clock.epoch()),
            "intuit-t-id": str(uuid.uuid4()),
            "intuit-notification-schema-version": SCHEMA_VERSION,
        }
        deadline = aiohttp.ClientTimeout(total=service.switches.webhook_deadline_ms / 1000)
        try:
            async with self._session.post(
                subscription.url, data=body, headers=headers, timeout=deadline,
                allow_redirects=False,
            ) as answer:  # fmt: skip
                return answer.status, ""
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return 0, type(error).__name__

    def _keep(self) -> None:
        self._service.keep_outbox()
        if self._service.file is not None:
            self._service.file.flush()


async def stopped(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait for its end."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
