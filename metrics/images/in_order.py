"""Work done by several threads, with the results in the order of the jobs."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")

_AHEAD = 4


def in_order(work: Callable[[int], Result], jobs: Iterable[int], workers: int) -> Iterator[Result]:
    """Yield ``work(job)`` for each job in order, computed by up to `workers` threads.

    At most four results a worker are kept ahead, so memory is bounded. An exception of `work`
    is raised when its job's turn comes: which one is seen does not depend on `workers`.
    """
    if workers == 1:
        yield from map(work, jobs)
        return
    abandoned = False

    def unless_abandoned(job: int) -> Result | None:
        return None if abandoned else work(job)

    pool = ThreadPoolExecutor(workers, thread_name_prefix="read-images")
    pending: deque[Future[Result | None]] = deque()
    try:
        for job in jobs:
            pending.append(pool.submit(unless_abandoned, job))
            if len(pending) >= _AHEAD * workers:
                yield pending.popleft().result()  # type: ignore[misc]
        while pending:
            yield pending.popleft().result()  # type: ignore[misc]
        pool.shutdown()
    finally:
        # The garbage collector may close this generator in any thread, even in one that is just
        # starting and holds a lock of `threading` that joining takes too: a shutdown here was
        # seen to wait for ever. Threads of a pool that nobody refers to end by themselves.
        abandoned = True
