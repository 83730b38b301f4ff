"""Comparing runs: every pair of one task, every p-value corrected for all that were looked at."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from rbench.errors import DataError, UsageError
from rbench.harness.saved_run import SavedRun
from rbench.leaderboards.compare_questions import compare_questions
from rbench.leaderboards.compared import PLANNED, Compared, ComparedRuns, Outlook
from rbench.leaderboards.image_numbers import own_settings, settings_text
from rbench.leaderboards.tables import model_name
from rbench.metrics.holm import holm
from rbench.metrics.intervals import check_level
from rbench.metrics.power import power_of_test, sample_size

if TYPE_CHECKING:
    from rbench.harness.images.saved_image_run import SavedImageRun

    AnyRun = SavedRun | SavedImageRun

Against = Literal["all", "first"]


def compare_runs(
    runs: "Sequence[AnyRun]",
    *,
    metric: str | None = None,
    subsets: Sequence[str] = (),
    level: float = 0.95,
    against: Against = "all",
) -> ComparedRuns:
    """Compare the runs of every task, pair by pair.

    Args:
        runs: of questions or of images; a folder given twice counts once.
        metric: ``accuracy`` (the default), ``accuracy/strict``, ``accuracy/rule``,
            ``accuracy/judge``, ``drawing`` ...; of images ``frechet``, ``kernel``, ``precision``
            ..., by every evaluator. Without it, images are compared by the number that ranks.
        subsets: of the questions: ``all`` (the default), ``en``, ``math``, ``level:3`` ...
        level: of the intervals.
        against: all pairs of a task, or each run against the first of its task.

    Holm's correction is over all p-values of the call. Power and sample sizes are for a test at
    (1 - level) / tests, the strictest step of that correction.

    Raises `UsageError` for fewer than two runs of one task and for unknown names, `DataError`
    where no pair has anything in common or the data differ; of several pairs, those that cannot
    be compared are named in `notes`.
    """
    check_level(level)
    if against not in ("all", "first"):
        raise UsageError(f"against={against!r}: give 'all' or 'first'.")
    notes: list[str] = []
    found: list[Compared] = []
    refused: list[DataError] = []
    pairs = list(_pairs(_distinct(runs), against, notes))
    for first, second, names in pairs:
        try:
            found += _compare(first, second, names, metric, subsets, level)
        except DataError as error:
            refused.append(error)
    if refused and not found:
        raise refused[0]
    tests = [i for i, one in enumerate(found) if one.p_value is not None]
    adjusted = dict(zip(tests, holm([found[i].p_value or 0.0 for i in tests]), strict=True))
    alpha = (1 - level) / max(1, len(tests))
    return ComparedRuns(
        comparisons=tuple(
            replace(one, adjusted_p=adjusted.get(i), outlook=_outlook(one, alpha))
            for i, one in enumerate(found)
        ),
        level=level,
        tests=len(tests),
        notes=(*notes, *map(str, refused)),
    )


def _compare(
    first: "AnyRun",
    second: "AnyRun",
    names: tuple[str, str],
    metric: str | None,
    subsets: Sequence[str],
    level: float,
) -> list[Compared]:
    if isinstance(first, SavedRun) and isinstance(second, SavedRun):
        return compare_questions(
            first, second, names, metric=metric or "accuracy", subsets=subsets, level=level
        )
    if isinstance(first, SavedRun) or isinstance(second, SavedRun):
        raise DataError(
            f"{names[0]} and {names[1]} have no number in common: one answers questions, the "
            f"other makes images."
        )
    if subsets:
        raise UsageError(f"--subset {subsets[0]!r}: runs of images have no subsets.")
    from rbench.leaderboards.compare_images import compare_images

    return compare_images(first, second, names, metric=metric, level=level)


def _distinct(runs: "Sequence[AnyRun]") -> "list[AnyRun]":
    found = list({run.path.resolve(): run for run in runs}.values())
    if len(found) < 2:
        named = f"only {str(found[0].path)!r} is given" if found else "none is given"
        raise UsageError(f"a comparison needs two runs, and {named}.")
    return found


def _pairs(
    runs: "Sequence[AnyRun]", against: Against, notes: list[str]
) -> "Iterator[tuple[AnyRun, AnyRun, tuple[str, str]]]":
    """Yield two runs of one task with their names; tasks with a single run go to the notes."""
    tasks: dict[str, list[AnyRun]] = {}
    for run in runs:
        tasks.setdefault(run.cell.task, []).append(run)
    if all(len(members) < 2 for members in tasks.values()):
        listed = ", ".join(f"{m[0].results['model']} on {task}" for task, m in tasks.items())
        kinds = {isinstance(run, SavedRun) for run in runs}
        what = "some answer questions and some make images, and " if len(kinds) > 1 else ""
        raise UsageError(
            f"nothing can be compared: {what}no two runs are of one task ({listed}); give two runs "
            f"of the same task."
        )
    for task, members in tasks.items():
        if len(members) < 2:
            notes.append(f"{task} has one run ({members[0].results['model']}): nothing to compare.")
        names = _names(members)
        for i, j in combinations(range(len(members)), 2):
            if against == "all" or i == 0:
                yield members[i], members[j], (names[i], names[j])


def _names(runs: "Sequence[AnyRun]") -> list[str]:
    """Return the names of the models, with what tells equal ones apart: settings, or the run."""
    results = [run.results for run in runs]
    names = [" ".join(model_name(one).split()) for one in results]
    settings = [settings_text(own) for own in own_settings(results)[0]]
    longer = [f"{name} ({s})" if s else name for name, s in zip(names, settings, strict=True)]
    found = [long if names.count(n) > 1 else n for n, long in zip(names, longer, strict=True)]
    tails = [one["run_id"].rpartition("-")[2] for one in results]
    found = [f"{n} [{t}]" if found.count(n) > 1 else n for n, t in zip(found, tails, strict=True)]
    return [
        f"{n} in {run.path.parent}" if found.count(n) > 1 else n
        for n, run in zip(found, runs, strict=True)
    ]


def _outlook(one: Compared, alpha: float) -> tuple[Outlook, ...]:
    error = one.standard_error
    if error is None or error <= 0:
        return ()
    seen = [abs(one.difference)] if one.difference else []
    planned = PLANNED if one.unit == "fraction" else ()
    return tuple(
        Outlook(
            difference,
            power_of_test(difference, error, alpha=alpha),
            sample_size(difference, error, one.n, alpha=alpha),
        )
        for difference in [*seen, *planned]
    )
