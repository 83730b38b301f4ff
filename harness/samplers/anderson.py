"""Anderson acceleration: the next state is a mixture of the last m evaluations.

With G = (f(x_i) - x_i) of the last m iterations, one system for every sample:
alpha = argmin ||sum_i alpha_i G_i||^2 + lambda ||alpha||^2, sum_i alpha_i = 1
x_next = beta sum_i alpha_i f(x_i) + (1 - beta) sum_i alpha_i x_i

Anderson 1965, "Iterative Procedures for Nonlinear Integral Equations"; Walker and Ni 2011,
"Anderson Acceleration for Fixed-Point Iterations"; the form with lambda is that of deep
equilibrium models, Bai, Kolter and Koltun 2019 (arXiv 1909.01377).
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass
class Anderson:
    """A `Proposal` of `fixed_point` that remembers the last `history` iterations.

    Attributes:
        history: m, the iterations that are mixed.
        regularisation: lambda, in units of the squared residual norm; residuals far below it
            count alike.
        mixing: beta; 1 mixes evaluations alone.
        leading: how many of the first dimensions count samples; each sample has its own alpha.
    """

    history: int = 5
    regularisation: float = 1e-3
    mixing: float = 1.0
    leading: int = 1
    _states: "list[torch.Tensor]" = field(default_factory=list)
    _values: "list[torch.Tensor]" = field(default_factory=list)

    def __call__(self, state: "torch.Tensor", value: "torch.Tensor") -> "torch.Tensor":
        """Return the next state, (n, ...), from the last one and its evaluation."""
        import torch

        state, found = (x.flatten(0, self.leading - 1).flatten(1) for x in (state, value))
        self._states = [*self._states, state][-self.history :]
        self._values = [*self._values, found][-self.history :]
        states, values = torch.stack(self._states, 1), torch.stack(self._values, 1)
        share = self._shares(values - states)
        mixed = torch.einsum("nm,nmd->nd", share, values)
        if self.mixing != 1:
            before = torch.einsum("nm,nmd->nd", share, states)
            mixed = self.mixing * mixed + (1 - self.mixing) * before
        return mixed.reshape(value.shape)

    def _shares(self, residuals: "torch.Tensor") -> "torch.Tensor":
        import torch

        gram = torch.einsum("nid,njd->nij", residuals, residuals).double()
        size = gram.shape[-1]
        regular = gram + self.regularisation * torch.eye(size, device=gram.device).double()
        solved = torch.linalg.solve(regular, torch.ones_like(gram[..., :1]))
        shares: torch.Tensor = solved / solved.sum(1, keepdim=True)
        return shares.squeeze(-1).to(residuals.dtype)
