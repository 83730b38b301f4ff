"""`NetworkGenerator`: a sampler over a bare network, as an `ImageGenerator`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rbench.errors import ModelError
from rbench.harness.generators.failure import as_model_error, shown_samples
from rbench.harness.generators.labels import label_array
from rbench.harness.generators.network_options import (
    NetworkOptions,
    sampler_settings,
    split_options,
)
from rbench.harness.images.types import ImageSpec, SampleBatch, Values
from rbench.harness.samplers.network import Network, Sampler, Start, require_prediction
from rbench.harness.types import Json

if TYPE_CHECKING:
    import torch

    from rbench.harness.generators.decoders import Decoder

__all__ = ["LoadedNetwork", "NetworkGenerator", "NetworkOptions", "split_options"]


@dataclass(frozen=True)
class LoadedNetwork:
    """A network in memory, on its device.

    Attributes:
        network: what the sampler calls.
        modules: the torch modules behind it by role, ``{"network": module}``; their calls,
            parameters and operations are counted.
    """

    network: Network
    modules: Mapping[str, "torch.nn.Module"]


class NetworkGenerator:
    """Makes images by running `sampler` over a network, which is loaded at the first use.

    The images are float tensors (n, c, h, w) in [-1, 1], with what a sampler leaves outside still
    there: it is for the engine to clip and count. With a decoder the sampler's (c, h, w) are
    latents.

    Everything is computed without gradients and without TF32.

    Args:
        load: makes the network on a device, in a type of numbers. Called once. Its modules are
            put into evaluation mode.
        sampler: makes the samples.
        shape: of what the sampler makes, (c, h, w).
        spec: the images; None where it is not known.
        classes: how many labels the network knows, where `spec` does not say; None for any.
        identity: which model this is; None where that cannot be had.
        settings: what else may differ inside a ranking. The sampler with its options, the type
            of numbers and the decoder are added.
        options: batch, device and type of numbers.
        decoder: from latents to images. Its identity becomes part of the model's.
    """

    values: Values = "-1..1"
    clips = True
    finite: int | None = None

    def __init__(
        self,
        *,
        load: Callable[["torch.device", "torch.dtype"], LoadedNetwork],
        sampler: Sampler,
        shape: tuple[int, int, int],
        spec: ImageSpec | None,
        identity: Mapping[str, Json] | None,
        settings: Mapping[str, Json] | None = None,
        options: NetworkOptions | None = None,
        decoder: "Decoder | None" = None,
        classes: int | None = None,
    ) -> None:
        self._options = options or NetworkOptions()
        self._load = load
        self.sampler = sampler
        self.shape = shape
        self.spec = spec
        self._classes = classes if spec is None else spec.classes
        self.batch = self._options.batch
        self.settings: Mapping[str, Json] = {
            **sampler_settings(sampler),
            "dtype": self._options.dtype,
            **(settings or {}),
        }
        self._decoder = decoder
        if identity is not None and decoder is not None:
            own = decoder.identity
            identity = None if own is None else {**identity, "decoder": own}
        self.identity = identity

    @property
    def networks(self) -> Mapping[str, "torch.nn.Module"]:
        """The modules by role: ``network``, and ``decoder`` where there is one. Loads them."""
        decoder = {} if self._decoding is None else {"decoder": self._decoding}
        return {**self._loaded.modules, **decoder}

    def generate(self, batch: SampleBatch) -> "torch.Tensor":
        """Make the images of `batch`, (n, c, h, w), on the device.

        Raises `ModelError` for a label that the model does not know, and for whatever the network
        raises, with the samples of the batch.
        """
        import torch

        from rbench.metrics.representations.exact_arithmetic import exact_arithmetic

        labels = label_array(batch, self._classes)
        loaded, decode, device = self._loaded, self._decoding, self._device
        chosen = None if labels is None else torch.from_numpy(labels).to(device)
        start = Start(self.shape, batch.noise, chosen, device, self._options.torch_dtype())
        with exact_arithmetic(device, "float32"):
            with as_model_error(f"the model failed at {shown_samples(batch.indices)}"):
                samples = self.sampler.sample(loaded.network, start)
            _check(samples, (len(batch), *self.shape), batch)
            if decode is not None:
                with as_model_error(f"the decoder failed at {shown_samples(batch.indices)}"):
                    samples = decode(samples)
        # numpy, which reads the images, has no bfloat16.
        half = samples.dtype in (torch.bfloat16, torch.float16)
        images: torch.Tensor = samples.float() if half else samples
        return images

    def close(self) -> None:
        """Give back the memory; a later use loads the network again."""
        for name in ("_loaded", "_decoding"):
            self.__dict__.pop(name, None)
        if self.__dict__.pop("_device", None) is not None:
            import torch

            # Does nothing in a process that has not used a GPU.
            torch.cuda.empty_cache()

    @cached_property
    def _device(self) -> "torch.device":
        return self._options.torch_device()

    @cached_property
    def _loaded(self) -> LoadedNetwork:
        loaded = self._load(self._device, self._options.torch_dtype())
        require_prediction(self.sampler, loaded.network)
        for module in loaded.modules.values():
            module.eval()
        return loaded

    @cached_property
    def _decoding(self) -> "torch.nn.Module | None":
        if self._decoder is None:
            return None
        return self._decoder.load(self._device, self._options.torch_dtype())


def _check(samples: "torch.Tensor", shape: tuple[int, ...], batch: SampleBatch) -> None:
    if tuple(samples.shape) != shape:
        raise ModelError(
            f"the sampler made an array of shape {tuple(samples.shape)} for "
            f"{shown_samples(batch.indices)}, not {shape}."
        )
