"""DDIM, for networks that predict the noise.

With a = alpha-bar at step t and a' at the next lower one (1 for the data), and eps = eps(x_t, t):
x = (x_t - sqrt(1 - a) eps) / sqrt(a)
s = eta sqrt((1 - a') / (1 - a)) sqrt(1 - a / a')
x_t' = sqrt(a') x + sqrt(1 - a' - s^2) eps + s e

eta = 0 is deterministic, eta = 1 is DDPM's sampler. One network call a step; guidance intervals
are training steps. diffusers clips x alone (``clip_sample``); ADM also takes the noise that
belongs to the clipped x; DDIM's own code does not clip.

Song, Meng and Ermon 2020, "Denoising Diffusion Implicit Models" (arXiv 2010.02502), equations 12
and 16.

Draws: ``start``; ``step i`` for step i (from 0), where s > 0.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from rbench.harness.options import option
from rbench.harness.samplers.ddim_steps import ddim_steps
from rbench.harness.samplers.guidance import Guidance
from rbench.harness.samplers.network import Network, Predicts, Start, prepared
from rbench.harness.samplers.option_checks import require_count, require_not_negative

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Ddim(Guidance):
    """DDIM. Raises `UsageError`."""

    name: ClassVar[str] = "ddim"
    summary: ClassVar[str] = "diffusion, predicts noise: one call a step"
    accepts: ClassVar[frozenset[Predicts]] = frozenset({"noise"})

    steps: int = option(50, "training steps that are visited")
    spacing: Literal["uniform", "trailing", "quadratic"] = option("uniform", "which they are")
    eta: float = option(0.0, "0 adds no noise; 1 is DDPM's sampler")
    clip: Literal["none", "x", "x-and-noise"] = option(
        "none", "clip the predicted x to [-1, 1], or also take the noise that then belongs to it"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        require_count(self.name, "steps", self.steps)
        require_not_negative(self.name, "eta", self.eta)

    def sample(self, network: Network, start: Start) -> "torch.Tensor":
        """Return the samples, (n, c, h, w)."""
        network = prepared(self, network, start)
        chain = ddim_steps(network, self.steps, self.spacing)
        z = start.normal("start")
        for i, t in enumerate(chain.steps):
            a, after = chain.signal[i], chain.signal[i + 1]
            noise = self.guided(network, t).predict(z, (t,), start.labels)
            x = (z - math.sqrt(1 - a) * noise) / math.sqrt(a)
            if self.clip != "none":
                x = x.clamp(-1, 1)
            if self.clip == "x-and-noise":
                noise = (z - math.sqrt(a) * x) / math.sqrt(1 - a)
            added = self.eta * math.sqrt((1 - after) / (1 - a) * (1 - a / after))
            z = math.sqrt(after) * x + math.sqrt(max(1 - after - added**2, 0.0)) * noise
            if added > 0:
                z = z + added * start.normal(f"step {i}")
        return z
