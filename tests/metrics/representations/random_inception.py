"""Random weights for the FID Inception network, in torch-fidelity's format."""

from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch_fidelity import feature_extractor_inceptionv3 as peer

NAMES = ["2048", "logits_unbiased", "logits"]


def random_state(seed: int = 0) -> dict[str, torch.Tensor]:
    """Weights that keep the scale of activations, and batch norms that do something."""
    generator = torch.Generator().manual_seed(seed)

    def values(name: str, like: torch.Tensor) -> torch.Tensor:
        if name.endswith("num_batches_tracked"):
            return like
        if like.ndim > 1:
            return torch.randn(like.shape, generator=generator) * (2 / like[0].numel()) ** 0.5
        if name.endswith(("running_var", "bn.weight")):
            return 0.5 + torch.rand(like.shape, generator=generator)
        return torch.randn(like.shape, generator=generator) * 0.2

    blank = mock.patch.object(peer.FeatureExtractorInceptionV3, "load_state_dict")
    with blank, mock.patch.object(peer, "load_state_dict_from_url", return_value={}):
        shapes = peer.FeatureExtractorInceptionV3("inception", ["2048"]).state_dict()
    return {name: values(name, like) for name, like in shapes.items()}


def peer_network(path: Path, dtype: torch.dtype = torch.float32) -> Any:
    """torch-fidelity's own extractor on the weights at `path`, taking (n, 3, h, w) in uint8."""
    network = peer.FeatureExtractorInceptionV3(
        "inception", NAMES, feature_extractor_weights_path=str(path)
    ).to(dtype)
    # Its option for this, in 0.4.0, sets float32 whatever is asked for.
    network.feature_extractor_internal_dtype = dtype
    return network
