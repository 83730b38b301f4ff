"""Independent parts of elementwise work in threads: numpy lets go of the interpreter meanwhile."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")
Found = TypeVar("Found")

# Memory bounds the work well before this many; each thread holds the arrays of its own part.
_MOST_THREADS = 4


def in_threads(work: Callable[[Part], Found], parts: Iterable[Part]) -> list[Found]:
    """Return what `work` gives for every part, in the order of the parts.

    Parts must not write to the same place: then the result is the same for any number of threads.
    An error of a part is raised here.
    """
    given = list(parts)
    threads = min(_MOST_THREADS, os.cpu_count() or 1, len(given))
    if threads < 2:
        return [work(part) for part in given]
    with ThreadPoolExecutor(threads, thread_name_prefix="manifold") as pool:
        return list(pool.map(work, given))
