"""Fixed points x = f(x) of many samples at once, by repeated evaluation.

The residual of a sample is ||f(x) - x|| / ||f(x)||. A sample stops at its first residual within
the tolerance: its answer is the value f(x) of that iteration, and later ones do not move it, so
that it does not depend on the samples beside it. The others go on; rows are never dropped, as
the batch changes the bits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class FixedPoint:
    """What was found.

    Attributes:
        value: f(x) of the last iteration of every sample, (n, ...).
        iterations: how often f was evaluated, one after the other.
        residuals: of every iteration and sample, (iterations, n).
        converged: whether the sample came within the tolerance, (n,).
    """

    value: "torch.Tensor"
    iterations: int
    residuals: tuple[tuple[float, ...], ...]
    converged: tuple[bool, ...]


Proposal = Callable[["torch.Tensor", "torch.Tensor"], "torch.Tensor"]
"""From x and f(x), the next x."""


def plain(state: "torch.Tensor", value: "torch.Tensor") -> "torch.Tensor":
    """Go on from f(x) itself."""
    return value


def find_fixed_point(
    function: "Callable[[torch.Tensor], torch.Tensor]",
    first: "torch.Tensor",
    propose: Proposal,
    *,
    tolerance: float,
    max_iterations: int,
) -> FixedPoint:
    """Evaluate `function` (n, ...) -> (n, ...) from `first` until all samples have converged.

    At most `max_iterations` times; a `tolerance` of 0 stops at exact equality alone.
    """
    import torch

    state = answer = first
    done = torch.zeros(len(first), dtype=torch.bool, device=first.device)
    residuals: list[torch.Tensor] = []
    while len(residuals) < max_iterations:
        value = function(state)
        answer = torch.where(_like(done, value), answer, value)
        residuals.append(_residual(state, value))
        done = done | (residuals[-1] <= tolerance)
        if bool(done.all()):
            break
        state = propose(state, value)
    found = torch.stack(residuals).tolist()
    return FixedPoint(answer, len(residuals), tuple(map(tuple, found)), tuple(done.tolist()))


def _like(flags: "torch.Tensor", values: "torch.Tensor") -> "torch.Tensor":
    return flags.reshape(-1, *[1] * (values.ndim - 1))


def _residual(state: "torch.Tensor", value: "torch.Tensor") -> "torch.Tensor":
    import torch

    moved = torch.linalg.vector_norm((value - state).flatten(1), dim=1)
    size = torch.linalg.vector_norm(value.flatten(1), dim=1)
    # A value of zero that did not move has converged.
    return torch.where(moved == 0, moved, moved / size)
