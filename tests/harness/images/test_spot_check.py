"""A generator that depends on its batch is found out, and one that does not is not accused."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from rbench.harness.images.noise import Noise
from rbench.harness.images.spot_check import SpotCheck, spot_check


class Maker:
    """Makes images from the noise of their samples; `fault` changes them."""

    def __init__(self, fault: Any = None, dtype: Any = np.uint8) -> None:
        self.fault = fault
        self.dtype = dtype
        self.asked: list[tuple[int, ...]] = []

    def __call__(self, indices: Sequence[int]) -> npt.NDArray[Any]:
        self.asked.append(tuple(indices))
        images = Noise(0, indices).uniform((4, 4, 1), "start", np.float64)
        if self.fault is not None:
            images = self.fault(images, len(self.asked))
        levels = np.floor(images * 255) if self.dtype == np.uint8 else images
        return levels.astype(self.dtype)


def checked(maker: Maker, batch: int = 4, finite: int | None = None) -> SpotCheck | None:
    generator: Any = SimpleNamespace(batch=batch, finite=finite)
    return spot_check(generator, maker, maker(range(batch)))


@pytest.mark.parametrize("batch", [1, 2, 4])
def test_a_function_of_the_sample_alone_gives_the_same_bits(batch: int) -> None:
    assert checked(Maker(), batch) == SpotCheck(0, True, 0.0)


def test_the_sample_is_made_again_elsewhere_among_others_in_a_batch_of_the_same_size() -> None:
    maker = Maker()
    checked(maker, 4)
    first, second = maker.asked
    assert len(first) == len(second) == 4
    assert first.index(0) != second.index(0)
    assert set(first) & set(second) == {0}


@pytest.mark.parametrize(
    "fault",
    [
        lambda images, call: images + call / 255 - 1 / 255,  # a state of its own
        lambda images, call: images - images.mean() / 8,  # statistics of the batch
        lambda images, call: images * np.linspace(0.5, 1, len(images))[:, None, None, None],
    ],
)
def test_what_depends_on_the_call_the_neighbours_or_the_position_is_recorded(fault: Any) -> None:
    found = checked(Maker(fault))
    assert found is not None
    assert not found.same_bits
    assert found.largest_difference > 0


@pytest.mark.parametrize(("dtype", "within"), [(np.uint8, 1), (np.float32, 1e-4)])
def test_the_difference_is_in_levels_and_has_no_sign(dtype: Any, within: float) -> None:
    def darker(images: npt.NDArray[Any], call: int) -> npt.NDArray[Any]:
        changed = images / 2 + 0.25
        changed[-1, 1, 1, 0] -= (call - 1) * 51 / 255
        return changed

    found = checked(Maker(darker, dtype))
    assert found is not None
    assert found.largest_difference == pytest.approx(51, abs=within)


def test_one_value_that_differs_in_its_last_bit_is_another_image() -> None:
    def nudged(images: npt.NDArray[Any], call: int) -> npt.NDArray[Any]:
        images = images.astype(np.float32)
        if call == 2:
            images[-1, 0, 0, 0] = np.nextafter(images[-1, 0, 0, 0], np.float32(2))
        return images

    found = checked(Maker(nudged, np.float32))
    assert found is not None
    assert not found.same_bits
    assert 0 < found.largest_difference < 1e-4


def test_ready_made_samples_are_not_made_again() -> None:
    maker = Maker()
    assert checked(maker, finite=10) is None
    assert len(maker.asked) == 1
