"""Grading the kept replies of a run again: the model is not asked, only those who grade."""

from contextlib import AsyncExitStack

from rbench.harness.costs import summarise
from rbench.harness.forecast import Forecast, Tokens, waits_for_grade
from rbench.harness.graders import Judge, graders_of
from rbench.harness.loop import Counts, Loop
from rbench.harness.monitor import Monitor
from rbench.harness.pacing import HIGHEST_LIMIT, PacingState
from rbench.harness.plan import Cell, Unit
from rbench.harness.replay import replay, wanted_samples
from rbench.harness.run_directory import RunDirectory
from rbench.harness.types import QaTask


async def grade_run(
    run: RunDirectory,
    cell: Cell,
    task: QaTask,
    judge: Judge | None,
    monitor: Monitor,
    *,
    max_retries: int = 5,
) -> None:
    """Have every reply graded that lacks a grade of this task's graders; hold the run's lock."""
    wanted = wanted_samples(task.items, cell.selection)
    calls = run.calls()
    waiting = [s for s in replay(task, wanted, calls) if waits_for_grade(s)]
    if not waiting:
        return
    counts = Counts(total=len(wanted), resumed=len(wanted) - len(waiting))
    counts.done = counts.resumed
    forecast = Forecast(
        task=cell.task,
        model=cell.model,
        path=str(run.path),
        samples=len(wanted),
        done=counts.resumed,
        since=None,
        to_ask=0,
        tokens=Tokens(0, None, "unknown"),
        dollars=None,
        to_grade=len(waiting),
    )
    monitor.planned(forecast)
    journal = run.journal()
    async with AsyncExitStack() as stack:
        graders = graders_of(task, judge, stack, max_retries=max_retries)
        loop = Loop(
            task,
            graders,
            journal,
            calls,
            seed=cell.seed,
            wanted=wanted,
            counts=counts,
            on_entries=lambda entries: None,
            blobs=run.blobs,
        )
        monitor.started(forecast, counts, PacingState())
        units = [Unit(((s.item.id, s.repeat),)) for s in waiting]
        try:
            await loop.run(units, HIGHEST_LIMIT)
        finally:
            journal.close()
            monitor.stopped()
            costs = run.read_json("costs.json") or {}
            prices = {"judge": None if judge is None else judge.price}
            judged = summarise(run.entries(), [], prices).get("judge")
            if judged is not None:
                run.write_json("costs.json", {**costs, "judge": judged})
