"""Weights from a file into a network: the entry that is wanted, and every name accounted for."""

import pickle
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from rbench.errors import ModelError
from rbench.harness.generators.failure import short_reason

_SHOWN = 3


def read_tensors(path: Path, key: str | None, prefix: str) -> dict[str, torch.Tensor]:
    """Return the tensors of a checkpoint by name, on the CPU.

    `path` is safetensors, or a file of `torch.save`, which is read with ``weights_only``. `key`
    is the entry that holds them in a file of several, ``ema`` or ``state/ema``. Only names that
    begin with `prefix` are taken, without it. Raises `ModelError`, naming what the file has.
    """
    found: Any = _safetensors(path) if path.suffix == ".safetensors" else _pickled(path)
    for part in key.split("/") if key else ():
        if not isinstance(found, Mapping) or part not in found:
            raise ModelError(f"{path.name} has no entry {key!r}; it has {_listed(found)}.")
        found = found[part]
    if isinstance(found, torch.nn.Module) or not isinstance(found, Mapping):
        raise ModelError(f"{path.name} holds {type(found).__name__}, not a mapping of tensors.")
    tensors = {str(name): value for name, value in found.items() if isinstance(value, torch.Tensor)}
    if not tensors:
        raise ModelError(
            f"{path.name} holds no tensors{f' under {key!r}' if key else ''}; choose one of its "
            f"entries with -M key=NAME: {_listed(found)}."
        )
    taken = {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}
    if not taken:
        raise ModelError(
            f"no weight in {path.name} begins with the prefix {prefix!r}; it has "
            f"{_shortened(list(tensors))}."
        )
    return taken


def load_into(
    module: torch.nn.Module, tensors: Mapping[str, torch.Tensor], name: str, *, ignore_unused: bool
) -> None:
    """Put `tensors` into `module`. Raises `ModelError` unless names and sizes agree.

    Tensors that `module` has no place for are an error too, unless `ignore_unused`.
    """
    wanted = module.state_dict()
    lacking = [key for key in wanted if key not in tensors]
    unused = [key for key in tensors if key not in wanted]
    if lacking:
        hint = f"; it has {_shortened(unused)} instead (-M key, -M prefix)" if unused else ""
        raise ModelError(
            f"{name} lacks {len(lacking)} of the {len(wanted)} weights of the network: "
            f"{_shortened(lacking)}{hint}."
        )
    other = [key for key in wanted if wanted[key].shape != tensors[key].shape]
    if other:
        key = other[0]
        raise ModelError(
            f"{len(other)} weights in {name} have other sizes than the network's: {key} is "
            f"{tuple(tensors[key].shape)}, the network's {tuple(wanted[key].shape)}."
        )
    if unused and not ignore_unused:
        raise ModelError(
            f"{name} has {len(unused)} weights that the network has no place for: "
            f"{_shortened(unused)}; give another network, or -M unused=ignore."
        )
    module.load_state_dict({key: tensors[key] for key in wanted})


def _safetensors(path: Path) -> dict[str, torch.Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{path} is no sound safetensors file ({error}).") from error


def _pickled(path: Path) -> Any:
    if _is_script(path):
        raise ModelError(
            f"{path} is a file of torch.jit.save, network and weights: give it as torchscript:FILE."
        )
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ModelError(
            f"{path} holds more than tensors and plain containers, or is damaged, and is not "
            f"unpickled: save the state_dict alone, best as safetensors."
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, AttributeError) as error:
        reason = f"{type(error).__name__}: {short_reason(error)}".removesuffix(": ")
        raise ModelError(
            f"{path} cannot be read as a file of torch.save, or is damaged ({reason})."
        ) from error


def _is_script(path: Path) -> bool:
    """Return whether a file is TorchScript's, which `torch.load` would run or warn about."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith("/constants.pkl") for name in archive.namelist())


def _listed(found: object) -> str:
    if not isinstance(found, Mapping):
        return f"{type(found).__name__} in its place"
    return _shortened([str(name) for name in found]) if found else "nothing"


def _shortened(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
