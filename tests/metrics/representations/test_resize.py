"""Resizing: bit for bit the peers' arithmetic."""

import numpy as np
import pytest
import torch
from cleanfid.resize import build_resizer
from PIL import Image
from torch_fidelity.interpolate_compat_tensorflow import (
    interpolate_bilinear_2d_like_tensorflow1x,
)
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as vision

from rbench.errors import UsageError
from rbench.metrics.representations.resize import (
    check_torch_filter,
    crop_adm,
    resize_pillow,
    resize_pillow_float,
    resize_tf1,
    resize_torch,
)
from tests.metrics.representations.pictures import as_tensor, crops, pictures


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("height", "width"), [(32, 32), (1, 1), (299, 40), (400, 600), (1000, 7)])
def test_tf1_has_the_bits_of_torch_fidelity(height: int, width: int, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(height)
    x = torch.randint(0, 256, (2, 3, height, width), generator=generator).to(dtype)
    expected = interpolate_bilinear_2d_like_tensorflow1x(x, (299, 299), align_corners=False)
    assert torch.equal(resize_tf1(x, 299), expected)


def test_tf1_reads_from_the_corner() -> None:
    x = torch.tensor([0.0, 1.0])[None, None, :, None].expand(1, 1, 2, 2)
    assert resize_tf1(x, 4)[0, 0, :, 0].tolist() == [0, 0.5, 1, 1]


def test_pillow_float_has_the_bits_of_clean_fid() -> None:
    peer = build_resizer("clean")
    for picture in [*pictures(), crops(1, 32)[0]]:
        found = resize_pillow_float(picture.astype(np.float32), 299, "bicubic")
        assert found.dtype == np.float32
        assert np.array_equal(found, peer(picture))


@pytest.mark.parametrize("name", ["nearest", "box", "bilinear", "bicubic", "lanczos"])
def test_pillow_has_the_bits_of_torchvision_on_pictures(name: str) -> None:
    picture = pictures()[1]
    expected = vision.resize(Image.fromarray(picture), [224, 224], InterpolationMode(name))
    assert np.array_equal(resize_pillow(picture, 224, name), np.asarray(expected))


@pytest.mark.parametrize(("name", "antialias"), [("bilinear", True), ("bicubic", True)])
def test_torch_has_the_bits_of_torchvision_on_tensors(name: str, antialias: bool) -> None:
    x = as_tensor(pictures()[2]).float()
    expected = vision.resize(x, [224, 224], InterpolationMode(name), antialias=antialias)
    assert torch.equal(resize_torch(x, 224, name, antialias), expected)


@pytest.mark.parametrize("name", ["nearest", "box", "bilinear", "bicubic"])
def test_torch_puts_centres_at_half_pixels(name: str) -> None:
    x = torch.arange(6.0).expand(1, 1, 6, 6)
    mirrored = resize_torch(x.flip(3), 4, name, False).flip(3)
    assert torch.allclose(resize_torch(x, 4, name, False), mirrored)
    with pytest.raises(AssertionError):
        assert torch.allclose(resize_tf1(x, 4), resize_tf1(x.flip(3), 4).flip(3))


def test_the_adm_crop_halves_by_boxes_while_it_can() -> None:
    picture = pictures()[0]
    boxes = picture.astype(int).reshape(256, 2, 256, 2, 3).sum(axis=(1, 3))
    found = crop_adm(picture, 256)
    difference = np.abs(found - boxes / 4)
    # Pillow rounds after every direction.
    assert difference.max() <= 1 and difference.mean() < 0.5


def test_the_adm_crop_scales_the_shorter_side_and_keeps_the_centre() -> None:
    picture = pictures()[1]  # 400 x 600: not halved
    scaled = Image.fromarray(picture).resize((384, 256), Image.Resampling.BICUBIC)
    assert np.array_equal(crop_adm(picture, 256), np.asarray(scaled)[:, 64:320])
    assert crop_adm(pictures()[2], 31).shape == (31, 31, 3)


def test_filters_that_torch_does_not_have_are_refused() -> None:
    with pytest.raises(UsageError, match="no filter 'lanczos'"):
        check_torch_filter("lanczos", False)
    with pytest.raises(UsageError, match="no antialiased filter 'box'"):
        check_torch_filter("box", True)
