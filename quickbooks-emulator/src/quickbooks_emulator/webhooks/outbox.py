"""Subscriptions, events on their way and deliveries: plain data that survives a restart.

Source: Intuit, "Webhooks": events are aggregated; an answer other than 200 within 3 seconds is
tried again after 10 s, 20 s, 30 s, 5 min, 20 min, 2 h, 4 h, 6 h, then every 6 h; later events may
be withheld until the first is acknowledged; events may come twice, late, out of order or never.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from quickbooks_emulator.json_text import dumps
from quickbooks_emulator.problems import Problem
from quickbooks_emulator.webhooks.events import CLOUD_EVENTS, SPOKEN_OF, Event, body_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from quickbooks_emulator.json_text import Json, JsonObject
    from quickbooks_emulator.switches import Switches

DELAYS_S = (10.0, 20.0, 30.0, 300.0, 1200.0, 7200.0, 14400.0, 21600.0)
VERIFIER_TOKEN = "emulator-verifier-token"  # noqa: S105 - the well-known token of an emulator
OK = 200
REMEMBERED = 200
PENDING, DELIVERED, LOST = "pending", "delivered", "lost"


def _shown(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Subscription:
    """An address that is told of changes: of some entities or all, in an app's companies or all."""

    id: int
    url: str
    verifier_token: str
    format: str
    entities: tuple[str, ...]
    app: str


@dataclass(slots=True)
class Delivery:
    """One body for one subscription, and how it fared; `next_at` is None when it is through."""

    id: int
    subscription: int
    body: str
    events: int
    created_at: float
    next_at: float | None
    status: str = PENDING
    attempts: list[JsonObject] = field(default_factory=list)

    def tried(self, now: float, status: int, error: str = "") -> None:
        """Take note of an attempt: anything but a 200 is tried again."""
        self.attempts.append({"time": _shown(now), "status": status, "error": error})
        if self.status != PENDING:
            return
        if status == OK:
            self.status, self.next_at = DELIVERED, None
        else:
            self.next_at = now + DELAYS_S[min(len(self.attempts), len(DELAYS_S)) - 1]

    def as_json(self) -> JsonObject:
        """The delivery as the control plane shows it."""
        return {
            "id": self.id,
            "subscription": self.subscription,
            "status": self.status,
            "events": self.events,
            "created": _shown(self.created_at),
            "next": None if self.next_at is None else _shown(self.next_at),
            "attempts": self.attempts,
        }


@dataclass(slots=True)
class Outbox:
    """What is to be told to whom."""

    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    waiting: dict[int, dict[int, Event]] = field(default_factory=dict)
    """Events not yet in a delivery, by subscription and number."""
    deliveries: dict[int, Delivery] = field(default_factory=dict)
    changed: set[tuple[str, int]] = field(default_factory=set)
    """What is not yet written to the emulator's file: kind and number."""
    awaken: Callable[[], None] | None = None
    count: int = 0
    gathered: int = 0
    acknowledged: int = 0

    # -- subscriptions

    def subscribe(self, wanted: JsonObject) -> Subscription:
        """A subscription from its fields, which are of the right kinds. Raises Problem 2010."""
        url = str(wanted.get("url") or "")
        try:
            parts = urlsplit(url)
            is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
            is_address = is_address and parts.port != 0
        except ValueError:
            is_address = False
        if not is_address or not url.isprintable() or " " in url:
            raise Problem("2010", f"A webhook goes to an http or https address, not to {url!r}")
        known = {name.lower(): name for name in (*SPOKEN_OF, "InventoryAdjustment")}
        names = wanted.get("entities") or []
        if not isinstance(names, list):
            raise Problem("2010", "entities: a list is expected", "entities")
        entities = tuple(known.get(name.lower(), "") for name in names)
        if "" in entities:
            raise Problem("2010", f"There are no events of one of {wanted['entities']}")
        subscription = Subscription(
            self._number(),
            url,
            str(wanted.get("verifier_token") or VERIFIER_TOKEN),
            str(wanted.get("format") or CLOUD_EVENTS),
            entities,
            str(wanted.get("app") or ""),
        )
        self._subscribed(subscription)
        self.changed.add(("subscription", subscription.id))
        return subscription

    def unsubscribe(self, number: int | None = None) -> None:
        """Drop a subscription with all that was to go there, or every one. Raises Problem 610."""
        if number is not None and number not in self.subscriptions:
            raise Problem("610", f"No webhook {number}", status=404)
        for gone in [number] if number is not None else list(self.subscriptions):
            del self.subscriptions[gone]
            self.changed.add(("subscription", gone))
            self.changed.update(("event", event) for event in self.waiting.pop(gone))
            for delivery in [d for d in self.deliveries.values() if d.subscription == gone]:
                del self.deliveries[delivery.id]
                self.changed.add(("delivery", delivery.id))

    # -- events

    def note(
        self,
        realm_id: str,
        told: Sequence[tuple[str, str, str]],
        now: float,
        realms_of: Callable[[str], set[str]],
        deleted_id: str = "",
    ) -> None:
        """Events of a company: entity, id and operation each; `realms_of` an app."""
        for subscription in self.subscriptions.values():
            if subscription.app and realm_id not in realms_of(subscription.app):
                continue
            for entity, object_id, operation in told:
                if subscription.entities and entity not in subscription.entities:
                    continue
                event = Event(
                    str(uuid.uuid4()), realm_id, entity, object_id, operation, now, deleted_id
                )
                number = self._number()
                self.waiting[subscription.id][number] = event
                self.changed.add(("event", number))
        if self.awaken is not None and any(self.waiting.values()):
            self.awaken()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return not any(self.waiting.values()) and not any(
            delivery.next_at is not None for delivery in self.deliveries.values()
        )

    def due(self, now: float, switches: Switches) -> list[Delivery]:
        """The deliveries whose time has come; ripe events are made into one first."""
        for subscription in self.subscriptions.values():
            self._gather(subscription, now, switches)
        return [
            delivery
            for delivery in self.deliveries.values()
            if delivery.next_at is not None and delivery.next_at <= now
        ]

    def tried(self, delivery: Delivery, now: float, status: int, error: str = "") -> None:
        """Take note of an attempt; of what is through only the latest are remembered."""
        delivery.tried(now, status, error)
        self.changed.add(("delivery", delivery.id))
        through = [entry.id for entry in self.deliveries.values() if entry.next_at is None]
        for number in through[:-REMEMBERED]:
            del self.deliveries[number]
            self.changed.add(("delivery", number))

    def is_repeated(self, switches: Switches) -> bool:
        """Whether the delivery that was just acknowledged comes a second time."""
        self.acknowledged += 1
        every = switches.webhook_repeats_every
        return every > 0 and self.acknowledged % every == 0

    def _gather(self, subscription: Subscription, now: float, switches: Switches) -> None:
        waiting = self.waiting[subscription.id]
        if not waiting:
            return
        is_ripe = next(iter(waiting.values())).moment + switches.webhook_window_s <= now
        is_withheld = switches.webhook_withholds and any(
            entry.subscription == subscription.id and entry.next_at is not None
            for entry in self.deliveries.values()
        )
        if not is_ripe or is_withheld:
            return
        events = list(waiting.values())
        if switches.webhook_disorder:
            events.reverse()
        body = dumps(body_of(events, subscription.format, subscription.app)).decode()
        delivery = Delivery(self._number(), subscription.id, body, len(events), now, now)
        self.gathered += 1
        every = switches.webhook_loses_every
        if every > 0 and self.gathered % every == 0:
            delivery.status, delivery.next_at = LOST, None
        self.deliveries[delivery.id] = delivery
        self.changed.add(("delivery", delivery.id))
        self.changed.update(("event", number) for number in waiting)
        waiting.clear()

    # -- plain data

    def _number(self) -> int:
        self.count += 1
        return self.count

    def _subscribed(self, subscription: Subscription) -> None:
        self.subscriptions[subscription.id] = subscription
        self.waiting[subscription.id] = {}

    def changes(self) -> Iterator[tuple[str, int, JsonObject | None]]:
        """Kind, number and data (None: gone) of what changed since the last call."""
        for kind, number in self.changed:
            yield kind, number, self._value(kind, number)
        self.changed.clear()

    def _value(self, kind: str, number: int) -> JsonObject | None:
        if kind == "event":
            for subscription, held in self.waiting.items():
                if number in held:
                    return {"subscription": subscription, **asdict(held[number])}
            return None
        kept = self.subscriptions if kind == "subscription" else self.deliveries
        found = kept.get(number)
        return asdict(found) if found else None

    def restore(self, kind: str, number: int, value: Json) -> None:
        """Take up a kept piece; subscriptions come first."""
        self.count = max(self.count, number)
        if kind == "subscription":
            self._subscribed(Subscription(**{**value, "entities": tuple(value["entities"])}))
        elif kind == "delivery":
            moments = {"created_at": float(value["created_at"])}
            if value["next_at"] is not None:
                moments["next_at"] = float(value["next_at"])
            self.deliveries[number] = Delivery(**{**value, **moments})
        else:
            held = dict(value)
            subscription = held.pop("subscription")
            held["moment"] = float(held["moment"])
            self.waiting[subscription][number] = Event(**held)

    def clear(self) -> None:
        """Forget everything, subscriptions too."""
        self.subscriptions.clear()
        self.waiting.clear()
        self.deliveries.clear()
        self.changed.clear()
        self.gathered = self.acknowledged = 0
