"""`rbench leaderboard`: the leaderboard of runs."""

from pathlib import Path
from typing import Annotated, Literal

import typer


def command(
    runs: Annotated[list[str], typer.Argument(help="Folders that hold runs.")],
    style: Annotated[
        Literal["md", "csv"],
        typer.Option("--format", envvar="RBENCH_FORMAT", help="md or csv."),
    ] = "md",
) -> int:
    """Print the leaderboard of runs: a ranking for every protocol, never mixed."""
    from rbench.harness.open_run import open_run
    from rbench.harness.saved_run import find_runs
    from rbench.leaderboards.board import leaderboard

    found = [open_run(path).results for run in runs for path in find_runs(Path(run))]
    print(leaderboard(found, style))
    return 0
