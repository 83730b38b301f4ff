"""`rbench score`: score the kept replies, or features of images, again, offline."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from rbench.cli.judge_options import JudgeArg, JudgeName, JudgePrompts
from rbench.errors import UsageError


def command(
    runs: Annotated[list[str], typer.Argument(help="Runs, or folders that hold runs.")],
    max_error_rate: Annotated[
        float | None,
        typer.Option(envvar="RBENCH_MAX_ERROR_RATE", metavar="F", help="Unset: what the run had."),
    ] = None,
    judge: JudgeName = None,
    judge_arg: JudgeArg = None,
    judge_prompts: JudgePrompts = None,
) -> int:
    """Score what runs kept again and write their results.json; no model is asked but a judge.

    Without --judge, the verdicts that a run has are used again.
    """
    from rbench.cli.display import make_monitor
    from rbench.cli.print_results import print_results
    from rbench.cli.run_command import key_values
    from rbench.evaluation.given import folder
    from rbench.evaluation.judging import open_judge
    from rbench.evaluation.scoring import score_runs
    from rbench.harness.open_run import open_run
    from rbench.harness.saved_run import find_runs

    prompts = None if judge_prompts is None else folder(Path(judge_prompts), "--judge-prompts")
    judging = open_judge(judge, key_values(judge_arg or [], "--judge-arg"))
    if judging is None and prompts is not None:
        raise UsageError("--judge-prompts is for a judge, and none is named: give --judge MODEL.")
    found = [open_run(path) for run in runs for path in find_runs(Path(run))]
    try:
        score_runs(found, max_error_rate, judging, prompts, make_monitor(None))
    except KeyboardInterrupt:
        print(
            "\ninterrupted; what was judged is kept, and the same command goes on.", file=sys.stderr
        )
        return 130
    print_results(found)
    return 0 if all(run.results["status"] == "complete" for run in found) else 3
