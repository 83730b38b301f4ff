"""DINOv2 ViT-L/14 at 224 as EDM2 and dgm-eval take it: the class token after the last norm, 1024.

Both load ``dinov2_vitl14`` from torch.hub, which is built for 518 x 518 and interpolates its
37 x 37 position embedding to 16 x 16 in every forward pass: bicubic without antialias, and at the
scale factor (16 + 0.1) / 37 instead of 16 / 37 (``interpolate_offset=0.1``), which moves the last
position by 0.22 patches. timm builds the same network but interpolates with antialias and without
the offset, so the embedding is interpolated here as the hub does.

EDM2 resizes with torch's bicubic and antialias, in floats, neither clamped nor rounded
(`EDM2_PREPROCESS`, the default); dgm-eval with Pillow's bicubic in 8 bits (`DGM_EVAL_PREPROCESS`).
Neither keeps the aspect. Weights and arithmetic are float32.
"""

import math
from pathlib import Path
from typing import TYPE_CHECKING

from rbench.assets.weights import DINOV2_L
from rbench.errors import AssetError
from rbench.metrics.representations.loading_files import read_state, weights_file
from rbench.metrics.representations.loading_networks import as_network
from rbench.metrics.representations.loading_timm import load_timm
from rbench.metrics.representations.preprocess import Preprocess
from rbench.metrics.representations.representation import (
    Network,
    Precision,
    Representation,
    Weights,
)

if TYPE_CHECKING:
    import torch

_MODEL = "vit_large_patch14_dinov2.lvd142m"
_SIZE = 224
_PATCH = 14
_OFFSET = 0.1
_MEAN = (0.485, 0.456, 0.406)
_STD = (0.229, 0.224, 0.225)

EDM2_PREPROCESS = Preprocess(
    size=_SIZE, filter="bicubic", antialias=True, kernel="torch", mean=_MEAN, std=_STD
)
DGM_EVAL_PREPROCESS = Preprocess(
    size=_SIZE, filter="bicubic", antialias=True, kernel="pillow", mean=_MEAN, std=_STD
)


def dinov2_l(*, weights: Path | None = None) -> Representation:
    """Return ``dinov2-l``: output ``cls``, 1024, behind EDM2's steps.

    ``dinov2_l().with_preprocess(DGM_EVAL_PREPROCESS)`` is dgm-eval's. `weights` is a local file
    in place of the authors' ``dinov2_vitl14_pretrain.pth``; timm's copy is taken too.
    """

    def load(
        device: "torch.device", precision: Precision, offline: bool
    ) -> tuple[Network, Weights]:
        path, about = weights_file(DINOV2_L, weights, offline)
        state = read_state(path)
        return class_token_network(_MODEL, state, _SIZE, _PATCH, device, precision), about

    return Representation(
        name="dinov2-l",
        outputs={"cls": 1024},
        preprocess=EDM2_PREPROCESS,
        load=load,
        assets=(DINOV2_L,),
        source="Oquab et al. 2023, arXiv 2304.07193; Stein et al. 2023, arXiv 2306.04675 "
        "(dgm-eval); EDM2, calculate_metrics.py",
        about={"timm": _MODEL, "licence": DINOV2_L.licence, "position_embedding": "torch.hub's"},
    )


def class_token_network(
    model_name: str,
    state: "dict[str, torch.Tensor]",
    size: int,
    patch: int,
    device: "torch.device",
    precision: Precision,
) -> Network:
    """Return a ViT of timm for `size`, its position embedding interpolated as torch.hub does."""
    if "pos_embed" not in state:
        raise AssetError(
            f"The file given as the weights of {model_name} has no pos_embed: take the file of "
            f"this very model."
        )
    state = state | {"pos_embed": hub_position_embedding(state["pos_embed"], size // patch)}
    model = load_timm(model_name, state, f"the weights of {model_name}", image_size=size)

    def forward(inputs: "torch.Tensor") -> "dict[str, torch.Tensor]":
        return {"cls": model.forward_features(inputs)[:, 0]}

    return as_network(model, forward, device, precision)


def hub_position_embedding(embedding: "torch.Tensor", side: int) -> "torch.Tensor":
    """Return a (1, 1 + n * n, d) position embedding with a class token for `side` x `side` patches.

    As ``DinoVisionTransformer.interpolate_pos_encoding`` of facebookresearch/dinov2 does with its
    published settings: position i samples at (i + 0.5) n / (side + 0.1) - 0.5, cubic with
    a = -0.75 and borders repeated. The embedding of n = side is returned as it is.
    """
    import torch
    from torch.nn.functional import interpolate

    positions, dimension = embedding.shape[1] - 1, embedding.shape[2]
    n = math.isqrt(positions)
    if n * n != positions:
        raise AssetError(
            f"A position embedding of {positions} patches is not a square: the weights are of "
            f"another model."
        )
    if n == side:
        return embedding
    grid = embedding[:, 1:].float().reshape(1, n, n, dimension).permute(0, 3, 1, 2)
    scale = (side + _OFFSET) / n
    grid = interpolate(grid, scale_factor=(scale, scale), mode="bicubic", antialias=False)
    patches = grid.permute(0, 2, 3, 1).reshape(1, side * side, dimension)
    return torch.cat((embedding[:, :1], patches.to(embedding.dtype)), dim=1)
