"""VGG16 against torch-fidelity's, on the same random weights and the same photographs."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from skimage import data

from rbench.assets.weights import VGG16
from rbench.errors import AssetError, UsageError
from rbench.metrics.representations.loading_networks import as_network
from rbench.metrics.representations.representation import Network, Weights
from rbench.metrics.representations.vgg16 import vgg16

PICTURES = (data.astronaut(), data.coffee(), data.chelsea())
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    """Random weights with torchvision's names; the big layers share a small random storage."""
    from torchvision.models import vgg16 as torchvision_vgg16

    with torch.device("meta"):
        shapes = {k: v.shape for k, v in torchvision_vgg16().state_dict().items()}
    draw = torch.Generator().manual_seed(0)
    tensors = {}
    for name, shape in shapes.items():
        scale = (2 / max(1, shape[1:].numel())) ** 0.5
        if len(shape) == 2:
            strip = torch.randn(7 * shape[0] + shape[1], generator=draw) * scale
            tensors[name] = strip.as_strided(shape, (7, 1))
        else:
            tensors[name] = torch.randn(shape, generator=draw) * scale
    return tensors


@pytest.fixture(scope="module")
def file(state: dict[str, torch.Tensor], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("vgg") / "vgg16.pth"
    torch.save(state, path)
    return path


@pytest.fixture(scope="module")
def loaded(file: Path) -> tuple[Network, Weights]:
    return vgg16(weights=file).load(CPU, "float32", True)


def test_features_of_photographs_equal_those_of_torch_fidelity(
    file: Path, loaded: tuple[Network, Weights]
) -> None:
    from torch_fidelity.feature_extractor_vgg16 import FeatureExtractorVGG16
    from torch_fidelity.interpolate_compat_tensorflow import (
        interpolate_bilinear_2d_like_tensorflow1x,
    )

    peer = FeatureExtractorVGG16(
        "vgg", ["fc2_relu", "fc2"], feature_extractor_weights_path=str(file)
    )
    own, (network, _) = vgg16(), loaded
    steps = own.preprocess
    assert (steps.kernel, steps.filter, steps.size) == ("tf1", "bilinear", 224)
    for picture in PICTURES:
        image = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None]
        resized = interpolate_bilinear_2d_like_tensorflow1x(
            image.float(), size=(224, 224), align_corners=False
        )
        mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (steps.mean, steps.std))
        with torch.inference_mode():
            ours = network((resized - mean) / std)
            theirs = dict(zip(("fc2_relu", "fc2"), peer(image), strict=True))
        for output, dimension in own.outputs.items():
            assert ours[output].shape == (1, dimension)
            scale = float(theirs[output].abs().max())
            assert scale > 0
            np.testing.assert_allclose(ours[output], theirs[output], rtol=0, atol=1e-6 * scale)


def test_fc2_relu_is_the_default_output_and_the_clipped_fc2(
    loaded: tuple[Network, Weights],
) -> None:
    own = vgg16()
    outputs = loaded[0](torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(1)))
    assert next(iter(own.outputs)) == "fc2_relu"
    assert (outputs["fc2"] < 0).any()
    assert torch.equal(outputs["fc2_relu"], outputs["fc2"].clamp(min=0))


def test_the_loaded_weights_say_their_hash_and_that_they_were_given(
    file: Path, loaded: tuple[Network, Weights]
) -> None:
    about = loaded[1]
    assert about.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert about.source == "the given file vgg16.pth"


def test_weights_without_a_layer_are_refused(
    state: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    partial = {k: v for k, v in state.items() if k != "features.28.bias"}
    torch.save(partial, tmp_path / "partial.pth")
    with pytest.raises(AssetError, match=r"1 weights are missing.*features\.28\.bias"):
        vgg16(weights=tmp_path / "partial.pth").load(CPU, "float32", True)


def test_a_file_that_would_run_code_is_refused_unrun(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (tmp_path / "ran",))  # type: ignore[return-value]

    torch.save({"features.0.weight": Trap()}, tmp_path / "trap.pth")
    with pytest.raises(AssetError, match="cannot be read as weights"):
        vgg16(weights=tmp_path / "trap.pth").load(CPU, "float32", True)
    assert not (tmp_path / "ran").exists()


def test_offline_without_the_file_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path))
    monkeypatch.delenv("RBENCH_ASSETS", raising=False)
    with pytest.raises(AssetError, match=r"VGG16 weights") as caught:
        vgg16().load(CPU, "float32", True)
    assert VGG16.name in str(caught.value)


def test_a_given_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"no weights file .*absent\.pth"):
        vgg16(weights=tmp_path / "absent.pth").load(CPU, "float32", True)


def test_an_unknown_precision_is_refused() -> None:
    module = torch.nn.Linear(1, 1)
    with pytest.raises(UsageError, match="precision='float16'"):
        as_network(module, lambda x: {"x": module(x)}, CPU, "float16")  # type: ignore[arg-type]
