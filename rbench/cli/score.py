"""`rbench score`: score the kept replies, or features of images, again, offline."""

from pathlib import Path
from typing import Annotated

import typer


def command(
    runs: Annotated[list[str], typer.Argument(help="Runs, or folders that hold runs.")],
    max_error_rate: Annotated[
        float | None,
        typer.Option(envvar="RBENCH_MAX_ERROR_RATE", metavar="F", help="Unset: what the run had."),
    ] = None,
) -> int:
    """Score what runs kept again and write their results.json; nothing is asked or sampled."""
    from rbench.cli.print_results import print_results
    from rbench.harness.open_run import open_run
    from rbench.harness.saved_run import SavedRun, find_runs

    found = [open_run(path) for run in runs for path in find_runs(Path(run))]
    for run in found:
        if isinstance(run, SavedRun):
            run.write_scores(max_error_rate)
        else:
            run.write_scores()
    print_results(found)
    return 0 if all(run.results["status"] == "complete" for run in found) else 3
