"""Pixels as features."""

import numpy as np
import pytest

from rbench.errors import DataError, UsageError
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.registry import get_representation
from tests.metrics.representations.pictures import crops


def test_features_are_the_pixels_in_0_to_1() -> None:
    images = crops(300, 8)
    found = Extractor("pixels/8").extract(images)["pixels"]
    expected = images.transpose(0, 3, 1, 2).reshape(300, 192) / np.float32(255)
    assert found.dtype == np.float32
    assert np.array_equal(found, expected)


def test_grey_images_have_the_same_channel_three_times() -> None:
    images = crops(4, 28)[..., 0]
    found = Extractor("pixels/28").extract(list(images))["pixels"].reshape(4, 3, 28, 28)
    for channel in range(3):
        assert np.array_equal(found[:, channel], images / np.float32(255))


def test_images_of_another_size_are_refused() -> None:
    with pytest.raises(DataError, match="30 x 30 pixels are not pixels/28"):
        Extractor("pixels/28").extract(crops(2, 30))


@pytest.mark.parametrize("name", ["pixels/0", "pixels/-3", "pixels/28x28", "pixels/²"])
def test_a_size_is_needed(name: str) -> None:
    with pytest.raises(UsageError, match="size"):
        get_representation(name)
