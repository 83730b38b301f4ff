"""`CMMD`: the maximum mean discrepancy of CLIP features inside a training loop."""

from typing import TYPE_CHECKING

from rbench.metrics.classes.options import given_options
from rbench.metrics.classes.reference import FeaturesGiven
from rbench.metrics.classes.row_metric import RowMetric
from rbench.metrics.classes.source import Given
from rbench.metrics.kernel.cmmd import CmmdResult, cmmd

if TYPE_CHECKING:
    import torch


class CMMD(RowMetric):
    """CMMD; `cmmd` says what the options mean.

    Features are kept in CPU memory: n * d * 4 bytes a role, 150 MB for 50 000 of CLIP's.

    Args:
        representation: ``auto`` is ``clip-l14-336``; the rest is as in `FrechetDistance`.
        output, dimension, preset, device, offline, force: see `FrechetDistance`.
        reference: see `KernelDistance`.
        sigma, scale, normalise, level: of `cmmd`.
    """

    _metric = "cmmd"

    def __init__(
        self,
        representation: Given = "auto",
        *,
        output: str | None = None,
        dimension: int | None = None,
        reference: FeaturesGiven = None,
        preset: str | None = None,
        sigma: float | None = None,
        scale: float | None = None,
        normalise: bool | None = None,
        level: float = 0.95,
        device: "torch.device | str | None" = None,
        offline: bool = False,
        force: bool = False,
    ) -> None:
        super().__init__(
            representation, output, dimension, reference, preset, device, offline, force
        )
        given = {"sigma": sigma, "scale": scale, "normalise": normalise, "level": level}
        self.options = given_options(self.source.options, given)

    def compute(self) -> CmmdResult:
        """Return the discrepancy. Raises `DataError` where a role has no samples."""
        with self._features() as (real, fake):
            result: CmmdResult = self._finished(cmmd(real, fake, **self.options))
        return result
