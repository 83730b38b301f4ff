"""What the configuration of a diffusers pipeline says of its images, read without loading it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rbench.errors import ModelError
from rbench.harness.images.types import ImageSpec


def pipeline_spec(folder: Path, name: str) -> ImageSpec | None:
    """Return the images of a pipeline, or None where its configuration does not say.

    Raises `ModelError` where `folder` holds no pipeline, or its configuration cannot be read.
    """
    if not (folder / "model_index.json").is_file():
        raise ModelError(f"{name!r} is no pipeline: it holds no model_index.json.")
    _read(folder / "model_index.json")
    if (folder / "unet" / "config.json").is_file():
        network = _read(folder / "unet" / "config.json")
        classes = network.get("num_class_embeds")
    elif (folder / "transformer" / "config.json").is_file():
        network = _read(folder / "transformer" / "config.json")
        classes = network.get("num_embeds_ada_norm")
    else:
        return None
    size = network.get("sample_size")
    sides = [size, size] if isinstance(size, int) else size
    if not isinstance(sides, list) or len(sides) != 2 or not all(type(s) is int for s in sides):
        return None
    channels, factor = network.get("out_channels") or network.get("in_channels"), 1
    for part in ("vae", "vqvae", "movq"):
        if (folder / part / "config.json").is_file():
            autoencoder = _read(folder / part / "config.json")
            channels = autoencoder.get("out_channels")
            # Every level of the autoencoder but the last halves the sides.
            factor = 2 ** (len(autoencoder.get("block_out_channels") or [0]) - 1)
    if channels not in (1, 3):
        return None
    return ImageSpec(sides[0] * factor, sides[1] * factor, channels, classes or 0)


def _read(file: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{file} cannot be read: {error}.") from error
    if not isinstance(found, dict):
        raise ModelError(f"{file} holds {type(found).__name__}, not an object.")
    return found
