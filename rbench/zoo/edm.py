"""EDM's denoiser, which the diffusion model and the consistency model share.

D(z, sigma) = c_skip z + c_out F(c_in z, ln(sigma) / 4), z = x + sigma e
c_skip = d^2 / s^2, c_out = sigma d / s, c_in = 1 / s, s^2 = sigma^2 + d^2

with d = sigma_data = 0.5. D(z, 0) = z, as a consistency model must have it.

Karras et al. 2022, "Elucidating the Design Space of Diffusion-Based Generative Models"
(arXiv 2206.00364), table 1.
"""

import torch
from torch import Tensor, nn

from rbench.zoo.zoo_model import column

SIGMA_DATA = 0.5


class Denoiser(nn.Module):
    """``f(z, sigma)``: the data, as far as they are seen through noise of deviation sigma > 0."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, z: Tensor, sigma: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return D(z, sigma)."""
        size = (sigma.square() + SIGMA_DATA**2).sqrt()
        inner = self.body((z / column(size)).to(z.dtype), sigma.log() / 4)
        skip = SIGMA_DATA**2 / size.square()
        found: Tensor = column(skip) * z + column(sigma * SIGMA_DATA / size) * inner
        return found


class NoiseOfDenoiser(nn.Module):
    """``f(z, t)``: the noise in z at training step t of a diffusion with the given signal.

    z = sqrt(a) x + sqrt(1 - a) e is sqrt(a) times x + sigma e with sigma = sqrt((1 - a) / a), so
    that e = (z - sqrt(a) D(z / sqrt(a), sigma)) / sqrt(1 - a). The same model, said otherwise.
    """

    signal: Tensor

    def __init__(self, denoiser: nn.Module, signal: Tensor) -> None:
        super().__init__()
        self.denoiser = denoiser
        self.register_buffer("signal", signal, persistent=False)

    def forward(self, z: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the noise."""
        a = self.signal.to(z.device)[t]
        sigma = ((1 - a) / a).sqrt().to(z.dtype)
        size, share = a.sqrt().to(z.dtype), (1 - a).sqrt().to(z.dtype)
        x = self.denoiser(z / column(size), sigma, labels)
        found: Tensor = (z - column(size) * x) / column(share)
        return found


def linear_signal(steps: int = 1000) -> Tensor:
    """Return alpha-bar of DDPM's schedule, float64 (steps,): beta from 1e-4 to 0.02, linear."""
    return (1 - torch.linspace(1e-4, 0.02, steps, dtype=torch.float64)).cumprod(0)
