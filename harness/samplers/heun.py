"""Heun's steps for flows.

z' = z_t + (r - t) v(z_t, t)
z_r = z_t + (r - t) (v(z_t, t) + v(z', r)) / 2

Order 2. The last step is Euler's by default, as papers have it (EDM, JiT: 50 steps of which the
last is Euler's): a network that predicts x has v = (z - x) / t, which is undefined at t = 0.
N steps take 2N - 1 network calls so, and 2N with last_step=heun. The order stays 2.

JiT, Li and He 2025 (arXiv 2511.13720), takes smallest_time=0.05.

Draws: ``start``.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Literal

from rbench.errors import UsageError
from rbench.harness.options import option
from rbench.harness.samplers.flow import velocity
from rbench.harness.samplers.flow_times import FlowTimes
from rbench.harness.samplers.guidance import Guidance
from rbench.harness.samplers.network import Network, Predicts, Start, prepared
from rbench.harness.samplers.option_checks import require_not_negative

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Heun(Guidance, FlowTimes):
    """Heun's steps for a flow. Raises `UsageError`."""

    name: ClassVar[str] = "heun"
    summary: ClassVar[str] = "flows, second order: two calls a step, one for the last"
    accepts: ClassVar[frozenset[Predicts]] = frozenset({"velocity", "x"})

    steps: int = option(16, "uniform steps from time 1 (noise) to 0 (data)")
    last_step: Literal["euler", "heun"] = option("euler", "how the step to time 0 is made")
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
        if self.last_step == "heun" and network.predicts == "x" and self.smallest_time == 0:
            raise UsageError(
                "heun: last_step=heun needs smallest_time above 0 where the network predicts x: "
                "the velocity (z - x) / t has no value at time 0."
            )

        def slope(z: "torch.Tensor", t: float) -> "torch.Tensor":
            here = self.guided(network, t)
            return velocity(here, z, t, start.labels, smallest_time=self.smallest_time)

        z = self.noise_scale * start.normal("start")
        for t, r in pairwise(self.grid()):
            first = slope(z, t)
            ahead = z + (r - t) * first
            if r == 0 and self.last_step == "euler":
                z = ahead
            else:
                z = z + (r - t) * (first + slope(ahead, r)) / 2
        return z
