"""Repeatable chance: named streams of random numbers, and weighted choice.

Everything random in this package comes from here, so the same seed gives the same bytes. No clock, no `hash`.
"""

from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")


def stream(seed: int, *labels: object) -> Random:
    """A generator of its own for one purpose, so that one purpose's draws do not move another's."""
    return Random("/".join(map(str, (seed, *labels))))  # noqa: S311 - fictitious data, not secrets


def reseed(rng: Random, seed: int, *labels: object) -> Random:
    """The same as `stream` on an existing object, which is cheaper for one record among many."""
    rng.seed("/".join(map(str, (seed, *labels))))
    return rng


class Wheel(Generic[T]):
    """Weighted choice in logarithmic time."""

    __slots__ = ("_bounds", "_items", "_total")

    def __init__(self, weighted: Iterable[tuple[T, float]]) -> None:
        """Take pairs of item and weight; weights need not sum to one."""
        pairs = [(item, weight) for item, weight in weighted if weight > 0]
        self._items = [item for item, _ in pairs]
        self._bounds = list(accumulate(weight for _, weight in pairs))
        self._total = self._bounds[-1]

    def pick(self, rng: Random) -> T:
        """One item, by weight."""
        return self._items[bisect(self._bounds, rng.random() * self._total)]


def falling(items: Sequence[str]) -> Wheel[str]:
    """A wheel on which the weight falls with the position, as frequencies of names do."""
    return Wheel((item, (position + 2) ** -0.75) for position, item in enumerate(items))


def some(rng: Random, rate: float, size: int, least: int = 0) -> int:
    """How many of `size` things happen at `rate`: the expectation, its fraction settled by chance."""
    return max(least, int(rate * size + rng.random()))


def settle(places: Sequence[int]) -> list[int]:
    """Where things stand in the end that are put into a list one after the other, each before the given place."""
    final = np.array(places, np.int64)
    for number, place in enumerate(places):
        earlier = final[:number]
        earlier[earlier >= place] += 1
    found: list[int] = final.tolist()
    return found


def weave(items: Iterable[T], extras: Mapping[int, T]) -> Iterator[T]:
    """Items with others between them, whose places are those in the result."""
    place = 0
    for item in items:
        while place in extras:
            yield extras[place]
            place += 1
        yield item
        place += 1
    while place in extras:
        yield extras[place]
        place += 1
