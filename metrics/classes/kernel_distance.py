"""`KernelDistance`: the kernel distance (KID) inside a training loop."""

from typing import TYPE_CHECKING

from rbench.metrics.classes.options import given_options
from rbench.metrics.classes.reference import FeaturesGiven
from rbench.metrics.classes.row_metric import RowMetric
from rbench.metrics.classes.source import Given
from rbench.metrics.kernel.distance import Estimator, kernel_distance
from rbench.metrics.kernel.result import KernelResult

if TYPE_CHECKING:
    import torch


class KernelDistance(RowMetric):
    """The kernel distance; `kernel_distance` says what the options mean.

    Features are kept in CPU memory: n * d * 4 bytes a role, 400 MB for 50 000 of Inception's.
    With the estimators ``block`` and ``subsets`` the draw depends on the order of the samples, so
    merging in another order gives another draw; ``full`` has no draw.

    Args:
        representation, output, dimension, preset, device, offline, force: see `FrechetDistance`;
            options given here go before those of the preset.
        reference: features in place of real updates: (n, d) as numpy or torch, or
            `ReferenceStatistics` (or their path) that keep features.
        estimator, degree, gamma, coef0, subsets, subset_size, shrink, block_size, seed, level: of
            `kernel_distance`; None is the preset's value, else the function's.
    """

    _metric = "kernel"

    def __init__(
        self,
        representation: Given = "auto",
        *,
        output: str | None = None,
        dimension: int | None = None,
        reference: FeaturesGiven = None,
        preset: str | None = None,
        estimator: Estimator | None = None,
        degree: int | None = None,
        gamma: float | None = None,
        coef0: float | None = None,
        subsets: int | None = None,
        subset_size: int | None = None,
        shrink: bool | None = None,
        block_size: int | None = None,
        seed: int | None = None,
        level: float = 0.95,
        device: "torch.device | str | None" = None,
        offline: bool = False,
        force: bool = False,
    ) -> None:
        super().__init__(
            representation, output, dimension, reference, preset, device, offline, force
        )
        given = {
            "estimator": estimator,
            "degree": degree,
            "gamma": gamma,
            "coef0": coef0,
            "subsets": subsets,
            "subset_size": subset_size,
            "shrink": shrink,
            "block_size": block_size,
            "seed": seed,
            "level": level,
        }
        self.options = given_options(self.source.options, given)

    def compute(self) -> KernelResult:
        """Return the distance. Raises `DataError` for too few samples."""
        with self._features() as (real, fake):
            result: KernelResult = self._finished(kernel_distance(real, fake, **self.options))
        return result
