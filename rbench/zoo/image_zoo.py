"""`zoo/NAME`: small image generators that were trained in minutes, with their weights.

Each stands in a file of its own with its training objective; see `IMAGE_MODELS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from rbench.errors import ModelError, UsageError, nearest
from rbench.harness.generators.context import GeneratorContext
from rbench.harness.generators.network_generator import (
    LoadedNetwork,
    NetworkGenerator,
    NetworkOptions,
    split_options,
)
from rbench.harness.options import option
from rbench.harness.weights_hash import file_sha256

if TYPE_CHECKING:
    import torch

    from rbench.zoo.zoo_model import ZooModel

IMAGE_MODELS: Mapping[str, str] = {
    "flow-digits": "rbench.zoo.flow:FLOW_DIGITS",
    "meanflow-digits": "rbench.zoo.meanflow:MEANFLOW_DIGITS",
    "diffusion-digits": "rbench.zoo.diffusion:DIFFUSION_DIGITS",
    "consistency-digits": "rbench.zoo.consistency:CONSISTENCY_DIGITS",
    "flow-fashion": "rbench.zoo.flow:FLOW_FASHION",
    "meanflow-fashion": "rbench.zoo.meanflow:MEANFLOW_FASHION",
}
"""Name, and where its `ZooModel` is."""


@dataclass(frozen=True, kw_only=True)
class ImageZooOptions(NetworkOptions):
    """How a model of the zoo is run."""

    batch: int = option(250, "images made together, always: a shorter batch is padded")


class ImageZoo:
    """The generators `zoo/NAME`."""

    Options = ImageZooOptions

    @classmethod
    def open(
        cls, name: str, given: Mapping[str, Any], context: GeneratorContext
    ) -> NetworkGenerator:
        """Return the model of that name; its weights are loaded at the first use.

        Raises `UsageError` for an unknown name, option, or a sampler that does not fit,
        `ModelError` where the weights are missing or a library is.
        """
        from rbench.zoo.checkpoint import checkpoint_path, load_checkpoint

        model = find_model(name)
        options, sampler = split_options(given, cls.Options, model.sampler, f"zoo/{name}")
        view, path = model.view(sampler), checkpoint_path(name)
        if not path.is_file():
            raise ModelError(f"the weights {path} are not there: install rbench again.")

        def load(device: "torch.device", dtype: "torch.dtype") -> LoadedNetwork:
            module = model.build()
            load_checkpoint(path, module)
            module.requires_grad_(False).to(device, dtype)
            return LoadedNetwork(view(module), {"network": module})

        return NetworkGenerator(
            load=load,
            sampler=sampler,
            shape=(model.spec.channels, model.spec.height, model.spec.width),
            spec=model.spec,
            identity={"adapter": "zoo", "model": name, "weights_sha256": file_sha256(path)},
            options=options.on(context),
        )


def find_model(name: str) -> "ZooModel":
    """Return what the zoo says of a model.

    Raises `UsageError` for an unknown name, `ModelError` where a library is missing.
    """
    if name not in IMAGE_MODELS:
        raise UsageError(f"there is no image model 'zoo/{name}'{nearest(name, list(IMAGE_MODELS))}")
    for library in ("torch", "safetensors"):
        if find_spec(library) is None:
            raise ModelError(f"zoo/{name} needs {library}: pip install 'rbench[metrics]'.")
    module, _, attribute = IMAGE_MODELS[name].partition(":")
    found: ZooModel = getattr(import_module(module), attribute)
    return found
