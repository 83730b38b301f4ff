"""`rbench verify`: recompute what runs say of themselves, and name what differs."""

from pathlib import Path
from typing import Annotated, Literal

import typer


def command(
    runs: Annotated[list[str], typer.Argument(help="Runs, or folders that hold runs.")],
    style: Annotated[
        Literal["text", "json"],
        typer.Option("--format", envvar="RBENCH_FORMAT", help="text or json."),
    ] = "text",
    run_task_file: Annotated[
        bool,
        typer.Option(
            "--run-task-file",
            envvar="RBENCH_RUN_TASK_FILE",
            help="Run the code of tasks that are files (FILE.py@NAME): only for runs you trust.",
        ),
    ] = False,
) -> int:
    """Recompute the results of runs, check every hash, and name what differs.

    Nothing is written, and no model is asked. Exit 1 where something differs; what cannot be
    checked here is listed.
    """
    from rbench.harness.saved_run import find_runs
    from rbench.leaderboards.verify import verify_run
    from rbench.leaderboards.verify_text import verification_text, verifications_json

    found = [
        verify_run(path, run_task_file=run_task_file)
        for run in runs
        for path in find_runs(Path(run))
    ]
    if style == "json":
        print(verifications_json(found))
    else:
        print("\n\n".join(f"{one.path}\n\n{verification_text(one)}" for one in found))
    return 1 if any(one.outcome == "differs" for one in found) else 0
