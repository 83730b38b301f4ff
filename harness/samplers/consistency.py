"""Consistency sampling: denoise, add noise of the next level, denoise.

x = D(sigma_0 e, sigma_0)
for every further sigma:  x <- D(x + sqrt(sigma^2 - sigma_min^2) e_i, sigma)

One network call for each sigma. ECT and SCT add sigma e_i (sigma_min = 0, the default), with the
sigmas 80, 0.821 for CIFAR-10 and 80, 1.526 for ImageNet-64, and 80 alone for one step, in
float64. Consistency models subtract sigma_min^2 (algorithm 1, sigma_min = 0.002).

Geng et al. 2024, "Consistency Models Made Easy" (arXiv 2406.14548), code
training/ct_training_loop.py; Wang et al. 2024, "Stable Consistency Tuning" (2410.18958); Song et
al. 2023, "Consistency Models" (2303.01469).

Draws: ``start``; ``renoise i`` before the call of sigma i (from 1).
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rbench.errors import UsageError
from rbench.harness.options import option
from rbench.harness.samplers.network import Network, Predicts, Start, prepared
from rbench.harness.samplers.option_checks import falling_numbers, require_not_negative

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Consistency:
    """Consistency sampling. Raises `UsageError`."""

    name: ClassVar[str] = "consistency"
    summary: ClassVar[str] = "consistency models: one call for each given sigma"
    accepts: ClassVar[frozenset[Predicts]] = frozenset({"denoised"})

    sigmas: str = option("80,0.821", "the noise levels of the calls, falling; 80 is one step")
    sigma_min: float = option(0.0, "noise of sqrt(sigma^2 - this^2) is added; ECT 0, CM 0.002")
    float64: bool = option(True, "keep the state in float64 between network calls")

    def __post_init__(self) -> None:
        require_not_negative(self.name, "sigma_min", self.sigma_min)
        levels = self.levels()
        if levels[-1] <= self.sigma_min:
            raise UsageError(
                f"{self.name}: sigmas={self.sigmas!r} must stay above {self.sigma_min:g}."
            )

    def levels(self) -> tuple[float, ...]:
        """Return the noise levels of the calls, falling."""
        return falling_numbers(self.name, "sigmas", self.sigmas)

    def sample(self, network: Network, start: Start) -> "torch.Tensor":
        """Return the denoised samples, (n, c, h, w)."""
        network = prepared(self, network, start)
        noise = start.normal("start")
        first, *further = self.levels()
        x = first * (noise.double() if self.float64 else noise)
        x = network.predict(x, (first,), start.labels)
        for i, sigma in enumerate(further, 1):
            added = math.sqrt(sigma**2 - self.sigma_min**2) if self.sigma_min else sigma
            x = x + added * start.normal(f"renoise {i}").to(x.dtype)
            x = network.predict(x, (sigma,), start.labels)
        return x.to(noise.dtype)
