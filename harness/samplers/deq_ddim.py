"""DEQ-DDIM: the whole DDIM chain as one fixed point, all steps evaluated in one batch.

With steps t_T > ... > t_1, alpha-bar a_k at t_k, a_0 = 1 (the data), and s_k = sqrt((1-a_k)/a_k):
F(x)_{k-1} = sqrt(a_{k-1}) (x_T / sqrt(a_T) + sum_{j >= k} c_j eps(x_j, t_j)),
c_j = s_{j-1} - s_j  (= a_{j-1}^{-1/2} (sqrt(1-a_{j-1}) - sqrt((1-a_j) a_{j-1} / a_j)))

x_T is clamped to the noise; every other state starts from it. A state depends on those before it
alone, so that T plain iterations give DDIM's samples (eta = 0) exactly, up to rounding; Anderson
mixing needs fewer. One iteration is one network call of T rows for each sample: i iterations
have a sequential depth of i and a work of i T. Sums are made in float64, as x_T / sqrt(a_T) is
large and cancels.

The paper's solver: Anderson, m = 5, lambda = 1e-3, beta = 1, at most 15 iterations, relative
residual 1e-3. Three things differ from its code:

- it mixes every state by itself, T systems for a sample (mixed=state); one system for all states
  of a sample, the default here, comes closer to DDIM in as many iterations (15 for 50 steps of
  the zoo's digits: 0.001 from it, root mean square, and not 0.05);
- it measures the residual over the whole batch, from the third iteration on; here every sample
  stops by its own, so that it does not depend on the samples beside it;
- it returns the last mixture x; here it is F(x), an evaluation that was made in any case.

Pokle, Geng and Kolter 2022, "Deep Equilibrium Approaches to Diffusion Models"
(arXiv 2210.12867), code locuslab/deq-ddim.

Draws: ``start``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Literal

from rbench.harness.options import option
from rbench.harness.samplers.anderson import Anderson
from rbench.harness.samplers.ddim_steps import DdimSteps, ddim_steps
from rbench.harness.samplers.fixed_point import find_fixed_point, plain
from rbench.harness.samplers.network import Network, Predicts, Start, prepared
from rbench.harness.samplers.option_checks import (
    require_count,
    require_not_negative,
    require_positive,
)

if TYPE_CHECKING:
    import torch

_PAPER_ITERATIONS = 15


@dataclass(frozen=True, slots=True)
class DeqReport:
    """How a chain was solved.

    Attributes:
        states: T, the rows that one sample has in every iteration.
        iterations: evaluations of the whole chain, one after the other.
        residuals: ||F(x) - x|| / ||F(x)|| of every iteration and sample, (iterations, n).
        converged: whether each sample came within the tolerance, (n,).
    """

    states: int
    iterations: int
    residuals: tuple[tuple[float, ...], ...]
    converged: tuple[bool, ...]


@dataclass(frozen=True)
class DeqDdim:
    """DDIM solved as a fixed point over all its steps. Raises `UsageError`."""

    name: ClassVar[str] = "deq-ddim"
    summary: ClassVar[str] = "DDIM as one fixed point: all steps in each call, few calls"
    accepts: ClassVar[frozenset[Predicts]] = frozenset({"noise"})

    steps: int = option(50, "T, the training steps that are visited")
    spacing: Literal["uniform", "trailing", "quadratic"] = option("uniform", "which they are")
    method: Literal["anderson", "plain"] = option("anderson", "how the fixed point is found")
    tolerance: float = option(1e-3, "a sample stops at this relative residual")
    max_iterations: int | None = option(None, "unset: 15 for anderson, T for plain")
    history: int = option(5, "m, the iterations that anderson mixes")
    regularisation: float = option(1e-3, "lambda of anderson")
    mixing: float = option(1.0, "beta of anderson")
    mixed: Literal["sample", "state"] = option(
        "sample", "anderson mixes all states of a sample alike, or each by itself (DEQ-DDIM's code)"
    )
    chunk: int | None = option(None, "the most rows of one network call; unset: all at once")

    def __post_init__(self) -> None:
        for name in ("steps", "history"):
            require_count(self.name, name, getattr(self, name))
        for name in ("max_iterations", "chunk"):
            if getattr(self, name) is not None:
                require_count(self.name, name, getattr(self, name))
        for name in ("regularisation", "mixing"):
            require_positive(self.name, name, getattr(self, name))
        require_not_negative(self.name, "tolerance", self.tolerance)

    def sample(self, network: Network, start: Start) -> "torch.Tensor":
        """Return the samples, (n, c, h, w), converged or not; `solve` says which."""
        return self.solve(network, start)[0]

    def solve(self, network: Network, start: Start) -> "tuple[torch.Tensor, DeqReport]":
        """Return the samples, (n, c, h, w), and how they were found."""
        network = prepared(self, network, start)
        chain = ddim_steps(network, self.steps, self.spacing)
        noise = start.normal("start")
        states = len(chain.steps)
        found = find_fixed_point(
            self._function(network, chain, noise, start.labels),
            noise.unsqueeze(1).expand(-1, states, -1, -1, -1),
            self._anderson() if self.method == "anderson" else plain,
            tolerance=self.tolerance,
            max_iterations=self._limit(states),
        )
        report = DeqReport(states, found.iterations, found.residuals, found.converged)
        return found.value[:, -1], report

    def _anderson(self) -> Anderson:
        leading = 1 if self.mixed == "sample" else 2
        return Anderson(self.history, self.regularisation, self.mixing, leading)

    def _limit(self, states: int) -> int:
        if self.max_iterations is not None:
            return self.max_iterations
        return _PAPER_ITERATIONS if self.method == "anderson" else states

    def _function(
        self,
        network: Network,
        chain: DdimSteps,
        noise: "torch.Tensor",
        labels: "torch.Tensor | None",
    ) -> "Callable[[torch.Tensor], torch.Tensor]":
        """Return F on the states after x_T, in order, the data last: (n, T, c, h, w)."""
        import torch

        size, states = len(noise), len(chain.steps)
        steps = torch.tensor(chain.steps, device=noise.device).repeat(size)
        repeated = None if labels is None else labels.repeat_interleave(states)
        spread = [math.sqrt((1 - a) / a) for a in chain.signal]
        weights = [after - here for here, after in pairwise(spread)]
        weight = torch.tensor(weights, dtype=torch.float64, device=noise.device)
        scale = torch.tensor(chain.signal[1:], dtype=torch.float64, device=noise.device).sqrt()
        base = noise.double().unsqueeze(1) / math.sqrt(chain.signal[0])

        def chain_from(later: "torch.Tensor") -> "torch.Tensor":
            rows = torch.cat([noise.unsqueeze(1), later[:, :-1]], 1).flatten(0, 1)
            found = self._predict(network, rows, steps, repeated)
            moved = (weight.view(-1, 1, 1, 1) * found.reshape(later.shape)).cumsum(1)
            return (base + moved).mul(scale.view(-1, 1, 1, 1)).to(noise.dtype)

        return chain_from

    def _predict(
        self,
        network: Network,
        rows: "torch.Tensor",
        steps: "torch.Tensor",
        labels: "torch.Tensor | None",
    ) -> "torch.Tensor":
        import torch

        size = self.chunk or len(rows)
        parts = [slice(i, i + size) for i in range(0, len(rows), size)]
        found = [
            network.predict(rows[p], (steps[p],), None if labels is None else labels[p])
            for p in parts
        ]
        return found[0] if len(found) == 1 else torch.cat(found)
