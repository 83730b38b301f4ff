"""`rbench leaderboard`: the leaderboard of runs and of published figures."""

import os
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

Style = Literal["md", "csv", "latex", "parquet", "json", "html"]
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
        typer.Option("--format", envvar="RBENCH_FORMAT", help="html is a folder with a page."),
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
            help="Published figures of the same tasks, in groups of their own.",
        ),
    ] = True,
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

    if output is None and style in ("parquet", "html"):
        raise UsageError(f"--format {style} needs a place to write to: give -o PATH.")
    found, unread = _read(runs or [])
    entries, damaged = _kept(kept)
    if runs and not found and not entries:
        return 3
    again = _command(runs or [], task, style, kept, output, model_info, published)
    made = make_board(
        found,
        kept=entries,
        task=task,
        published=published,
        model_info=None if model_info is None else read_model_info(Path(model_info)),
        command=f"{again} --publishable" if publishable else again,
        workers=min(_MOST_WORKERS, os.cpu_count() or 1),
    )
    for warning in made.warnings:
        print(f"rbench: {warning}", file=sys.stderr)
    _write(made.board, found, style, output, publishable=publishable)
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


def _write(
    board: "Board",
    runs: "Sequence[AnyRun]",
    style: Style,
    output: str | None,
    *,
    publishable: bool,
) -> None:
    if style == "html":
        _write_site(board, runs, Path(output or "."), publishable=publishable)
        return
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


def _write_site(
    board: "Board", runs: "Sequence[AnyRun]", folder: Path, *, publishable: bool
) -> None:
    from rbench.leaderboards.site import write_site

    write_site(board, runs, folder, publishable=publishable)


def _command(
    runs: Sequence[str],
    task: str | None,
    style: Style,
    kept: str | None,
    output: str | None,
    model_info: str | None,
    published: bool,
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
    if not published:
        given.append("--no-published")
    return shlex.join(["rbench", "leaderboard", *runs, *given])
