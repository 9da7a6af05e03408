"""The control plane's part for webhooks: subscribe, look, deliver now."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from quickbooks_emulator.expected import TEXT, TEXTS, check, one_of
from quickbooks_emulator.problems import Problem
from quickbooks_emulator.webhooks.events import FORMATS

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import JsonObject
    from quickbooks_emulator.service import Service

FIELDS = {
    "url": TEXT, "verifier_token": TEXT, "format": one_of(FORMATS), "entities": TEXTS, "app": TEXT,
}  # fmt: skip


def shown(service: Service) -> JsonObject:
    """Subscriptions, how many events wait, and the latest deliveries, oldest first."""
    outbox = service.outbox
    return {
        "subscriptions": [_subscription(service, number) for number in outbox.subscriptions],
        "waiting": sum(len(events) for events in outbox.waiting.values()),
        "deliveries": [delivery.as_json() for delivery in outbox.deliveries.values()],
    }


def subscribed(service: Service, wanted: JsonObject) -> JsonObject:
    """A new subscription. Raises Problem 2010."""
    check(wanted, FIELDS, "")
    subscription = service.outbox.subscribe(wanted)
    service.keep_outbox()
    return _subscription(service, subscription.id)


def unsubscribed(service: Service, rest: list[str]) -> JsonObject:
    """What is left after one subscription, or all, are dropped. Raises Problem 610."""
    known = {str(number): number for number in service.outbox.subscriptions}
    if rest and rest[0] not in known:
        raise Problem("610", f"No webhook {rest[0]}", status=404)
    service.outbox.unsubscribe(known[rest[0]] if rest else None)
    service.keep_outbox()
    return shown(service)


async def delivered(service: Service) -> JsonObject:
    """What there is after everything that is due has been tried."""
    if service.courier is not None:
        await service.courier.deliver()
    return shown(service)


def _subscription(service: Service, number: int) -> JsonObject:
    found = asdict(service.outbox.subscriptions[number])
    return {**found, "entities": list(found["entities"])}
