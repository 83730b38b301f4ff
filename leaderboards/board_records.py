"""A board as records, one a number: what CSV, Parquet and JSON hold."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TypeAlias

from rbench.harness.types import Json
from rbench.leaderboards.board_cells import direction, settings_of
from rbench.leaderboards.entries import Board, Column, Figure, Group, Ranked

SCHEMA = "rbench-leaderboard/1"

Cell: TypeAlias = str | int | float | bool | None

TYPES: Mapping[str, type] = {
    "task": str, "protocol_id": str, "tier": int, "model": str, "origin": str, "status": str,
    "best": bool, "headline": bool, "version": str, "subset": str, "metric": str,
    "direction": str, "value": float, "unit": str, "ci_low": float, "ci_high": float,
    "ci_method": str, "spread": float, "low": float, "high": float, "n": int, "clusters": int,
    "no_answer": int, "truncated": int, "errored": int, "printed": str, "note": str,
    "findings": str, "why": str, "evaluations": str, "settings": str, "date": str,
    "organisation": str, "released": str, "parameters": str, "open_weights": bool, "link": str,
    "after_data": bool, "paper": str, "table": str, "repository": str, "commit": str, "url": str,
    "evidence": str, "order": int, "notes": str, "history": str, "group": str, "differs": str,
    "key": str, "command": str,
}  # fmt: skip
"""The columns of a record in their order, and the type of each. Any may be None."""

_ONCE = ("notes", "history", "why", "differs", "command")
"""What stands once an entry, in the record of its headline: it can be long."""


def records(board: Board) -> Iterator[dict[str, Cell]]:
    """Yield a record for every number of every entry; one without numbers for an entry of none."""
    for groups in board.groups.values():
        for group in groups:
            for ranked in (*group.ranked, *group.below):
                yield from _of_entry(group, ranked, board.command)


def board_values(board: Board) -> dict[str, Json]:
    """Return the whole board as JSON values; the folders of runs are left out."""
    return {
        "schema": SCHEMA,
        "command": board.command,
        "tasks": {task: [_group(g) for g in groups] for task, groups in board.groups.items()},
    }


def _of_entry(group: Group, ranked: Ranked, command: str) -> Iterator[dict[str, Cell]]:
    figures = ranked.entry.figures
    if not figures:
        yield {**_record(group, ranked, None, Figure(None, "", None)), "command": command or None}
    said = ranked.entry.headline if ranked.entry.headline in figures else next(iter(figures), None)
    for column, figure in figures.items():
        record = {**_record(group, ranked, column, figure), "command": command or None}
        yield record if column == said else {**record, **dict.fromkeys(_ONCE)}


def _record(group: Group, ranked: Ranked, column: Column | None, figure: Figure) -> dict[str, Cell]:
    entry, info, source = ranked.entry, ranked.entry.info, ranked.entry.source
    headline = column is not None and column == entry.headline
    version = entry.protocol.get("task_version")
    found: dict[str, Cell] = {
        "task": entry.task,
        "protocol_id": entry.protocol_id,
        "tier": ranked.tier if headline else None,
        "model": entry.model,
        "origin": entry.origin,
        "status": entry.status,
        "best": ranked.best if headline else None,
        "headline": headline,
        "version": None if version is None else str(version),
        "subset": None if column is None else column[0],
        "metric": None if column is None else column[1],
        "direction": direction(figure) or None,
        "value": figure.value,
        "unit": figure.unit or None,
        "ci_low": figure.ci_low,
        "ci_high": figure.ci_high,
        "ci_method": figure.ci_method or None,
        "spread": figure.spread,
        "low": figure.low,
        "high": figure.high,
        "n": figure.n,
        "clusters": figure.clusters,
        "no_answer": figure.no_answer,
        "truncated": figure.truncated,
        "errored": figure.errored,
        "printed": figure.printed or None,
        "note": figure.note or None,
        "findings": " ".join(figure.findings) or None,
        "why": ranked.why or None,
        "evaluations": entry.evaluations or None,
        "settings": settings_of(entry) or None,
        "date": entry.date or None,
        **asdict(info),
        "after_data": entry.after_data,
        "notes": " ".join(entry.notes) or None,
        "history": " ".join(entry.history) or None,
        "group": group.title,
        "differs": "; ".join(group.differs) or None,
        "key": entry.key,
    }
    if source is not None:
        found |= {name: value or None for name, value in asdict(source).items()}
    return {name: found.get(name) for name in TYPES}


def _group(group: Group) -> dict[str, Json]:
    members = (*group.ranked, *group.below)
    return {
        "protocol_id": group.protocol_id,
        "title": group.title,
        "differs": list(group.differs),
        "protocol": members[0].entry.protocol if members else {},
        "columns": [list(column) for column in group.columns],
        "ranked": [_ranked(ranked) for ranked in group.ranked],
        "below": [_ranked(ranked) for ranked in group.below],
    }


def _ranked(ranked: Ranked) -> dict[str, Json]:
    entry = ranked.entry
    return {
        "tier": ranked.tier,
        "best": ranked.best,
        "why": ranked.why,
        "key": entry.key,
        "model": entry.model,
        "origin": entry.origin,
        "status": entry.status,
        "settings": dict(entry.settings),
        "headline": None if entry.headline is None else list(entry.headline),
        "figures": [
            {"subset": subset, "metric": metric, **asdict(figure)}
            for (subset, metric), figure in entry.figures.items()
        ],
        "evaluations": entry.evaluations,
        "costs": dict(entry.costs),
        "date": entry.date,
        "info": asdict(entry.info),
        "source": None if entry.source is None else asdict(entry.source),
        "after_data": entry.after_data,
        "notes": list(entry.notes),
        "history": list(entry.history),
    }
