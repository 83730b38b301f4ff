"""The warnings of an evaluator's numbers, each once, with what it is about."""

from collections.abc import Sequence

from rbench.metrics.evaluation.compute import Row


def result_warnings(evaluator: str, rows: Sequence[Row]) -> list[str]:
    """Return ``pixels, gray/8:pixels: ...``; a warning of all representations names none."""
    on: dict[str, dict[str, None]] = {}
    for row in rows:
        for warning in row.result.warnings:
            on.setdefault(warning, {})[row.on] = None
    all_of_them = {row.on for row in rows}
    found = []
    for warning, places in on.items():
        everywhere = len(all_of_them) > 1 and set(places) == all_of_them
        found.append(
            f"{evaluator}: {warning}"
            if everywhere
            else f"{evaluator}, {', '.join(places)}: {warning}"
        )
    return found
