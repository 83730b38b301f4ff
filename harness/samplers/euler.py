"""Euler steps for flows.

z_r = z_t + (r - t) v(z_t, t), from z_1 = noise to z_0 = data; a network that predicts x has
v = (z - x) / t. Order 1; one network call a step.

Draws: ``start``.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from rbench.harness.options import option
from rbench.harness.samplers.flow import velocity
from rbench.harness.samplers.flow_times import FlowTimes
from rbench.harness.samplers.guidance import Guidance
from rbench.harness.samplers.network import Network, Predicts, Start, prepared
from rbench.harness.samplers.option_checks import require_not_negative

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Euler(Guidance, FlowTimes):
    """Euler steps for a flow. Raises `UsageError`."""

    name: ClassVar[str] = "euler"
    summary: ClassVar[str] = "flows, first order: one call a step"
    accepts: ClassVar[frozenset[Predicts]] = frozenset({"velocity", "x"})

    steps: int = option(32, "uniform steps from time 1 (noise) to 0 (data)")
    smallest_time: float = option(
        0.0, "a network that predicts x has v = (z - x) / max(t, this); JiT takes 0.05"
    )

    def __post_init__(self) -> None:
        FlowTimes.__post_init__(self)
        Guidance.__post_init__(self)
        require_not_negative(self.name, "smallest_time", self.smallest_time)

    def sample(self, network: Network, start: Start) -> "torch.Tensor":
        """Return z_0, (n, c, h, w)."""
        network = prepared(self, network, start)
        z = self.noise_scale * start.normal("start")
        for t, r in pairwise(self.grid()):
            here = self.guided(network, t)
            slope = velocity(here, z, t, start.labels, smallest_time=self.smallest_time)
            z = z + (r - t) * slope
        return z
