"""The oracle of all samplers: data whose every pixel is normal, N(mean, deviation^2).

Velocity, average velocity, x, denoiser and noise then have closed forms, and so have the samples
that an exact solver makes of given noise. All in float64.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from rbench.harness.images.noise import Noise
from rbench.harness.samplers.network import Network, Start

SHAPE = (2, 3, 3)
MEAN = torch.linspace(-0.6, 0.8, 18, dtype=torch.float64).reshape(SHAPE)
DEVIATION = torch.linspace(0.2, 0.9, 18, dtype=torch.float64).reshape(SHAPE)
# alpha-bar of DDPM's linear schedule
SIGNAL = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64), 0)


def start(
    indices: Sequence[int] = (0, 1, 2, 3),
    *,
    labels: bool = False,
    dtype: torch.dtype = torch.float64,
    seed: int = 7,
) -> Start:
    """Return a start for samples of SHAPE; the label of sample i is i modulo 3."""
    given = torch.tensor([i % 3 for i in indices]) if labels else None
    return Start(SHAPE, Noise(seed, indices), given, torch.device("cpu"), dtype)


def wide(time: torch.Tensor) -> torch.Tensor:
    """Return (n,) as (n, 1, 1, 1)."""
    return time.reshape(-1, 1, 1, 1).double()


def shifted(labels: torch.Tensor | None) -> torch.Tensor:
    """Return the mean of every sample: classes lie one apart."""
    return MEAN if labels is None else MEAN + wide(labels)


def spread(t: torch.Tensor) -> torch.Tensor:
    """Return the deviation of z_t = (1 - t) x + t e."""
    return torch.sqrt((1 - t) ** 2 * DEVIATION**2 + t**2)


def flow(z: torch.Tensor, r: Any, t: Any, labels: torch.Tensor | None) -> torch.Tensor:
    """Return z_r of the flow that is at z at time t."""
    r, t = (wide(torch.as_tensor(time, dtype=torch.float64)) for time in (r, t))
    mean = shifted(labels)
    return (1 - r) * mean + spread(r) / spread(t) * (z - (1 - t) * mean)


def x(z: torch.Tensor, t: torch.Tensor, labels: torch.Tensor | None) -> torch.Tensor:
    """Return E[x | z_t = z]."""
    t, mean = wide(t), shifted(labels)
    return mean + (1 - t) * DEVIATION**2 / spread(t) ** 2 * (z - (1 - t) * mean)


def velocity(z: torch.Tensor, t: torch.Tensor, labels: torch.Tensor | None) -> torch.Tensor:
    """Return E[e - x | z_t = z]."""
    t, mean = wide(t), shifted(labels)
    slope = (t - (1 - t) * DEVIATION**2) / spread(t) ** 2
    return -mean + slope * (z - (1 - t) * mean)


def average_velocity(
    z: torch.Tensor, r: torch.Tensor, t: torch.Tensor, labels: torch.Tensor | None
) -> torch.Tensor:
    """Return (z_t - z_r) / (t - r)."""
    return (z - flow(z, r, t, labels)) / (wide(t) - wide(r))


def pixel_x(
    z: torch.Tensor, r: torch.Tensor, t: torch.Tensor, labels: torch.Tensor | None
) -> torch.Tensor:
    """Return z_t - t * average velocity."""
    return z - wide(t) * average_velocity(z, r, t, labels)


def denoised(z: torch.Tensor, sigma: torch.Tensor, labels: torch.Tensor | None) -> torch.Tensor:
    """Return E[x | x + sigma e = z]."""
    variance, noise = DEVIATION**2, wide(sigma) ** 2
    return (variance * z + noise * shifted(labels)) / (variance + noise)


def denoising_flow(z: torch.Tensor, sigma: torch.Tensor, labels: Any) -> torch.Tensor:
    """Return the end, at sigma 0, of the probability flow through z: a consistency function."""
    mean = shifted(labels)
    return mean + DEVIATION / torch.sqrt(DEVIATION**2 + wide(sigma) ** 2) * (z - mean)


def noise(z: torch.Tensor, t: torch.Tensor, labels: torch.Tensor | None) -> torch.Tensor:
    """Return E[e | sqrt(a) x + sqrt(1 - a) e = z]."""
    a, mean = wide(SIGNAL[t]), shifted(labels)
    return torch.sqrt(1 - a) * (z - torch.sqrt(a) * mean) / (a * DEVIATION**2 + 1 - a)


def turned(function: Callable[..., torch.Tensor], sign: int) -> Callable[..., torch.Tensor]:
    """Return the same flow's network as one with data at time 1 has it."""

    def other(z: torch.Tensor, *given: Any) -> torch.Tensor:
        *times, labels = given
        return sign * function(z, *(1 - t for t in times), labels)

    return other


NETWORKS = {
    "velocity": Network(velocity, "velocity"),
    "average-velocity": Network(average_velocity, "average-velocity"),
    "x": Network(x, "x"),
    "pixel-x": Network(pixel_x, "x"),
    "noise": Network(noise, "noise", signal=SIGNAL),
    "denoised": Network(denoised, "denoised"),
}


@dataclass
class Counting:
    """Counts the calls of a network's function and the rows of each."""

    network: Network
    rows: list[int] = field(default_factory=list)

    def counted(self) -> Network:
        """Return the network with its calls counted."""

        def function(z: torch.Tensor, *given: Any, **extra: Any) -> torch.Tensor:
            self.rows.append(len(z))
            return self.network.function(z, *given, **extra)

        return Network(function, self.network.predicts, self.network.data_at, self.network.signal)
