"""Running the cells of questions: model by model, in one event loop."""

from collections.abc import Sequence
from dataclasses import dataclass

from rbench.errors import CostLimitReached, RbenchError
from rbench.harness.event_loop import run_to_end
from rbench.harness.graders import Judge
from rbench.harness.models import Model
from rbench.harness.monitor import Monitor
from rbench.harness.plan import Cell
from rbench.harness.run_cell import RunOptions, run_cell
from rbench.harness.run_directory import RunDirectory
from rbench.harness.spending import Spending
from rbench.harness.types import QaTask


@dataclass(frozen=True)
class QuestionCell:
    """One task of questions with one model, planned."""

    cell: Cell
    task: QaTask
    model: Model
    options: RunOptions


def run_question_cells(
    cells: Sequence[QuestionCell], judge: Judge | None, spending: Spending, monitor: Monitor
) -> tuple[list[RunDirectory], RbenchError | None]:
    """Run them; return the finished runs and the first failure, which stops no other model."""
    return run_to_end(_run_judged(cells, judge, spending, monitor))


async def _run_judged(
    cells: Sequence[QuestionCell], judge: Judge | None, spending: Spending, monitor: Monitor
) -> tuple[list[RunDirectory], RbenchError | None]:
    """Run the cells, and close the judge, who serves them all, at the end."""
    try:
        return await _run_cells(cells, spending, monitor)
    finally:
        if judge is not None:
            await judge.model.answerer.close()


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
