"""From latents to images: ``-M decoder=diffusers:REPO_OR_DIR`` or ``python:module:callable``."""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rbench.errors import ModelError, UsageError
from rbench.harness.generators.diffusers_source import find_folder, loading, require_diffusers
from rbench.harness.generators.failure import as_model_error
from rbench.harness.generators.user_object import find_object, object_identity
from rbench.harness.types import Json

if TYPE_CHECKING:
    import torch

_FORM = "give diffusers:REPO_OR_DIR or python:package.module:callable (or FILE.py@callable)"


@dataclass(frozen=True)
class Decoder:
    """A decoder that is found, and loaded at the first use.

    Attributes:
        identity: which decoder this is, with its scale; None where that cannot be had.
        load: returns a torch module that maps latents (n, c, h, w), as the sampler makes them,
            to images in [-1, 1].
    """

    identity: Mapping[str, Json] | None
    load: Callable[["torch.device", "torch.dtype"], "torch.nn.Module"]


def open_decoder(name: str, *, scale: float | None, shift: float | None, offline: bool) -> Decoder:
    """Return the decoder of that name, without loading it.

    What it is given is ``latents / scale + shift``. Unset, these are what a decoder of diffusers
    says in its configuration (0.18215 and 0 for Stable Diffusion's), else 1 and 0. Raises
    `UsageError` for a name that makes no sense and a scale of 0, `ModelError` where the decoder
    cannot be had.
    """
    if ".py@" in name and not name.startswith("python:"):
        name = f"python:{name}"
    kind, _, rest = name.partition(":")
    if kind not in ("diffusers", "python") or not rest:
        raise UsageError(f"decoder={name!r}: {_FORM}.")
    if scale == 0:
        raise UsageError("latent_scale=0: latents are divided by it.")
    if kind == "diffusers":
        return _of_diffusers(rest, scale, shift, offline)
    return _of_python(rest, 1.0 if scale is None else scale, shift or 0.0)


def _of_diffusers(name: str, scale: float | None, shift: float | None, offline: bool) -> Decoder:
    require_diffusers(f"decoder=diffusers:{name}")
    folder, identity = find_folder(name, None, offline)
    own = _config(folder, name)

    def load(device: "torch.device", dtype: "torch.dtype") -> "torch.nn.Module":
        import diffusers

        from rbench.harness.generators.network_module import LatentDecoder

        with loading(f"the decoder {name!r}"):
            autoencoder = diffusers.AutoModel.from_pretrained(str(folder), local_files_only=True)
        if not callable(getattr(autoencoder, "decode", None)):
            raise ModelError(f"{type(autoencoder).__name__} of {name!r} has no method decode.")
        # The encoder is not used, and its weights are not to be counted.
        for part in ("encoder", "quant_conv"):
            if hasattr(autoencoder, part):
                setattr(autoencoder, part, None)
        config: Any = autoencoder.config
        wide = _first(scale, getattr(config, "scaling_factor", None), 1.0)
        moved = _first(shift, getattr(config, "shift_factor", None), 0.0)
        decode = _SampleOf(autoencoder.decode)
        return LatentDecoder(decode, autoencoder, wide, moved, dtype).to(device, dtype).eval()

    said = {"scale": _first(scale, own.get("scaling_factor"), None)}
    said |= {"shift": _first(shift, own.get("shift_factor"), None)}
    return Decoder({"kind": "diffusers", **identity, **said}, load)


def _of_python(name: str, scale: float, shift: float) -> Decoder:
    source, found = find_object(name)
    identity = object_identity("python", name, source, found)

    def load(device: "torch.device", dtype: "torch.dtype") -> "torch.nn.Module":
        import torch

        from rbench.harness.generators.network_module import LatentDecoder

        made = found
        if _is_factory(found):
            with as_model_error(f"the decoder python:{name} cannot be made"):
                made = found()
        if not callable(made):
            raise UsageError(
                f"the decoder python:{name} is of type {type(made).__name__}, not a callable that "
                f"takes latents (n, c, h, w)."
            )
        module = made if isinstance(made, torch.nn.Module) else None
        return LatentDecoder(made, module, scale, shift, dtype).to(device, dtype).eval()

    said = None if identity is None else {**identity, "scale": scale, "shift": shift}
    return Decoder(said, load)


class _SampleOf:
    """Calls a `decode` of diffusers, which wraps its tensor."""

    def __init__(self, decode: Callable[..., Any]) -> None:
        self._decode = decode

    def __call__(self, latents: "torch.Tensor") -> Any:
        return self._decode(latents, return_dict=False)[0]


def _is_factory(found: object) -> bool:
    """Return whether `found` is to be called without arguments to get the decoder."""
    if inspect.isclass(found):
        return True
    if not inspect.isroutine(found):
        return False
    try:
        inspect.signature(found).bind(object())
    except TypeError:
        return True
    return False


def _config(folder: Path, name: str) -> Mapping[str, Any]:
    try:
        found = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"decoder=diffusers:{name}: its config.json cannot be read ({error})."
        ) from error
    return found if isinstance(found, dict) else {}


def _first(*values: float | None) -> Any:
    return next((value for value in values if value is not None), None)
