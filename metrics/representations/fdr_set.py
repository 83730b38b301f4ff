"""The representations of FDr^6 beside Inception, exactly as its authors' evaluator runs them.

Jiawei Yang et al. 2026, "FD-loss", arXiv 2604.28190, table B.1, and its code (eval_all_fds.py,
frechet_distance/repr_models.py at 5c03b81). Floats in [0, 1] are not quantised, are resized by
torch's bicubic with antialias, normalised with timm's mean and std, and run in bfloat16 autocast.
ViTs take any size: 256 is no multiple of 14, so timm pads the normalised image with zeros to 266
and resamples the position embedding to 19 x 19.

The default output of each enters FDr^6; ``mean`` (over the patch tokens) is what the authors'
statistics files call ``avg_mu`` and ``avg_sigma``. Their reference images are ImageNet's training
set after ADM's centre crop to 256: images of another shape must be cropped so beforehand.

CLIP runs with GELU because timm's ``vit_large_patch14_clip_224.openai`` does, although OpenAI
trained it with QuickGELU: the published numbers have it so.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from rbench.assets import Asset
from rbench.assets.weights import (
    FDR_CLIP_L,
    FDR_CONVNEXTV2_B,
    FDR_DINOV2_L,
    FDR_MAE_L,
    FDR_SIGLIP2_SO400M,
)
from rbench.metrics.representations.loading_files import weights_file
from rbench.metrics.representations.loading_networks import as_network
from rbench.metrics.representations.loading_timm import load_timm_file
from rbench.metrics.representations.preprocess import Preprocess
from rbench.metrics.representations.representation import (
    Network,
    Precision,
    Representation,
    Weights,
)

if TYPE_CHECKING:
    import torch

FDR6 = (
    "inception-v3",
    "fdr/convnextv2-b",
    "fdr/dinov2-l",
    "fdr/mae-l",
    "fdr/siglip2-so400m",
    "fdr/clip-l",
)
"""The six of FDr^6, Inception's included."""

Pooling = Literal["cls", "attn_pool", "mean"]
_Triple: TypeAlias = tuple[float, float, float]

_IMAGENET: tuple[_Triple, _Triple] = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_HALF: tuple[_Triple, _Triple] = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
_OPENAI: tuple[_Triple, _Triple] = (
    (0.48145466, 0.4578275, 0.40821073),
    (0.26862954, 0.26130258, 0.27577711),
)


@dataclass(frozen=True, slots=True)
class Backbone:
    """One timm model as the evaluator runs it.

    Attributes:
        model: its name in timm.
        size: height and width of its input.
        dimension: of its features.
        pooling: ``cls`` takes the class token after the last norm, ``attn_pool`` the learned
            pooling, ``mean`` the mean over the positions of a convolutional network's last map,
            before the norm of its head.
        normalisation: mean and standard deviation per channel in units of [0, 1].
        asset: its weights.
    """

    model: str
    size: int
    dimension: int
    pooling: Pooling
    normalisation: tuple[_Triple, _Triple]
    asset: Asset


DINOV2_L = Backbone("vit_large_patch14_dinov2.lvd142m", 256, 1024, "cls", _IMAGENET, FDR_DINOV2_L)
CONVNEXTV2_B = Backbone(
    "convnextv2_base.fcmae_ft_in22k_in1k", 224, 1024, "mean", _IMAGENET, FDR_CONVNEXTV2_B
)
MAE_L = Backbone("vit_large_patch16_224.mae", 224, 1024, "cls", _IMAGENET, FDR_MAE_L)
SIGLIP2_SO400M = Backbone(
    "vit_so400m_patch16_siglip_256.v2_webli", 224, 1152, "attn_pool", _HALF, FDR_SIGLIP2_SO400M
)
CLIP_L = Backbone("vit_large_patch14_clip_224.openai", 256, 1024, "cls", _OPENAI, FDR_CLIP_L)


def dinov2_l(*, weights: Path | None = None) -> Representation:
    """Return ``fdr/dinov2-l``: outputs ``cls`` and ``mean``, 1024 each; `weights`: a local file."""
    return representation("fdr/dinov2-l", DINOV2_L, weights)


def convnextv2_b(*, weights: Path | None = None) -> Representation:
    """Return ``fdr/convnextv2-b``: output ``pool``, 1024; `weights`: a local file."""
    return representation("fdr/convnextv2-b", CONVNEXTV2_B, weights)


def mae_l(*, weights: Path | None = None) -> Representation:
    """Return ``fdr/mae-l``: outputs ``cls`` and ``mean``, 1024 each; `weights`: a local file."""
    return representation("fdr/mae-l", MAE_L, weights)


def siglip2_so400m(*, weights: Path | None = None) -> Representation:
    """Return ``fdr/siglip2-so400m``: outputs ``attn_pool`` and ``mean``, 1152 each.

    The paper's table calls the first "CLS token"; the model has none, and the code pools.
    `weights`: a local file.
    """
    return representation("fdr/siglip2-so400m", SIGLIP2_SO400M, weights)


def clip_l(*, weights: Path | None = None) -> Representation:
    """Return ``fdr/clip-l``: outputs ``cls`` before the projection and ``mean``, 1024 each.

    `weights`: a local file.
    """
    return representation("fdr/clip-l", CLIP_L, weights)


def representation(name: str, backbone: Backbone, weights: Path | None = None) -> Representation:
    """Return `backbone` run as the evaluator of FD-loss runs its models."""
    asset = backbone.asset
    is_vit = backbone.pooling != "mean"

    def load(
        device: "torch.device", precision: Precision, offline: bool
    ) -> tuple[Network, Weights]:
        path, about = weights_file(asset, weights, offline)
        model = load_timm_file(backbone.model, path, asset.what, any_size=is_vit)

        def forward(inputs: "torch.Tensor") -> "dict[str, torch.Tensor]":
            return pooled(model, backbone.pooling, inputs)

        return as_network(model, forward, device, precision), about

    mean, std = backbone.normalisation
    names = (backbone.pooling, "mean") if is_vit else ("pool",)
    return Representation(
        name=name,
        outputs=dict.fromkeys(names, backbone.dimension),
        preprocess=Preprocess(
            size=backbone.size,
            filter="bicubic",
            antialias=True,
            quantise="none",
            mean=mean,
            std=std,
        ),
        load=load,
        precision="bfloat16-autocast",
        assets=(asset,),
        source="FD-loss, arXiv 2604.28190, table B.1; frechet_distance/repr_models.py at 5c03b81",
        about={"timm": backbone.model, "licence": asset.licence, "any_size": is_vit},
    )


def pooled(model: Any, pooling: Pooling, inputs: "torch.Tensor") -> "dict[str, torch.Tensor]":
    """Return what the evaluator takes from a timm `model`: the output `pooling` and the mean."""
    features = model.forward_features(inputs)
    if pooling == "mean":
        return {"pool": features.mean(dim=(2, 3))}
    mean = features[:, model.num_prefix_tokens :].mean(dim=1)
    if pooling == "cls":
        return {"cls": features[:, 0], "mean": mean}
    return {"attn_pool": model.pool(features), "mean": mean}
