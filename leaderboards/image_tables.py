"""The tables of image runs, as Markdown: read in a terminal, pasted into an issue or a paper."""

from collections.abc import Mapping, Sequence

from rbench.harness.types import Json
from rbench.leaderboards.image_costs import COST_HEADINGS, cost_cells
from rbench.leaderboards.image_names import run_names
from rbench.leaderboards.image_numbers import (
    Group,
    Line,
    evaluations_text,
    groups,
    interval_text,
    own_settings,
    settings_text,
    spread_text,
    value_text,
)
from rbench.leaderboards.image_protocols import difference_text
from rbench.leaderboards.image_remarks import shared_remarks
from rbench.leaderboards.tables import NOTHING, Results, table

NOT_COMPARABLE = "*"
"""Stands behind a value whose samples or reference are not those of its protocol."""


def image_tables(runs: Sequence[Results]) -> str:
    """Return the tables of one task: one for each evaluator and protocol."""
    found = groups(runs)
    parts = [_table(group) for group in found]
    for name in dict.fromkeys(group.evaluator for group in found):
        protocols = [group.protocol for group in found if group.evaluator == name]
        if len(protocols) > 1:
            parts.append(
                f"The tables of {name} stand under {len(protocols)} protocols, which differ in "
                f"{difference_text(protocols)}: compare with care; "
                f"`rbench leaderboard` ranks each by itself."
            )
    return "\n\n".join(parts)


def cost_table(costs: Sequence[tuple[str, Results, Mapping[str, Json]]]) -> str | None:
    """Return what the models cost, of (name, results, costs); None where nothing was measured."""
    measured = [(name, run, cost.get("measured")) for name, run, cost in costs]
    lines = [[name, *cost_cells(run, what)] for name, run, what in measured if what]
    return table(["model", *COST_HEADINGS], lines, tail=1) if lines else None


def results_text(runs: Sequence[tuple[Results, Mapping[str, Json]]]) -> str:
    """Return all that is printed of image runs, given as (results, costs): tables, then remarks."""
    parts = []
    for task in dict.fromkeys(results["task"] for results, _ in runs):
        of_task = [(results, costs) for results, costs in runs if results["task"] == task]
        results = [one for one, _ in of_task]
        names = run_names(results)
        costs = cost_table(
            [(name, one, cost) for name, (one, cost) in zip(names, of_task, strict=True)]
        )
        remarks = [f"{whose}: {line}" for line, whose in shared_remarks(results, names)]
        parts += [task, image_tables(results)]
        parts += ["Costs", costs] if costs else []
        parts += ["\n".join(remarks)] if remarks else []
    return "\n\n".join(part for part in parts if part)


def headline_cell(group: Group, line: Line) -> str:
    """Return the headline with its mark, which stands for the whole line."""
    text = value_text(line.cells.get(group.headline))
    return text if line.comparable else text + NOT_COMPARABLE


def _table(group: Group) -> str:
    lines = group.lines
    own, shared = own_settings(group.runs)
    of = {id(run): settings_text(settings) for run, settings in zip(group.runs, own, strict=True)}
    sets = any(line.sample_set for line in lines)
    others = group.readings[1:]
    left = ["model", "settings", *(["sample set"] if sets else [])]
    headings = [
        *left, "evaluations", group.heading(group.headline), "95 % interval",
        *(["spread"] if sets else []), *map(group.heading, others), "n",
    ]  # fmt: skip
    rows = []
    for line in lines:
        first = line.cells.get(group.headline)
        rows.append(
            [
                line.run["model"],
                of[id(line.run)] or NOTHING,
                *([line.sample_set or "one"] if sets else []),
                evaluations_text(line.run),
                headline_cell(group, line),
                interval_text(first),
                *([spread_text(first)] if sets else []),
                *(value_text(line.cells.get(reading)) for reading in others),
                str(next(iter(line.cells.values()))["n"]),
            ]
        )
    title = f"{group.evaluator}" + (f" on {group.on}" if group.on else "")
    parts = [f"{title} (protocol {group.protocol_id})", table(headings, rows, left=len(left))]
    if shared:
        parts.append(f"Wherever set: {settings_text(shared)}.")
    if any(not line.comparable for line in lines):
        parts.append(f"{NOT_COMPARABLE} {not_comparable(group)}")
    return "\n\n".join(parts)


def not_comparable(group: Group) -> str:
    """Say why numbers of this group are not comparable, and what helps."""
    found = dict.fromkeys(
        f"{run['samples']} samples where the protocol has {run['protocol_samples']}"
        for run in group.runs
        if run["samples"] < run["protocol_samples"]
    )
    why = " or ".join(found) or "samples or reference are not those of the protocol"
    helps = ""
    if any(reading.metric == "frechet-infinity" for reading in group.readings):
        helps = "; frechet-infinity estimates what infinitely many samples would give"
    return f"Not comparable with published numbers: {why}{helps}."
