"""The leaderboard of image runs: ranked within one protocol of one evaluator only."""

from collections.abc import Sequence
from dataclasses import dataclass

from rbench.harness.types import Json
from rbench.leaderboards.image_numbers import (
    Group,
    Line,
    depth,
    evaluations_text,
    groups,
    headline_line,
    interval_text,
    set_settings,
    settings_text,
    spread_text,
    value_text,
)
from rbench.leaderboards.image_tables import not_comparable
from rbench.leaderboards.tables import NOTHING, Results, table


@dataclass(frozen=True, slots=True)
class _Entry:
    group: Group
    line: Line
    rank: int | None
    """None: incomplete, not comparable, or without a value."""

    @property
    def place(self) -> str:
        """The rank, or why there is none."""
        if self.rank is not None:
            return str(self.rank)
        if self.line.run["status"] != "complete":
            return "incomplete"
        return NOTHING if self.line.comparable else "not comparable"

    @property
    def settings(self) -> str:
        """The settings that are set, but those that are usual."""
        return settings_text(dict(sorted(set_settings(self.line.run).items())))


def image_board(runs: Sequence[Results]) -> str:
    """Return the leaderboard of image runs as Markdown."""
    return "\n\n".join(_markdown(group, _ranked(group)) for group in _groups(runs))


def image_records(runs: Sequence[Results]) -> list[dict[str, Json]]:
    """Return the leaderboard of image runs as one record a number."""
    return [
        record for group in _groups(runs) for entry in _ranked(group) for record in _records(entry)
    ]


def _groups(runs: Sequence[Results]) -> list[Group]:
    return sorted(groups(runs), key=lambda g: (g.task, g.evaluator, g.protocol_id))


def _ranked(group: Group) -> list[_Entry]:
    lines = [headline_line(group, run) for run in group.runs]
    sign = -1 if _higher_is_better(group, lines) else 1
    ranking = {
        id(line): sign * value for line in lines if (value := _value(group, line)) is not None
    }
    entries = [
        _Entry(
            group,
            line,
            1 + sum(other < ranking[id(line)] for other in ranking.values())
            if id(line) in ranking
            else None,
        )
        for line in lines
    ]
    return sorted(entries, key=lambda entry: _order(entry, sign))


def _order(entry: _Entry, sign: int) -> tuple[bool, int, bool, float, str]:
    """Return what sorts ranks first, then what has none by its value."""
    value = (entry.line.cells.get(entry.group.headline) or {}).get("value")
    unranked = entry.rank is None
    return (
        unranked,
        entry.rank or 0,
        value is None,
        sign * (value or 0.0),
        entry.line.run["run_id"],
    )


def _value(group: Group, line: Line) -> float | None:
    """Return what ranks a run, None where it has no place in a ranking."""
    row = line.cells.get(group.headline)
    if row is None or line.run["status"] != "complete" or not line.comparable:
        return None
    value: float | None = row["value"]
    return value


def _higher_is_better(group: Group, lines: Sequence[Line]) -> bool:
    rows = [line.cells[group.headline] for line in lines if group.headline in line.cells]
    return any(row.get("higher_is_better") for row in rows)


def _markdown(group: Group, entries: Sequence[_Entry]) -> str:
    sets = any(entry.line.sample_set for entry in entries)
    others = group.readings[1:]
    rows = []
    for entry in entries:
        line, first = entry.line, entry.line.cells.get(group.headline)
        rows.append(
            [
                entry.place,
                line.run["model"],
                evaluations_text(line.run),
                value_text(first),
                interval_text(first),
                *([spread_text(first)] if sets else []),
                *(value_text(line.cells.get(reading)) for reading in others),
                str(next(iter(line.cells.values()))["n"]),
                *([line.sample_set or "one"] if sets else []),
                entry.settings or NOTHING,
                line.run["run_id"].rpartition("-")[2],
            ]
        )
    headings = [
        "rank", "model", "evaluations", group.heading(group.headline), "95 % interval",
        *(["spread"] if sets else []), *map(group.heading, others), "n",
        *(["sample sets"] if sets else []), "settings", "run",
    ]  # fmt: skip
    protocol = group.protocol
    better = "higher" if _higher_is_better(group, [e.line for e in entries]) else "lower"
    return (
        f"## {group.task}: {group.evaluator}\n\n"
        f"Protocol {group.protocol_id}: {protocol.get('samples')} samples, "
        f"labels: {protocol.get('labels')}, quantised by: {protocol.get('quantise')}, "
        f"on {group.on or NOTHING}; {group.heading(group.headline)} ranks, {better} is better.\n\n"
        + table(headings, rows, left=2, tail=3 if sets else 2)
        + ("" if all(e.line.comparable for e in entries) else f"\n\n{not_comparable(group)}")
    )


def _records(entry: _Entry) -> list[dict[str, Json]]:
    run = entry.line.run
    counted = run.get("evaluations") or {}
    work = [count["work"] for count in counted.values()]
    return [
        {
            "task": entry.group.task,
            "protocol_id": entry.group.protocol_id,
            "rank": entry.rank if reading == entry.group.headline else None,
            "model": run["model"],
            "evaluator": entry.group.evaluator,
            "metric": reading.metric,
            "on": reading.on,
            "statistic": row["statistic"],
            "value": row["value"],
            "ci_low": row["ci_low"],
            "ci_high": row["ci_high"],
            "spread": row["spread"],
            "unit": row["unit"],
            "higher_is_better": row["higher_is_better"],
            "n": row["n"],
            "sample_sets": entry.line.sets,
            "comparable": row["comparable"],
            "evaluations": depth(run),
            "evaluations_work": sum(work) if work else None,
            "status": run["status"],
            "settings": entry.settings,
            "run_id": run["run_id"],
        }
        for reading, row in entry.line.cells.items()
    ]
