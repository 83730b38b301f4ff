"""The page of image runs: one run, or several of one task side by side.

Like the page of questions it asks for nothing from anywhere, treats all text as hostile, gives
equal bytes for equal input, and can be read whole without scripts; its script marks one sample in
every grid.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from rbench.harness.types import Json
from rbench.leaderboards.image_costs import cost_cells
from rbench.leaderboards.image_figures import Figure, figures, metric_words
from rbench.leaderboards.image_grids import Grid, Pairs, grids, pairs
from rbench.leaderboards.image_names import run_names
from rbench.leaderboards.image_numbers import (
    Group,
    Line,
    evaluations_text,
    groups,
    headline_line,
    interval_text,
    own_settings,
    settings_text,
    spread_text,
    value_text,
)
from rbench.leaderboards.image_protocols import compare_protocols
from rbench.leaderboards.image_remarks import shared_remarks, whose
from rbench.leaderboards.image_shown import ShownRun
from rbench.leaderboards.image_tables import not_comparable
from rbench.leaderboards.report import TaskInfo
from rbench.leaderboards.report_page import (
    CANARY,
    content_policy,
    flatten,
    flatten_costs,
    page_environment,
    write_page,
)
from rbench.leaderboards.report_svg import PALETTE
from rbench.leaderboards.report_text import short_name
from rbench.leaderboards.tables import NOTHING


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a table of numbers."""

    name: str
    settings: str
    evaluations: str
    sample_set: str
    comparable: bool
    note: str
    value: str
    interval: str
    spread: str
    others: tuple[str, ...]
    n: int


@dataclass(frozen=True, slots=True)
class _Table:
    """The numbers under one protocol of one evaluator."""

    evaluator: str
    protocol_id: str
    on: str
    headline: str
    headings: tuple[str, ...]
    sets: bool
    rows: tuple[_Row, ...]
    shared: str
    not_comparable: str


@dataclass(frozen=True, slots=True)
class _Headline:
    """The number of a page on one run."""

    what: str
    value: str
    interval: str
    comparable: bool
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _About:
    """What the page says of one run: what it was made of and with."""

    name: str
    model: str
    run_id: str
    status: str
    command: str
    tables: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]


def write_image_report(
    path: Path, runs: Sequence[ShownRun], task: TaskInfo, *, publishable: bool = False
) -> None:
    """Write the page of one run, or of several runs of one task, whole or not at all.

    With `publishable`, real images of a set that may not be redistributed are left out: training
    neighbours, and the samples of what returns real images.
    """
    write_page(path, render_image_report(runs, task, publishable=publishable))


def render_image_report(
    runs: Sequence[ShownRun], task: TaskInfo, *, publishable: bool = False
) -> str:
    """Return the page as text."""
    values = image_report_values(runs, task, publishable=publishable)
    pages = page_environment()
    style = Markup(
        pages.get_template("report.css.j2").render(palette=PALETTE)
        + pages.get_template("image_report.css.j2").render(columns=values["columns"])
    )
    script = Markup(pages.get_template("image_report.js.j2").render())
    return pages.get_template("image_report.html.j2").render(
        values,
        canary=CANARY,
        style=style,
        script=script,
        policy=content_policy(style, script),
    )


def image_report_values(
    runs: Sequence[ShownRun], task: TaskInfo, *, publishable: bool = False
) -> dict[str, Any]:
    """Return what ``image_report_main.html.j2`` shows, and `columns`, those of its pictures.

    `sections` are its sections as (id, title).
    """
    hide = publishable and not task.redistribute
    results = [run.results for run in runs]
    names = run_names(results)
    found = groups(results)
    called = dict(zip((r["run_id"] for r in results), names, strict=True))
    shown_grids = grids([run for run in runs if not (hide and run.real)], _kept(runs, names, hide))
    shown_pairs = [] if hide else pairs(runs, names)
    pictures: list[Grid | Pairs] = [*shown_grids, *shown_pairs]
    costs = list(_costs(runs, names))
    devices = {cells[-1] for _, cells in costs}
    plots = figures(found, _seconds(runs))
    single = len(runs) == 1
    return {
        "task": task,
        "title": f"{task.name}: {names[0] if single else f'{len(runs)} models'}",
        "heading": names[0] if single else f"{len(runs)} runs",
        "single": single,
        "names": names,
        "sections": list(_sections(plots, shown_grids, shown_pairs, costs)),
        "columns": sorted({picture.sprite.columns for picture in pictures}),
        "hide": hide,
        "guarded": not task.redistribute and (bool(shown_pairs) or any(run.real for run in runs)),
        "version": next(iter(_versions(runs)), ""),
        "incomplete": [called[r["run_id"]] for r in results if r["status"] != "complete"],
        "headline": _headline(found[0]) if found and single else None,
        "tables": [_table(group) for group in found],
        "count": sum(len(r["rows"]) for r in results),
        "all_rows": list(_all_rows(results, called)),
        "figures": plots,
        "grids": shown_grids,
        "reduced": _reduced(pictures),
        "pairs": shown_pairs,
        "scales": list(dict.fromkeys(one.scale for one in shown_pairs if one.scale)),
        "costs": costs,
        "device": devices.pop() if len(devices) == 1 else "",
        "cost_notes": _cost_notes(runs, names),
        "comparison": compare_protocols(found),
        "remarks": shared_remarks(results, names),
        "abouts": [_about(run, name) for run, name in zip(runs, names, strict=True)],
    }


def _sections(
    plots: Sequence[Figure], made: Sequence[Grid], near: Sequence[Pairs], costs: Sequence[object]
) -> Iterator[tuple[str, str]]:
    yield "results", "Results"
    if plots:
        yield "plots", "Plots"
    if made:
        yield "samples", "Samples"
    if near:
        yield "neighbours", "Nearest training images"
    if costs:
        yield "costs", "Costs"
    yield "protocol", "How it was made"


def _kept(runs: Sequence[ShownRun], names: Sequence[str], hide: bool) -> list[str]:
    return [name for run, name in zip(runs, names, strict=True) if not (hide and run.real)]


def _versions(runs: Sequence[ShownRun]) -> list[str]:
    packages = [run.environment.get("packages") or {} for run in runs]
    return list(dict.fromkeys(str(found["rbench"]) for found in packages if "rbench" in found))


def _seconds(runs: Sequence[ShownRun]) -> dict[str, float | None]:
    measured = {run.results["run_id"]: run.costs.get("measured") or {} for run in runs}
    return {name: cost.get("seconds_per_image_at_batch_1") for name, cost in measured.items()}


def _headline(group: Group) -> _Headline:
    line = headline_line(group, group.runs[0])
    row = line.cells.get(group.headline)
    what = metric_words(group.headline.metric)
    parts = [group.headline.on, group.evaluator, line.sample_set]
    no_interval = (row or {}).get("note") or "no interval"
    facts = [
        ("Evaluations a sample", evaluations_text(line.run)),
        ("Samples", f"{line.run['samples']} of {line.run['protocol_samples']}"),
        *((group.heading(r), value_text(line.cells.get(r))) for r in group.readings[1:]),
    ]
    return _Headline(
        what=f"{what}, {', '.join(part for part in parts if part)}",
        value=value_text(row),
        interval=no_interval
        if (interval := interval_text(row)) == NOTHING
        else f"95 % interval {interval}",
        comparable=line.comparable,
        facts=tuple(facts),
    )


def _table(group: Group) -> _Table:
    own, shared = own_settings(group.runs)
    settings = {
        run["run_id"]: settings_text(given) for run, given in zip(group.runs, own, strict=True)
    }
    lines = group.all_lines
    return _Table(
        evaluator=group.evaluator,
        protocol_id=group.protocol_id,
        on=group.on,
        headline=metric_words(group.headline.metric),
        headings=tuple(group.heading(reading) for reading in group.readings[1:]),
        sets=any(line.sample_set for line in lines),
        rows=tuple(_row(group, line, settings) for line in lines),
        shared=settings_text(shared),
        not_comparable="" if all(line.comparable for line in lines) else not_comparable(group),
    )


def _row(group: Group, line: Line, settings: Mapping[str, str]) -> _Row:
    first = line.cells.get(group.headline)
    run_id = line.run["run_id"]
    return _Row(
        name=short_name(line.run["model"]),
        settings=settings[run_id],
        evaluations=evaluations_text(line.run),
        sample_set=line.sample_set or "one",
        comparable=line.comparable,
        note=(first or {}).get("note", "") if first is None or first["value"] is None else "",
        value=value_text(first),
        interval=interval_text(first),
        spread=spread_text(first),
        others=tuple(value_text(line.cells.get(reading)) for reading in group.readings[1:]),
        n=next(iter(line.cells.values()))["n"],
    )


def _all_rows(
    results: Sequence[Mapping[str, Json]], called: Mapping[str, str]
) -> Iterator[tuple[str, ...]]:
    """Yield the cells of every number, with how it and its interval were made."""
    for run in results:
        for row in run["rows"]:
            several = row["statistic"] != "value"
            yield (
                called[run["run_id"]],
                row["evaluator"],
                row["metric"],
                row["on"],
                row["statistic"] if several else f"set {(row['repeat'] or 0) + 1}",
                value_text(row),
                interval_text(row),
                str(row["n"]),
                row["unit"],
                row["method"],
                "; ".join(part for part in (row["ci_method"], row["ci_covers"]) if part),
                row["note"],
            )


def _reduced(found: Sequence[Grid | Pairs]) -> str:
    return "; ".join(dict.fromkeys(one.sprite.reduced for one in found if one.sprite.reduced))


def _costs(runs: Sequence[ShownRun], names: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    for run, name in zip(runs, names, strict=True):
        measured = run.costs.get("measured")
        if measured:
            yield name, cost_cells(run.results, measured)


def _cost_notes(runs: Sequence[ShownRun], names: Sequence[str]) -> list[str]:
    """Return what the costs leave out, once each, with whose they are where not everybody's."""
    costs = [(run.costs.get("measured"), name) for run, name in zip(runs, names, strict=True)]
    measured = [(cost, name) for cost, name in costs if cost]
    found: dict[str, list[str]] = {}
    for cost, name in measured:
        for note in dict.fromkeys(cost.get("notes") or []):
            found.setdefault(note, []).append(name)
    return [
        note if len(owners) == len(measured) else f"{whose(owners, len(measured))}: {note}"
        for note, owners in found.items()
    ]


def _about(run: ShownRun, name: str) -> _About:
    results = run.results
    made = {"generated": results["generated"], "spot check": results.get("spot_check")}
    return _About(
        name=name,
        model=results["model"],
        run_id=results["run_id"],
        status=results["status"],
        command=run.command,
        tables=(
            ("Settings", "may differ inside a ranking", tuple(flatten(results["settings"]))),
            ("Samples", "how they were made", tuple(flatten({"seed": results["seed"], **made}))),
            ("Model", "which one it is", tuple(flatten({"identity": results["identity"]}))),
            (
                "Measured against",
                "extractors and reference",
                tuple(
                    flatten(
                        {
                            "references": results.get("references") or {},
                            "representations": results.get("representations") or {},
                        }
                    )
                ),
            ),
            ("Costs", "measured", tuple(flatten_costs(run.costs))),
            ("Environment", "what the run was made with", tuple(flatten(run.environment))),
        ),
    )
