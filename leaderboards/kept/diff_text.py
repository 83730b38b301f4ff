"""What differs between two boards, as Markdown and as JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from rbench.harness.types import Json
from rbench.leaderboards.board_table_md import escape
from rbench.leaderboards.kept.diff import BoardDiff, Change, Kind
from rbench.leaderboards.kept.sides import BoardLine
from rbench.leaderboards.tables import NOTHING, table

SCHEMA = "rbench-leaderboard-diff/1"

_TITLES: Sequence[tuple[Kind, str]] = (
    ("figure", "Changed figures"),
    ("status", "Changed status"),
    ("tier", "Changed tier"),
    ("about", "Changed otherwise"),
)


def diff_md(diff: BoardDiff) -> str:
    """Return the differences as tables; one sentence where there are none."""
    between = f"{escape(diff.old)} and {escape(diff.new)}"
    if not diff.differs:
        return f"No difference between {between}: {_entries(diff.same)}."
    changed = len({change.key for change in diff.changes})
    head = (
        f"Between {between}: {len(diff.added)} added, {len(diff.removed)} removed, "
        f"{changed} changed, {diff.same} the same."
    )
    return "\n\n".join([head, *_parts(diff)])


def diff_json(diff: BoardDiff) -> str:
    """Return the differences as JSON."""
    values = {
        "schema": SCHEMA,
        "old": diff.old,
        "new": diff.new,
        "differs": diff.differs,
        "added": [_line(line) for line in diff.added],
        "removed": [_line(line) for line in diff.removed],
        "changes": [asdict(change) for change in diff.changes],
        "same": diff.same,
        "faults": list(diff.faults),
    }
    return json.dumps(values, indent=1, allow_nan=False)


def _parts(diff: BoardDiff) -> Iterator[str]:
    for title, lines in (("Added", diff.added), ("Removed", diff.removed)):
        if lines:
            rows = [
                [*map(escape, (line.key, line.task, line.model, line.status))] for line in lines
            ]
            yield f"## {title}\n\n{table(['entry', 'task', 'model', 'status'], rows, left=4)}"
    for kind, title in _TITLES:
        found = [change for change in diff.changes if change.kind == kind]
        if found:
            yield f"## {title}\n\n{_table(kind, found)}"
    if diff.faults:
        yield "## Cannot be read\n\n" + "\n".join(f"- {escape(fault)}" for fault in diff.faults)


def _table(kind: Kind, changes: Sequence[Change]) -> str:
    figures = kind == "figure"
    headings = ["entry", "model", "what", "old", "new", *(["by", "unit"] if figures else [])]
    rows = []
    for change in changes:
        old, new = _texts(change.old, change.new)
        by = NOTHING if change.by is None else f"{change.by:+.4g}"
        rows.append(
            [
                *map(escape, (change.key, change.model, change.what, old, new)),
                *([by, escape(change.unit)] if figures else []),
            ]
        )
    return table(headings, rows, left=3, tail=1 if figures else 0)


def _texts(old: Json, new: Json) -> tuple[str, str]:
    """Return two values with the fewest digits that tell them apart."""
    short = _text(old, 6), _text(new, 6)
    return short if short[0] != short[1] else (_text(old, 17), _text(new, 17))


def _text(value: Json, digits: int) -> str:
    if value is None:
        return NOTHING
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)


def _line(line: BoardLine) -> dict[str, Json]:
    return {
        name: getattr(line, name)
        for name in ("key", "task", "model", "origin", "status", "protocol_id", "tier")
    } | {
        "figures": [
            {"subset": subset, "metric": metric, **numbers}
            for (subset, metric), numbers in line.figures.items()
        ]
    }


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
