"""First in, first out: what each movement of one item is worth.

Units leave in the order in which they came in, company-wide. Where more leaves than has come,
the rest is valued at the last known cost until later receipts replace that by what they cost.

Source: Intuit, "Item" (inventory valuation by FIFO) and "InventoryValuationDetail" (FIFO Cost).
The order within a day, and the cost of what comes back without a price, are not documented: the
order is that of creation, the cost is that of the latest receipt with a price of its own.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

from quickbooks_emulator.json_text import EXACT

CENT = Decimal("0.01")
NOUGHT = Decimal(0)
NONE = -1

Order: TypeAlias = tuple[str, int, int, str, int]
"""Date, second of creation, number, entity and line of the document: when a movement counts."""


@dataclass(slots=True)
class Event:
    """One movement.

    `price` is what a receipt cost, None for one without a price and for what leaves. `posted` is
    what the document itself has booked to the inventory account for it; the difference to `value`
    goes to `contra`, or to the item's cost of goods sold where that is empty. `value` is the
    change of the asset's worth, known once `Layers.settle` has run.
    """

    order: Order
    entity: str
    object_id: str
    quantity: Decimal
    price: Decimal | None
    posted: Decimal = NOUGHT
    contra: str = ""
    value: Decimal = field(default=NOUGHT, compare=False)


@dataclass(frozen=True, slots=True)
class State:
    """Where valuation stands behind an event.

    The oldest open layer is the receipt at `layer` with `quantity` and `worth` left; all receipts
    behind it are whole. The first uncovered departure is the one at `short`, lacking `lacking`,
    with `covered` the cost of the part that is covered; all departures behind it lack everything.
    """

    layer: int
    quantity: Decimal
    worth: Decimal
    short: int
    lacking: Decimal
    covered: Decimal
    unit_cost: Decimal


def to_cents(value: Decimal) -> Decimal:
    """Rounded half up to cents."""
    return value.quantize(CENT, ROUND_HALF_UP, EXACT)


def share(worth: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """The part's share of a layer's worth in cents; the last part takes what is left."""
    if part == whole:
        return worth
    return to_cents(EXACT.divide(EXACT.multiply(worth, part), whole))


@dataclass(slots=True, eq=False)
class Layers:
    """The movements of one item in order, and their values as far as they are worked out.

    A movement at the end costs the same however many came before; one in between makes the later
    ones be valued again, when somebody asks.
    """

    first_cost: Decimal
    events: list[Event] = field(default_factory=list)
    quantity: Decimal = NOUGHT
    worth: Decimal = NOUGHT
    booked: dict[str, Decimal] = field(default_factory=dict)
    """Per contra account: the sum of `value - posted`, which it owes the inventory account."""
    _orders: list[Order] = field(default_factory=list)
    _states: list[State] = field(default_factory=list)

    def insert(self, event: Event) -> None:
        """Add a movement."""
        place = bisect_left(self._orders, event.order)
        self._rewind(place)
        self._orders.insert(place, event.order)
        self.events.insert(place, event)
        self.quantity = EXACT.add(self.quantity, event.quantity)
        self._book(event, -event.posted)

    def remove(self, event: Event) -> None:
        """Take a movement out again."""
        place = bisect_left(self._orders, event.order)
        self._rewind(place)
        del self._orders[place], self.events[place]
        self.quantity = EXACT.subtract(self.quantity, event.quantity)
        self._book(event, event.posted)

    def restart(self, first_cost: Decimal) -> None:
        """Value everything again from another first cost."""
        self._rewind(0)
        self.first_cost = first_cost

    def settle(self) -> None:
        """Value what is not valued yet."""
        while len(self._states) < len(self.events):
            place = len(self._states)
            event = self.events[place]
            before = self._before(place)
            arrives = event.quantity > 0
            self._states.append(
                self._arrival(event, place, before)
                if arrives
                else self._departure(event, place, before)
            )

    def _before(self, place: int) -> State:
        if place:
            return self._states[place - 1]
        return State(NONE, NOUGHT, NOUGHT, NONE, NOUGHT, NOUGHT, self.first_cost)

    def _arrival(self, event: Event, place: int, before: State) -> State:
        quantity, worth = event.quantity, event.price
        unit_cost = before.unit_cost
        if worth is None:
            worth = to_cents(EXACT.multiply(quantity, unit_cost))
        else:
            unit_cost = EXACT.divide(worth, quantity)
        self._value(event, worth)
        short, lacking, covered = before.short, before.lacking, before.covered
        while short != NONE and quantity:
            taken = min(quantity, lacking)
            cost = share(worth, taken, quantity)
            quantity = EXACT.subtract(quantity, taken)
            worth = EXACT.subtract(worth, cost)
            lacking = EXACT.subtract(lacking, taken)
            covered = EXACT.add(covered, cost)
            self._value(self.events[short], -self._with_guess(short, lacking, covered))
            if not lacking:
                short = self._next(short, place, arrives=False)
                lacking = -self.events[short].quantity if short != NONE else NOUGHT
                covered = NOUGHT
        layer, left, left_worth = before.layer, before.quantity, before.worth
        if layer == NONE and quantity:
            layer, left, left_worth = place, quantity, worth
        return State(layer, left, left_worth, short, lacking, covered, unit_cost)

    def _departure(self, event: Event, place: int, before: State) -> State:
        wanted, cost = -event.quantity, NOUGHT
        layer, left, worth = before.layer, before.quantity, before.worth
        while layer != NONE and wanted:
            taken = min(wanted, left)
            part = share(worth, taken, left)
            cost = EXACT.add(cost, part)
            wanted = EXACT.subtract(wanted, taken)
            left = EXACT.subtract(left, taken)
            worth = EXACT.subtract(worth, part)
            if not left:
                layer = self._next(layer, place, arrives=True)
                if layer != NONE:
                    left, worth = self.events[layer].quantity, self.events[layer].value
        short, lacking, covered = before.short, before.lacking, before.covered
        if wanted and short == NONE:
            short, lacking, covered = place, wanted, cost
        guess = to_cents(EXACT.multiply(wanted, before.unit_cost))
        self._value(event, -EXACT.add(cost, guess))
        return State(layer, left, worth, short, lacking, covered, before.unit_cost)

    def _next(self, place: int, end: int, *, arrives: bool) -> int:
        """The next receipt (or departure) behind a place and before an end."""
        for following in range(place + 1, end):
            quantity = self.events[following].quantity
            if quantity > 0 if arrives else quantity < 0:
                return following
        return NONE

    def _with_guess(self, place: int, lacking: Decimal, covered: Decimal) -> Decimal:
        """The cost of a departure: what is covered, and the rest at the cost known then."""
        guess = to_cents(EXACT.multiply(lacking, self._before(place).unit_cost))
        return EXACT.add(covered, guess)

    def _value(self, event: Event, value: Decimal) -> None:
        change = EXACT.subtract(value, event.value)
        if change:
            event.value = value
            self.worth = EXACT.add(self.worth, change)
            self._book(event, change)

    def _book(self, event: Event, change: Decimal) -> None:
        self.booked[event.contra] = EXACT.add(self.booked.get(event.contra, NOUGHT), change)

    def _rewind(self, place: int) -> None:
        """Forget the values from a place on, and what those events did to earlier ones."""
        if place >= len(self._states):
            return
        for event in self.events[place : len(self._states)]:
            self._value(event, NOUGHT)
        state = self._before(place)
        short, lacking, covered = state.short, state.lacking, state.covered
        while short != NONE:
            self._value(self.events[short], -self._with_guess(short, lacking, covered))
            short = self._next(short, place, arrives=False)
            lacking = -self.events[short].quantity if short != NONE else NOUGHT
            covered = NOUGHT
        del self._states[place:]
