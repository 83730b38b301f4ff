"""One value a pixel, for gray images."""

import numpy as np
import pytest

from rbench.errors import DataError, UsageError
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.one_pass import one_pass
from rbench.metrics.representations.registry import get_representation
from tests.metrics.representations.pictures import crops


def gray_crops(n: int, size: int) -> np.ndarray:
    return np.ascontiguousarray(crops(n, size)[..., :1])


def test_features_are_one_value_a_pixel_in_0_to_1() -> None:
    images = gray_crops(300, 8)
    found = Extractor("gray/8").extract(images)["pixels"]
    assert found.dtype == np.float32
    assert np.array_equal(found, images.reshape(300, 64) / np.float32(255))


def test_the_first_channel_of_pixels_is_gray() -> None:
    images = gray_crops(5, 8)
    colour = Extractor("pixels/8").extract(images)["pixels"]
    assert np.array_equal(Extractor("gray/8").extract(images)["pixels"], colour[:, :64])


@pytest.mark.parametrize("channel", [1, 2])
def test_an_image_with_different_channels_is_refused_by_its_number(channel: int) -> None:
    images = np.repeat(gray_crops(600, 8), 3, axis=3)
    images[431, 7, 2, channel] ^= 1
    with pytest.raises(DataError, match="Image 431 is not gray"):
        Extractor("gray/8").extract(images)
    extractor = Extractor("gray/8")
    extractor.push(images[:400])
    with pytest.raises(DataError, match="Image 431 is not gray"):
        extractor.push(images[400:])


def test_an_image_is_refused_also_where_pixels_shares_its_inputs() -> None:
    images = crops(3, 8)
    images[:2] = images[:2, :, :, :1]
    extractors = [Extractor("pixels/8"), Extractor("gray/8")]
    with pytest.raises(DataError, match="Image 2 is not gray"):
        one_pass(list(images), extractors, lambda extractor, features: None)


def test_images_of_another_size_are_refused() -> None:
    with pytest.raises(DataError, match="9 x 9 pixels are not gray/8"):
        Extractor("gray/8").extract(gray_crops(2, 9))


@pytest.mark.parametrize("name", ["gray/0", "gray/-3", "gray/28x28", "gray/²"])
def test_a_size_is_needed(name: str) -> None:
    with pytest.raises(UsageError, match="size"):
        get_representation(name)
