"""Any pretrained model of open_clip by name: ``open_clip/ViT-B-32/laion2b_s34b_b79k``."""

from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from rbench.assets import Asset
from rbench.assets.table import ASSETS
from rbench.errors import AssetError, UsageError
from rbench.metrics.representations.loading_files import weights_file
from rbench.metrics.representations.loading_networks import as_network, library
from rbench.metrics.representations.loading_open_clip import embed, load_image_tower
from rbench.metrics.representations.preprocess import Filter, Preprocess
from rbench.metrics.representations.representation import (
    Network,
    Precision,
    Representation,
    Weights,
)

if TYPE_CHECKING:
    import torch

PREFIX = "open_clip/"
_SAFE, _PICKLED = "open_clip_model.safetensors", "open_clip_pytorch_model.bin"


def open_clip_model(name: str, *, weights: Path | None = None) -> Representation:
    """Return open_clip's model `name`, as in ``open_clip/ARCHITECTURE/PRETRAINED``.

    The output ``embedding`` is the projected image embedding, (batch, d); ``unit`` is the same
    with unit norm, as a cosine or CMMD needs it. Weights that were trained with QuickGELU run
    with it, whichever of the two architectures is named. Preprocessing is that of the weights:
    the central square (or the squashed image where they were trained so), Pillow's filter in
    8 bits. `weights` is a local file in place of the asset. Raises `UsageError` for an unknown
    architecture or unknown weights.
    """
    architecture, _, tag = name.removeprefix(PREFIX).partition("/")
    open_clip = library("open_clip", name)
    model = open_clip.get_model_config(architecture)
    config = open_clip.get_pretrained_cfg(architecture, tag) if tag else {}
    if model is None or not config:
        pairs = ["/".join(pair) for pair in open_clip.list_pretrained()]
        close = get_close_matches(f"{architecture}/{tag}", pairs, n=3, cutoff=0.5)
        hint = "; did you mean " + " or ".join(repr(c) for c in close) + "?" if close else "."
        raise UsageError(f"open_clip has no pretrained model {architecture + '/' + tag!r}{hint}")
    assets = _assets(architecture, tag, config)
    quick_gelu = bool(config.get("quick_gelu", False))
    size = model["vision_cfg"]["image_size"]
    if not isinstance(size, int):
        raise UsageError(f"open_clip's {architecture} takes {size}, not square images.")

    def load(
        device: "torch.device", precision: Precision, offline: bool
    ) -> tuple[Network, Weights]:
        path, about = _first_to_be_had(assets, weights, offline)
        tower = load_image_tower(architecture, path, assets[0].what, quick_gelu=quick_gelu)

        def forward(inputs: "torch.Tensor") -> "dict[str, torch.Tensor]":
            embedding = embed(tower, inputs)
            unit = embedding / embedding.norm(dim=-1, keepdim=True)
            return {"embedding": embedding, "unit": unit}

        return as_network(tower, forward, device, precision), about

    return Representation(
        name=f"{PREFIX}{architecture}/{tag}",
        outputs={"embedding": model["embed_dim"], "unit": model["embed_dim"]},
        preprocess=Preprocess(
            size=size,
            filter=cast(Filter, config.get("interpolation", "bicubic")),
            antialias=True,
            kernel="pillow",
            crop="none" if config.get("resize_mode") == "squash" else "center-square",
            mean=tuple(config["mean"]),
            std=tuple(config["std"]),
        ),
        load=load,
        assets=assets[:1],
        source=f"open_clip, {architecture} with the weights {tag}",
        about={
            "open_clip": f"{architecture}/{tag}",
            "quick_gelu": quick_gelu or bool(model.get("quick_gelu", False)),
            "licence": assets[0].licence,
        },
    )


def _assets(architecture: str, tag: str, config: dict[str, Any]) -> tuple[Asset, ...]:
    """Return where the weights are, the preferred place first."""
    what = f"open_clip's weights {tag} of {architecture}"
    folder = f"weights/open-clip/{architecture.removesuffix('-quickgelu')}.{tag}"
    if hub := config.get("hf_hub"):
        # "owner/repository/" or "owner/repository/file".
        repository, _, file = hub.rpartition("/")
        file = file or _PICKLED
        safe = _SAFE if file == _PICKLED else str(PurePosixPath(file).with_suffix(".safetensors"))
        addresses = [f"hf://{repository}@main/{f}" for f in dict.fromkeys((safe, file))]
    elif url := config.get("url"):
        addresses = [url]
    else:
        raise UsageError(f"open_clip says no address of {architecture}/{tag}.")
    names = {f"{folder}/{address.rpartition('/')[2]}": address for address in addresses}
    return tuple(
        ASSETS.get(name) or Asset(name, address, "see the model's page", what)
        for name, address in names.items()
    )


def _first_to_be_had(
    assets: tuple[Asset, ...], weights: Path | None, offline: bool
) -> tuple[Path, Weights]:
    # Old repositories hold only the file that torch.save made.
    for asset in assets[1:]:
        try:
            return weights_file(assets[0], weights, offline)
        except AssetError:
            if weights is not None:
                raise
        try:
            return weights_file(asset, weights, offline)
        except AssetError:
            continue
    return weights_file(assets[0], weights, offline)
