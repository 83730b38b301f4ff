"""Thumbnails: always small, never enlarged, and still the picture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from rbench.harness.pictures.thumbnail import thumbnail
from tests.harness.picture_files import decoded, drawing, encoded

KINDS = {"image/png": "PNG", "image/webp": "WEBP"}


def noise(width: int, height: int, seed: int = 0) -> bytes:
    values = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return encoded(Image.fromarray(values))


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 500), st.integers(1, 500), st.integers(0, 9))
def test_noise_fits_and_nothing_is_enlarged(width: int, height: int, seed: int) -> None:
    content, media_type = thumbnail(noise(width, height, seed))
    image = decoded(content)
    assert len(content) < 15_000
    assert image.format == KINDS[media_type]
    assert image.width <= min(192, width) and image.height <= min(192, height)


@pytest.mark.parametrize("side", [192, 400, 900])
def test_noise_fits_at_every_size_of_thumbnail(side: int) -> None:
    content, _ = thumbnail(noise(900, 700), side)
    assert len(content) < 15_000
    assert abs(decoded(content).width / decoded(content).height - 9 / 7) < 0.05


def test_few_colours_are_kept_exactly_where_that_is_smaller() -> None:
    bits = np.random.default_rng(0).integers(0, 2, (48, 48, 1), dtype=np.uint8) * 255
    image = Image.fromarray(bits.repeat(3, axis=2))
    content, media_type = thumbnail(encoded(image))
    assert media_type == "image/png"
    assert decoded(content).convert("RGB").tobytes() == image.tobytes()


def test_many_colours_take_no_more_than_their_png() -> None:
    smooth = Image.merge("RGB", [Image.radial_gradient("L"), *[Image.linear_gradient("L")] * 2])
    content, media_type = thumbnail(encoded(smooth))
    small = smooth.resize((192, 192), Image.Resampling.LANCZOS)
    assert media_type == "image/webp"
    assert len(content) < len(encoded(small))


def test_a_thumbnail_looks_like_its_picture() -> None:
    image = drawing(40, (600, 400))
    content, _ = thumbnail(encoded(image))
    small = np.asarray(decoded(content).convert("RGB")).astype(int)
    expected = np.asarray(image.resize((192, 128), Image.Resampling.LANCZOS)).astype(int)
    assert small.shape == expected.shape
    assert np.abs(small - expected).mean() < 4


def test_the_orientation_and_the_transparency_are_those_of_the_conversion() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert decoded(thumbnail(encoded(drawing(), "JPEG", exif=exif.tobytes()))[0]).size == (48, 64)
    clear = decoded(thumbnail(encoded(Image.new("RGBA", (9, 9), (0, 0, 0, 0))))[0]).convert("RGB")
    assert min(clear.getpixel((4, 4))) > 250  # type: ignore[type-var, arg-type]
