"""EDM's sampler: Heun's steps in the noise level sigma, with optional churn.

sigma_i = (sigma_max^(1/rho) + i/(N-1) (sigma_min^(1/rho) - sigma_max^(1/rho)))^rho, sigma_N = 0
gamma_i = min(S_churn / N, sqrt(2) - 1) where S_min <= sigma_i <= S_max, else 0
s = (1 + gamma_i) sigma_i;  x_s = x_i + sqrt(s^2 - sigma_i^2) S_noise e_i
d = (x_s - D(x_s, s)) / s;  x' = x_s + (sigma_{i+1} - s) d
d' = (x' - D(x', sigma_{i+1})) / sigma_{i+1};  x_{i+1} = x_s + (sigma_{i+1} - s) (d + d') / 2

The last step, to sigma_N = 0, has x' only: N steps take 2N - 1 network calls. One step is
D(sigma_max e, sigma_max). The state is kept in float64 by default, as in EDM's code, and the
network is called in the dtype of the computation. Guidance intervals are sigmas.

Karras et al. 2022, "Elucidating the Design Space of Diffusion-Based Generative Models"
(arXiv 2206.00364), algorithm 2.

Draws: ``start``; ``churn i`` for step i (from 0), where gamma_i > 0.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from rbench.errors import UsageError
from rbench.harness.options import option
from rbench.harness.samplers.guidance import Guidance
from rbench.harness.samplers.network import Network, Predicts, Start, prepared
from rbench.harness.samplers.option_checks import (
    require_count,
    require_not_negative,
    require_positive,
)

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class EdmHeun(Guidance):
    """EDM's sampler. Raises `UsageError`."""

    name: ClassVar[str] = "edm-heun"
    summary: ClassVar[str] = "EDM, second order: two calls a step, one for the last"
    accepts: ClassVar[frozenset[Predicts]] = frozenset({"denoised"})

    steps: int = option(18, "noise levels before 0; EDM takes 18 for CIFAR-10, 40 for ImageNet-64")
    sigma_min: float = option(0.002, "the lowest noise level before 0")
    sigma_max: float = option(80.0, "the noise level of the start")
    rho: float = option(7.0, "how much closer the lower noise levels lie")
    s_churn: float = option(0.0, "noise added, in all; 0 is deterministic")
    s_min: float = option(0.0, "the lowest noise level that gets churn")
    s_max: float | None = option(None, "the highest noise level that gets churn; unset: all")
    s_noise: float = option(1.0, "standard deviation of the churn")
    float64: bool = option(True, "keep the state in float64 between network calls")

    def __post_init__(self) -> None:
        super().__post_init__()
        require_count(self.name, "steps", self.steps)
        for option_name in ("sigma_min", "sigma_max", "rho"):
            require_positive(self.name, option_name, getattr(self, option_name))
        for option_name in ("s_churn", "s_min", "s_noise"):
            require_not_negative(self.name, option_name, getattr(self, option_name))
        if self.sigma_min >= self.sigma_max:
            raise UsageError(
                f"{self.name}: sigma_min={self.sigma_min:g} is not below "
                f"sigma_max={self.sigma_max:g}."
            )

    def sigmas(self) -> tuple[float, ...]:
        """Return the steps + 1 noise levels, falling to 0."""
        high, low = self.sigma_max ** (1 / self.rho), self.sigma_min ** (1 / self.rho)
        parts = [i / max(self.steps - 1, 1) for i in range(self.steps)]
        return (*((high + part * (low - high)) ** self.rho for part in parts), 0.0)

    def sample(self, network: Network, start: Start) -> "torch.Tensor":
        """Return the denoised samples, (n, c, h, w)."""
        network = prepared(self, network, start)

        def slope(x: "torch.Tensor", sigma: float) -> "torch.Tensor":
            here = self.guided(network, sigma)
            return (x - here.predict(x, (sigma,), start.labels)) / sigma

        noise = start.normal("start")
        x = self.sigma_max * (noise.double() if self.float64 else noise)
        for i, (sigma, after) in enumerate(pairwise(self.sigmas())):
            raised = sigma * (1 + self._gamma(sigma))
            if raised > sigma:
                added = math.sqrt(raised**2 - sigma**2) * self.s_noise
                x = x + added * start.normal(f"churn {i}").to(x.dtype)
            first = slope(x, raised)
            ahead = x + (after - raised) * first
            if after > 0:
                ahead = x + (after - raised) * (first + slope(ahead, after)) / 2
            x = ahead
        return x.to(noise.dtype)

    def _gamma(self, sigma: float) -> float:
        if sigma < self.s_min or (self.s_max is not None and sigma > self.s_max):
            return 0.0
        return min(self.s_churn / self.steps, math.sqrt(2) - 1)
