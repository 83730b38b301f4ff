"""timm backbones without their classifier, filled from a file instead of from the network."""

import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rbench.metrics.representations.loading_files import read_state
from rbench.metrics.representations.loading_networks import fill, library

if TYPE_CHECKING:
    from rbench.metrics.representations.loading_files import State


def create_timm(name: str, *, image_size: int | None = None, any_size: bool = False) -> Any:
    """Return the timm model `name` without classifier, with random weights.

    `image_size` builds it for another size than its own; `any_size` lets a ViT take every size:
    the image is padded to whole patches with zeros at the bottom and the right, and the position
    embedding is resampled in each forward pass (bicubic with antialias).
    """
    timm = library("timm", name)
    options: dict[str, Any] = {}
    if image_size is not None:
        options["img_size"] = image_size
    if any_size:
        options |= {"dynamic_img_size": True, "dynamic_img_pad": True}
    return timm.create_model(name, pretrained=False, num_classes=0, **options)


def load_timm(
    name: str,
    state: "State",
    what: str,
    *,
    image_size: int | None = None,
    any_size: bool = False,
) -> Any:
    """Return `create_timm` of the same arguments with the weights `state`, on the CPU.

    A state under other names than timm's own (a checkpoint of the authors) goes through timm's
    conversion. Raises `AssetError` unless every weight of the backbone was given.
    """
    torch = library("torch", name)

    with torch.device("meta"):
        model = create_timm(name, image_size=image_size, any_size=any_size)
    classifiers = model.pretrained_cfg.get("classifier") or ()
    names = (classifiers,) if isinstance(classifiers, str) else classifiers
    unused = tuple(f"{classifier}." for classifier in names)
    if set(model.state_dict()) != {key for key in state if not key.startswith(unused)}:
        convert = getattr(sys.modules[type(model).__module__], "checkpoint_filter_fn", None)
        state = convert(state, model) if convert else state
    fill(model, state, what, unused)
    if any(tensor.is_meta for tensor in chain(model.parameters(), model.buffers())):
        # Tables that are computed, not stored, exist only where the model is built for real.
        model = create_timm(name, image_size=image_size, any_size=any_size)
        fill(model, state, what, unused)
    return model


def load_timm_file(name: str, path: Path, what: str, *, any_size: bool = False) -> Any:
    """Return `load_timm` with the weights in the file `path`. Raises `AssetError`."""
    return load_timm(name, read_state(path), what, any_size=any_size)
