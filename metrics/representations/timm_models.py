"""Any pretrained model of timm by name: ``timm/resnet50.a1_in1k``."""

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rbench.assets import Asset
from rbench.assets.table import ASSETS
from rbench.errors import UsageError
from rbench.metrics.representations.loading_files import weights_file
from rbench.metrics.representations.loading_networks import as_network, library
from rbench.metrics.representations.loading_timm import create_timm, load_timm_file
from rbench.metrics.representations.preprocess import Filter, Preprocess
from rbench.metrics.representations.representation import (
    Network,
    Precision,
    Representation,
    Weights,
)

if TYPE_CHECKING:
    import torch

PREFIX = "timm/"


def timm_model(name: str, *, weights: Path | None = None) -> Representation:
    """Return the timm model `name`, as in ``timm/resnet50.a1_in1k``, without its classifier.

    The output ``pool`` is what ``timm.create_model(name, num_classes=0)`` returns, (batch, d).
    A name without tag means timm's default weights, and the representation says which.
    The whole image is resized to the model's input size by torch's filter with antialias, in
    floats, with timm's mean and std: timm's own evaluation crop is not taken, because a generated
    image is judged to its edge. `with_preprocess` puts other steps in front.
    `weights` is a local file in place of the asset. Raises `UsageError` for an unknown name, a
    model without pretrained weights, and one that does not take square RGB images.
    """
    timm = library("timm", name)
    import torch

    wanted = name.removeprefix(PREFIX)
    try:
        config = timm.get_pretrained_cfg(wanted) if timm.is_model(wanted) else None
    except RuntimeError:  # a known architecture with an unknown tag
        config = None
    if config is None:
        close = get_close_matches(wanted, timm.list_models(pretrained=True), n=3, cutoff=0.5)
        hint = "; did you mean " + " or ".join(repr(c) for c in close) + "?" if close else "."
        raise UsageError(f"timm has no pretrained model {wanted!r}{hint}")
    full = f"{config.architecture}.{config.tag}" if config.tag else config.architecture
    asset = _asset(full, config)
    channels, height, width = config.input_size
    if channels != 3 or height != width:
        raise UsageError(f"timm's {full} takes {config.input_size}, not square RGB images.")
    with torch.device("meta"):
        dimension = create_timm(full).head_hidden_size

    def load(
        device: "torch.device", precision: Precision, offline: bool
    ) -> tuple[Network, Weights]:
        path, about = weights_file(asset, weights, offline)
        model = load_timm_file(full, path, asset.what)

        def forward(inputs: "torch.Tensor") -> "dict[str, torch.Tensor]":
            return {"pool": model(inputs)}

        return as_network(model, forward, device, precision), about

    return Representation(
        name=PREFIX + full,
        outputs={"pool": dimension},
        preprocess=Preprocess(
            size=height,
            filter=_filter(config.interpolation),
            antialias=True,
            mean=tuple(config.mean),
            std=tuple(config.std),
        ),
        load=load,
        assets=(asset,),
        source=f"timm; {config.paper_name or config.origin_url or config.hf_hub_id or full}",
        about={"timm": full, "licence": asset.licence},
    )


def _asset(full: str, config: Any) -> Asset:
    file = config.hf_hub_filename or "model.safetensors"
    if config.hf_hub_id:
        name, address = f"weights/{config.hf_hub_id}/{file}", f"hf://{config.hf_hub_id}@main/{file}"
    elif config.url:
        name, address = f"weights/timm/{full}/{config.url.rpartition('/')[2]}", config.url
    else:
        raise UsageError(f"timm has no weights of {full}: name a tag that has, or another model.")
    if name in ASSETS:
        return ASSETS[name]
    return Asset(
        name=name,
        address=address,
        licence=config.license or "see the model's page",
        what=f"timm's weights of {full}",
    )


def _filter(interpolation: str) -> Filter:
    # torch antialiases only these two; timm's "random" and "lanczos" are near bicubic.
    return cast(Filter, interpolation if interpolation in ("bilinear", "bicubic") else "bicubic")
