"""A fixed number of threads for linear algebra, whose last bits change with it."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

_MOST = 8
_SMALL = 512


def merge_threads(dimension: int) -> int:
    """Return the threads for features of at most this dimension: all processors, at most 8.

    Not only those that this process may use: a worker that is held to one must find the same
    bits. Small matrices get one thread: several would mostly wait for each other.
    """
    return 1 if dimension < _SMALL else min(_MOST, os.cpu_count() or 1)


@contextmanager
def pinned_threads(count: int) -> Iterator[None]:
    """Let torch and the BLAS libraries of numpy and scipy use `count` threads, then as before."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        with _pinned_blas(count):
            yield
    finally:
        torch.set_num_threads(before)


def _pinned_blas(count: int) -> AbstractContextManager[object]:
    # Loaded here, so that threadpoolctl finds their libraries.
    import numpy.linalg  # noqa: F401
    import scipy.linalg  # noqa: F401
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(count, user_api="blas")
    return limits
