"""VGG16's second fully connected layer as torch-fidelity takes it for precision and recall.

torchvision's ImageNet weights, the image resized to 224 as TensorFlow 1 does. Kynkäänniemi et al.
(2019, arXiv 1904.06991) used another conversion of the same architecture: their numbers differ.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from rbench.assets.weights import VGG16
from rbench.metrics.representations.loading_files import read_state, weights_file
from rbench.metrics.representations.loading_networks import as_network, fill
from rbench.metrics.representations.preprocess import Preprocess
from rbench.metrics.representations.representation import (
    Network,
    Precision,
    Representation,
    Weights,
)

if TYPE_CHECKING:
    import torch

_BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))


def vgg16(*, weights: Path | None = None) -> Representation:
    """Return VGG16 with the outputs ``fc2_relu`` (the one the peers use) and ``fc2``, 4096 each.

    `weights` is a local file in place of the asset.
    """

    def load(
        device: "torch.device", precision: Precision, offline: bool
    ) -> tuple[Network, Weights]:
        path, about = weights_file(VGG16, weights, offline)
        module = _network()
        fill(module, read_state(path), VGG16.what, unused=("classifier.6.",))

        def forward(inputs: "torch.Tensor") -> "dict[str, torch.Tensor]":
            fc2 = module(inputs)
            return {"fc2_relu": fc2.relu(), "fc2": fc2}

        return as_network(module, forward, device, precision), about

    return Representation(
        name="vgg16",
        outputs={"fc2_relu": 4096, "fc2": 4096},
        preprocess=Preprocess(
            size=224,
            filter="bilinear",
            kernel="tf1",
            range=(0, 255),
            mean=(255 * 0.485, 255 * 0.456, 255 * 0.406),
            std=(255 * 0.229, 255 * 0.224, 255 * 0.225),
        ),
        load=load,
        assets=(VGG16,),
        source="Simonyan and Zisserman 2014, arXiv 1409.1556; torch-fidelity 0.4.0, "
        "feature_extractor_vgg16.py",
        about={"architecture": "vgg16", "licence": VGG16.licence},
    )


def _network() -> "torch.nn.Module":
    """Return configuration D up to fc2, on the meta device, with torchvision's names.

    Dropout is left out: it does nothing in inference.
    """
    import torch
    from torch import nn

    with torch.device("meta"):
        layers: list[nn.Module] = []
        channels = 3
        for width, depth in _BLOCKS:
            for _ in range(depth):
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(inplace=True)]
                channels = width
            layers.append(nn.MaxPool2d(2, 2))
        # The numbers are torchvision's places in its classifier.
        classifier = nn.Sequential()
        classifier.add_module("0", nn.Linear(512 * 7 * 7, 4096))
        classifier.add_module("1", nn.ReLU(inplace=True))
        classifier.add_module("3", nn.Linear(4096, 4096))
        network = nn.Sequential()
        network.add_module("features", nn.Sequential(*layers))
        network.add_module("avgpool", nn.AdaptiveAvgPool2d(7))
        network.add_module("flatten", nn.Flatten())
        network.add_module("classifier", classifier)
    return network
