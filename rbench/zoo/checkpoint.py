"""The checkpoints of the zoo: weights in half precision, and how they were made."""

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import nn

from rbench.errors import ModelError

_ABOUT = "about"
WEIGHTS = Path(__file__).parent / "weights"


def checkpoint_path(name: str) -> Path:
    """Return the file of a model, ``flow-digits``."""
    return WEIGHTS / f"{name}.safetensors"


def save_checkpoint(path: Path, module: nn.Module, about: Mapping[str, str]) -> None:
    """Write the weights as float16, with `about` (command, data, seed ...) in the file's head."""
    from safetensors.torch import save

    state = {
        name: value.to(torch.float16).contiguous() for name, value in module.state_dict().items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    # One key: safetensors writes several in any order, and the same training gives the same bytes.
    path.write_bytes(save(state, metadata={_ABOUT: json.dumps(about, sort_keys=True)}))


def load_checkpoint(path: Path, module: nn.Module) -> None:
    """Fill `module` with the weights of the file; the rounding to float16 stays.

    Raises `ModelError` for a file that is missing, damaged, or of another network.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        module.load_state_dict(load_file(path))
    except FileNotFoundError:
        raise ModelError(f"the weights {path} are not there: install rbench again.") from None
    except (SafetensorError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(f"the weights {path} do not fit this network: {reason}") from None


def read_about(path: Path) -> dict[str, str]:
    """Return what the head of a checkpoint says of how it was made."""
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        about: dict[str, str] = json.loads((file.metadata() or {}).get(_ABOUT, "{}"))
    return about
