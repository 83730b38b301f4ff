"""`rbench leaderboard add | withdraw | supersede | diff`: leaderboards that are kept."""

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer

from rbench.errors import DataError, RunDirectoryError

Origin = Annotated[
    Literal["re-run", "re-scored", "self-reported"],
    typer.Option(
        "--as",
        envvar="RBENCH_AS",
        help="How the numbers came to be; what cannot be verified comes in as self-reported only.",
    ),
]
Incomplete = Annotated[
    bool,
    typer.Option(
        "--incomplete", envvar="RBENCH_INCOMPLETE", help="Keep unfinished runs, below the line."
    ),
]
RunTaskFile = Annotated[
    bool,
    typer.Option(
        "--run-task-file",
        envvar="RBENCH_RUN_TASK_FILE",
        help="Run the code of tasks that are files (FILE.py@NAME): only for runs you trust.",
    ),
]
In = Annotated[str, typer.Option("--in", metavar="DIR", help="The kept leaderboard.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why: every reader sees it.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="The entry, as in task/model-1a2b3c.")]


def add(
    runs: Annotated[
        list[str],
        typer.Argument(help="Runs, folders that hold runs, or records of Every Eval Ever."),
    ],
    to: Annotated[str, typer.Option("--to", metavar="DIR", help="Made where it is not there.")],
    origin: Origin = "re-run",
    incomplete: Incomplete = False,
    run_task_file: RunTaskFile = False,
) -> int:
    """Verify runs and take them into a kept leaderboard.

    A file is a record of Every Eval Ever (FILE.json): it cannot be verified, and is self-reported
    whatever --as says. A run that is kept already changes nothing. Those that are refused are
    named; the exit code is then 1.
    """
    from rbench.harness.saved_run import find_runs
    from rbench.leaderboards.kept.add import add_record, add_run
    from rbench.leaderboards.kept.store import KeptFolder

    found = ([Path(run)] if Path(run).is_file() else find_runs(Path(run)) for run in runs)
    paths = list(dict.fromkeys(path for one in found for path in one))
    folder = KeptFolder.made(to)
    refused = 0
    for path in paths:
        try:
            if path.is_file():
                added = add_record(path, folder, today=_today())
            else:
                added = add_run(
                    path,
                    folder,
                    origin=origin,
                    incomplete=incomplete,
                    run_task_file=run_task_file,
                    today=_today(),
                )
        except (DataError, RunDirectoryError) as error:
            refused += 1
            _say([str(error)])
            continue
        print(added.sentence)
        _say(added.warnings)
    return 1 if refused else 0


def withdraw(key: Key, reason: Reason, folder: In) -> int:
    """Withdraw an entry: it stays below the line, with the reason."""
    from rbench.leaderboards.kept.changes import withdraw as withdrawn
    from rbench.leaderboards.kept.store import KeptFolder

    print(withdrawn(KeptFolder.existing(folder), key, reason=reason, today=_today()).sentence)
    return 0


def supersede(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The entry to be superseded.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Another entry, or a run to add.")],
    reason: Reason,
    folder: In,
    origin: Origin = "re-run",
    incomplete: Incomplete = False,
    run_task_file: RunTaskFile = False,
) -> int:
    """Put one entry in the place of another, which stays below the line, with the reason.

    NEW may be the folder of a run, or a record of Every Eval Ever, which is then added as by
    `rbench leaderboard add`.
    """
    from rbench.leaderboards.kept.changes import supersede as superseded
    from rbench.leaderboards.kept.store import KeptFolder

    changed = superseded(
        KeptFolder.existing(folder),
        old,
        new,
        reason=reason,
        today=_today(),
        origin=origin,
        incomplete=incomplete,
        run_task_file=run_task_file,
    )
    print(changed.sentence)
    _say(changed.warnings)
    return 0


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A kept leaderboard, runs, or JSON.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="What to compare it with.")],
    style: Annotated[
        Literal["md", "json"],
        typer.Option("--format", envvar="RBENCH_FORMAT", help="md or json."),
    ] = "md",
) -> int:
    """Print what differs between two leaderboards: entries, figures, status, tiers.

    Each is a kept leaderboard, a folder of runs, or a file of `rbench leaderboard --format json`.
    Exit 1 where they differ.
    """
    from rbench.leaderboards.kept.diff import board_diff
    from rbench.leaderboards.kept.diff_text import diff_json, diff_md
    from rbench.leaderboards.kept.sides import read_side

    found = board_diff(read_side(old), read_side(new))
    print(diff_json(found) if style == "json" else diff_md(found))
    return 1 if found.differs else 0


def _today() -> str:
    return date.today().isoformat()


def _say(sentences: Iterable[str]) -> None:
    """Print warnings; what a stranger's run is called cannot steer the terminal."""
    from rbench.leaderboards.report_text import visible

    for sentence in sentences:
        print(f"rbench: {visible(sentence)}", file=sys.stderr)
