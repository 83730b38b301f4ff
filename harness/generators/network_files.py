"""`state_dict:FILE` and `torchscript:FILE`: a network of one's own under a sampler of rbench's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rbench.errors import ModelError, UsageError
from rbench.harness.generators.context import GeneratorContext
from rbench.harness.generators.decoders import Decoder, open_decoder
from rbench.harness.generators.failure import as_model_error
from rbench.harness.generators.network_generator import LoadedNetwork, NetworkGenerator
from rbench.harness.generators.network_options import NetworkOptions, split_options
from rbench.harness.generators.noise_schedule import signal_of
from rbench.harness.generators.user_object import find_object, object_identity
from rbench.harness.images.types import ImageGenerator, ImageSpec
from rbench.harness.options import option
from rbench.harness.samplers import sampler_type
from rbench.harness.samplers.network import Network, Predicts
from rbench.harness.types import Json
from rbench.harness.weights_hash import file_sha256

if TYPE_CHECKING:
    import torch

_SAMPLERS: Mapping[str, str] = {
    "velocity": "euler",
    "average-velocity": "meanflow",
    "noise": "ddim",
    "denoised": "edm-heun",
}
"""The sampler where none is named. A network that predicts x may be one of several kinds."""


@dataclass(frozen=True, kw_only=True)
class NetworkFileOptions(NetworkOptions):
    """What the network in the file is."""

    predicts: Literal["velocity", "average-velocity", "x", "noise", "denoised"] | None = option(
        None, "what the network returns; unset: what the factory's Network says"
    )
    data_at: Literal[0, 1] = option(0, "the time at which a flow's z is data")
    betas: str | None = option(
        None, "schedule of a network that predicts noise: linear:0.0001:0.02:1000"
    )
    shape: str | None = option(None, "C,H,W of its input; unset: the task's images")
    classes: int | None = option(None, "labels it knows, 0 for none; unset: the task's")
    decoder: str | None = option(
        None, "from latents to images: diffusers:REPO_OR_DIR, python:module:name or FILE.py@name"
    )
    latent_scale: float | None = option(
        None, "latents are divided by it before decoding; unset: as the decoder says, or 1"
    )
    latent_shift: float | None = option(
        None, "added to the divided latents; unset: as the decoder says, or 0"
    )


@dataclass(frozen=True, kw_only=True)
class StateDictOptions(NetworkFileOptions):
    """What the file is loaded into."""

    network: str = option("", "package.module:factory or FILE.py@factory; makes the module")
    key: str | None = option(None, "the entry with the weights, such as ema or state/ema")
    prefix: str = option("", "take the weights whose names begin so, without it: module.")
    unused: Literal["refuse", "ignore"] = option(
        "refuse", "weights in the file that the network has no place for"
    )


class StateDict:
    """`state_dict:FILE`: weights for a torch module that a factory makes.

    The factory takes no arguments and returns an `nn.Module`, called as `Network` says, or a
    `Network` whose function is one.
    """

    Options = StateDictOptions

    @classmethod
    def open(cls, name: str, given: Mapping[str, Any], context: GeneratorContext) -> ImageGenerator:
        """Find file and factory; the weights are loaded at the first use.

        Raises `UsageError` for options that make no sense, `DataError` where the factory's module
        fails, `ModelError` where the file is not there or, later, does not fit.
        """
        options, sampler = _split(f"state_dict:{name}", given, StateDictOptions)
        if not options.network:
            raise UsageError(
                f"state_dict:{name} needs -M network=package.module:factory (or FILE.py@factory), "
                f"which makes the module that the weights belong to."
            )
        path = _file(name)
        source, factory = find_object(options.network)
        if not callable(factory):
            raise UsageError(f"network={options.network} is of type {type(factory).__name__}.")

        def make() -> Any:
            from rbench.harness.generators.checkpoint import load_into, read_tensors

            with as_model_error(f"network={options.network} failed"):
                made = factory()
            module: Any = made.function if isinstance(made, Network) else made
            tensors = read_tensors(path, options.key, options.prefix)
            _require_module(module, options.network)
            load_into(module, tensors, path.name, ignore_unused=options.unused == "ignore")
            return made

        of_factory = object_identity("network", options.network, source, factory)
        identity = None
        if of_factory is not None:
            chosen = {"key": options.key, "prefix": options.prefix}
            identity = {"adapter": "state_dict", "network": of_factory, **chosen}
        return _generator(path, identity, make, options, sampler, context)


class TorchScript:
    """`torchscript:FILE`: a network that `torch.jit.save` wrote."""

    Options = NetworkFileOptions

    @classmethod
    def open(cls, name: str, given: Mapping[str, Any], context: GeneratorContext) -> ImageGenerator:
        """Find the file; it is loaded at the first use.

        Raises `UsageError` for options that make no sense, `ModelError` where the file is not
        there or, later, holds no network.
        """
        options, sampler = _split(f"torchscript:{name}", given, NetworkFileOptions)
        path = _file(name)
        if options.predicts is None:
            raise UsageError(
                f"torchscript:{name} needs -M predicts=: velocity, average-velocity, x, noise or "
                f"denoised."
            )

        def make() -> Any:
            from rbench.harness.generators.network_module import read_script

            return read_script(path)

        return _generator(path, {"adapter": "torchscript"}, make, options, sampler, context)


def _split(what: str, given: Mapping[str, Any], kind: type[Any]) -> tuple[Any, Any]:
    """Return the options and the sampler, which follows from what the network predicts."""
    name = given.get("sampler") or _SAMPLERS.get(str(given.get("predicts")))
    if name is None:
        why = (
            ": a network that predicts x may be a flow, a pixel MeanFlow or an equilibrium"
            if given.get("predicts") == "x"
            else ", or -M predicts=, what the network returns"
        )
        raise UsageError(f"{what} needs -M sampler=NAME{why}.")
    return split_options({**given, "sampler": name}, kind, sampler_type(str(name))(), what)


def _generator(
    path: Path,
    identity: Mapping[str, Json] | None,
    make: Callable[[], Any],
    options: NetworkFileOptions,
    sampler: Any,
    context: GeneratorContext,
) -> NetworkGenerator:
    """Return the generator; `make` returns the module, or a `Network`, with its weights."""
    spec = context.task.spec
    decoder = _decoder(options, context)
    if options.shape is not None:
        shape = _shape(options.shape)
    elif decoder is None:
        shape = (spec.channels, spec.height, spec.width)
    else:
        raise UsageError("a network of latents needs -M shape=C,H,W, such as shape=4,32,32.")
    if options.betas is not None:
        signal_of(options.betas)
    classes = spec.classes if options.classes is None else options.classes
    said = {"predicts": options.predicts, "data_at": options.data_at, "betas": options.betas}

    def load(device: "torch.device", dtype: "torch.dtype") -> LoadedNetwork:
        from rbench.harness.generators.network_module import CalledNetwork

        network = _network(make(), options)
        _require_module(network.function, path.name)
        function: Any = network.function
        called = CalledNetwork(function).to(device, dtype)
        return LoadedNetwork(replace(network, function=called), {"network": called})

    if identity is not None:
        identity = {**identity, "weights_sha256": file_sha256(path), "shape": list(shape), **said}
    return NetworkGenerator(
        load=load,
        sampler=sampler,
        shape=shape,
        spec=None if decoder else ImageSpec(shape[1], shape[2], shape[0], classes),
        classes=classes,
        identity=identity,
        options=options.on(context),
        decoder=decoder,
    )


def _network(made: Any, options: NetworkFileOptions) -> Network:
    if isinstance(made, Network):
        if options.predicts not in (None, made.predicts):
            raise UsageError(
                f"predicts={options.predicts}, and the factory's Network says {made.predicts}."
            )
        return made
    predicts: Predicts | None = options.predicts
    if predicts is None:
        raise UsageError(
            "say what the network returns: -M predicts=velocity, average-velocity, x, noise or "
            "denoised; or let its factory return a Network."
        )
    if predicts == "noise" and options.betas is None:
        raise UsageError(
            "a network that predicts noise needs its schedule: -M betas=linear:0.0001:0.02:1000, "
            "or a factory that returns a Network with its signal."
        )
    signal = None if options.betas is None else signal_of(options.betas)
    return Network(made, predicts, options.data_at, signal)


def _require_module(found: object, name: str) -> None:
    import torch

    if not isinstance(found, torch.nn.Module):
        raise UsageError(
            f"{name} gives {type(found).__name__}, not a torch.nn.Module, nor a Network whose "
            f"function is one."
        )


def _decoder(options: NetworkFileOptions, context: GeneratorContext) -> Decoder | None:
    if options.decoder is None:
        for name in ("latent_scale", "latent_shift"):
            if getattr(options, name) is not None:
                raise UsageError(f"{name} is for latents: give -M decoder= too.")
        return None
    scale, shift = options.latent_scale, options.latent_shift
    return open_decoder(options.decoder, scale=scale, shift=shift, offline=context.offline)


def _file(name: str) -> Path:
    path = Path(name).expanduser()
    if not path.is_file():
        raise ModelError(f"there is no file {name!r} (looked in {Path.cwd()}).")
    return path


def _shape(text: str) -> tuple[int, int, int]:
    parts = text.split(",")
    if len(parts) != 3 or not all(part.strip().isdecimal() for part in parts):
        raise UsageError(f"shape={text!r} is not CHANNELS,HEIGHT,WIDTH, as in 4,32,32.")
    channels, height, width = map(int, parts)
    return channels, height, width
