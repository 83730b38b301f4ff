"""How every image model of the zoo is trained: Adam, a cosine of the rate, averaged weights."""

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import torch
from torch import Tensor, nn

M = TypeVar("M", bound=nn.Module)

Loss: TypeAlias = Callable[[M, Tensor, float, torch.Generator], Tensor]
"""``loss(network, x, done, generator)``: x (n, c, h, w) in [-1, 1], `done` in [0, 1) is the share
of the training that is over; returns a scalar."""

_WARM_UP = 200


@dataclass(frozen=True, slots=True)
class Training:
    """How long and how fast.

    Attributes:
        steps, batch: optimiser's steps, and images in each (drawn with replacement).
        rate: Adam's highest learning rate, reached after 200 steps; falls to 0 as a cosine.
        average: decay of the exponential average of the weights, which is what is kept.
        seed: of the batches, the noise and the first weights.
    """

    steps: int
    batch: int = 256
    rate: float = 1e-3
    average: float = 0.999
    seed: int = 0


def train(
    network: M,
    loss: "Loss[M]",
    images: Tensor,
    training: Training,
    show: Callable[[str], None] = lambda line: None,
) -> M:
    """Train `network` in place on `images` (n, c, h, w); return it with averaged weights."""
    generator = torch.Generator().manual_seed(training.seed)
    optimiser = torch.optim.Adam(
        network.parameters(), lr=training.rate, betas=(0.9, 0.99), fused=True
    )
    averaged = copy.deepcopy(network).requires_grad_(False)
    seen, begun = 0.0, time.monotonic()
    for step in range(training.steps):
        done = step / training.steps
        for group in optimiser.param_groups:
            group["lr"] = training.rate * _share(step, done)
        chosen = torch.randint(len(images), (training.batch,), generator=generator)
        value = loss(network, images[chosen], done, generator)
        optimiser.zero_grad(set_to_none=True)
        value.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        _average(averaged, network, min(training.average, (1 + step) / (10 + step)))
        seen += float(value.detach())
        if (step + 1) % 1000 == 0:
            show(f"step {step + 1}: loss {seen / 1000:.4f}, {time.monotonic() - begun:.0f} s")
            seen = 0.0
    return averaged.eval()


def _share(step: int, done: float) -> float:
    return min(1.0, (step + 1) / _WARM_UP) * (1 + math.cos(math.pi * done)) / 2


@torch.no_grad()
def _average(averaged: nn.Module, network: nn.Module, decay: float) -> None:
    pairs = zip(averaged.parameters(), network.parameters(), strict=True)
    for kept, now in pairs:
        kept.lerp_(now, 1 - decay)
