"""inception-v3 against the real peers, on the same random weights and real pictures."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import numpy.typing as npt
import pytest
import pytorch_fid.inception
import torch
from torchmetrics.image.fid import NoTrainInceptionV3

from rbench.errors import AssetError
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.inception_v3 import inception_v3
from rbench.metrics.representations.preprocess import Preprocess
from rbench.metrics.representations.representation import Representation
from tests.metrics.representations.pictures import as_tensor, crops, pictures
from tests.metrics.representations.random_inception import peer_network, random_state

OURS = ["pool", "logits_unbiased", "logits"]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("inception") / "random.pth"
    torch.save(random_state(), path)
    yield path
    path.unlink()


def small(weights: Path, **changes: object) -> Representation:
    return replace(inception_v3(weights), **{"batch": 1, **changes})


def error(found: npt.NDArray[np.float32], expected: torch.Tensor) -> float:
    """Return the relative error of the worst row."""
    exact = expected.double().numpy()
    difference = np.linalg.norm(found - exact, axis=1)
    return float((difference / np.linalg.norm(exact, axis=1)).max())


def test_features_are_those_of_torch_fidelity(weights: Path) -> None:
    found = Extractor(small(weights, batch=3), outputs=OURS).extract(pictures())
    peer = peer_network(weights)
    expected = [
        torch.cat(rows) for rows in zip(*map(peer, map(as_tensor, pictures())), strict=True)
    ]
    assert error(found["pool"], expected[0]) < 1e-6
    # The random class weights cancel, which both of them pay for.
    assert error(found["logits_unbiased"], expected[1]) < 2e-6
    assert error(found["logits"], expected[2]) < 2e-6


def test_in_float64_the_networks_are_one(weights: Path) -> None:
    picture = pictures()[2]
    exact = Extractor(small(weights, precision="float64"), outputs=OURS)
    found = exact.extract([picture])
    expected = peer_network(weights, torch.float64)(as_tensor(picture))
    for name, values in zip(OURS, expected, strict=True):
        assert found[name].dtype == np.float32
        assert error(found[name], values) < 1e-7


def test_features_are_those_of_pytorch_fid_behind_its_preprocess(weights: Path) -> None:
    half = (0.5, 0.5, 0.5)
    steps = Preprocess(size=299, filter="bilinear", mean=half, std=half)
    found = Extractor(small(weights).with_preprocess(steps)).extract(pictures()[1:2])
    state = torch.load(weights, weights_only=True)
    with mock.patch.object(pytorch_fid.inception, "load_state_dict_from_url", return_value=state):
        peer = pytorch_fid.inception.InceptionV3([3]).eval()
    with torch.no_grad():
        rows = [peer(as_tensor(picture) / 255)[0].flatten(1) for picture in pictures()[1:2]]
    assert error(found["pool"], torch.cat(rows)) < 1e-6


def test_features_are_those_of_torchmetrics_behind_its_preprocess(weights: Path) -> None:
    steps = replace(inception_v3().preprocess, kernel="torch", antialias=True)
    found = Extractor(small(weights).with_preprocess(steps)).extract(pictures()[:1])
    peer = NoTrainInceptionV3("inception", ["2048"], str(weights))
    rows = [peer(as_tensor(picture)) for picture in pictures()[:1]]
    assert error(found["pool"], torch.cat(rows)) < 1e-6


def test_spatial_is_the_first_branch_of_mixed_6d_in_the_order_of_tensorflow(weights: Path) -> None:
    exact = Extractor(small(weights, precision="float64"), outputs=["spatial"])
    found = exact.extract(pictures()[:1])
    seen: list[torch.Tensor] = []
    peer = peer_network(weights, torch.float64)
    peer.Mixed_6d.branch1x1.register_forward_hook(lambda _, __, output: seen.append(output))
    peer(as_tensor(pictures()[0]))
    expected = seen[0].permute(0, 2, 3, 1)[..., :7].reshape(1, 17 * 17 * 7)
    assert error(found["spatial"], expected) < 1e-7
    assert (found["spatial"] >= 0).all() and (found["spatial"] == 0).any()


def test_outputs_do_not_depend_on_what_else_is_asked_for(weights: Path) -> None:
    images = crops(1, 64)
    whole = Extractor(small(weights), outputs=[*OURS, "spatial"]).extract(images)
    alone = Extractor(small(weights), outputs=["logits"]).extract(images)
    assert np.array_equal(alone["logits"], whole["logits"])


def test_only_the_blocks_that_are_needed_are_run(weights: Path) -> None:
    network, _ = inception_v3(weights).load(torch.device("cpu"), "float32", True)
    network._blocks["Mixed_6e"] = mock.Mock(side_effect=AssertionError)  # type: ignore[attr-defined]
    inputs = torch.zeros(1, 3, 299, 299)
    with torch.inference_mode():
        assert list(network.select(["spatial"])(inputs)) == ["spatial"]  # type: ignore[attr-defined]
        with pytest.raises(AssertionError):
            network.select(["pool"])(inputs)  # type: ignore[attr-defined]


def test_bits_do_not_depend_on_how_images_are_pushed(weights: Path) -> None:
    images = crops(3, 40)
    extractor = Extractor(small(weights, batch=2))
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        whole = extractor.extract(images)["pool"]
        parts = [extractor.push(images[i : i + 1]) for i in range(3)]
        found = [part["pool"] for part in [*parts, extractor.pending()] if part is not None]
    finally:
        torch.set_num_threads(before)
    assert np.array_equal(np.concatenate(found), whole)


def test_the_identity_names_the_file_that_was_given(weights: Path) -> None:
    identity = Extractor(inception_v3(weights)).identity
    assert identity["weights"] == {
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "source": f"the given file {weights.name}",
    }
    assert (identity["outputs"], identity["device"]) == ({"pool": 2048}, "cpu")
    assert identity["preprocess"]["kernel"] == "tf1"


def test_bad_files_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("RBENCH_ASSETS", raising=False)
    with pytest.raises(AssetError, match="RBENCH_ASSETS"):
        Extractor("inception-v3", offline=True)
    with pytest.raises(AssetError, match="no weights file"):
        Extractor(inception_v3(tmp_path / "absent.pth"))
    damaged = tmp_path / "damaged.pth"
    damaged.write_bytes(b"<html>not found</html>")
    with pytest.raises(AssetError, match="cannot be read as weights"):
        Extractor(inception_v3(damaged))
    other = tmp_path / "other.pth"
    torch.save({"fc.weight": torch.zeros(2, 2)}, other)
    with pytest.raises(AssetError, match=r"lacks 'Conv2d_1a_3x3\.conv\.weight'"):
        Extractor(inception_v3(other))
    unsafe = tmp_path / "unsafe.pth"
    torch.save({"path": tmp_path}, unsafe)
    with pytest.raises(AssetError, match="cannot be read as weights"):
        Extractor(inception_v3(unsafe))
    torch.save([torch.zeros(1)], other)
    with pytest.raises(AssetError, match="something else than a dictionary"):
        Extractor(inception_v3(other))
