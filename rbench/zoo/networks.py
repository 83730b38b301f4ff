"""The network of the image models: a residual perceptron over the pixels, told one or two times.

There are no convolutions: the images are small, and the multiplication of matrices is what a CPU
does best, so that a model is trained in minutes.
"""

import math

import torch
from torch import Tensor, nn

from rbench.zoo.zoo_model import column

_LOWEST, _HIGHEST = 0.5, 32.0


class TimeEmbedding(nn.Module):
    """Turns a time (n,) into (n, width): sines and cosines, then two layers.

    The highest frequency is low (5 periods in [0, 1]): MeanFlow differentiates by time, and fast
    oscillations would make that derivative large.
    """

    frequencies: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        exponents = torch.linspace(math.log(_LOWEST), math.log(_HIGHEST), width // 2)
        self.register_buffer("frequencies", exponents.exp(), persistent=False)
        self.layers = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, time: Tensor) -> Tensor:
        """Return the embedding."""
        angles = time[:, None] * self.frequencies.to(time.dtype)
        found: Tensor = self.layers(torch.cat([angles.sin(), angles.cos()], dim=1))
        return found


class _Block(nn.Module):
    def __init__(self, width: int, time_width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, width)
        self.time = nn.Linear(time_width, width)
        self.second = nn.Linear(width, width)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, hidden: Tensor, time: Tensor) -> Tensor:
        inner = nn.functional.silu(self.first(self.norm(hidden)) + self.time(time))
        found: Tensor = hidden + self.second(inner)
        return found


class ResidualPerceptron(nn.Module):
    """(n, c, h, w) and `times` times (n,) each to (n, c, h, w); 0 before it is trained."""

    def __init__(
        self,
        shape: tuple[int, int, int],
        *,
        times: int,
        width: int = 256,
        blocks: int = 3,
        time_width: int = 64,
    ) -> None:
        super().__init__()
        pixels = math.prod(shape)
        self.embeddings = nn.ModuleList(TimeEmbedding(time_width) for _ in range(times))
        self.first = nn.Linear(pixels, width)
        self.blocks = nn.ModuleList(_Block(width, time_width) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.last = nn.Linear(width, pixels)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, z: Tensor, *times: Tensor) -> Tensor:
        """Return what the network says of `z` at `times`."""
        embedded = [embed(t.to(z.dtype)) for embed, t in zip(self.embeddings, times, strict=True)]
        time = nn.functional.silu(torch.stack(embedded).sum(0))
        hidden = self.first(z.flatten(1))
        for block in self.blocks:
            hidden = block(hidden, time)
        found: Tensor = self.last(self.norm(hidden)).reshape(z.shape)
        return found


class VelocityOfData(nn.Module):
    """The velocity, or average velocity, (z_t - x) / t of a `body` that says x.

    For images with more pixels than the body is wide: it cannot pass all their noise through, as
    a velocity must, but it can say what the image is. Below t = 0.05 the divisor stays 0.05.

    Li and He 2025 (arXiv 2511.13720) for velocities, "pixel MeanFlow" (arXiv 2601.22158) for
    average ones.
    """

    SMALLEST_TIME = 0.05

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, z: Tensor, t: Tensor, *times: Tensor) -> Tensor:
        """Return the velocity at t; further times are the body's."""
        found: Tensor = (z - self.body(z, t, *times)) / column(t.clamp(min=self.SMALLEST_TIME))
        return found
