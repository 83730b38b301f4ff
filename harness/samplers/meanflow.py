"""MeanFlow: one call of the average velocity for a step of any length.

z_r = z_t - (t - r) u(z_t, r, t); one step is x = z_1 - u(z_1, 0, 1) with z_1 ~ N(0, I).

Geng et al. 2025, "Mean Flows for One-step Generative Modeling" (arXiv 2505.13447); its code
takes the times [1, 0], or given ones.

Draws: ``start``.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from rbench.harness.samplers.flow import mean_flow_step
from rbench.harness.samplers.flow_times import FlowTimes
from rbench.harness.samplers.network import Network, Predicts, Start, prepared

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class MeanFlow(FlowTimes):
    """MeanFlow in a few steps. Raises `UsageError`."""

    name: ClassVar[str] = "meanflow"
    summary: ClassVar[str] = "MeanFlow, average velocity: one call a step, one step by default"
    accepts: ClassVar[frozenset[Predicts]] = frozenset({"average-velocity"})

    def sample(self, network: Network, start: Start) -> "torch.Tensor":
        """Return z_0, (n, c, h, w)."""
        network = prepared(self, network, start)
        z = self.noise_scale * start.normal("start")
        for t, r in pairwise(self.grid()):
            z = mean_flow_step(network, z, t, r, start.labels, smallest_time=0)
        return z
