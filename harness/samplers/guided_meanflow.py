"""Improved MeanFlow: the guidance scale and its interval are inputs of the network.

z_r = z_t - (t - r) u(z_t, r, t; omega, t_min, t_max), one call a step whatever the guidance. A
network that predicts x is a pixel MeanFlow: u = (z - x) / clip(t, 0.05, 1). The network is called
with ``guidance=omega`` (n,) and ``interval=(t_min, t_max)`` ((n,), (n,)).

The settings that the authors' evaluation files give for ImageNet 256 x 256, as omega, interval:

| iMF | | pixel MeanFlow | | noise_scale |
|---|---|---|---|---|
| B | 8.0, 0.4 to 0.65 | B/16 | 8.5, 0.1 to 0.7 | 1 |
| M | 10.5, 0.4 to 0.6 | L/16 | 7.0, 0.2 to 0.7 | 1 |
| L | 10.5, 0.4 to 0.6 | H/16 | 7.0, 0.2 to 0.6 | 2 |
| XL, 1 step | 8.0, 0.42 to 0.62 | B/32 (512 x 512) | 6.5, 0.1 to 0.7 | 2 |
| XL, 2 steps | 4.0, 0.36 to 0.64 | L/32 (512 x 512) | 7.5, 0.2 to 0.6 | 4 |
| | | H/32 (512 x 512) | 5.5, 0.1 to 0.6 | 4 |

"Improved Mean Flows" 2025 (arXiv 2512.02012), code Lyy-iiis/imeanflow, configs/eval_config.yml;
"Pixel MeanFlow" 2026 (2601.22158) and its eval_config.yml.

Draws: ``start``.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from rbench.errors import UsageError
from rbench.harness.options import option
from rbench.harness.samplers.flow import mean_flow_step
from rbench.harness.samplers.flow_times import FlowTimes
from rbench.harness.samplers.network import Network, Predicts, Start, prepared
from rbench.harness.samplers.option_checks import require_positive

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class GuidedMeanFlow(FlowTimes):
    """MeanFlow whose network is told the guidance. Raises `UsageError`."""

    name: ClassVar[str] = "guided-meanflow"
    summary: ClassVar[str] = "iMF, pixel MeanFlow: guidance is an input, one call a step"
    accepts: ClassVar[frozenset[Predicts]] = frozenset({"average-velocity", "x"})

    guidance: float = option(1.0, "omega, the scale that the network is told")
    guidance_low: float = option(0.0, "t_min: the network guides from this time on")
    guidance_high: float = option(1.0, "t_max: the network guides up to this time")
    smallest_time: float = option(0.05, "a network that predicts x has u = (z - x) / max(t, this)")

    def __post_init__(self) -> None:
        super().__post_init__()
        require_positive(self.name, "smallest_time", self.smallest_time)
        low, high = self.guidance_low, self.guidance_high
        if not 0 <= low <= high <= 1:
            raise UsageError(
                f"{self.name}: guidance_low={low:g} and guidance_high={high:g} are no interval "
                f"of times in [0, 1]."
            )

    def sample(self, network: Network, start: Start) -> "torch.Tensor":
        """Return z_0, (n, c, h, w)."""
        network = prepared(self, network, start)
        z = self.noise_scale * start.normal("start")
        extra = self._inputs(network, z)
        for t, r in pairwise(self.grid()):
            z = mean_flow_step(
                network, z, t, r, start.labels, smallest_time=self.smallest_time, extra=extra
            )
        return z

    def _inputs(self, network: Network, z: "torch.Tensor") -> dict[str, Any]:
        import torch

        ends = sorted(map(network.own_time, (self.guidance_low, self.guidance_high)))
        scale, low, high = (
            torch.full((len(z),), value, dtype=z.dtype, device=z.device)
            for value in (self.guidance, *ends)
        )
        return {"guidance": scale, "interval": (low, high)}
