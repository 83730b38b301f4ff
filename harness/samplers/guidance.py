"""Classifier-free guidance: the network is run with and without its conditions, in one call.

f_guided = f(z, null) + scale * (f(z, label) - f(z, null))

The rows of both runs stand in one batch, which therefore has twice the samples. Outside of the
interval the network is run once, with its conditions. As the rule is affine, it is the same for
velocities, noise, x and denoised images.

Ho and Salimans 2022, "Classifier-Free Diffusion Guidance" (arXiv 2207.12598); Kynkäänniemi et
al. 2024, "Applying Guidance in a Limited Interval" (2404.07724).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rbench.errors import UsageError
from rbench.harness.options import option
from rbench.harness.samplers.network import Network

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """The options of a sampler that can guide. Raises `UsageError`.

    The ends of the interval belong to it. They are counted as the sampler counts: times in
    [0, 1] with data at 0, training steps, or sigmas.
    """

    guidance: float = option(1.0, "scale of classifier-free guidance; 1 runs the network once")
    guidance_low: float | None = option(None, "guide from this time, step or sigma on; unset: all")
    guidance_high: float | None = option(None, "guide up to this time, step or sigma; unset: all")
    null_label: int | None = option(
        None, "the label that stands for no condition, often the number of classes"
    )

    def __post_init__(self) -> None:
        low, high = self.guidance_low, self.guidance_high
        if low is not None and high is not None and low > high:
            raise UsageError(f"guidance_low={low:g} is above guidance_high={high:g}.")
        if self.guidance != 1 and self.null_label is None:
            raise UsageError(
                f"guidance={self.guidance:g} needs null_label, the label that stands for no "
                f"condition."
            )

    def guided(self, network: Network, at: float) -> Network:
        """Return the network as it is to be called at the sampler's time, step or sigma `at`."""
        low, high = self.guidance_low, self.guidance_high
        outside = (low is not None and at < low) or (high is not None and at > high)
        if self.guidance == 1 or self.null_label is None or outside:
            return network
        return guide(network, self.guidance, self.null_label)


def guide(network: Network, scale: float, null_label: int) -> Network:
    """Return `network` with classifier-free guidance at every call, of twice the rows.

    Raises `UsageError` when it is called without labels.
    """
    return replace(network, function=_doubled(network.function, scale, null_label))


def _doubled(
    function: "Callable[..., torch.Tensor]", scale: float, null_label: int
) -> "Callable[..., torch.Tensor]":
    def guided(z: "torch.Tensor", *times_and_labels: Any) -> "torch.Tensor":
        import torch

        *times, labels = times_and_labels
        if labels is None:
            raise UsageError(f"guidance={scale:g} needs labels, and this task has no conditions.")
        both = torch.cat([labels, torch.full_like(labels, null_label)])
        found = function(torch.cat([z, z]), *(torch.cat([t, t]) for t in times), both)
        conditional, unconditional = found.chunk(2)
        return unconditional + scale * (conditional - unconditional)

    return guided
