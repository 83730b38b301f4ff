"""`rbench leaderboard`: the leaderboard of runs and of published figures."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rbench.errors import RbenchError, UsageError

if TYPE_CHECKING:
    from rbench.leaderboards.entries import Board, Entry
    from rbench.leaderboards.run_entries import AnyRun
    from rbench.leaderboards.site import Site

Style = Literal["md", "csv", "latex", "parquet", "json", "html", "eee"]
_MOST_WORKERS = 8


def command(
    runs: Annotated[
        list[str] | None, typer.Argument(metavar="[RUNS]...", help="Folders that hold runs.")
    ] = None,
    task: Annotated[
        str | None, typer.Option(envvar="RBENCH_TASK", metavar="NAME", help="Only this task.")
    ] = None,
    style: Annotated[
        Style,
        typer.Option(
            "--format",
            envvar="RBENCH_FORMAT",
            help="html is a folder with a page, eee one of records of Every Eval Ever.",
        ),
    ] = "md",
    kept: Annotated[
        str | None,
        typer.Option(
            envvar="RBENCH_KEPT", metavar="DIR", help="A kept leaderboard, beside the runs."
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", envvar="RBENCH_OUTPUT", metavar="PATH", help="Instead of stdout."
        ),
    ] = None,
    model_info: Annotated[
        str | None,
        typer.Option(
            envvar="RBENCH_MODEL_INFO",
            metavar="FILE",
            help="YAML: name of a model -> organisation, released, parameters, open_weights, link.",
        ),
    ] = None,
    published: Annotated[
        bool,
        typer.Option(
            "--published/--no-published",
            envvar="RBENCH_PUBLISHED",
            help="Published figures of the tasks that have runs, in groups of their own.",
        ),
    ] = True,
    all_tasks: Annotated[
        bool,
        typer.Option(
            "--all-tasks",
            envvar="RBENCH_ALL_TASKS",
            help="Published figures of the tasks without runs, too.",
        ),
    ] = False,
    publishable: Annotated[
        bool,
        typer.Option(
            "--publishable",
            envvar="RBENCH_PUBLISHABLE",
            help="Of html: leave out questions and replies that may not be published.",
        ),
    ] = False,
) -> int:
    """Print the leaderboard of runs: a ranking for every protocol, never mixed.

    Without RUNS it is that of the published figures. Runs that cannot be read are named and left
    out; the exit code is then 3. Leaderboards are kept with `rbench leaderboard add RUN --to DIR`,
    `withdraw KEY`, `supersede OLD NEW`, and compared with `diff OLD NEW`: each has its own --help.
    """
    from rbench.leaderboards.make_board import make_board
    from rbench.leaderboards.model_info import read_model_info
    from rbench.leaderboards.spawned import processors

    if output is None and style in ("parquet", "html", "eee"):
        raise UsageError(f"--format {style} needs a place to write to: give -o PATH.")
    if all_tasks and (task is not None or not published):
        other = "--no-published" if task is None else f"--task {task}"
        raise UsageError(f"--all-tasks asks for more than {other} lets through: give one of them.")
    found, unread = _read(runs or [])
    entries, damaged = _kept(kept)
    if runs and not found and not entries:
        return 3
    again = _command(runs or [], task, style, kept, output, model_info)
    flags = {
        "--no-published": not published,
        "--all-tasks": all_tasks,
        "--publishable": publishable,
    }
    again = " ".join([again, *(name for name, given in flags.items() if given)])
    workers = min(_MOST_WORKERS, processors())
    site = None
    if style == "html":
        site = _site(Path(output or "."), again, found, workers, publishable=publishable)
    made = make_board(
        found,
        kept=entries,
        task=task,
        published=published,
        all_tasks=all_tasks,
        model_info=None if model_info is None else read_model_info(Path(model_info)),
        command=again,
        workers=workers,
        read=None if site is None else site.write_runs,
    )
    for warning in made.warnings:
        print(f"rbench: {warning}", file=sys.stderr)
    if style == "eee":
        from rbench.cli.leaderboard_records import write_records

        write_records(made.board, found, kept, Path(output or "."))
    elif site is not None:
        site.write(made.board)
        for fault in site.run_pages.faults:
            print(f"rbench: no page: {fault}", file=sys.stderr)
        unread += len(site.run_pages.faults)
    else:
        _write(made.board, style, output)
    return 3 if unread or damaged else 0


def _kept(folder: str | None) -> "tuple[tuple[Entry, ...], int]":
    """Return the entries of a kept leaderboard, and how many files are damaged: these are named."""
    if folder is None:
        return (), 0
    from rbench.leaderboards.kept.read import kept_entries
    from rbench.leaderboards.kept.store import KeptFolder

    found = kept_entries(KeptFolder.existing(folder))
    for fault in found.faults:
        print(f"rbench: left out: {fault}", file=sys.stderr)
    return found.entries, len(found.faults)


def _read(folders: Sequence[str]) -> "tuple[list[AnyRun], int]":
    """Return the runs in these folders, and how many of them cannot be read: these are named."""
    from rbench.harness.open_run import open_run
    from rbench.harness.saved_run import find_runs

    found, unread = [], 0
    for path in dict.fromkeys(path for folder in folders for path in find_runs(Path(folder))):
        try:
            run = open_run(path)
            if run.results:  # read now, while it can still be left out
                found.append(run)
        except RbenchError as error:
            unread += 1
            print(f"rbench: left out: {error}", file=sys.stderr)
    return found, unread


def _write(board: "Board", style: Style, output: str | None) -> None:
    content = _content(board, style)
    if output is not None:
        Path(output).parent.mkdir(parents=True, exist_ok=True)
        Path(output).write_bytes(content)
    else:
        print(content.decode(), end="")


def _content(board: "Board", style: Style) -> bytes:
    if style == "parquet":
        from rbench.leaderboards.board_table_parquet import board_parquet

        return board_parquet(board)
    if style == "csv":
        from rbench.leaderboards.board_table_csv import board_csv as text_of
    elif style == "latex":
        from rbench.leaderboards.board_table_latex import board_latex as text_of
    elif style == "json":
        from rbench.leaderboards.board_table_json import board_json as text_of
    else:
        from rbench.leaderboards.board_table_md import board_md as text_of
    return f"{text_of(board)}\n".encode("utf-8", "backslashreplace")


def _site(
    folder: Path, command: str, runs: "Sequence[AnyRun]", workers: int, *, publishable: bool
) -> "Site":
    from rbench.cli.page_progress import PageProgress
    from rbench.leaderboards.site import Site

    return Site(
        folder, command, runs, publishable=publishable, workers=workers, progress=PageProgress()
    )


def _command(
    runs: Sequence[str],
    task: str | None,
    style: Style,
    kept: str | None,
    output: str | None,
    model_info: str | None,
) -> str:
    """Return the command line that makes the board again."""
    options = {
        "--task": task,
        "--format": style,
        "--kept": kept,
        "-o": output,
        "--model-info": model_info,
    }
    given = [part for name, value in options.items() if value for part in (name, value)]
    return shlex.join(["rbench", "leaderboard", *runs, *given])
