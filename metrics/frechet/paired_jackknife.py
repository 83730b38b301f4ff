"""The difference of two distances to one reference, by a block jackknife of both sets at once.

Where sample i of both sets starts from the same noise, block j is left out of both together and
the differences without it are those of one statistic: what the noise does to both sets cancels.
Else the sets are independent and their variances add. Several pairs of sets, each with noise of
its own, are averaged.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rbench.errors import UsageError
from rbench.metrics.frechet.block_jackknife import LeftOut, jackknifed
from rbench.metrics.results import Interval


@dataclass(frozen=True, slots=True)
class SetPair:
    """One distance of two sets, whole and without each block."""

    first: float
    second: float
    without_first: LeftOut
    without_second: LeftOut


@dataclass(frozen=True, slots=True)
class PairedDistances:
    """What pairs of sets say.

    Attributes:
        first, second: means over the sets.
        difference: first minus second.
        bias_corrected: the difference without the bias of finite n to first order.
        standard_error: of the difference; None where leaving blocks out changes nothing.
        interval: Student's; None where `note` says why.
        p_value: two-sided, of no difference, by Student's t; None where there is no error and
            yet a difference.
    """

    first: float
    second: float
    difference: float
    bias_corrected: float
    standard_error: float | None
    interval: Interval | None
    p_value: float | None
    note: str


def paired_jackknife(
    sets: Sequence[SetPair], *, same_noise: bool, level: float = 0.95
) -> PairedDistances:
    """Compare two distances over `sets`, of which there is one at least.

    Raises `UsageError` for no set, for blocks of unequal sizes that are to be left out together,
    for fewer than 2 blocks and for a wrong level.
    """
    if not sets:
        raise UsageError("there is no set of samples to compare.")
    count = len(sets)
    first = math.fsum(one.first for one in sets) / count
    second = math.fsum(one.second for one in sets) / count
    difference = first - second
    parts = [part for one in sets for part in _parts(one, difference, count, same_noise)]
    said = jackknifed(difference, parts, level)
    interval = said.interval
    if interval is not None:
        how = "paired" if same_noise else "unpaired"
        covers = "sampling of the generated images; not the bias of finite n"
        interval = replace(interval, method=f"{interval.method}, {how}", covers=covers)
    return PairedDistances(
        first=first,
        second=second,
        difference=difference,
        bias_corrected=said.bias_corrected,
        standard_error=None if interval is None else said.standard_error,
        interval=interval,
        p_value=_p_value(difference, parts),
        note=said.interval_note,
    )


def _parts(pair: SetPair, difference: float, count: int, same_noise: bool) -> list[LeftOut]:
    """Return the mean difference without each block of one pair of sets."""
    own, other = pair.without_first, pair.without_second

    def moved(values: Sequence[float], step: float) -> tuple[float, ...]:
        return tuple(difference + (value - step) / count for value in values)

    if not same_noise:
        negative = [-value for value in other.values]
        return [
            LeftOut("first", own.sizes, moved(own.values, pair.first)),
            LeftOut("second", other.sizes, moved(negative, -pair.second)),
        ]
    if own.sizes != other.sizes:
        raise UsageError("the blocks of the two sets differ in size: they cannot be paired.")
    differences = [a - b for a, b in zip(own.values, other.values, strict=True)]
    return [LeftOut("both", own.sizes, moved(differences, pair.first - pair.second))]


def _p_value(difference: float, parts: Sequence[LeftOut]) -> float | None:
    from scipy.special import stdtr

    said = [(part.correction_and_variance(difference)[1], len(part.sizes) - 1) for part in parts]
    variance = math.fsum(v for v, _ in said)
    if variance <= 0:
        return None if difference else 1.0
    freedom = variance**2 / math.fsum(v * v / blocks for v, blocks in said)
    return min(1.0, 2 * float(stdtr(freedom, -abs(difference) / math.sqrt(variance))))
