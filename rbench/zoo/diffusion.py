"""A diffusion model: a network learns to take noise of any strength away.

z = x + sigma e, ln sigma ~ N(-1.2, 1.2^2), loss (sigma^2 + d^2) / (sigma d)^2 |D(z, sigma) - x|^2

One model for two kinds of sampler. EDM's takes the denoiser D as it is. DDIM and DEQ-DDIM take
the noise that D implies at the 1000 steps of DDPM's linear schedule (`edm.NoiseOfDenoiser`); they
are the default. Trained in EDM's form, because consistency tuning starts from such a model.

Train again (seeded; two minutes on one core):
    python -m rbench.zoo.diffusion diffusion-digits

Karras et al. 2022 (arXiv 2206.00364), equation 8 and table 1.
"""

import torch
from torch import Tensor, nn

from rbench.harness.samplers.ddim import Ddim
from rbench.harness.samplers.network import Network
from rbench.zoo.command import main
from rbench.zoo.edm import SIGMA_DATA, Denoiser, NoiseOfDenoiser, linear_signal
from rbench.zoo.networks import ResidualPerceptron
from rbench.zoo.training import Training
from rbench.zoo.zoo_model import DIGITS, ZooModel, column

LOG_SIGMA = (-1.2, 1.2)
"""Mean and standard deviation of ln sigma in training."""


def denoising_loss(
    network: nn.Module, x: Tensor, done: float, generator: torch.Generator
) -> Tensor:
    """Return the weighted mean squared error of the denoised images."""
    mean, spread = LOG_SIGMA
    sigma = (mean + spread * torch.randn(len(x), generator=generator)).exp()
    z = x + column(sigma) * torch.randn(x.shape, generator=generator)
    weight = (sigma.square() + SIGMA_DATA**2) / (sigma * SIGMA_DATA).square()
    error: Tensor = network(z, sigma) - x
    return (column(weight) * error.square()).mean()


def predicts_noise(module: nn.Module) -> Network:
    """Return the denoiser as a network that predicts the noise of DDPM's schedule."""
    signal = linear_signal()
    return Network(NoiseOfDenoiser(module, signal), "noise", signal=signal)


DIFFUSION_DIGITS = ZooModel(
    name="diffusion-digits",
    summary="a diffusion model of the digits, for DDIM, DEQ-DDIM and EDM's sampler",
    spec=DIGITS,
    sampler=Ddim(steps=50),
    build=lambda: Denoiser(ResidualPerceptron((1, 8, 8), times=1)),
    loss=denoising_loss,
    training=Training(steps=4000),
    views={"noise": predicts_noise, "denoised": lambda module: Network(module, "denoised")},
)

if __name__ == "__main__":
    main([DIFFUSION_DIGITS])
