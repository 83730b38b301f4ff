"""Running asynchronous work to its end from ordinary code, also in a notebook."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, TypeVar

T = TypeVar("T")


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, also where an event loop is running already (in a notebook)."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    loops: list[asyncio.AbstractEventLoop] = []

    def in_thread() -> T:
        with asyncio.Runner() as runner:
            loops.append(runner.get_loop())
            return runner.run(work)

    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(in_thread)
        try:
            return future.result()
        except BaseException:
            # An interrupt reaches the caller's thread only: pass it on, and wait for a clean end.
            if not future.done():
                for loop in loops:
                    loop.call_soon_threadsafe(_cancel_all, loop)
                wait([future])
            raise


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
