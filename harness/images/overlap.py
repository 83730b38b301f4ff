"""Making images in one thread while another one takes them."""

import queue
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 2
"""Batches that may wait: enough to keep both sides at work, few enough to fit in memory."""

_SECONDS = 0.1
"""Between two looks at whether the other side is still there."""


class _Abandoned(BaseException):
    """Ends the taking side where the making side failed."""


def overlapped(made: Iterable[T], take: Callable[[Iterator[T]], R]) -> R:
    """Return ``take(made)``; `made` is iterated here, `take` runs in a thread of its own.

    A GPU then has work from both. The order is kept. What either side raises is raised here, and
    ends the other one.
    """
    waiting: queue.Queue[T | _Abandoned | None] = queue.Queue(_AHEAD)

    def received() -> Iterator[T]:
        while (piece := waiting.get()) is not None:
            if isinstance(piece, _Abandoned):
                raise piece
            yield piece

    with ThreadPoolExecutor(1, thread_name_prefix="rbench-features") as pool:
        outcome = pool.submit(take, received())
        try:
            for piece in made:
                _hand_over(piece, waiting, outcome)
                if outcome.done():
                    break
            _hand_over(None, waiting, outcome)
            return outcome.result()
        except BaseException:
            while not (outcome.done() or _put(_Abandoned(), waiting)):
                with suppress(queue.Empty):
                    waiting.get_nowait()
            raise


def _hand_over(piece: T, waiting: "queue.Queue[T]", outcome: "Future[R]") -> None:
    """Put `piece` into the queue, unless nobody takes any more."""
    while not (outcome.done() or _put(piece, waiting)):
        pass


def _put(piece: T, waiting: "queue.Queue[T]") -> bool:
    try:
        waiting.put(piece, timeout=_SECONDS)
    except queue.Full:
        return False
    return True
