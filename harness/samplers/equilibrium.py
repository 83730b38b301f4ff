"""Equilibrium generators (GET): one call, from noise and a start of the equilibrium state.

x = f(z, labels, start = state_0), z ~ N(0, I)

Inside, the network iterates state <- B(state, z) from state_0, six times in GET's evaluation.
GET starts from random normal numbers, so that its samples depend on them, too: they are a named
draw here. The iterations are the network's own; the sampler's count is one call.

Geng, Pokle and Kolter 2023, "One-Step Diffusion Distillation via Deep Equilibrium Models"
(arXiv 2401.08639), code models/get.py.

Draws: ``start``; ``equilibrium``, where the state starts at random.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from rbench.errors import UsageError
from rbench.harness.options import option
from rbench.harness.samplers.network import Network, Predicts, Start, prepared

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Equilibrium:
    """An equilibrium generator. Raises `UsageError`."""

    name: ClassVar[str] = "equilibrium"
    summary: ClassVar[str] = "GET: one call, with a seeded start of the equilibrium"
    accepts: ClassVar[frozenset[Predicts]] = frozenset({"x"})

    state: str | None = option(
        None, "shape of one sample's state, such as 256,192 (tokens, width); unset: the image's"
    )
    state_start: Literal["random", "zeros"] = option("random", "what the state starts from")

    def __post_init__(self) -> None:
        self.state_shape((1, 1, 1))

    def state_shape(self, image: tuple[int, int, int]) -> tuple[int, ...]:
        """Return the shape of one sample's state; `image` is that of its z, (c, h, w)."""
        if self.state is None:
            return image
        try:
            shape = tuple(int(part) for part in self.state.split(","))
        except ValueError:
            shape = (0,)
        if min(shape) < 1:
            raise UsageError(f"{self.name}: state={self.state!r} is no shape such as 256,192.")
        return shape

    def sample(self, network: Network, start: Start) -> "torch.Tensor":
        """Return the samples, (n, c, h, w)."""
        import torch

        network = prepared(self, network, start)
        z = start.normal("start")
        shape = self.state_shape(start.shape)
        if self.state_start == "random":
            state = start.normal("equilibrium", shape)
        else:
            state = torch.zeros((len(z), *shape), dtype=z.dtype, device=z.device)
        return network.predict(z, (), start.labels, {"start": state.to(start.dtype)})
