"""`Extractor`: a representation, loaded on a device, that turns images into features."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from rbench.errors import UsageError
from rbench.metrics.arrays import Features
from rbench.metrics.representations.accepted_images import Images, count_images
from rbench.metrics.representations.apply_preprocess import check_preprocess, to_inputs
from rbench.metrics.representations.exact_arithmetic import exact_arithmetic
from rbench.metrics.representations.fixed_batches import FixedBatches
from rbench.metrics.representations.image_chunks import Item, chunks, loaded
from rbench.metrics.representations.registry import get_representation
from rbench.metrics.representations.representation import Network, Representation

if TYPE_CHECKING:
    import torch


@runtime_checkable
class Selective(Protocol):
    """A network that can be told which outputs to compute, so that the others cost nothing."""

    def select(self, outputs: Sequence[str]) -> Network:
        """Return the network that computes `outputs` only."""
        ...


class Extractor:
    """Turns images into features of a representation; loads its network once.

    Features are float32 of shape (n, dimension), by the name of the output: numpy arrays where
    `device` is the CPU, tensors on the device otherwise. Images are forwarded in batches of the
    representation's own size, the last one padded: the bits of the features do not depend on how
    the images were handed over. Accepted images: see `accepted_images`.

    Images come either by `push`, as a training loop makes them, or from an iterable to `stream`
    and `extract`; these two leave what was pushed alone.
    """

    def __init__(
        self,
        representation: Representation | str,
        *,
        device: "torch.device | str | None" = None,
        outputs: Sequence[str] | None = None,
        offline: bool = False,
    ) -> None:
        """Load `representation` (or the built-in one of that name).

        `device` None is CUDA where there is one, otherwise the CPU. `outputs` None is the first
        one declared. Raises `UsageError` for an output that it does not have, steps that cannot
        be carried out or a device that is not there, `AssetError` for weights that cannot be had.
        """
        import torch

        if isinstance(representation, str):
            representation = get_representation(representation)
        chosen = tuple(representation.outputs)[:1] if outputs is None else tuple(outputs)
        if isinstance(outputs, str) or not chosen or len(set(chosen)) < len(chosen):
            raise UsageError(f"outputs={outputs!r}: give a list of different names.")
        self.dimensions: dict[str, int] = {name: representation.dimension(name) for name in chosen}
        """Dimension of every output that is computed."""
        check_preprocess(representation.preprocess)
        self.representation = representation
        self.device = _device(device)
        self.dtype = torch.float64 if representation.precision == "float64" else torch.float32
        """Of the inputs."""
        network, self._weights = representation.load(self.device, representation.precision, offline)
        self._network = network.select(chosen) if isinstance(network, Selective) else network
        self._pushed = 0
        self._batches = self.new_batches()

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the outputs that are computed."""
        return tuple(self.dimensions)

    @property
    def identity(self) -> dict[str, Any]:
        """What features depend on beyond the images, as JSON values."""
        import torch

        return {
            "name": self.representation.name,
            "outputs": dict(self.dimensions),
            "preprocess": self.representation.preprocess.to_json(),
            "precision": self.representation.precision,
            "batch": self.representation.batch,
            "weights": {"sha256": self._weights.sha256, "source": self._weights.source},
            "about": dict(self.representation.about),
            "torch": str(torch.__version__),
            "device": self.device.type,
        }

    def push(self, images: Images) -> dict[str, Features] | None:
        """Take images; return the features that became ready, None where there are none.

        They are those of the images pushed first and not returned yet. Raises `DataError` for
        images that are not accepted, by their number since the last `reset`.
        """
        inputs = self.to_inputs(images, self._pushed)
        self._pushed += len(inputs)
        return self.as_features(self._batches.push(inputs))

    def pending(self) -> dict[str, Features] | None:
        """Return the features of the images that `push` has not returned yet; None without any.

        They are computed and forgotten: the images stay, later pushes return them again with the
        same bits. So an evaluation is what `push` returned so far and this.
        """
        return self.as_features(self._batches.pending())

    def reset(self) -> None:
        """Forget the images pushed."""
        self._batches.reset()
        self._pushed = 0

    def stream(self, images: Iterable[Item] | Images) -> Iterator[dict[str, Features]]:
        """Yield the features of `images`, in order, as they become ready.

        `images` is an iterable of images, batches or functions that return an image, or one
        batch. Raises `DataError` for one that is not accepted, by its number.
        """
        batches, first = self.new_batches(), 0
        for chunk in chunks(images, self.representation.batch):
            given = loaded(chunk)
            ready = batches.push(self.to_inputs(given, first))
            first += count_images(given)
            if ready is not None:
                yield _required(self.as_features(ready))
        if (rest := batches.pending()) is not None:
            yield _required(self.as_features(rest))

    def extract(self, images: Iterable[Item] | Images) -> dict[str, npt.NDArray[np.float32]]:
        """Return all features of `images` (see `stream`) as numpy arrays on the CPU."""
        parts: dict[str, list[npt.NDArray[np.float32]]] = {name: [] for name in self.outputs}
        for features in self.stream(images):
            for name, values in features.items():
                parts[name].append(
                    values if isinstance(values, np.ndarray) else values.cpu().numpy()
                )
        return {
            name: np.concatenate(arrays) if arrays else np.empty((0, dimension), np.float32)
            for (name, arrays), dimension in zip(
                parts.items(), self.dimensions.values(), strict=True
            )
        }

    def to_inputs(self, images: Images, first: int = 0) -> "torch.Tensor":
        """Return the network's inputs for `images`; any thread may call this.

        `first` is the number of the first image, for the messages.
        """
        inputs = to_inputs(
            images,
            self.representation.preprocess,
            device=self.device,
            dtype=self.dtype,
            first=first,
        )
        self.check_inputs(inputs, first)
        return inputs

    def check_inputs(self, inputs: "torch.Tensor", first: int = 0) -> None:
        """Raise `DataError` for inputs that the representation is not for, by their number."""
        if self.representation.check is not None:
            self.representation.check(inputs, first)

    def new_batches(self) -> FixedBatches:
        """Return batches of this network with nothing in them, for another pass over images."""
        return FixedBatches(self._forward, self.representation.batch)

    def as_features(self, found: "Mapping[str, torch.Tensor] | None") -> dict[str, Features] | None:
        """Return what `FixedBatches` returned as features."""
        if found is None:
            return None
        if self.device.type == "cpu":
            return {name: values.numpy() for name, values in found.items()}
        return dict(found)

    def _forward(self, inputs: "torch.Tensor") -> "dict[str, torch.Tensor]":
        import torch

        with exact_arithmetic(self.device, self.representation.precision):
            found = self._network(inputs)
        features = {}
        for name, dimension in self.dimensions.items():
            values = found.get(name)
            shape = None if values is None else tuple(values.shape)
            if values is None or shape != (len(inputs), dimension):
                raise UsageError(
                    f"{self.representation.name} declares the output {name!r} as "
                    f"{(len(inputs), dimension)} and returned "
                    + (f"only {', '.join(found)}." if shape is None else f"{shape}.")
                )
            # A copy: the network may use its memory again, and outside of inference mode it is a
            # tensor like any other.
            features[name] = values.detach().to(
                dtype=torch.float32, memory_format=torch.contiguous_format, copy=True
            )
        return features


def _required(features: dict[str, Features] | None) -> dict[str, Features]:
    assert features is not None
    return features


def _device(device: "torch.device | str | None") -> "torch.device":
    import torch

    if device is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(device)
        torch.empty(0, device=chosen)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise UsageError(f"The device {str(device)!r} cannot be used: {reason}.") from error
    return chosen
