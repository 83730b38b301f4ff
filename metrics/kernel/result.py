"""What `kernel_distance` returns."""

from dataclasses import dataclass

from rbench.metrics.results import MetricResult


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelResult(MetricResult):
    """A kernel distance; may be slightly negative, as every unbiased estimate of a small number.

    Attributes:
        estimator: ``full``, ``block`` or ``subsets``.
        values: the estimates of the blocks or subsets, empty for ``full``.
        spread: standard deviation (ddof 0) of `values` for ``subsets``, what other packages print
            after the plus-minus sign. It is no standard error: subsets overlap, and each is
            smaller than the whole. None for the other estimators.
    """

    estimator: str
    values: tuple[float, ...] = ()
    spread: float | None = None
