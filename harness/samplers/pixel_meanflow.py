"""Pixel MeanFlow: MeanFlow with a network that predicts the data.

u(z_t, r, t) = (z_t - x(z_t, r, t)) / clip(t, 0.05, 1)
z_r = z_t - (t - r) u(z_t, r, t), from z_1 = noise_scale * N(0, I)

One step returns the prediction x(z_1, 0, 1), to the bit.

"Pixel MeanFlow" 2026 (arXiv 2601.22158) and its code; guided networks, as the paper's are, take
the sampler `guided-meanflow`, whose docstring lists the settings of the paper.

Draws: ``start``.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from rbench.harness.options import option
from rbench.harness.samplers.flow import mean_flow_step
from rbench.harness.samplers.flow_times import FlowTimes
from rbench.harness.samplers.network import Network, Predicts, Start, prepared
from rbench.harness.samplers.option_checks import require_positive

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class PixelMeanFlow(FlowTimes):
    """Pixel MeanFlow in a few steps. Raises `UsageError`."""

    name: ClassVar[str] = "pixel-meanflow"
    summary: ClassVar[str] = "pixel MeanFlow, x: one call a step, one step by default"
    accepts: ClassVar[frozenset[Predicts]] = frozenset({"x"})

    smallest_time: float = option(0.05, "u = (z - x) / max(t, this)")

    def __post_init__(self) -> None:
        super().__post_init__()
        require_positive(self.name, "smallest_time", self.smallest_time)

    def sample(self, network: Network, start: Start) -> "torch.Tensor":
        """Return z_0, (n, c, h, w)."""
        network = prepared(self, network, start)
        z = self.noise_scale * start.normal("start")
        for t, r in pairwise(self.grid()):
            z = mean_flow_step(network, z, t, r, start.labels, smallest_time=self.smallest_time)
        return z
