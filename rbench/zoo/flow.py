"""Flow matching: a network learns the velocity of straight lines from images to noise.

z_t = (1 - t) x + t e; the target is dz/dt = e - x. Time 1 is noise. The logits of the times are
normal, as in MeanFlow.

Train again (seeded; minutes on one core in brackets):
    python -m rbench.zoo.flow flow-digits (1)
    python -m rbench.zoo.flow flow-fashion --data DIR (8)

Lipman et al. 2023, "Flow Matching for Generative Modeling" (arXiv 2210.02747); Liu et al. 2023,
"Flow Straight and Fast" (2209.03003).
"""

import torch
from torch import Tensor, nn

from rbench.harness.samplers.euler import Euler
from rbench.harness.samplers.network import Network
from rbench.zoo.command import main
from rbench.zoo.networks import ResidualPerceptron, VelocityOfData
from rbench.zoo.training import Training
from rbench.zoo.zoo_model import DIGITS, FASHION, ZooModel, column

LOGIT_TIME = (-0.4, 1.0)
"""Mean and standard deviation of logit t in training."""


class FlowNetwork(nn.Module):
    """``f(z, t)``: the velocity at time t."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, z: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return dz/dt."""
        found: Tensor = self.body(z, t)
        return found


def flow_matching_loss(
    network: nn.Module, x: Tensor, done: float, generator: torch.Generator
) -> Tensor:
    """Return the mean squared error of the velocity at random times."""
    mean, spread = LOGIT_TIME
    t = (mean + spread * torch.randn(len(x), generator=generator)).sigmoid()
    e = torch.randn(x.shape, generator=generator)
    z = (1 - column(t)) * x + column(t) * e
    error: Tensor = network(z, t) - (e - x)
    return error.square().mean()


FLOW_DIGITS = ZooModel(
    name="flow-digits",
    summary="flow matching on the digits",
    spec=DIGITS,
    sampler=Euler(steps=32),
    build=lambda: FlowNetwork(ResidualPerceptron((1, 8, 8), times=1)),
    loss=flow_matching_loss,
    training=Training(steps=2500),
    views={"velocity": lambda module: Network(module, "velocity")},
)

FLOW_FASHION = ZooModel(
    name="flow-fashion",
    summary="flow matching on Fashion-MNIST",
    spec=FASHION,
    sampler=Euler(steps=32),
    build=lambda: FlowNetwork(VelocityOfData(ResidualPerceptron((1, 28, 28), times=1, width=272))),
    loss=flow_matching_loss,
    training=Training(steps=8000, rate=2e-3),
    views={"velocity": lambda module: Network(module, "velocity")},
)

if __name__ == "__main__":
    main([FLOW_DIGITS, FLOW_FASHION])
