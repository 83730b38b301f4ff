"""The extractor: fixed batches, bits that depend on nothing else, and what it says it is."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from rbench.errors import DataError, UsageError
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.of_callable import of_callable
from rbench.metrics.representations.preprocess import Preprocess
from tests.metrics.representations.pictures import crops, pictures
from tests.metrics.representations.tiny_network import STEPS, TinyNetwork, tiny

BOTH = ["pool", "logits"]


def pushed(extractor: Extractor, images: np.ndarray, size: int) -> dict[str, np.ndarray]:
    """Push `images` in parts of `size` and return everything in one."""
    parts = [extractor.push(images[i : i + size]) for i in range(0, len(images), size)]
    found = [part for part in [*parts, extractor.pending()] if part is not None]
    return {name: np.concatenate([part[name] for part in found]) for name in found[0]}


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("size", [1, 3, 8, 32, 45])
def test_bits_do_not_depend_on_how_images_are_pushed(size: int, threads: int) -> None:
    images = crops(45, 40)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        whole = Extractor(tiny(), outputs=BOTH).extract(images)
        found = pushed(Extractor(tiny(), outputs=BOTH), images, size)
    finally:
        torch.set_num_threads(before)
    assert whole["pool"].shape == (45, 16) and whole["pool"].dtype == np.float32
    for name in BOTH:
        assert np.array_equal(found[name], whole[name])


def test_the_network_sees_batches_of_one_size_only() -> None:
    network = TinyNetwork()
    extractor = Extractor(tiny(network))
    pushed(extractor, crops(21, 30), 5)
    assert set(network.batches) == {8}
    assert len(network.batches) == 3


def test_the_network_is_loaded_once_and_never_called_before_there_are_images() -> None:
    network = TinyNetwork()
    loads = []
    representation = tiny(network)
    load = representation.load
    counted = replace(representation, load=lambda *a: (loads.append(a), load(*a))[1])
    extractor = Extractor(counted)
    assert (len(loads), network.batches) == (1, [])
    extractor.extract(crops(9, 30))
    extractor.push(crops(9, 30))
    assert len(loads) == 1


def test_pending_forgets_nothing_and_has_the_bits_of_the_full_batch() -> None:
    images = crops(8, 30)
    extractor = Extractor(tiny())
    assert extractor.pending() is None
    assert extractor.push(images[:5]) is None
    first, again = extractor.pending(), extractor.pending()
    assert first is not None and again is not None
    assert np.array_equal(first["pool"], again["pool"])
    assert extractor.push(images[5:7]) is None
    full = extractor.push(images[7:])
    assert full is not None and len(full["pool"]) == 8
    assert np.array_equal(full["pool"][:5], first["pool"])
    assert extractor.pending() is None


def test_reset_forgets_the_images_pushed() -> None:
    images = crops(8, 30)
    extractor = Extractor(tiny())
    extractor.push(images[:3])
    extractor.reset()
    assert extractor.pending() is None
    found = extractor.push(images)
    assert found is not None
    assert np.array_equal(found["pool"], Extractor(tiny()).extract(images)["pool"])


def test_images_may_be_overwritten_after_they_were_pushed() -> None:
    steps = Preprocess(size=None, quantise="none")
    images = torch.rand(3, 3, 24, 24, generator=torch.Generator().manual_seed(0))
    extractor = Extractor(tiny(steps=steps))
    expected = extractor.extract(images)["pool"]
    extractor.push(images)
    images.zero_()
    pending = extractor.pending()
    assert pending is not None and np.array_equal(pending["pool"], expected)


def test_stream_and_extract_leave_what_was_pushed_alone() -> None:
    extractor = Extractor(tiny())
    extractor.push(crops(3, 30))
    expected = extractor.pending()
    extractor.extract(crops(20, 30)[7:])
    pending = extractor.pending()
    assert expected is not None and pending is not None
    assert np.array_equal(pending["pool"], expected["pool"])


def test_a_stream_mixes_images_batches_lists_and_functions() -> None:
    images = crops(20, 30)
    extractor = Extractor(tiny())
    expected = extractor.extract(images)["pool"]
    mixed = [images[0], images[1:4], list(images[4:9]), lambda: images[9], *images[10:]]
    assert np.array_equal(extractor.extract(iter(mixed))["pool"], expected)
    parts = [part["pool"] for part in extractor.stream(mixed)]
    assert [len(part) for part in parts] == [8, 8, 4]


def test_pictures_of_any_size_go_together() -> None:
    extractor = Extractor(tiny())
    together = extractor.extract([*pictures(), *crops(2, 9)])["pool"]
    assert together.shape == (5, 16)
    assert len(np.unique(together[:, 0])) == 5


def test_the_process_around_it_changes_nothing() -> None:
    images = crops(9, 30)
    expected = Extractor(tiny()).extract(images)["pool"]
    torch.set_default_dtype(torch.float64)
    torch.set_float32_matmul_precision("medium")
    try:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = pushed(Extractor(tiny()), images, 4)["pool"]
        assert torch.get_float32_matmul_precision() == "medium"
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_float32_matmul_precision("highest")
    assert np.array_equal(found, expected)


def test_precision_is_that_of_the_network() -> None:
    images = crops(4, 30)
    seen = []

    def network(x: torch.Tensor) -> torch.Tensor:
        y = x.flatten(1) @ x.flatten(1).new_ones(3 * 24 * 24, 2)
        seen.append((x.dtype, y.dtype, torch.is_inference_mode_enabled()))
        return y

    found = {}
    for precision in ("float32", "float64", "bfloat16-autocast"):
        representation = of_callable(network, 2, STEPS, precision=precision)  # type: ignore[arg-type]
        found[precision] = Extractor(representation).extract(images)["features"]
        assert found[precision].dtype == np.float32
    assert seen == [
        (torch.float32, torch.float32, True),
        (torch.float64, torch.float64, True),
        (torch.float32, torch.bfloat16, True),
    ]
    assert np.allclose(found["float32"], found["float64"], rtol=1e-5)


def test_the_identity_is_json_and_says_what_the_features_depend_on() -> None:
    extractor = Extractor(tiny(), outputs=["logits"], device="cpu")
    identity = json.loads(json.dumps(extractor.identity))
    assert identity == {
        "name": "tiny",
        "outputs": {"logits": 5},
        "preprocess": STEPS.to_json() | {"range": [0, 1]},
        "precision": "float32",
        "batch": 8,
        "weights": {"sha256": None, "source": "tiny"},
        "about": {},
        "torch": str(torch.__version__),
        "device": "cpu",
    }


def test_a_bad_image_is_named_by_its_number_since_the_reset() -> None:
    extractor = Extractor(tiny())
    extractor.push(crops(3, 30))
    with pytest.raises(DataError, match="Image 4 holds the value 7"):
        extractor.push(torch.stack([torch.zeros(3, 9, 9), torch.full((3, 9, 9), 7.0)]))
    with pytest.raises(DataError, match="Image 11 "):
        extractor.extract([*crops(11, 30), np.full((9, 9, 3), np.nan)])
    with pytest.raises(UsageError, match="give a batch"):
        extractor.extract(crops(1, 30)[0])


def test_sizes_may_not_change_between_pushes_without_resizing() -> None:
    extractor = Extractor(tiny(steps=Preprocess(size=None)))
    extractor.push(crops(3, 24))
    with pytest.raises(DataError, match="size 30x30 after images of size 24x24"):
        extractor.push(crops(1, 30))


def test_no_images_give_no_features() -> None:
    extractor = Extractor(tiny(), outputs=BOTH)
    assert extractor.push([]) is None
    assert extractor.push(torch.zeros(0, 3, 9, 9)) is None
    assert extractor.extract([])["logits"].shape == (0, 5)


def test_bad_requests_are_named() -> None:
    with pytest.raises(UsageError, match="no output 'pols'; it has pool, logits"):
        Extractor(tiny(), outputs=["pols"])
    for outputs in ([], ["pool", "pool"], "pool"):
        with pytest.raises(UsageError, match="list of different names"):
            Extractor(tiny(), outputs=outputs)
    with pytest.raises(UsageError, match="device 'cuda:77' cannot be used"):
        Extractor(tiny(), device="cuda:77")
    with pytest.raises(UsageError, match="lanczos"):
        Extractor(tiny(steps=Preprocess(size=9, filter="lanczos")))
