"""One-step generators that are a diffusion or flow network at one fixed time.

| predicts | sample, z ~ N(0, I) | time |
|---|---|---|
| denoised | D(sigma z, sigma) | sigma; 2.5 by default (SIM) |
| velocity | z - t v(z, t) | t; must be given (FGM prints none; 1 is the flow's start) |
| x | x(z, t) | t; 1 by default |
| noise | c_skip z + c_out (z - sqrt(1 - a) eps(z, t)) / sqrt(a) | t; 399 by default (DI*) |

The last is one step of latent consistency models, with a = alpha-bar at t,
c_skip = 0.5^2 / ((10 t)^2 + 0.5^2) and c_out = 10 t / sqrt((10 t)^2 + 0.5^2), as diffusers'
`LCMScheduler` makes it.

SIM, Luo et al. 2024 (arXiv 2410.16794), code maple-research-lab/SIM, inference.py; FGM, Huang et
al. 2024 (2410.19310), no code; DI*, Luo et al. 2024 (2410.20898), code
pkulwj1994/diff_instruct_star; LCM, Luo et al. 2023 (2310.04378).

Draws: ``start``.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rbench.errors import UsageError
from rbench.harness.options import option
from rbench.harness.samplers.ddim_steps import signal_at
from rbench.harness.samplers.flow import velocity
from rbench.harness.samplers.network import Network, Predicts, Start, prepared
from rbench.harness.samplers.option_checks import require_not_negative

if TYPE_CHECKING:
    import torch

_SIGMA_DATA, _STEP_SCALE = 0.5, 10.0  # of latent consistency models


@dataclass(frozen=True)
class OneShot:
    """One network call at a fixed time. Raises `UsageError`."""

    name: ClassVar[str] = "one-shot"
    summary: ClassVar[str] = "SIM, FGM, DI* and the like: one call at a fixed time"
    accepts: ClassVar[frozenset[Predicts]] = frozenset({"denoised", "velocity", "x", "noise"})

    time: float | None = option(
        None, "sigma, time in [0, 1] with data at 0, or training step; unset: 2.5, 1 (x) or 399"
    )

    def __post_init__(self) -> None:
        if self.time is not None:
            require_not_negative(self.name, "time", self.time)

    def sample(self, network: Network, start: Start) -> "torch.Tensor":
        """Return the samples, (n, c, h, w)."""
        network = prepared(self, network, start)
        z = start.normal("start")
        if network.predicts == "denoised":
            return self._from_sigma(network, z, start.labels)
        if network.predicts == "noise":
            return self._from_step(network, z, start.labels)
        return self._from_flow(network, z, start.labels)

    def _from_sigma(
        self, network: Network, z: "torch.Tensor", labels: "torch.Tensor | None"
    ) -> "torch.Tensor":
        sigma = 2.5 if self.time is None else self.time
        if sigma == 0:
            raise UsageError(f"{self.name}: time=0 is no noise level above 0.")
        return network.predict(sigma * z, (sigma,), labels)

    def _from_flow(
        self, network: Network, z: "torch.Tensor", labels: "torch.Tensor | None"
    ) -> "torch.Tensor":
        t = 1.0 if self.time is None and network.predicts == "x" else self.time
        if t is None:
            raise UsageError(
                f"{self.name} needs time for a network that predicts velocity: x = z - t v(z, t); "
                f"time=1 is the flow's start."
            )
        if not 0 < t <= 1:
            raise UsageError(f"{self.name}: time={t:g} is not a flow's time above 0 and up to 1.")
        if network.predicts == "x":
            return network.predict(z, (network.own_time(t),), labels)
        return z - t * velocity(network, z, t, labels, smallest_time=0)

    def _from_step(
        self, network: Network, z: "torch.Tensor", labels: "torch.Tensor | None"
    ) -> "torch.Tensor":
        step = 399 if self.time is None else int(self.time)
        if self.time is not None and step != self.time:
            raise UsageError(f"{self.name}: time={self.time:g} is no training step.")
        a = signal_at(network, step)
        noise = network.predict(z, (step,), labels)
        x = (z - math.sqrt(1 - a) * noise) / math.sqrt(a)
        scaled = _STEP_SCALE * step
        norm = scaled**2 + _SIGMA_DATA**2
        return _SIGMA_DATA**2 / norm * z + scaled / math.sqrt(norm) * x
