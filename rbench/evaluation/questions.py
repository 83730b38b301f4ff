"""Running the cells of questions: model by model, in one event loop."""

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, TypeVar

from rbench.errors import CostLimitReached, RbenchError
from rbench.harness.models import Model
from rbench.harness.monitor import Monitor
from rbench.harness.plan import Cell
from rbench.harness.run_cell import RunOptions, run_cell
from rbench.harness.run_directory import RunDirectory
from rbench.harness.spending import Spending
from rbench.harness.types import QaTask

T = TypeVar("T")


@dataclass(frozen=True)
class QuestionCell:
    """One task of questions with one model, planned."""

    cell: Cell
    task: QaTask
    model: Model
    options: RunOptions


def run_question_cells(
    cells: Sequence[QuestionCell], spending: Spending, monitor: Monitor
) -> tuple[list[RunDirectory], RbenchError | None]:
    """Run them; return the finished runs and the first failure, which stops no other model."""
    return _run(_run_cells(cells, spending, monitor))


async def _run_cells(
    cells: Sequence[QuestionCell], spending: Spending, monitor: Monitor
) -> tuple[list[RunDirectory], RbenchError | None]:
    """Run model by model, so that one is in memory at a time.

    A model that fails does not stop the next; the first failure is returned. At the cost limit
    nothing more is asked of anyone.
    """
    runs: list[RunDirectory] = []
    failure: RbenchError | None = None
    models = list({id(c.model): c.model for c in cells}.values())
    for model in models:
        try:
            for c in cells:
                if c.model is model and not isinstance(failure, CostLimitReached):
                    run = await run_cell(c.cell, c.task, model, c.options, spending, monitor)
                    runs += [] if run is None else [run]
        except RbenchError as error:
            if failure is None:
                failure = error
            if len(models) > 1:
                monitor.note(f"{model.label}: {error}")
        finally:
            await model.answerer.close()
    return runs, failure


def _run(work: Coroutine[Any, Any, T]) -> T:
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
