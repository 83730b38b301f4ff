"""Which images are accepted, and what is said about the others."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from PIL import Image

from rbench.errors import DataError
from rbench.metrics.representations.accepted_images import count_images, read_images
from tests.metrics.representations.pictures import crops, pictures


def pixels(images: object) -> torch.Tensor:
    groups = read_images(images)
    assert len(groups) == 1
    return groups[0].pixels


def test_all_layouts_are_the_same_images() -> None:
    images = crops(4, 30)
    expected = torch.from_numpy(images).permute(0, 3, 1, 2)
    layouts: Sequence[object] = [
        images,
        images.transpose(0, 3, 1, 2),
        expected,
        expected.contiguous(memory_format=torch.channels_last),
        list(images),
        list(images.transpose(0, 3, 1, 2)),
        list(expected),
        [Image.fromarray(image) for image in images],
        images[:, :, ::-1][:, :, ::-1],
    ]
    for layout in layouts:
        assert torch.equal(pixels(layout), expected)
        assert count_images(layout) == 4
    assert torch.equal(pixels(images[0]), expected[:1])
    assert count_images(images[0]) == 1


def test_one_channel_is_repeated() -> None:
    grey = crops(4, 30)[..., :1]
    expected = torch.from_numpy(grey).permute(0, 3, 1, 2).expand(-1, 3, -1, -1)
    pictures = [Image.fromarray(image[:, :, 0]) for image in grey]
    for layout in (grey, expected[:, :1], list(grey), list(grey[..., 0]), pictures):
        assert torch.equal(pixels(layout), expected)


def test_images_of_different_sizes_are_grouped_with_their_places() -> None:
    images = [*crops(2, 30), pictures()[0], *crops(1, 30)]
    groups = read_images(images)
    assert sorted(group.positions for group in groups) == [(0, 1, 3), (2,)]
    for group in groups:
        for place, found in zip(group.positions, group.pixels, strict=True):
            assert np.array_equal(found.permute(1, 2, 0).numpy(), images[place])


def test_half_floats_are_read_as_float32() -> None:
    for dtype in (torch.float16, torch.bfloat16):
        found = pixels(torch.full((2, 3, 4, 4), 0.5, dtype=dtype))
        assert found.dtype == torch.float32 and bool((found == 0.5).all())


def test_no_images_are_no_groups() -> None:
    assert read_images([]) == []
    assert read_images(torch.zeros(0, 3, 8, 8)) == []


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1.5, r"1\.5, outside \[0, 1\]\. "),
        (-0.5, r"-0\.5, .*\[-1, 1\]\?"),
        (200.0, r"200\.0, .*0\.\.255\?"),
        (math.nan, "nan, outside"),
    ],
)
def test_floats_outside_the_range_are_refused_by_number_and_value(value: float, said: str) -> None:
    images = torch.rand(5, 3, 8, 8)
    images[3, 1, 2, 2] = value
    for given in (images, list(images), images.numpy()):
        with pytest.raises(DataError, match=f"Image 13 holds the value {said}"):
            read_images(given, first=10)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (torch.zeros(2, 3, 8, 8, dtype=torch.int64), "dtype torch.int64"),
        (np.zeros((2, 8, 8, 3), np.uint16), "dtype uint16"),
        (np.zeros((2, 8, 8, 3), bool), "dtype bool"),
        (torch.zeros(2, 8, 8, 3), r"permute it to \(n, 3, h, w\)"),
        (torch.zeros(2, 4, 8, 8), "4 channels"),
        (np.zeros((2, 8, 8, 4), np.uint8), "not clearly a batch"),
        (np.zeros((2, 3, 8, 3), np.uint8), "give a torch tensor"),
        (np.zeros((2, 0, 8, 3), np.uint8), "no pixels"),
        ([np.zeros((8, 8, 4), np.uint8)], r"Image 0 has shape \(8, 8, 4\)"),
        ([torch.zeros(8, 8, 3)], r"give \(3, h, w\)"),
        ([torch.zeros(2, 3, 8, 8), torch.zeros(2)], r"Image 0 has shape \(2, 3, 8, 8\)"),
        (["a.png"], "Image 0 is a str"),
        ([Image.new("P", (8, 8))], "Image 0 has mode P: convert it to RGB"),
        ([Image.new("RGBA", (8, 8))], "mode RGBA"),
    ],
)
def test_what_is_not_an_image_is_named(images: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_images(images)
