"""The delete-one-block jackknife, for blocks of any sizes.

With n samples in g blocks of m_j, h_j = n / m_j, the statistic t of all samples and t_j of all but
block j (Busing, Meijer and van der Leeden 1999, Statistics and Computing 9, "Delete-m jackknife
for unequal m"):

    t_J = g t - sum (1 - m_j / n) t_j,        bias removed to first order,
    V   = 1/g sum (h_j t - (h_j - 1) t_j - t_J)^2 / (h_j - 1).

Statistics of several independent samples (real and fake) have the sum of the corrections and of
the variances; degrees of freedom then follow Welch 1947 (Biometrika 34).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rbench.errors import UsageError
from rbench.metrics.results import Interval


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The statistic without each block of the sample `role`: samples in the block, and value."""

    role: str
    sizes: tuple[int, ...]
    values: tuple[float, ...]

    def correction_and_variance(self, value: float) -> tuple[float, float]:
        """Return t_J - t and V, where `value` is t."""
        n, g = sum(self.sizes), len(self.sizes)
        pairs = list(zip(self.sizes, self.values, strict=True))
        corrected = g * value - math.fsum((1 - m / n) * t for m, t in pairs)
        spread = [
            (n / m * value - (n / m - 1) * t - corrected) ** 2 / (n / m - 1) for m, t in pairs
        ]
        return corrected - value, math.fsum(spread) / g


@dataclass(frozen=True, slots=True)
class Jackknifed:
    """The statistic without its bias to first order, its standard error and interval."""

    bias_corrected: float
    standard_error: float
    interval: Interval | None
    interval_note: str


def jackknifed(value: float, parts: Sequence[LeftOut], level: float = 0.95) -> Jackknifed:
    """Return what the distances without each block say of `value`, with a t interval around it.

    The interval covers the sampling of the roles in `parts`, not the bias of finite n. There is
    none where leaving blocks out changes nothing. Raises `UsageError` for a level outside (0, 1)
    or fewer than 2 blocks.
    """
    if not 0 < level < 1:
        raise UsageError(f"level={level!r} is no confidence level: give one such as 0.95.")
    for part in parts:
        if len(part.sizes) < 2:
            raise UsageError(
                f"{len(part.sizes)} block of {part.role}: a jackknife needs 2 or more."
            )
    said = [part.correction_and_variance(value) for part in parts]
    corrected = value + math.fsum(c for c, _ in said)
    variance = math.fsum(v for _, v in said)
    if variance <= 0:
        return Jackknifed(corrected, 0.0, None, "leaving blocks out changes nothing: no interval")
    terms = zip(said, parts, strict=True)
    freedom = variance**2 / math.fsum(v * v / (len(part.sizes) - 1) for (_, v), part in terms)
    interval = t_interval(value, math.sqrt(variance), freedom, level, [p.role for p in parts])
    return Jackknifed(corrected, math.sqrt(variance), interval, "")


def t_interval(
    value: float, standard_error: float, freedom: float, level: float, roles: Sequence[str]
) -> Interval:
    """Return value -+ t standard_error, Student's t with `freedom` degrees of freedom."""
    from scipy.special import stdtrit

    half = float(stdtrit(freedom, (1 + level) / 2)) * standard_error
    covers = f"sampling of {' and '.join(roles)}; not the bias of finite n"
    return Interval(value - half, value + half, level, "block-jackknife-t", covers)
