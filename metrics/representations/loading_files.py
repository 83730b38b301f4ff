"""Weight files: where one is, what it hashes to, and the tensors in it. No code is unpickled."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rbench.assets import Asset, fetch
from rbench.errors import AssetError
from rbench.metrics.representations.representation import Weights

if TYPE_CHECKING:
    import torch

    State = dict[str, torch.Tensor]


def weights_file(asset: Asset, given: Path | None, offline: bool) -> tuple[Path, Weights]:
    """Return the file of the weights and what it is: `given`, or else the asset, fetched.

    A given file is taken for what it is: it may hold other weights than the asset, and its own
    sha256 says so. Raises `AssetError` where there is no file.
    """
    if given is None:
        path, source, sha256 = fetch(asset, offline=offline), asset.address, asset.sha256
        if sha256 is not None:  # which fetch has verified
            return path, Weights(sha256=sha256, source=source)
    else:
        path, source = given.expanduser(), f"the given file {given.name}"
        if not path.is_file():
            raise AssetError(f"There is no weights file {given}: give the path of {asset.what}.")
    return path, Weights(sha256=file_sha256(path), source=source)


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_state(path: Path) -> "State":
    """Return the tensors of a ``.safetensors`` file or of a ``torch.save`` file, on the CPU.

    Floating tensors come as contiguous float32. A checkpoint that keeps its tensors under
    ``state_dict`` or ``model`` is opened there. Raises `AssetError` for a file that holds
    anything but tensors.
    """
    import pickle

    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    state: Any
    try:
        if path.suffix == ".safetensors":
            state = load_file(path)
        else:
            state = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, EOFError, OSError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise AssetError(
            f"{path} cannot be read as weights ({reason}): give a .safetensors file, or one that "
            f"torch.load reads with weights_only=True."
        ) from error
    for outer in ("state_dict", "model"):
        if isinstance(state, dict) and isinstance(state.get(outer), dict):
            state = state[outer]
    if not isinstance(state, dict) or not all(torch.is_tensor(v) for v in state.values()):
        raise AssetError(f"{path} holds something else than a dictionary of tensors.")
    return {k: v.float().contiguous() if v.is_floating_point() else v for k, v in state.items()}
