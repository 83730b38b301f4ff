"""Cohen's kappa: how far two graders agree beyond what their own habits would give by chance."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from rbench.errors import DataError, UsageError
from rbench.metrics.intervals import Estimate, check_level

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Pair: TypeAlias = tuple[Hashable, Hashable]

_METHOD = "cluster-bootstrap"
# What is left of 1 - p_e by rounding, when it is 0.
_ROUNDING = 1e-12


def cohen_kappa(
    groups: Sequence[Sequence[Pair]], *, seed: int, level: float = 0.95, resamples: int = 2000
) -> Estimate:
    """Return kappa of two graders (Cohen 1960, Educational and Psychological Measurement 20).

    `groups` holds clusters of pairs (label of one, label of the other); every pair weighs the
    same. kappa = (p_o - p_e) / (1 - p_e): p_o is the share of equal pairs, p_e the share that
    two independent graders with the same margins would have. It lies in [-1, 1], and there is
    none where p_e = 1: both always gave the same single label.

    The interval is the percentile interval of a cluster bootstrap (Efron 1979): whole clusters
    are drawn with replacement by numpy's Philox with `seed`. Resamples without a kappa are left
    out, and `note` counts them. The order of clusters and pairs does not matter. With C < 2
    clusters, or where all resamples have one kappa (1, say, where the two never differ), there
    is no interval.
    Raises `DataError` for an empty cluster.
    """
    check_level(level)
    if resamples < 100:
        raise UsageError(f"resamples={resamples} gives no percentiles: take 100 or more.")
    if any(len(group) == 0 for group in groups):
        raise DataError("A cluster holds no pairs: leave it out.")
    n, clusters = sum(map(len, groups)), len(groups)
    bare = Estimate(None, None, None, level, _METHOD, n, clusters, "")
    if not n:
        return replace(bare, note="no values")

    import numpy as np

    tables, counts = _tables(groups)
    value = float(_kappas(counts[None, :] @ tables)[0])
    if np.isnan(value):
        return replace(bare, note="both graders gave one and the same label throughout: no kappa")
    bare = replace(bare, value=value)
    if clusters < 2:
        return replace(bare, note="one cluster: no interval")
    rng = np.random.Generator(np.random.Philox(seed))
    # Clusters with the same pairs are alike: how often each kind is drawn is multinomial.
    drawn = rng.multinomial(clusters, counts / counts.sum(), size=resamples)
    kappas = _kappas(drawn @ tables)
    known = kappas[~np.isnan(kappas)]
    if np.ptp(known) <= _ROUNDING:  # an interval of no width would claim too much
        return replace(bare, note="no spread between resamples: no interval")
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    lost = resamples - len(known)
    note = f"{lost} of {resamples} resamples have no kappa and are left out" if lost else ""
    return replace(bare, low=float(low), high=float(high), note=note)


def _tables(
    groups: Sequence[Sequence[Pair]],
) -> tuple["npt.NDArray[np.float64]", "npt.NDArray[np.float64]"]:
    """Return the kinds of clusters as rows of pair counts, L * L each, and how many of each."""
    import numpy as np

    labels: dict[Hashable, int] = {}
    for group in groups:
        for pair in group:
            for label in pair:
                labels.setdefault(label, len(labels))
    # Sorted by their text, so that the draws do not depend on which cluster comes first.
    order = {label: i for i, label in enumerate(sorted(labels, key=repr))}
    size = len(order)
    kinds = Counter(
        tuple(sorted(Counter(order[a] * size + order[b] for a, b in group).items()))
        for group in groups
    )
    rows = np.zeros((len(kinds), size * size))
    for row, kind in zip(rows, sorted(kinds), strict=True):
        for cell, count in kind:
            row[cell] = count
    return rows, np.array([kinds[kind] for kind in sorted(kinds)], dtype=np.float64)


def _kappas(flat: "npt.NDArray[np.float64]") -> "npt.NDArray[np.float64]":
    """Return kappa of each row of pair counts, NaN where there is none."""
    import numpy as np

    size = round(flat.shape[1] ** 0.5)
    table = flat.reshape(-1, size, size)
    table = table / table.sum(axis=(1, 2), keepdims=True)
    observed = np.trace(table, axis1=1, axis2=2)
    expected = (table.sum(axis=2) * table.sum(axis=1)).sum(axis=1)
    room = 1 - expected
    none = room <= _ROUNDING
    return np.where(none, np.nan, (observed - expected) / np.where(none, 1.0, room))
