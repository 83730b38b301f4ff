"""A consistency model, tuned from the diffusion model: "Consistency Models Made Easy" (ECT).

For a noise level t and a lower one r, with the same noise e:
loss = w(t) |D(x + t e, t) - sg D(x + r e, r)|,  w(t) = 1 / t^2 + 1 / d^2,  D(x, 0) = x
ln t ~ N(-1.1, 2^2),  r = t (1 - q^-(stage + 1) (1 + 8 sigmoid(-t))), not below 0

At first r = 0 nearly everywhere, which is diffusion; with every stage r comes closer to t. The
norm is not squared, as in the paper's code: this is its adaptive weight 1 / |difference|.

Train again (seeded; five minutes on one core; starts from the diffusion model's checkpoint):
    python -m rbench.zoo.consistency consistency-digits

Geng et al. 2024 (arXiv 2406.14548).
"""

import torch
from torch import Tensor, nn

from rbench.harness.samplers.consistency import Consistency
from rbench.harness.samplers.network import Network
from rbench.zoo.command import main
from rbench.zoo.diffusion import DIFFUSION_DIGITS
from rbench.zoo.edm import SIGMA_DATA
from rbench.zoo.training import Training
from rbench.zoo.zoo_model import DIGITS, ZooModel, column

LOG_SIGMA = (-1.1, 2.0)
STAGES = 8
"""How often the levels come closer; each stage has the same share of the training."""
SHRINK = 2.0
"""q: by how much in each."""


def lower_level(t: Tensor, done: float) -> Tensor:
    """Return r for t, when the share `done` of the training is over."""
    stage = int(done * STAGES)
    return (t * (1 - SHRINK ** -(stage + 1) * (1 + 8 * torch.sigmoid(-t)))).clamp(min=0)


def consistency_loss(
    network: nn.Module, x: Tensor, done: float, generator: torch.Generator
) -> Tensor:
    """Return the weighted mean distance of what is seen from t and from r."""
    mean, spread = LOG_SIGMA
    t = (mean + spread * torch.randn(len(x), generator=generator)).exp()
    r = lower_level(t, done)
    e = torch.randn(x.shape, generator=generator)
    with torch.no_grad():
        # Where r is 0, ln(r) has no value: any positive level does, as the answer is x.
        nearer = network(x + column(r) * e, r.where(r > 0, torch.ones_like(r)))
        target = torch.where(column(r) > 0, nearer, x)
    difference: Tensor = (network(x + column(t) * e, t) - target).flatten(1)
    weight = 1 / t.square() + 1 / SIGMA_DATA**2
    distance: Tensor = weight * difference.norm(dim=1)
    return distance.mean()


CONSISTENCY_DIGITS = ZooModel(
    name="consistency-digits",
    summary="a consistency model of the digits, tuned from diffusion-digits (ECT)",
    spec=DIGITS,
    sampler=Consistency(sigmas="80,0.821"),
    build=DIFFUSION_DIGITS.build,
    loss=consistency_loss,
    training=Training(steps=8000, rate=3e-4, average=0.9995),
    views={"denoised": lambda module: Network(module, "denoised")},
    start_from=DIFFUSION_DIGITS.name,
)

if __name__ == "__main__":
    main([CONSISTENCY_DIGITS])
