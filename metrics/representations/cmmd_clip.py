"""CLIP ViT-L/14 at 336 as CMMD takes it: the projected image embedding with unit norm, 768.

Jayasumana et al. 2024, arXiv 2401.09603, and google-research/cmmd: the central square of an
image, Pillow's bicubic to 336 in 8 bits, CLIP's mean and standard deviation, OpenAI's weights.
Those were trained with QuickGELU, x * sigmoid(1.702 x): with GELU the embeddings are others.
The original drops the last partial batch of images; here no image is dropped.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from rbench.assets.weights import CLIP_L_336
from rbench.metrics.representations.loading_files import weights_file
from rbench.metrics.representations.loading_networks import as_network
from rbench.metrics.representations.loading_open_clip import embed, load_image_tower
from rbench.metrics.representations.preprocess import Preprocess
from rbench.metrics.representations.representation import (
    Network,
    Precision,
    Representation,
    Weights,
)

if TYPE_CHECKING:
    import torch

ARCHITECTURE = "ViT-L-14-336-quickgelu"


def clip_l14_336(*, weights: Path | None = None) -> Representation:
    """Return ``clip-l14-336``: output ``unit``, the image embedding of unit norm, 768.

    `weights` is a local file in place of the asset, in open_clip's or OpenAI's names.
    """
    return unit_embedding("clip-l14-336", ARCHITECTURE, 768, 336, weights)


def unit_embedding(
    name: str, architecture: str, dimension: int, size: int, weights: Path | None
) -> Representation:
    """Return the unit image embedding of open_clip's `architecture` behind CMMD's steps."""

    def load(
        device: "torch.device", precision: Precision, offline: bool
    ) -> tuple[Network, Weights]:
        path, about = weights_file(CLIP_L_336, weights, offline)
        tower = load_image_tower(architecture, path, CLIP_L_336.what, quick_gelu=True)

        def forward(inputs: "torch.Tensor") -> "dict[str, torch.Tensor]":
            embedding = embed(tower, inputs)
            return {"unit": embedding / embedding.norm(dim=-1, keepdim=True)}

        return as_network(tower, forward, device, precision), about

    return Representation(
        name=name,
        outputs={"unit": dimension},
        preprocess=Preprocess(
            size=size,
            filter="bicubic",
            antialias=True,
            kernel="pillow",
            crop="center-square",
            mean=(0.48145466, 0.4578275, 0.40821073),
            std=(0.26862954, 0.26130258, 0.27577711),
        ),
        load=load,
        assets=(CLIP_L_336,),
        source="Jayasumana et al. 2024, arXiv 2401.09603; google-research/cmmd, embedding.py",
        about={"open_clip": architecture, "quick_gelu": True, "licence": CLIP_L_336.licence},
    )
