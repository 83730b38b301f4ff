"""From runs of image generators to the entries of a leaderboard: one for each evaluator."""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from rbench.harness.types import Json
from rbench.leaderboards.entries import Column, Entry, Figure, Status
from rbench.leaderboards.image_numbers import (
    Group,
    ImageRowJson,
    Line,
    evaluations_text,
    groups,
    headline_line,
    set_settings,
)
from rbench.leaderboards.tables import Results

MINIMUM = "minimum"


def image_entries(
    results: Results, *, costs: Mapping[str, Json] | None = None, date: str = "", path: str | None
) -> Iterator[Entry]:
    """Yield the entries of a run of images, given its results.json.

    Of several sample sets the mean ranks; the minimum, which some papers print, stands beside it.
    """
    found = groups([results])
    for group in found:
        line = headline_line(group, results)
        status, why = _status(line)
        yield Entry(
            key=results["run_id"] if len(found) == 1 else f"{results['run_id']}@{group.evaluator}",
            task=group.task,
            model=results["model"],
            origin="run",
            status=status,
            protocol_id=group.protocol_id,
            protocol=group.protocol,
            settings=dict(sorted(set_settings(results).items())),
            figures=_figures(group, line),
            headline=(group.headline.on, group.headline.metric),
            evaluations=evaluations_text(results) if results.get("evaluations") else "",
            costs=costs or {},
            date=date,
            path=path,
            notes=(*results.get("warnings", ()), *([why] if why else [])),
        )


def _status(line: Line) -> tuple[Status, str]:
    run = line.run
    if run["status"] != "complete":
        outcomes = run["outcomes"]
        missing = sum(outcomes.values()) - outcomes["scored"]
        return "incomplete", f"{missing} of {sum(outcomes.values())} images are missing."
    if line.comparable:
        return "complete", ""
    if run["samples"] < run["protocol_samples"]:
        why = f"{run['samples']} samples where the protocol has {run['protocol_samples']}"
    else:
        why = "samples or reference are not those of the protocol"
    return "not comparable", f"Not comparable with published numbers: {why}."


def _figures(group: Group, line: Line) -> dict[Column, Figure]:
    figures = {
        (reading.on, reading.metric): _figure(row, line) for reading, row in line.cells.items()
    }
    with suppress(StopIteration):
        least = next(other for other in group.lines if other.statistic == MINIMUM)
        for reading, row in least.cells.items():
            column = (reading.on, f"{reading.metric}/{MINIMUM}")
            figures[column] = _figure(row, least)
    return figures


def _figure(row: ImageRowJson, line: Line) -> Figure:
    method, covers = row.get("ci_method", ""), row.get("ci_covers", "")
    return Figure(
        value=row["value"],
        unit=row["unit"],
        higher_is_better=row["higher_is_better"],
        n=row["n"],
        clusters=line.sets if line.sets > 1 else None,
        ci_low=row["ci_low"],
        ci_high=row["ci_high"],
        ci_method=f"{method} ({covers})" if method and covers else method,
        spread=row["spread"],
        note="; ".join(filter(None, [line.sample_set, row.get("note", "")])),
    )
