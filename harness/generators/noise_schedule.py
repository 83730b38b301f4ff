"""``-M betas=linear:0.0001:0.02:1000``: the noise schedule of a network that predicts noise."""

from typing import TYPE_CHECKING

from rbench.errors import UsageError

if TYPE_CHECKING:
    import torch


def signal_of(betas: str) -> "torch.Tensor":
    """Return alpha-bar, the product of 1 - beta, at every training step, float64 (steps,).

    ``linear:FIRST:LAST:STEPS`` spaces beta evenly (DDPM: 0.0001, 0.02, 1000), ``scaled-linear``
    its square root (Stable Diffusion: 0.00085, 0.012, 1000). Raises `UsageError` for others.

    Ho, Jain and Abbeel 2020, "Denoising Diffusion Probabilistic Models" (arXiv 2006.11239).
    """
    import torch

    kind, *rest = betas.split(":")
    try:
        first, last, steps = float(rest[0]), float(rest[1]), int(rest[2])
        sound = kind in ("linear", "scaled-linear") and len(rest) == 3
        sound = sound and 0 < first <= last < 1 and steps > 0
    except (ValueError, IndexError):
        sound = False
    if not sound:
        raise UsageError(
            f"betas={betas!r} is not linear:FIRST:LAST:STEPS or scaled-linear:FIRST:LAST:STEPS "
            f"with 0 < FIRST <= LAST < 1, such as linear:0.0001:0.02:1000."
        )
    if kind == "linear":
        beta = torch.linspace(first, last, steps, dtype=torch.float64)
    else:
        beta = torch.linspace(first**0.5, last**0.5, steps, dtype=torch.float64) ** 2
    return torch.cumprod(1 - beta, 0)
