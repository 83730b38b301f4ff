"""Printing a measurement: who was real and who was fake, the numbers, what to know about them."""

from collections.abc import Mapping
from typing import Any

from rbench.leaderboards.tables import table
from rbench.metrics.evaluation.measure import Measurement
from rbench.metrics.results import MetricResult


def print_measurement(measurement: Measurement) -> None:
    """Print to stdout."""
    for role in ("real", "fake"):
        if role in measurement.sides:
            print(f"{role}: {_side(measurement.sides[role])}")
    if measurement.preset:
        print(f"preset: {measurement.preset.name} ({measurement.preset.source})")
    print()
    rows = [_cells(row.metric, row.on, row.result) for row in measurement.rows]
    head = ("metric", "on", "value", "interval", "n real", "n fake", "method")
    print(table(head, rows, left=2, tail=1))
    print()
    notes: dict[str, None] = {}
    for row in measurement.rows:
        if row.result.interval is not None:
            interval = row.result.interval
            notes[f"interval of {row.metric}: {interval.level:.0%}, {interval.method}, covers "
                  f"{interval.covers}"] = None  # fmt: skip
        elif row.result.interval_note:
            notes[f"no interval of {row.metric}: {row.result.interval_note}"] = None
        for warning in row.result.warnings:
            notes[f"warning: {row.metric} on {row.on}: {warning}"] = None
    notes |= dict.fromkeys(f"warning: {warning}" for warning in measurement.warnings)
    if measurement.preset:
        notes |= dict.fromkeys(
            f"beside {measurement.preset.name}: {n}" for n in measurement.preset.notes
        )
    for note in notes:
        print(note)


def _cells(metric: str, on: str, result: MetricResult) -> tuple[str, ...]:
    interval = ""
    if result.interval is not None:
        low, high = result.interval.low, result.interval.high
        interval = f"{number(low)} – {number(high)}"
    real, fake = (result.n.get(role) for role in ("real", "fake"))
    return (
        metric,
        on,
        number(result.value),
        interval or "–",
        "–" if real is None else str(real),
        "–" if fake is None else str(fake),
        result.method,
    )


def number(value: float) -> str:
    """Return six significant digits, in plain notation where that stays short."""
    text = f"{value:.6g}"
    return text.replace("e-0", "e-").replace("e+0", "e+")


def _side(side: Mapping[str, Any]) -> str:
    parts = [str(side["path"])]
    if "summary" in side:
        parts.append(str(side["summary"]))
    statistics = side.get("statistics")
    if isinstance(statistics, Mapping):
        data = statistics.get("data", {})
        parts.append(f"statistics of {data.get('name') or data.get('path')}, {data.get('count')}")
    elif statistics:
        parts.append(f"statistics, {statistics}")
    return ", ".join(parts)
