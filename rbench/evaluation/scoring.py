"""Scoring several runs again, with one judge for all of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rbench.errors import UsageError
from rbench.harness.event_loop import run_to_end
from rbench.harness.graders import Judge
from rbench.harness.monitor import Monitor
from rbench.harness.saved_run import SavedRun
from rbench.harness.types import JudgedTask

if TYPE_CHECKING:
    from rbench.evaluation.results import AnyRun


def score_runs(
    runs: "Sequence[AnyRun]",
    max_error_rate: float | None,
    judge: Judge | None,
    judge_prompts: Path | None,
    monitor: Monitor,
) -> None:
    """Score what these runs kept again, and write it; the judge is asked and then closed.

    Runs of tasks that have no judge are scored without it, and a note says so. Raises
    `UsageError`, before anything is asked, where a judge is given and none has one.
    """
    if judge is not None:
        without = [run for run in runs if not _is_judged(run)]
        if len(without) == len(runs):
            tasks = dict.fromkeys(str(run.results["task"]) for run in without)
            raise UsageError(f"--judge: {', '.join(tasks)} is scored without a judge.")
        for run in without:
            monitor.note(f"{run.path} is scored without the judge")
    run_to_end(_score(runs, max_error_rate, judge, judge_prompts, monitor))


async def _score(
    runs: "Sequence[AnyRun]",
    max_error_rate: float | None,
    judge: Judge | None,
    judge_prompts: Path | None,
    monitor: Monitor,
) -> None:
    """Score in one event loop: the connections of the judge belong to it."""
    try:
        for run in runs:
            if not isinstance(run, SavedRun):
                run.write_scores()
            elif _is_judged(run):
                await run.score_again(
                    max_error_rate, judge=judge, judge_prompts=judge_prompts, monitor=monitor
                )
            else:
                await run.score_again(max_error_rate, monitor=monitor)
    finally:
        if judge is not None:
            await judge.model.answerer.close()


def _is_judged(run: "AnyRun") -> bool:
    return isinstance(run, SavedRun) and isinstance(run.task, JudgedTask)
