"""The image tower of an open_clip model, filled from a file."""

from pathlib import Path
from typing import Any

from rbench.errors import AssetError
from rbench.metrics.representations.loading_networks import library


def load_image_tower(architecture: str, path: Path, what: str, *, quick_gelu: bool) -> Any:
    """Return the image tower of the open_clip model `architecture` with the weights in `path`.

    Called with a batch it gives the projected image embedding, not normalised, or a tuple that
    begins with it (CoCa). The file holds the whole model: every weight must fit. `quick_gelu`
    forces OpenAI's activation x * sigmoid(1.702 x); False leaves the architecture's own.
    Raises `AssetError`.
    """
    import pickle

    open_clip = library("open_clip", architecture)
    from safetensors import SafetensorError

    try:
        model = open_clip.create_model(
            architecture,
            pretrained=str(path),
            precision="fp32",
            device="cpu",
            force_quick_gelu=quick_gelu,
            weights_only=True,
        )
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, KeyError, OSError) as error:
        reason = str(error).strip().splitlines()[-1].strip()
        raise AssetError(
            f"The file given as {what} does not fit open_clip's {architecture} "
            f"({reason.rstrip('.')}): take the file of this very model."
        ) from error
    return model.visual


def embed(tower: Any, inputs: Any) -> Any:
    """Return the projected image embedding of `inputs`, (batch, d), not normalised."""
    embedding = tower(inputs)
    return embedding[0] if isinstance(embedding, tuple) else embedding
