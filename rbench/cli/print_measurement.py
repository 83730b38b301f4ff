"""Printing a measurement: who was real and who was fake, the numbers, what to know about them."""

from collections.abc import Iterable, Mapping
from typing import Any

from rbench.leaderboards.tables import NOTHING, table
from rbench.metrics.evaluation.compute import Row
from rbench.metrics.evaluation.measure import Measurement


def print_measurement(measurement: Measurement) -> None:
    """Print to stdout."""
    for role in ("real", "fake"):
        if role in measurement.sides:
            print(f"{role}: {_side(measurement.sides[role])}")
    if measurement.preset:
        print(f"preset: {measurement.preset.name} ({measurement.preset.source})")
    levels = {row.result.interval.level for row in measurement.rows if row.result.interval}
    interval = f"{levels.pop():.0%} interval".replace("%", " %") if levels else "interval"
    head = ("metric", "on", "value", interval, "n real", "n fake")
    print(f"\n{table(head, [_cells(row) for row in measurement.rows], left=2)}")
    _section("How", ((row.result.method, row) for row in measurement.rows))
    _section("What the intervals cover", ((_covers(row), row) for row in measurement.rows))
    _section("Warnings", ((w, row) for row in measurement.rows for w in row.result.warnings))
    if measurement.preset:
        print(f"\nBeside {measurement.preset.name}\n")
        for note in measurement.preset.notes:
            print(f"- {note}")


def number(value: float) -> str:
    """Return six significant digits."""
    return f"{value:.6g}"


def _section(title: str, said: Iterable[tuple[str, Row]]) -> None:
    """Print every sentence once, with the metrics that it is about."""
    about: dict[str, dict[str, None]] = {}
    for text, row in said:
        about.setdefault(text, {})[row.metric] = None
    if about:
        print(f"\n{title}\n")
        for text, metrics in about.items():
            print(f"- {', '.join(metrics)}: {text}")


def _cells(row: Row) -> tuple[str, ...]:
    result = row.result
    interval = NOTHING
    if result.interval is not None:
        interval = f"{number(result.interval.low)} – {number(result.interval.high)}"
    counts = [result.n.get(role) for role in ("real", "fake")]
    shown = [NOTHING if n is None else str(n) for n in counts]
    return (row.metric, row.on, number(result.value), interval, *shown)


def _covers(row: Row) -> str:
    if row.result.interval is None:
        return f"no interval: {row.result.interval_note}"
    return f"{row.result.interval.covers} ({row.result.interval.method})"


def _side(side: Mapping[str, Any]) -> str:
    parts = [str(side["path"])]
    if "summary" in side:
        parts.append(str(side["summary"]))
    for name, statistics in side.get("statistics", {}).items():
        what = f"statistics for {name}" if name else "statistics"
        if "data" in statistics:
            data = statistics["data"]
            parts.append(
                f"{what} of {data['count']} images: {data['name']} {data['split']}".strip()
            )
        else:
            parts.append(f"{what} of unknown origin")
    return ", ".join(parts)
