"""Tiers: what of a ranking can be told apart.

An entry's tier is 1 + the number of entries that are better beyond chance. This is the rank by
upper bound of Chatbot Arena (Chiang et al. 2024, arXiv 2403.04132, section 5, "approximate
ranking"), with the test of every pair in place of intervals that do not overlap: disjoint
intervals ask for far more than a difference that is not chance, above all where both answered the
same questions (Miller 2024, arXiv 2411.00640). Chance is ruled out at 5 % over all pairs of a group
together, by Holm 1979: where nothing differs, all are in one tier 19 times of 20.

"Not told apart" is not an equivalence: with few samples nothing is told apart.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from rbench.leaderboards.entries import Entry, Figure
from rbench.metrics.holm import holm

ALPHA = 0.05
JACKKNIFE_BLOCKS = 20
_Z = 1.959963984540054
_FEW = 100
CROWD = 400
"""Entries of a group above which samples are not read: `_crowd`."""


class PairTest(Protocol):
    """Tests entries on the samples behind them."""

    def p_values(self, pairs: Sequence[tuple[Entry, Entry]]) -> Sequence[float | None]:
        """Return the p-value of no difference for every pair; None where samples do not tell."""
        ...


@dataclass(frozen=True, slots=True)
class Tier:
    """The place of an entry: its tier, and whether nothing tells it apart from the first.

    Both are None and False where there is nothing to tell by: no interval and no samples.
    """

    tier: int | None
    best: bool


def tiers(entries: Sequence[Entry], test: PairTest | None = None) -> list[Tier]:
    """Return the place of each entry of one group; all must have a value in their headline.

    `test` is asked about pairs of runs that their intervals cannot settle. Without it, or where
    it knows nothing, a pair is tested by the two intervals, as of independent samples. The order
    of `entries` changes nothing.
    """
    figures = [_headline(entry) for entry in entries]
    signs = [_signed(figure) for figure in figures]
    fit = [i for i, e in enumerate(entries) if standard_error(figures[i]) is not None or e.path]
    if len(fit) > CROWD:
        return _crowd(figures, signs, fit)
    pairs = list(combinations(fit, 2))
    p_values = _p_values(entries, figures, pairs, test)
    tested = [pair for pair in pairs if p_values[pair] is not None]
    adjusted = dict(zip(tested, holm([p_values[pair] or 0.0 for pair in tested]), strict=True))
    known = {i for pair in tested for i in pair}
    known |= {i for i in fit if standard_error(figures[i]) is not None}
    worse_than: dict[int, set[int]] = {i: set() for i in known}
    for (i, j), p in adjusted.items():
        if p <= ALPHA and signs[i] != signs[j]:
            worse, better = (i, j) if signs[i] < signs[j] else (j, i)
            worse_than[worse].add(better)
    return _places(signs, worse_than)


def _places(signs: Sequence[float], worse_than: Mapping[int, set[int]]) -> list[Tier]:
    """Return the places, given for whoever can be told apart at all which others are better."""
    if not worse_than:
        return [Tier(None, False) for _ in signs]
    top = max(signs[i] for i in worse_than)
    first = {i for i in worse_than if signs[i] == top}
    placed = {i: Tier(1 + len(of), not first <= of) for i, of in worse_than.items()}
    return [placed.get(i, Tier(None, False)) for i in range(len(signs))]


def _crowd(figures: Sequence[Figure], signs: Sequence[float], fit: Sequence[int]) -> list[Tier]:
    """Return the places of many, by intervals alone.

    Millions of pairs are too many to sort: they are corrected by Bonferroni, which never rejects
    what Holm does not.
    """
    import numpy as np
    from scipy.special import ndtri

    known = [i for i in fit if standard_error(figures[i]) is not None]
    values = np.array([signs[i] for i in known])
    variances = np.array([standard_error(figures[i]) or 0.0 for i in known]) ** 2
    needed = -float(ndtri(ALPHA / max(1, len(known) * (len(known) - 1) // 2) / 2))
    top = values == values.max(initial=-math.inf)
    found = [Tier(None, False) for _ in figures]
    for row, i in enumerate(known):
        better = values - values[row] > needed * np.sqrt(variances + variances[row])
        found[i] = Tier(1 + int(np.count_nonzero(better)), not better[top].all())
    return found


def standard_error(figure: Figure) -> float | None:
    """Return the standard error that the interval of a figure was built on; None without one.

    Of an interval of Wilson's it is that of the normal one as wide.
    """
    if figure.ci_low is None or figure.ci_high is None or figure.ci_high <= figure.ci_low:
        return None
    freedom = _freedom(figure)
    quantile = _Z
    if freedom is not None:
        from scipy.special import stdtrit

        quantile = float(stdtrit(freedom, 0.975))
    return (figure.ci_high - figure.ci_low) / 2 / quantile


def p_of_intervals(first: Figure, second: Figure) -> float | None:
    """Return the two-sided p-value of no difference of two independent figures.

    z, or t with the degrees of freedom of Welch 1947 where an interval is Student's. None where a
    figure has no interval.
    """
    from scipy.special import ndtr, stdtr

    errors = [standard_error(figure) for figure in (first, second)]
    if errors[0] is None or errors[1] is None or first.value is None or second.value is None:
        return None
    variances = errors[0] ** 2, errors[1] ** 2
    statistic = abs(first.value - second.value) / math.sqrt(sum(variances))
    freedom = [_freedom(figure) for figure in (first, second)]
    known = [(v, f) for v, f in zip(variances, freedom, strict=True) if f is not None]
    if not known:
        return float(2 * ndtr(-statistic))
    welch = sum(variances) ** 2 / sum(v * v / f for v, f in known)
    return float(2 * stdtr(welch, -statistic))


def _p_values(
    entries: Sequence[Entry],
    figures: Sequence[Figure],
    pairs: Sequence[tuple[int, int]],
    test: PairTest | None,
) -> dict[tuple[int, int], float | None]:
    found = {(i, j): _settled(figures[i], figures[j], ALPHA / max(1, len(pairs))) for i, j in pairs}
    open_pairs = [pair for pair in pairs if found[pair] is None]
    if test is not None and open_pairs:
        asked = [(entries[i], entries[j]) for i, j in open_pairs]
        found |= dict(zip(open_pairs, test.p_values(asked), strict=True))
    for i, j in open_pairs:
        if found[i, j] is None:
            found[i, j] = p_of_intervals(figures[i], figures[j])
    return found


def _settled(first: Figure, second: Figure, alpha: float) -> float | None:
    """Return a p-value at or below `alpha` where intervals alone are enough for it.

    The standard error of a paired difference is at most the sum of the two. Of few questions an
    exact test may still say otherwise, so these are left to the samples.
    """
    from scipy.special import ndtr

    errors = [standard_error(figure) for figure in (first, second)]
    if errors[0] is None or errors[1] is None or first.value is None or second.value is None:
        return None
    if min(first.clusters or 0, second.clusters or 0) < _FEW:
        return None
    p = float(2 * ndtr(-abs(first.value - second.value) / (errors[0] + errors[1])))
    return p if p <= alpha else None


def _freedom(figure: Figure) -> int | None:
    """Return the degrees of freedom of an interval by Student's t; None of any other."""
    if "jackknife-t" in figure.ci_method:
        return JACKKNIFE_BLOCKS - 1
    if figure.ci_method.startswith(("clustered-t", "t over sample sets")) and figure.clusters:
        return figure.clusters - 1
    return None


def _headline(entry: Entry) -> Figure:
    assert entry.headline is not None
    return entry.figures[entry.headline]


def _signed(figure: Figure) -> float:
    """Return the value, turned so that more is better."""
    assert figure.value is not None
    return figure.value if figure.higher_is_better else -figure.value
