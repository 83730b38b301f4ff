"""From runs and published figures to a board, in one call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rbench.errors import UsageError, nearest
from rbench.harness.saved_run import SavedRun
from rbench.leaderboards.answers import Answers
from rbench.leaderboards.board import build_board
from rbench.leaderboards.entries import Board, Entry, ModelInfo
from rbench.leaderboards.kept.read import beside
from rbench.leaderboards.model_info import not_on_the_board, with_model_info
from rbench.leaderboards.published_entries import published_entries
from rbench.leaderboards.published_rows import published_tasks
from rbench.leaderboards.question_pairs import QuestionPairs
from rbench.leaderboards.run_entries import run_entries

if TYPE_CHECKING:
    from rbench.leaderboards.run_entries import AnyRun


@dataclass(frozen=True, slots=True)
class MadeBoard:
    """A board, and what its maker should be told."""

    board: Board
    warnings: tuple[str, ...]


def make_board(
    runs: "Sequence[AnyRun]" = (),
    *,
    kept: Sequence[Entry] = (),
    task: str | None = None,
    published: bool = True,
    all_tasks: bool = False,
    model_info: Mapping[str, ModelInfo] | None = None,
    command: str = "",
    workers: int = 1,
    read: Callable[[Sequence[Entry]], Mapping[str, Answers]] | None = None,
) -> MadeBoard:
    """Return the board of runs, beside the published figures of their tasks.

    Args:
        runs: of questions or of images.
        kept: further entries, such as those that were taken in earlier.
        task: only this one; None is every task of the runs, or all published ones without any.
        published: whether published figures stand beside.
        all_tasks: with the published figures of tasks without runs.
        model_info: what is known of models, by name.
        command: what makes the board again.
        workers: processes that read samples, where many runs are close.
        read: is given the entries before they are ranked, and returns what ranks those runs that
            it reads anyway, by path, so that they are read once.

    Raises `UsageError` for a task that has neither runs nor published figures.
    """
    found = [*beside(run_entries(runs), kept)]
    tasks = {entry.task for entry in found}
    known = {*tasks, *(published_tasks() if published else ())}
    if task is not None and task not in known:
        raise UsageError(f"--task {task!r}: there is no entry of it{nearest(task, sorted(known))}")
    wanted = {task} if task is not None else known if all_tasks else tasks or known
    entries = [entry for entry in found if entry.task in wanted]
    if published:
        for name in sorted(wanted.intersection(published_tasks())):
            entries += published_entries(name)
    info = model_info or {}
    test = QuestionPairs(
        [run for run in runs if isinstance(run, SavedRun)],
        workers=workers,
        answers=None if read is None else read(entries),
    )
    board = build_board(with_model_info(entries, info), test=test, command=command)
    return MadeBoard(board, tuple(not_on_the_board(entries, info)))
