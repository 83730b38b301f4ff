"""From saved runs to the entries of a leaderboard."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rbench.errors import RunDirectoryError
from rbench.harness.canonical import digest
from rbench.harness.run_directory import RunDirectory
from rbench.harness.types import Json
from rbench.harness.verify.made_with import sessions_of
from rbench.leaderboards.entries import Column, Entry, Figure, Status
from rbench.leaderboards.headline import headline_of
from rbench.leaderboards.tables import Results, model_name

if TYPE_CHECKING:
    from rbench.harness.images.saved_image_run import SavedImageRun
    from rbench.harness.saved_run import SavedRun

    AnyRun = SavedRun | SavedImageRun

COPY = "Given more than once: its copies are left out."
BY_HAND = (
    "Its results.json was changed by hand: it has not the hash that it names. `rbench verify` says "
    "what differs, `rbench score` writes it again."
)
_LARGEST = sys.float_info.max
_UNEVEN = "Its questions were asked unequally often: a selection that nobody else will share."


def run_entries(runs: "Sequence[AnyRun]") -> tuple[Entry, ...]:
    """Return the entries of runs: one of a run of questions, one an evaluator of images.

    Copies of a run, wherever they lie, count once. Runs of one id whose results differ stay, told
    apart by the end of their keys. Results that were changed by hand are not comparable.
    Raises `RunDirectoryError` for a run that cannot be read.
    """
    found: dict[str, list[AnyRun]] = {}
    for run in sorted(runs, key=lambda run: (not run.intact, str(run.path))):
        found.setdefault(digest(run.results), []).append(run)
    ids = Counter(copies[0].results["run_id"] for copies in found.values())
    entries: list[Entry] = []
    for known, copies in found.items():
        results = copies[0].results
        copied = len({run.path.resolve() for run in copies}) > 1
        for entry in _entries(copies[0], results):
            key, notes = entry.key, (*entry.notes, COPY) if copied else entry.notes
            if ids[results["run_id"]] > 1:
                key, notes = f"{key}~{known[:8]}", (*notes, _same_id(results["run_id"]))
            entries.append(replace(entry, key=key, notes=notes))
    return tuple(sorted(entries, key=lambda entry: entry.key))


def _same_id(run_id: str) -> str:
    return f"Another run here has the id {run_id} too, with other results."


def _entries(run: "AnyRun", results: Results) -> Iterator[Entry]:
    if results.get("kind") == "images":
        from rbench.leaderboards.image_entries import image_entries

        found = list(image_entries(results, **_around(run)))
    else:
        found = [question_entry(results, **_around(run))]
    for entry in found:
        if run.intact:
            yield entry
        else:
            yield replace(entry, status="not comparable", notes=(*entry.notes, BY_HAND))


def _around(run: "AnyRun") -> dict[str, Json]:
    """Return what stands beside the results of a run: costs, date, folder."""
    return {"costs": costs_of(run.directory), "date": date_of(run.directory), "path": str(run.path)}


def costs_of(run: RunDirectory) -> Mapping[str, Json]:
    """Return what costs.json says; nothing where it is not there or is none of ours."""
    try:
        found = run.read_json("costs.json") or {}
    except RunDirectoryError:
        return {}  # no number of a table depends on it
    return found if _finite(found) else {}


def _finite(value: Json) -> bool:
    """Return whether every number in a value is a finite float64."""
    if isinstance(value, Mapping):
        return all(map(_finite, value.values()))
    if isinstance(value, list):
        return all(map(_finite, value))
    return not isinstance(value, int | float) or abs(value) <= _LARGEST


def date_of(run: RunDirectory) -> str:
    """Return the day of the run's last session, YYYY-MM-DD; "" where env.json does not say."""
    sessions = sessions_of(run)
    return str(sessions[-1].get("started", ""))[:10] if sessions else ""


def question_entry(
    results: Results, *, costs: Mapping[str, Json] | None = None, date: str = "", path: str | None
) -> Entry:
    """Return the entry of a run of questions, given its results.json."""
    figures = {(row["subset"], row["metric"]): _figure(row) for row in results["rows"]}
    status, why = _status(results)
    return Entry(
        key=results["run_id"],
        task=results["task"],
        model=model_name(results),
        origin="run",
        status=status,
        protocol_id=results["protocol_id"],
        protocol=results["protocol"],
        settings={k: v for k, v in results["settings"].items() if v is not None},
        figures=figures,
        headline=headline_column(figures),
        costs=costs or {},
        date=date,
        path=path,
        notes=(*results.get("warnings", ()), *([why] if why else [])),
    )


def headline_column(figures: Mapping[Column, Figure]) -> Column | None:
    """Return the column that ranks questions: accuracy over all subsets, else of the only one."""
    return headline_of(
        [
            (subset, (subset, metric))
            for subset, metric in figures
            if metric == "accuracy" and ":" not in subset
        ]
    )


def _status(results: Results) -> tuple[Status, str]:
    if results["status"] != "complete":
        outcomes = results["outcomes"]
        return "incomplete", (
            f"{outcomes['errored']} of {sum(outcomes.values())} samples errored or were not asked."
        )
    if isinstance(results["protocol"].get("repeats"), list):
        return "not comparable", _UNEVEN
    return "complete", ""


def _figure(row: Mapping[str, Json]) -> Figure:
    return Figure(
        value=row["value"],
        unit=row.get("unit", "fraction"),
        higher_is_better=row.get("higher_is_better", True),
        n=row["n"],
        clusters=row.get("clusters"),
        ci_low=row["ci_low"],
        ci_high=row["ci_high"],
        ci_method=row.get("ci_method", ""),
        low=row.get("low"),
        high=row.get("high"),
        no_answer=row["no_answer"],
        truncated=row["truncated"],
        errored=row["errored"],
        note=row.get("note", ""),
    )
