"""RBench-V's accuracies: shares of counted questions, and micro means of such counts."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from rbench.leaderboards.printed_figure import figure, is_cut_to, rounds_to, text
from rbench.leaderboards.published_lines import lines
from rbench.leaderboards.published_rows import PublishedRow

QUESTIONS: Mapping[str, int] = MappingProxyType(
    {"math": 176, "physics": 157, "counting": 195, "game": 275}
)
"""Questions of RBench-V by category."""

_WHOLES = {
    "overall": tuple(QUESTIONS),
    "overall without math": ("physics", "counting", "game"),
}


def counted(rows: Sequence[PublishedRow]) -> Iterable[tuple[PublishedRow, str]]:
    """Yield category scores that are no share of their questions, and means that do not follow.

    The right answers of a category are its score times its questions, rounded.
    """
    for line in lines([r for r in rows if r.task == "rbench-v" and r.metric == "accuracy"]):
        cells = {row.subset: row for row in line}
        right = {
            name: round(figure(cells[name].printed) * n / 100)
            for name, n in QUESTIONS.items()
            if name in cells
        }
        for name, k in right.items():
            yield from _share(cells[name], k, QUESTIONS[name])
        for whole, parts in _WHOLES.items():
            if whole in cells and set(parts) <= set(right):
                k, n = sum(right[p] for p in parts), sum(QUESTIONS[p] for p in parts)
                yield from _mean(cells, whole, k, n)


def _share(row: PublishedRow, k: int, n: int) -> Iterable[tuple[PublishedRow, str]]:
    share = Fraction(100 * k, n)
    if rounds_to(share, row.printed):
        return
    if is_cut_to(share, row.printed):
        yield row, f"{k} of {n} are {text(share, 2)}; the source prints {row.printed}, cut."
        return
    near = [Fraction(100 * j, n) for j in (k - 1, k, k + 1) if 0 <= j <= n]
    around = ", ".join(text(x, 1) for x in near)
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
        same = [name for name in QUESTIONS if name in cells and cells[name].value == row.value]
        also = f", the figure of its category {same[0]}" if same else ""
        yield row, f"{said}{also}. They do not agree."
