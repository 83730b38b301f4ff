"""Accuracies as shares of counted questions: of RBench-V, with its micro means, and R-Bench."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from rbench.leaderboards.printed_figure import figure, is_cut_to, rounds_to, text
from rbench.leaderboards.published_lines import lines
from rbench.leaderboards.published_rows import PublishedRow

QUESTIONS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "rbench-t": MappingProxyType({"en": 1094, "zh": 1094}),
        "rbench-m": MappingProxyType({"en": 665, "zh": 665}),
        "rbench-v": MappingProxyType({"math": 176, "physics": 157, "counting": 195, "game": 275}),
    }
)
"""Questions by task and subset, as the data sets hold them."""

_WHOLES = {
    "overall": ("math", "physics", "counting", "game"),
    "overall without math": ("physics", "counting", "game"),
}
"""Micro means, and the categories that they are over; the means of R-Bench are plain ones."""


def counted(rows: Sequence[PublishedRow]) -> Iterable[tuple[PublishedRow, str]]:
    """Yield scores that are no share of their questions, and micro means that do not follow.

    The right answers of a subset are its score times its questions, rounded.
    """
    for line in lines([r for r in rows if r.task in QUESTIONS and r.metric == "accuracy"]):
        cells, questions = {row.subset: row for row in line}, QUESTIONS[line[0].task]
        right = {
            name: round(figure(cells[name].printed) * n / 100)
            for name, n in questions.items()
            if name in cells
        }
        for name, k in right.items():
            yield from _share(cells[name], k, questions[name])
        for whole, parts in _WHOLES.items():
            if whole in cells and set(parts) <= set(right):
                k, n = sum(right[p] for p in parts), sum(questions[p] for p in parts)
                yield from _mean(cells, whole, k, n)


def _share(row: PublishedRow, k: int, n: int) -> Iterable[tuple[PublishedRow, str]]:
    near = {j: Fraction(100 * j, n) for j in (k - 1, k, k + 1) if 0 <= j <= n}
    if any(rounds_to(share, row.printed) for share in near.values()):
        return
    for j, share in near.items():
        if is_cut_to(share, row.printed):
            yield row, f"{j} of {n} are {text(share, 2)}; the source prints {row.printed}, cut."
            return
    around = ", ".join(text(share, 1) for share in near.values())
    yield row, f"No number of right answers among {n} gives {row.printed}: {around} are near."


def _mean(
    cells: Mapping[str, PublishedRow], whole: str, k: int, n: int
) -> Iterable[tuple[PublishedRow, str]]:
    row, mean = cells[whole], Fraction(100 * k, n)
    if rounds_to(mean, row.printed):
        return
    said = f"The categories give {text(mean, 2)} ({k} of {n}); the source prints {row.printed}"
    if is_cut_to(mean, row.printed):
        yield row, f"{said}, cut rather than rounded."
    elif abs(mean - figure(row.printed)) <= Fraction(1, 10):
        yield row, f"{said}, which is within 0.1."
    else:
        parts = _WHOLES[whole]
        same = [name for name in parts if cells[name].value == row.value]
        also = f", the figure of its category {same[0]}" if same else ""
        yield row, f"{said}{also}. They do not agree."
