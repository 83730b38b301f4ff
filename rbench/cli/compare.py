"""`rbench compare`: whether runs differ, by how much, and what it would take to know."""

from pathlib import Path
from typing import Annotated, Literal

import typer


def command(
    runs: Annotated[list[str], typer.Argument(help="Two or more runs, or folders that hold runs.")],
    metric: Annotated[
        str | None,
        typer.Option(
            envvar="RBENCH_METRIC",
            help="What is compared: accuracy/strict, frechet, precision ... "
            "[default: accuracy; of images the number that ranks]",
        ),
    ] = None,
    subset: Annotated[
        list[str] | None,
        typer.Option(
            "--subset",
            envvar="RBENCH_SUBSET",
            help="Of the questions: all, en, math, level:3 ...; repeatable.",
        ),
    ] = None,
    against: Annotated[
        Literal["all", "first"],
        typer.Option(
            envvar="RBENCH_AGAINST", help="All pairs, or each run against the first of its task."
        ),
    ] = "all",
    level: Annotated[
        float, typer.Option(envvar="RBENCH_LEVEL", help="Confidence level of the intervals.")
    ] = 0.95,
    style: Annotated[
        Literal["md", "json", "csv"],
        typer.Option("--format", envvar="RBENCH_FORMAT", help="md, json or csv."),
    ] = "md",
) -> int:
    """Compare runs of the same task: paired, clustered, corrected for how many there are."""
    from rbench.harness.open_run import open_run
    from rbench.harness.saved_run import find_runs
    from rbench.leaderboards.compare import compare_runs
    from rbench.leaderboards.compare_text import compared_text

    found = [open_run(path) for run in runs for path in find_runs(Path(run))]
    compared = compare_runs(
        found, metric=metric, subsets=subset or (), level=level, against=against
    )
    print(compared_text(compared, style))
    return 0
