"""Things kept in the order of their keys, cut into pages by position.

Blocks of some hundred keys keep every insertion and removal small, however many keys there are; a
slice finds its first block by the blocks' lengths. Keys are unique and compare with each other.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

Thing = TypeVar("Thing")

BLOCK = 512


class Ordered(Generic[Thing]):
    """Keys in ascending order, each with its thing."""

    def __init__(self, pairs: Iterable[tuple[Any, Thing]] = ()) -> None:
        ordered = sorted(pairs, key=itemgetter(0))
        steps = range(0, len(ordered), BLOCK)
        self._keys = [[key for key, _ in ordered[step : step + BLOCK]] for step in steps]
        self._things = [[thing for _, thing in ordered[step : step + BLOCK]] for step in steps]
        self._lasts = [keys[-1] for keys in self._keys]
        self._length = len(ordered)

    def __len__(self) -> int:
        """How many there are."""
        return self._length

    def put(self, key: Any, thing: Thing) -> None:
        """Add the thing, or put it in the place of the one with that key."""
        if not self._keys:
            self._keys, self._things, self._lasts = [[key]], [[thing]], [key]
            self._length = 1
            return
        number = min(bisect_left(self._lasts, key), len(self._keys) - 1)
        keys, things = self._keys[number], self._things[number]
        place = bisect_left(keys, key)
        if place < len(keys) and keys[place] == key:
            things[place] = thing
            return
        keys.insert(place, key)
        things.insert(place, thing)
        self._length += 1
        if len(keys) > 2 * BLOCK:
            self._keys[number : number + 1] = [keys[:BLOCK], keys[BLOCK:]]
            self._things[number : number + 1] = [things[:BLOCK], things[BLOCK:]]
            self._lasts[number : number + 1] = [keys[BLOCK - 1], keys[-1]]
        else:
            self._lasts[number] = keys[-1]

    def discard(self, key: Any) -> None:
        """Take the thing of that key out, if there is one."""
        number = bisect_left(self._lasts, key)
        if number == len(self._keys):
            return
        keys, things = self._keys[number], self._things[number]
        place = bisect_left(keys, key)
        if keys[place] != key:
            return
        del keys[place], things[place]
        self._length -= 1
        if keys:
            self._lasts[number] = keys[-1]
        else:
            del self._keys[number], self._things[number], self._lasts[number]

    def place(self, key: Any, *, is_behind: bool = False) -> int:
        """How many keys are smaller than this one (with `is_behind`: not larger)."""
        cut = bisect_right if is_behind else bisect_left
        number = bisect_left(self._lasts, key)
        if number == len(self._keys):
            return self._length
        return sum(map(len, self._keys[:number])) + cut(self._keys[number], key)

    def cut(self, start: int, stop: int) -> list[Thing]:
        """The things from the position `start` up to `stop`, both counted from 0."""
        found: list[Thing] = []
        left = min(stop, self._length) - start
        for things in self._things:
            if left <= 0:
                break
            if start >= len(things):
                start -= len(things)
                continue
            taken = things[start : start + left]
            found += taken
            left -= len(taken)
            start = 0
        return found
