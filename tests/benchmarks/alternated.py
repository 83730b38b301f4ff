"""Times several ways to do one thing in alternated rounds, so that load falls on all of them."""

import time
from collections.abc import Callable, Mapping
from typing import Any


def best_of(rounds: int, ways: Mapping[str, Callable[[], Any]]) -> dict[str, tuple[float, Any]]:
    """Return the smallest wall-clock seconds and the last result of each way."""
    best: dict[str, tuple[float, Any]] = {}
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            result = way()
            seconds = time.perf_counter() - start
            best[name] = (min(seconds, best.get(name, (seconds, None))[0]), result)
    return best
