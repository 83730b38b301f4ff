"""Which row of a run ranks it, and what the columns beside it are."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

HEADLINES = ("mean", "overall")
"""Subsets over all subsets: the plain mean of two languages, the micro mean of categories."""

COLUMNS: Mapping[str, str] = {
    "accuracy/strict": "strict",
    "accuracy/rule": "rule",
    "accuracy/judge": "judge",
    "drawing": "drawing",
    "chance": "chance",
}
"""Metrics that stand beside the accuracy of the same subset, with their headings."""


R = TypeVar("R")


def headline_of(rows: Sequence[tuple[str, R]]) -> R | None:
    """Return of (subset, row) the row over all subsets, else the first; None where none is."""
    for name in HEADLINES:
        for subset, row in rows:
            if subset == name:
                return row
    return rows[0][1] if rows else None
