"""`Network`: a bare network that says what it predicts, so that any sampler can run it.

Times run from 0 (data) to 1 (noise) in every sampler; `data_at=1` says that the network was
trained the other way round, and `Network` turns time and velocity for it.

How the function is called, with z (n, c, h, w) and all times and scales (n,):

| predicts | call | returns |
|---|---|---|
| velocity | ``f(z, t, labels)`` | dz/dt at t, time as the network has it |
| average-velocity | ``f(z, r, t, labels)`` | (z_t - z_r) / (t - r) for the flow from t to r |
| x (flows) | ``f(z, t, labels)`` | the data, as far as seen from t |
| x (pixel MeanFlow) | ``f(z, r, t, labels)`` | z_t - t * average velocity |
| x (equilibrium) | ``f(z, labels, start=state)`` | the data that the noise z stands for |
| noise | ``f(z, t, labels)``, t whole numbers below the training steps | the noise in z |
| denoised | ``f(z, sigma, labels)`` | the data, as far as seen through noise of sigma |

A guided network (iMF) also takes ``guidance`` (n,) and ``interval`` ((n,), (n,)) by keyword.
`labels` is an int64 tensor (n,), or None.

z has the dtype of the computation. Training steps come as int64; other times have the dtype of
z, but float32 where z has half precision: bfloat16 does not tell 0.998 from 1. For the same
reason samplers keep their state in float32 at least, and return that.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, runtime_checkable

from rbench.errors import ModelError, UsageError
from rbench.harness.images.noise import Noise

if TYPE_CHECKING:
    import torch

Predicts = Literal["velocity", "average-velocity", "x", "noise", "denoised"]
PREDICTIONS: tuple[Predicts, ...] = ("velocity", "average-velocity", "x", "noise", "denoised")


@dataclass(frozen=True)
class Network:
    """A network and what it says of itself.

    Attributes:
        function: called as the table above says; usually a torch module.
        predicts: what it returns.
        data_at: the time at which a flow's z is data: 0, or 1 for networks with time reversed.
        signal: of networks that predict noise: alpha-bar (the product of 1 - beta) at every
            training step, float64 (T,), decreasing; None for the others.
    """

    function: Callable[..., "torch.Tensor"]
    predicts: Predicts
    data_at: Literal[0, 1] = 0
    signal: "torch.Tensor | None" = None

    def __post_init__(self) -> None:
        if self.predicts not in PREDICTIONS:
            raise UsageError(f"predicts={self.predicts!r}: give one of {', '.join(PREDICTIONS)}.")
        if self.data_at not in (0, 1):
            raise UsageError(f"data_at={self.data_at!r}: data are at time 0 or 1.")

    def own_time(self, t: float) -> float:
        """Return the sampler's time t, in [0, 1] with data at 0, as this network counts it."""
        return 1 - t if self.data_at == 1 else t

    def called_in(self, dtype: "torch.dtype") -> "Network":
        """Return this network, whose function is given z in `dtype`, and times to suit."""
        precise = time_dtype(dtype)

        def function(z: "torch.Tensor", *given: Any, **extra: Any) -> "torch.Tensor":
            *times, labels = given
            cast = (t.to(precise) if t.is_floating_point() else t for t in times)
            return self.function(z.to(dtype), *cast, labels, **extra)

        return replace(self, function=function)

    def predict(
        self,
        z: "torch.Tensor",
        times: "Sequence[float | int | torch.Tensor]",
        labels: "torch.Tensor | None",
        extra: "Mapping[str, Any] | None" = None,
    ) -> "torch.Tensor":
        """Call the function and return its answer, in the shape and dtype of z (n, c, h, w).

        `times` are numbers as the network counts them (see `own_time`), one for all samples, or
        tensors (n,). `extra` are its further inputs by keyword. Raises `ModelError` where the
        answer has another shape than z.
        """
        filled = [_filled(z, time) for time in times]
        found = self.function(z, *filled, labels, **(extra or {}))
        shape = getattr(found, "shape", None)
        if shape != z.shape:
            was = type(found).__name__ if shape is None else f"the shape {tuple(shape)}"
            raise ModelError(
                f"The network answered {tuple(z.shape)} with {was}; its prediction "
                f"({self.predicts}) must have the same shape."
            )
        return found.to(z.dtype)


def time_dtype(dtype: "torch.dtype") -> "torch.dtype":
    """Return the dtype of times and states for a network that computes in `dtype`."""
    import torch

    return torch.float64 if dtype == torch.float64 else torch.float32


def _filled(z: "torch.Tensor", time: "float | int | torch.Tensor") -> "torch.Tensor":
    import torch

    if isinstance(time, torch.Tensor):
        return time
    if isinstance(time, int):
        return torch.full((len(z),), time, dtype=torch.int64, device=z.device)
    return torch.full((len(z),), time, dtype=time_dtype(z.dtype), device=z.device)


@dataclass(frozen=True, slots=True)
class Start:
    """What a sampler starts from.

    Attributes:
        shape: of one sample, (c, h, w): the image's, or the latent's.
        noise: of the samples.
        labels: conditions, int64 (n,), or None.
        device, dtype: of the network's computation.
    """

    shape: tuple[int, int, int]
    noise: Noise
    labels: "torch.Tensor | None"
    device: "torch.device"
    dtype: "torch.dtype"

    def normal(self, draw: str, shape: Sequence[int] | None = None) -> "torch.Tensor":
        """Return the standard normal noise of that name, (n, c, h, w) on the device.

        It is float64 for a computation in float64 and else float32. `shape` is that of one
        sample where it is not (c, h, w).
        """
        import torch

        drawn = torch.from_numpy(self.noise.normal(shape or self.shape, draw))
        return drawn.to(self.device, time_dtype(self.dtype))


@runtime_checkable
class Sampler(Protocol):
    """A frozen dataclass whose fields are its options (declared with `harness.options.option`).

    `name` is its own in the table `SAMPLERS`, `summary` one line for a reader, `accepts` are the
    predictions it can use. `sample` returns (n, c, h, w) in the space of the network (images in
    [-1, 1], or latents) and draws its noise by the names that its docstring lists. The network
    is called only through `network.function`, so that calls can be counted.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    accepts: ClassVar[frozenset[Predicts]]

    def sample(self, network: Network, start: Start) -> Any:
        """Make the samples of `start`."""
        ...


def require_prediction(sampler: Sampler, network: Network) -> None:
    """Raise `UsageError` where `sampler` cannot use what `network` predicts."""
    if network.predicts not in sampler.accepts:
        known = " or ".join(p for p in PREDICTIONS if p in sampler.accepts)
        raise UsageError(
            f"The sampler {sampler.name} takes networks that predict {known}, and this one "
            f"predicts {network.predicts}."
        )


def prepared(sampler: Sampler, network: Network, start: Start) -> Network:
    """Return the network as `sampler` is to call it for `start`.

    Raises `UsageError` where the sampler cannot use what it predicts.
    """
    require_prediction(sampler, network)
    return network.called_in(start.dtype)
