"""Work in several processes, which end with this one: on an interrupt, and when it is killed."""

import gc
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import TypeVar

from rbench.errors import RbenchError

Job = TypeVar("Job")
Result = TypeVar("Result")


def processors() -> int:
    """Return how many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def in_processes(
    work: Callable[[Job], Result],
    jobs: Sequence[Job],
    workers: int,
    *,
    start: Callable[..., None] | None = None,
    arguments: tuple[object, ...] = (),
    at_once: int = 4,
) -> Iterator[Result]:
    """Yield the result of every job, in order, whatever the number of workers.

    `work` and `start`, which every process calls first with `arguments`, are functions of a
    module. A process takes `at_once` jobs at a time: neighbours may share what they read. When
    the caller stops early, jobs under way are finished and no others begun. Raises what the
    work raises, and `RbenchError` where a process is killed.
    """
    pool = ProcessPoolExecutor(
        max(1, min(workers, -(-len(jobs) // at_once))),
        get_context("spawn"),
        initializer=_begin,
        initargs=(start, arguments),
    )
    try:
        # An interrupt reaches all processes of a terminal: only this one must hear it.
        heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            results = pool.map(work, jobs, chunksize=at_once)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, heard)
        yield from results
    except BrokenProcessPool as error:
        raise RbenchError(
            "a process at work was ended from outside, perhaps because memory was short; "
            "the same command again goes on."
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


# What is read makes many objects and no cycles: looking for some takes a third of the time.
_OBJECTS_BETWEEN_COLLECTIONS = 200_000


def _begin(start: Callable[..., None] | None, arguments: tuple[object, ...]) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    if start is not None:
        start(*arguments)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)  # nobody is left to take a result
