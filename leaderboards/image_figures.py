"""The figures of a page on image runs, made of their numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rbench.harness.canonical import digest
from rbench.harness.types import Json
from rbench.leaderboards.image_names import run_names
from rbench.leaderboards.image_numbers import Group, Reading, depth, headline_line, value_text
from rbench.leaderboards.image_plots import (
    Mark,
    Series,
    curve_plot,
    drawable,
    marks_plot,
    series,
)
from rbench.leaderboards.report_text import short_name
from rbench.leaderboards.tables import Results

METRIC_WORDS: Mapping[str, str] = {
    "frechet": "Fréchet distance",
    "frechet-infinity": "Fréchet distance for infinitely many samples",
    "frechet-ratio": "Fréchet distance as a multiple of the test images'",
    "kernel": "Kernel distance",
    "cmmd": "CMMD",
    "fdr": "FDr, a multiple of the validation images'",
    "inception-score": "Inception Score",
}
"""Metric -> its name on a page; others are called as they are."""

_MOST_FIGURES = 24
_DISTANCES = ("frechet", "fdr")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure; `key` has (sign, colour, name) for what its colours and shapes mean."""

    title: str
    caption: str
    key: tuple[tuple[str, str, str], ...]
    svg: Markup


def figures(groups: Sequence[Group], seconds: Mapping[str, float | None]) -> list[Figure]:
    """Return the figures that the numbers allow.

    `seconds` is the time an image at batch 1, by run id.
    """
    found = [
        *(figure for group in groups for figure in _curves(group, seconds)),
        *(figure for group in groups for figure in _by_representation(group)),
    ]
    return found[:_MOST_FIGURES]


def metric_words(metric: str) -> str:
    """Return the name of a metric in words."""
    return METRIC_WORDS.get(metric, metric)


def _curves(group: Group, seconds: Mapping[str, float | None]) -> Iterator[Figure]:
    name = metric_words(group.headline.metric)
    up = f"{name}, {group.headline.on}" if group.headline.on else name
    for what, across, costs in (
        ("evaluations", "network evaluations a sample, one after another",
         {run["run_id"]: depth(run) for run in group.runs}),
        ("time", "seconds an image at batch 1", seconds),
    ):  # fmt: skip
        found, levels = _series(group, costs)
        if len({mark.x for one in found for mark in drawable(one.marks)}) < 2:
            continue
        title = f"{name} against {what}"
        caption = f"Evaluator {group.evaluator}. {_curve_caption(found, levels)}"
        key = tuple((one.glyph, one.colour, one.name) for one in found)
        # Markup is safe here: ElementTree, which wrote the SVG, escapes.
        yield Figure(title, caption, key, Markup(curve_plot(found, levels, title, across, up)))


def _curve_caption(found: Sequence[Series], levels: Sequence[Mark]) -> str:
    parts = ["Lower and further left is better. Vertical bars: 95 % intervals."]
    if any(one.joined for one in found):
        parts.append("A line joins one checkpoint's settings.")
    if drawable(levels):
        parts.append("Dashed: what evaluates no network.")
    lost = [
        mark.label
        for mark in [*levels, *(mark for one in found for mark in one.marks)]
        if mark.value is not None and mark not in drawable([mark])
    ]
    if lost:
        parts.append(f"Not on a logarithmic scale (zero or less): {', '.join(lost)}.")
    return " ".join(parts)


def _series(group: Group, costs: Mapping[str, float | None]) -> tuple[list[Series], list[Mark]]:
    """Return a series for every checkpoint and sampler, and what has no cost as levels."""
    names = dict(zip((run["run_id"] for run in group.runs), run_names(group.runs), strict=True))
    checkpoints: dict[str, list[Results]] = {}
    levels = []
    for run in group.runs:
        if not (run.get("evaluations") or {}):
            levels.append(_mark(group, group.headline, run, names[run["run_id"]]))
        elif costs.get(run["run_id"]):
            checkpoints.setdefault(_checkpoint(run), []).append(run)
    called = [
        _series_name(runs, list(checkpoints.values()), names) for runs in checkpoints.values()
    ]
    found = [
        series(
            name,
            [
                _mark(group, group.headline, run, names[run["run_id"]], costs[run["run_id"]] or 0)
                for run in runs
            ],
            place,
            joined=len(runs) > 1,
        )
        for place, (name, runs) in enumerate(zip(called, checkpoints.values(), strict=True))
    ]
    return found, levels


def _checkpoint(run: Results) -> str:
    """Return what is equal for one checkpoint under one sampler."""
    if run["identity"] is None:
        return str(run["run_id"])
    return digest([run["model"], run["identity"], run["settings"].get("sampler")])


def _series_name(
    runs: Sequence[Results], all_runs: Sequence[Sequence[Results]], names: Mapping[str, str]
) -> str:
    if len(runs) == 1:
        return names[runs[0]["run_id"]]
    model = short_name(runs[0]["model"])
    twins = [others for others in all_runs if others[0]["model"] == runs[0]["model"]]
    sampler = runs[0]["settings"].get("sampler")
    return model if len(twins) == 1 or sampler is None else f"{model} sampler={sampler}"


def _by_representation(group: Group) -> Iterator[Figure]:
    names = run_names(group.runs)
    readings = [r for r in group.readings if r.metric in _DISTANCES]
    if len(group.runs) == 1:
        # Distances on different representations have no scale in common; ratios do.
        run = group.runs[0]
        ratios = [r for r in group.readings if r.metric == "frechet-ratio"]
        marks = [_mark(group, reading, run, reading.on) for reading in ratios]
        if len(drawable(marks)) > 1:
            yield _marks_figure(group, metric_words("frechet-ratio"), "", marks)
        return
    for reading in readings:
        marks = [
            _mark(group, reading, run, name) for run, name in zip(group.runs, names, strict=True)
        ]
        if drawable(marks):
            yield _marks_figure(group, metric_words(reading.metric), reading.on, marks)


def _marks_figure(group: Group, name: str, on: str, marks: Sequence[Mark]) -> Figure:
    title = f"{name} on {on}" if on else name
    caption = (
        f"Evaluator {group.evaluator}. Logarithmic scale; lower is better. Bars: 95 % intervals."
    )
    return Figure(title, caption, (), Markup(marks_plot(marks, title)))


def _mark(group: Group, reading: Reading, run: Results, label: str, x: float = 0.0) -> Mark:
    row: Mapping[str, Json] = headline_line(group, run).cells.get(reading) or {"value": None}
    text = "no value" if row["value"] is None else value_text(row)
    return Mark(label, row["value"], text, row.get("ci_low"), row.get("ci_high"), x)
