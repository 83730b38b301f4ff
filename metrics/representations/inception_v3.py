"""`inception-v3`: the network behind FID, KID, IS and sFID, with torch-fidelity's weights."""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from rbench.assets.weights import INCEPTION_V3
from rbench.errors import AssetError
from rbench.metrics.representations.inception_network import OUTPUTS, InceptionNetwork
from rbench.metrics.representations.loading_files import read_state, weights_file
from rbench.metrics.representations.preprocess import Preprocess
from rbench.metrics.representations.representation import Precision, Representation, Weights

if TYPE_CHECKING:
    import torch

PREPROCESS = Preprocess(
    size=299,
    filter="bilinear",
    kernel="tf1",
    quantise="round",
    range=(0, 255),
    mean=(128.0, 128.0, 128.0),
    std=(128.0, 128.0, 128.0),
)
"""What the TensorFlow graph does, and torch-fidelity after it."""


def inception_v3(weights: str | PathLike[str] | None = None) -> Representation:
    """Return the FID Inception network.

    Outputs: ``pool`` (2048, for FID and KID), ``logits_unbiased`` (1008, pool times the class
    weights without the bias, for IS), ``logits`` (1008) and ``spatial`` (2023, for sFID: 17 x 17 x
    7 in this order). Only what is asked for is computed.

    `weights` is a file in torch-fidelity's format to use instead of the published one; its sha256
    is then in the extractor's identity.
    """

    def load(
        device: "torch.device", precision: Precision, offline: bool
    ) -> tuple[InceptionNetwork, Weights]:
        import torch

        given = None if weights is None else Path(weights)
        path, about = weights_file(INCEPTION_V3, given, offline)
        state = read_state(path)
        dtype = torch.float64 if precision == "float64" else torch.float32
        try:
            network = InceptionNetwork(
                state, device, dtype, autocast=precision == "bfloat16-autocast"
            )
        except KeyError as error:
            raise AssetError(
                f"{path} is not {INCEPTION_V3.what} in torch-fidelity's format: it lacks {error}."
            ) from error
        return network, about

    return Representation(
        name="inception-v3",
        outputs=OUTPUTS,
        preprocess=PREPROCESS,
        load=load,
        assets=(INCEPTION_V3,) if weights is None else (),
        source="Szegedy et al. 2015, arXiv 1512.00567; TensorFlow graph inception-2015-12-05, "
        "converted by torch-fidelity; spatial: guided-diffusion evaluations/evaluator.py",
    )
