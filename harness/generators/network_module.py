"""Torch modules around a user's: what is called stands in one place, so calls are counted."""

import inspect
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from rbench.errors import ModelError


class CalledNetwork(torch.nn.Module):
    """A network as samplers call it: ``f(z, ..., labels)``.

    Where there are no labels and `inner` has no place for them, they are left out: a network
    without conditions is written as ``forward(z, t)``. Raises `ModelError` for labels without a
    place.
    """

    def __init__(self, inner: torch.nn.Module) -> None:
        super().__init__()
        self.inner = inner
        self._places = _positional(inner)

    def forward(self, *inputs: Any, **named: Any) -> Any:
        """Call the network."""
        places = None if self._places is None else [p for p in self._places if p not in named]
        if places is not None and len(inputs) > len(places):
            if inputs[-1] is not None:
                raise ModelError(
                    f"the network {type(self.inner).__name__} takes ({', '.join(places)}), which "
                    f"leaves no place for the labels of a task with classes."
                )
            inputs = inputs[:-1]
        return self.inner(*inputs, **named)


class ScriptedNetwork(torch.nn.Module):
    """A network of TorchScript.

    It is run as it stands: the optimiser would change the code, and with it the bits, after the
    first two calls.
    """

    def __init__(self, script: torch.jit.ScriptModule) -> None:
        super().__init__()
        self.script = script

    def forward(self, *inputs: Any, **named: Any) -> Any:
        """Call the script."""
        jit: Any = torch.jit
        with jit.optimized_execution(False):
            return self.script(*inputs, **named)


def read_script(path: Path) -> ScriptedNetwork:
    """Return the network that `torch.jit.save` wrote. Raises `ModelError` for another file."""
    load: Callable[..., torch.jit.ScriptModule] = torch.jit.load
    try:
        with warnings.catch_warnings():
            # torch deprecates the format; whoever has such a file knows.
            warnings.simplefilter("ignore", FutureWarning)
            return ScriptedNetwork(load(str(path), map_location="cpu"))
    except (RuntimeError, ValueError, OSError) as error:
        raise ModelError(f"{path} is no file of torch.jit.save.") from error


class LatentDecoder(torch.nn.Module):
    """Maps latents as the sampler makes them to images: ``decode(latents / scale + shift)``.

    `module` holds the weights of `decode`, where it has any; `dtype` is what `decode` is given.
    Raises `ModelError` for an output that is no tensor (n, channels, height, width).
    """

    def __init__(
        self,
        decode: Callable[[torch.Tensor], Any],
        module: torch.nn.Module | None,
        scale: float,
        shift: float,
        dtype: torch.dtype,
    ) -> None:
        super().__init__()
        self.module = module
        self._decode = decode
        self._scale = scale
        self._shift = shift
        self._dtype = dtype

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        """Decode latents (n, c, h, w)."""
        images = self._decode((latents / self._scale + self._shift).to(self._dtype))
        if not isinstance(images, torch.Tensor) or images.ndim != 4 or len(images) != len(latents):
            shape = getattr(images, "shape", None)
            said = type(images).__name__ if shape is None else f"the shape {tuple(shape)}"
            raise ModelError(f"the decoder returned {said} for {len(latents)} latents.")
        return images


def _positional(module: torch.nn.Module) -> list[str] | None:
    """Return the arguments that `forward` takes by position; None where they are open."""
    if isinstance(module, ScriptedNetwork):
        forward: Any = module.script.forward
        # The schema begins with the module itself.
        return [argument.name for argument in forward.schema.arguments[1:]]
    parameters = inspect.signature(module.forward).parameters.values()
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return None
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
