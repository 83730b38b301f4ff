"""MeanFlow: a network learns the average velocity between two times, and makes images in one step.

u(z_t, r, t) = 1 / (t - r) * integral of the velocity from r to t, z_t = (1 - t) x + t e. From it
follows u = v - (t - r) du/dt with v = e - x and du/dt = v du/dz + du/dt along the path, which a
Jacobian-vector product with (v, 0, 1) gives. The right side is the target, without a gradient.

Samples of r = t learn the velocity itself, as in flow matching; there the derivative has no weight
and is not computed. Losses are weighted by 1 / (|difference|^2 + c), without a gradient.

Train again (seeded; minutes on one core in brackets):
    python -m rbench.zoo.meanflow meanflow-digits (3)
    python -m rbench.zoo.meanflow meanflow-fashion --data DIR (12)

Geng et al. 2025, "Mean Flows for One-step Generative Modeling" (arXiv 2505.13447), algorithm 1.
"""

import torch
from torch import Tensor, nn
from torch.func import jvp

from rbench.harness.samplers.meanflow import MeanFlow
from rbench.harness.samplers.network import Network
from rbench.zoo.command import main
from rbench.zoo.flow import LOGIT_TIME
from rbench.zoo.networks import ResidualPerceptron, VelocityOfData
from rbench.zoo.training import Training
from rbench.zoo.zoo_model import DIGITS, FASHION, ZooModel, column

SHARE_OF_VELOCITY = 0.75
"""The share of samples with r = t."""
WEIGHT_C = 1e-3


class MeanFlowNetwork(nn.Module):
    """``f(z, r, t)``: the average velocity between the times r and t. Inside, it sees t, t - r."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, z: Tensor, r: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return (z_t - z_r) / (t - r)."""
        found: Tensor = self.body(z, t, t - r)
        return found


def mean_flow_loss(
    network: nn.Module, x: Tensor, done: float, generator: torch.Generator
) -> Tensor:
    """Return the weighted squared error of the average velocity at random pairs of times."""
    mean, spread = LOGIT_TIME
    times = (mean + spread * torch.randn(2, len(x), generator=generator)).sigmoid()
    r, t = times.amin(0), times.amax(0)
    same = round(SHARE_OF_VELOCITY * len(x))
    r[:same] = t[:same]

    e = torch.randn(x.shape, generator=generator)
    z, v = (1 - column(t)) * x + column(t) * e, e - x
    two = slice(same, None)
    target = torch.cat([v[:same], mean_flow_target(network, z[two], r[two], t[two], v[two])])
    error: Tensor = (network(z, r, t) - target).square().flatten(1).sum(1)
    return (error / (error.detach() + WEIGHT_C)).mean()


@torch.no_grad()
def mean_flow_target(network: nn.Module, z: Tensor, r: Tensor, t: Tensor, v: Tensor) -> Tensor:
    """Return v - (t - r) du/dt, without a gradient."""
    tangents = (v, torch.zeros_like(r), torch.ones_like(t))
    derivative: Tensor = jvp(network, (z, r, t), tangents)[1]
    return v - column(t - r) * derivative


MEANFLOW_DIGITS = ZooModel(
    name="meanflow-digits",
    summary="MeanFlow on the digits: one step",
    spec=DIGITS,
    sampler=MeanFlow(steps=1),
    build=lambda: MeanFlowNetwork(ResidualPerceptron((1, 8, 8), times=2)),
    loss=mean_flow_loss,
    training=Training(steps=3500),
    views={"average-velocity": lambda module: Network(module, "average-velocity")},
)

MEANFLOW_FASHION = ZooModel(
    name="meanflow-fashion",
    summary="MeanFlow on Fashion-MNIST: one step",
    spec=FASHION,
    sampler=MeanFlow(steps=1),
    build=lambda: MeanFlowNetwork(
        VelocityOfData(ResidualPerceptron((1, 28, 28), times=2, width=272))
    ),
    loss=mean_flow_loss,
    training=Training(steps=8000),
    views={"average-velocity": lambda module: Network(module, "average-velocity")},
)

if __name__ == "__main__":
    main([MEANFLOW_DIGITS, MEANFLOW_FASHION])
