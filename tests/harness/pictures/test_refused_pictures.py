"""What is no picture, damaged or of a kind with no one reading is refused, with the reason."""

import random
import struct

import numpy as np
import pytest
from PIL import Image

from rbench.errors import DataError
from rbench.harness.pictures.conversion import MAX_PIXELS, PictureError, convert
from rbench.harness.pictures.thumbnail import thumbnail
from tests.harness.picture_files import drawing, encoded, png_chunk, raw_png


def refused(content: bytes) -> str:
    with pytest.raises(PictureError) as raised:
        convert(content)
    assert str(raised.value) == raised.value.reason and isinstance(raised.value, DataError)
    assert "\n" not in raised.value.reason and " at 0x" not in raised.value.reason
    return raised.value.reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a picture (0 bytes)"),
        (b"nan", "not a picture: it starts with b'nan'; PNG, JPEG, GIF, WEBP,"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture: it starts with"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing, which is not read: make a"),
        (b"<?xml version='1.0'?>\n<!-- x -->\n<svg>", "an SVG drawing"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40), "a HEIC picture, which is not read"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b" <!DOCTYPE html><p>Not found", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a git-lfs pointer, not a picture"),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes, reason: str) -> None:
    assert refused(content).startswith(reason)


@pytest.mark.parametrize(
    ("image", "kind", "reason"),
    [
        (Image.fromarray(np.ones((4, 4), dtype=np.int32)), "TIFF", "32-bit grey (mode I)"),
        (Image.fromarray(np.ones((4, 4), dtype=np.float32)), "TIFF", "32-bit grey (mode F)"),
    ],
)
def test_32_bit_grey_is_refused(image: Image.Image, kind: str, reason: str) -> None:
    assert refused(encoded(image, kind)).startswith(reason)


def test_a_transparent_colour_of_16_bits_is_refused_for_pillow_sees_only_8() -> None:
    key = png_chunk(b"tRNS", struct.pack(">3H", 1, 2, 3))
    content = raw_png(1, 1, 16, 2, struct.pack(">3H", 1, 2, 3), key)
    assert refused(content) == "16-bit colour with a transparent colour"


@pytest.mark.parametrize("side", [8200, 20_000, 60_000])
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded(side: int) -> None:
    content = huge(side)
    assert f"more than {MAX_PIXELS:,} pixels" in refused(content)


def huge(side: int) -> bytes:
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", b"x")


KINDS = ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_truncated_picture_is_refused_wherever_it_is_cut(kind: str) -> None:
    content = encoded(drawing(), kind)
    for share in (0.1, 0.3, 0.5, 0.7, 0.9):
        assert refused(content[: int(len(content) * share)])


def test_a_changed_bit_in_a_png_is_found_wherever_it_stands_before_the_end_mark() -> None:
    content = encoded(drawing())
    dice = random.Random(5)
    for place in [*range(8, 60), *dice.sample(range(60, len(content) - 12), 60)]:
        damaged = bytearray(content)
        damaged[place] ^= 1 << dice.randrange(8)
        assert refused(bytes(damaged))


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_either_refused_or_still_a_picture_and_nothing_else(
    kind: str, recwarn: pytest.WarningsRecorder
) -> None:
    content, dice = encoded(drawing(), kind), random.Random(kind)
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(dice.choice([1, 4, 30])):
            damaged[dice.randrange(min(len(damaged), dice.choice([64, 300, 100_000])))] ^= 255
        try:
            assert 1 <= convert(bytes(damaged), max_side=100).width <= 100
        except PictureError as error:
            assert error.reason
    assert not recwarn.list


def test_thumbnails_of_no_picture_are_refused_too() -> None:
    with pytest.raises(PictureError):
        thumbnail(b"nothing")


def test_a_cap_below_one_pixel_is_no_cap() -> None:
    with pytest.raises(ValueError, match="max_side must be at least 1, not 0"):
        convert(encoded(drawing()), max_side=0)
