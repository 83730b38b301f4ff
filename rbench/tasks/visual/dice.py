"""`Dice`: chance from a text, the same on every machine and every Python."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws from a key such as ``rbench-v-live/1/20260101/maze/17``.

    Only `random.Random.random` is used, whose numbers Python promises to keep for a seed; the
    other methods of `random`, and numpy's generators, may change between versions.
    """

    def __init__(self, key: str) -> None:
        self._next = random.Random(key).random

    def integer(self, low: int, high: int) -> int:
        """Return an integer from `low` to `high`, both included."""
        return low + int(self._next() * (high - low + 1))

    def real(self, low: float, high: float) -> float:
        """Return a number from `low` to `high`."""
        return low + self._next() * (high - low)

    def chance(self, probability: float) -> bool:
        """Return True with the probability given."""
        return self._next() < probability

    def choice(self, values: Sequence[T]) -> T:
        """Return one of the values."""
        return values[self.integer(0, len(values) - 1)]

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """Return the values in another order."""
        order = list(values)
        for i in range(len(order) - 1, 0, -1):
            j = self.integer(0, i)
            order[i], order[j] = order[j], order[i]
        return order

    def sample(self, values: Sequence[T], count: int) -> list[T]:
        """Return `count` different ones of the values."""
        return self.shuffled(values)[:count]
