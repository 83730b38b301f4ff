"""`diffusers/ID-OR-DIR`: unconditional and class-conditional pipelines of diffusers."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rbench.errors import ModelError, UsageError, nearest
from rbench.harness.generators.context import GeneratorContext
from rbench.harness.generators.diffusers_config import pipeline_spec
from rbench.harness.generators.diffusers_source import find_folder, loading, require_diffusers
from rbench.harness.generators.failure import as_model_error, shown_samples
from rbench.harness.generators.labels import label_array
from rbench.harness.generators.made_images import checked_images
from rbench.harness.generators.network_options import NetworkOptions
from rbench.harness.images.types import ImageGenerator, ImageSpec, SampleBatch, Values
from rbench.harness.options import build, option
from rbench.harness.types import Json

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import torch

_NETWORKS = ("unet", "transformer", "prior")
_AUTOENCODERS = ("vae", "vqvae", "movq")


@dataclass(frozen=True, kw_only=True)
class DiffusersOptions(NetworkOptions):
    """How the pipeline is run."""

    steps: int | None = option(None, "sampling steps; unset: the pipeline's own number")
    guidance: float | None = option(None, "guidance scale; unset: the pipeline's own")
    scheduler: str | None = option(
        None, "a scheduler of diffusers in place of the pipeline's: DDIMScheduler"
    )
    revision: str | None = option(None, "branch, tag or commit on the hub; unset: main")


class DiffusersPipeline:
    """Makes images by a pipeline of diffusers, which is loaded at the first use.

    Where the pipeline takes latents, it starts from the draw ``start``; else it has one
    `torch.Generator` a sample, on the CPU, seeded by the sample's seed. A scheduler that draws from
    torch's global generator finds that seeded by the first sample, so that its numbers depend on
    the batch. The pipeline itself clips to [0, 1], which cannot be counted.
    """

    Options = DiffusersOptions

    values: Values = "0..1"
    clips = True
    finite: int | None = None

    def __init__(
        self,
        name: str,
        folder: Path,
        identity: Mapping[str, Json],
        options: DiffusersOptions,
    ) -> None:
        """Take a pipeline as `save_pretrained` wrote it. Raises `ModelError` where it is none."""
        self._name = name
        self._folder = folder
        self._options = options
        self.batch = options.batch
        self.identity: Mapping[str, Json] | None = {"adapter": "diffusers", **identity}
        self.settings: Mapping[str, Json] = {
            "steps": options.steps,
            "guidance": options.guidance,
            "scheduler": options.scheduler,
            "dtype": options.dtype,
        }
        self.spec: ImageSpec | None = pipeline_spec(folder, name)

    @classmethod
    def open(cls, name: str, given: Mapping[str, Any], context: GeneratorContext) -> ImageGenerator:
        """Find the pipeline, a folder or a model of the hub, whose files are fetched.

        Raises `UsageError` for options that make no sense, `ModelError` where diffusers is absent
        or the pipeline cannot be had.
        """
        options = build(DiffusersOptions, given, f"diffusers/{name}")
        if options.steps is not None and options.steps < 1:
            raise UsageError(f"diffusers/{name}: steps={options.steps} is below 1.")
        require_diffusers(f"diffusers/{name}")
        folder, identity = find_folder(name, options.revision, context.offline)
        return cls(name, folder, identity, options.on(context))

    @property
    def networks(self) -> Mapping[str, "torch.nn.Module"]:
        """The network, and the decoder of latents where there is one. Loads the pipeline."""
        parts = self._pipeline.components
        found: dict[str, torch.nn.Module] = {}
        for name in _NETWORKS:
            if parts.get(name) is not None:
                found["network"] = parts[name]
        for name in _AUTOENCODERS:
            # `decode` is no call of the autoencoder, but one of its decoder.
            decoder = getattr(parts.get(name), "decoder", None)
            if decoder is not None:
                found["decoder"] = decoder
        return found

    def generate(self, batch: SampleBatch) -> "npt.NDArray[np.float32]":
        """Make the images of `batch`, float (n, h, w, c) in [0, 1].

        Raises `ModelError` for labels that the pipeline does not know, and for what it raises.
        """
        import torch

        from rbench.metrics.representations.exact_arithmetic import exact_arithmetic

        labels = label_array(batch, None if self.spec is None else self.spec.classes)
        pipeline = self._pipeline
        device = self._device
        taken = {**self._arguments, **self._conditions(labels, len(batch))}
        if "latents" in self._parameters:
            taken["latents"] = self._latents(batch)
        taken["generator"] = [torch.Generator("cpu").manual_seed(seed) for seed in batch.seeds]
        what = f"diffusers/{self._name} failed at {shown_samples(batch.indices)}"
        gpus = [device] if device.type == "cuda" else []
        with torch.random.fork_rng(gpus), exact_arithmetic(device, "float32"):
            torch.manual_seed(batch.seeds[0])
            with as_model_error(what):
                made = pipeline(**taken).images
        images: npt.NDArray[np.float32] = checked_images(
            made, batch.indices, self.values, f"diffusers/{self._name}"
        )
        return images

    def close(self) -> None:
        """Give back the memory; a later use loads the pipeline again."""
        if self.__dict__.pop("_pipeline", None) is not None:
            import torch

            torch.cuda.empty_cache()

    @cached_property
    def _device(self) -> "torch.device":
        return self._options.torch_device()

    @cached_property
    def _pipeline(self) -> Any:
        import diffusers

        with loading(f"the pipeline {self._name!r}"):
            pipeline = diffusers.DiffusionPipeline.from_pretrained(
                str(self._folder), local_files_only=True
            ).to(self._device, self._options.torch_dtype())
        if self._options.scheduler is not None:
            pipeline.scheduler = self._scheduler(pipeline.scheduler)
        pipeline.set_progress_bar_config(disable=True)
        return pipeline

    @cached_property
    def _parameters(self) -> Mapping[str, inspect.Parameter]:
        """The arguments of a call. Raises `ModelError` for a pipeline that wants a prompt."""
        found = inspect.signature(type(self._pipeline).__call__).parameters
        if "class_labels" not in found and "batch_size" not in found:
            wanted = ", ".join(
                name for name, p in found.items() if name != "self" and p.default is p.empty
            )
            raise ModelError(
                f"{type(self._pipeline).__name__} of {self._name!r} is neither unconditional nor "
                f"class-conditional{f': it needs {wanted}' if wanted else ''}."
            )
        return found

    @cached_property
    def _arguments(self) -> Mapping[str, Any]:
        """What every call is given."""
        chosen = {
            "num_inference_steps": self._options.steps,
            "guidance_scale": self._options.guidance,
        }
        for name, value in chosen.items():
            if value is not None and name not in self._parameters:
                raise UsageError(
                    f"{type(self._pipeline).__name__} of {self._name!r} has no {name}: leave out "
                    f"-M {'steps' if name.startswith('num') else 'guidance'}."
                )
        given = {name: value for name, value in chosen.items() if value is not None}
        return {**given, "output_type": "np"}

    def _conditions(self, labels: Any, count: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if labels is not None:
            if "class_labels" not in self._parameters:
                raise ModelError(f"diffusers/{self._name} is unconditional, and the task is not.")
            found["class_labels"] = labels.tolist()
        if "batch_size" in self._parameters:
            found["batch_size"] = count
        return found

    def _latents(self, batch: SampleBatch) -> "torch.Tensor":
        import torch

        config: Any = self.networks["network"].config
        size: Any = config.sample_size
        height, width = (size, size) if isinstance(size, int) else size
        drawn = torch.from_numpy(batch.noise.normal((config.in_channels, height, width), "start"))
        return drawn.to(self._device, self._options.torch_dtype())

    def _scheduler(self, own: Any) -> Any:
        import diffusers

        name = str(self._options.scheduler)
        known = [found for found in dir(diffusers) if found.endswith("Scheduler")]
        if name not in known:
            raise UsageError(f"diffusers has no scheduler {name!r}{nearest(name, known)}")
        with loading(f"the scheduler {name!r}"):
            return getattr(diffusers, name).from_config(own.config)
