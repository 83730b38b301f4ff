"""`rbench report`: write the report page of runs."""

from pathlib import Path
from typing import Annotated

import typer


def command(
    runs: Annotated[list[str], typer.Argument(help="Runs, or folders that hold runs.")],
    publishable: Annotated[
        bool,
        typer.Option(
            "--publishable",
            envvar="RBENCH_PUBLISHABLE",
            help="Leave out questions and replies that may not be published.",
        ),
    ] = False,
) -> int:
    """Write report.html and samples.parquet into every run, and print where."""
    from rbench.harness.open_run import open_run
    from rbench.harness.saved_run import find_runs
    from rbench.leaderboards.run_report import write_reports

    found = [open_run(path) for run in runs for path in find_runs(Path(run))]
    for page in write_reports(found, publishable=publishable):
        print(page)
    return 0
