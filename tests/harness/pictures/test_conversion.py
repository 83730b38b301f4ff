"""The one conversion: what passes untouched, and what every kind of picture becomes."""

import hashlib
import struct
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from rbench.harness.pictures.conversion import convert, fitting
from tests.harness.picture_files import decoded, drawing, encoded, png_chunk, raw_png


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(decoded(content))


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (encoded(drawing()), "png"),
        (encoded(drawing().convert("L")), "png"),
        (encoded(drawing(), "JPEG"), "jpg"),
        (encoded(drawing(), "JPEG", progressive=True), "jpg"),
        (encoded(drawing().convert("L"), "JPEG"), "jpg"),
        (encoded(drawing(), icc_profile=b"some profile"), "png"),
    ],
)
def test_a_plain_picture_passes_byte_for_byte(content: bytes, suffix: str) -> None:
    picture = convert(content)
    assert (picture.content, picture.suffix, picture.changes) == (content, suffix, ())
    assert (picture.width, picture.height) == (64, 48)
    assert picture.source_sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("kind", ["WEBP", "BMP", "TIFF", "PPM", "GIF", "JPEG2000"])
def test_another_format_becomes_an_rgb_png_with_the_same_pixels(kind: str) -> None:
    image = drawing().convert("P", palette=Image.Palette.ADAPTIVE) if kind == "GIF" else drawing()
    options = {"lossless": True} if kind == "WEBP" else {}
    picture = convert(encoded(image, kind, **options))
    assert picture.suffix == "png" and picture.changes[-1] == f"{kind} to PNG"
    assert decoded(picture.content).mode == "RGB"
    assert (pixels(picture.content) == np.asarray(image.convert("RGB"))).all()


def test_a_palette_becomes_the_colours_it_names() -> None:
    image = drawing().convert("P", palette=Image.Palette.ADAPTIVE, colors=8)
    picture = convert(encoded(image))
    assert picture.changes == ("palette to RGB",)
    assert (pixels(picture.content) == np.asarray(image.convert("RGB"))).all()


@given(st.lists(st.integers(0, 255), min_size=8, max_size=8), st.booleans())
def test_what_is_transparent_is_laid_onto_white(values: list[int], grey: bool) -> None:
    mode, bands = ("LA", 2) if grey else ("RGBA", 4)
    image = Image.frombytes(mode, (8 // bands, 1), bytes(values))
    picture = convert(encoded(image))
    assert picture.changes == ("transparency onto white",)
    for x, got in enumerate(pixels(picture.content)[0]):
        *colour, alpha = values[x * bands : (x + 1) * bands]
        share = Fraction(alpha, 255)
        exact = [share * c + (1 - share) * 255 for c in (colour * 3 if grey else colour)]
        assert all(abs(int(g) - e) <= 1 for g, e in zip(got, exact, strict=True))


@pytest.mark.parametrize("bits", [1, 2, 4])
@pytest.mark.parametrize("transparent", [False, True])
def test_few_bits_become_8_and_a_transparent_grey_becomes_white(
    bits: int, transparent: bool
) -> None:
    top = 2**bits - 1
    values = [0, top, top - 1]
    packed = int("".join(f"{value:0{bits}b}" for value in values).ljust(16, "0"), 2)
    row = packed.to_bytes(2, "big")[: -(-3 * bits // 8)]
    key = png_chunk(b"tRNS", struct.pack(">H", 0)) if transparent else b""
    picture = convert(raw_png(3, 1, bits, 0, row, key))
    assert picture.changes[0] == f"{bits} bit to 8 bit"
    shown = [value * 255 // top for value in values]
    expected = [255 if transparent and grey == 0 else grey for grey in shown]
    assert pixels(picture.content)[0].tolist() == [[grey] * 3 for grey in expected]


def test_a_transparent_grey_of_few_bits_is_the_grey_that_the_file_means() -> None:
    key = png_chunk(b"tRNS", struct.pack(">H", 2))
    picture = convert(raw_png(4, 1, 2, 0, bytes([0b00011011]), key))
    assert pixels(picture.content)[0, :, 0].tolist() == [0, 85, 255, 255]


@settings(max_examples=30)
@given(st.lists(st.integers(0, 65535), min_size=4, max_size=4))
def test_16_bit_grey_is_scaled_and_never_clipped(values: list[int]) -> None:
    content = encoded(Image.fromarray(np.array([values], dtype=np.uint16)))
    picture = convert(content)
    assert picture.changes == ("16 bit to 8 bit",)
    expected = [int(Fraction(v, 257) + Fraction(1, 2)) for v in values]
    assert pixels(picture.content)[0].tolist() == [[v] * 3 for v in expected]
    tiff = convert(encoded(Image.fromarray(np.array([values], dtype=np.uint16)), "TIFF"))
    assert (pixels(tiff.content) == pixels(picture.content)).all()


def test_a_transparent_16_bit_grey_becomes_white_and_its_neighbour_does_not() -> None:
    rows = struct.pack(">3H", 1000, 1001, 65535)
    key = png_chunk(b"tRNS", struct.pack(">H", 1000))
    picture = convert(raw_png(3, 1, 16, 0, rows, key))
    assert picture.changes == ("16 bit to 8 bit", "transparency onto white")
    assert pixels(picture.content)[0, :, 0].tolist() == [255, 4, 255]


def test_of_16_bit_colour_the_high_byte_is_taken() -> None:
    picture = convert(raw_png(1, 1, 16, 2, struct.pack(">3H", 0x12FF, 0x8000, 0xFFFF)))
    assert picture.changes == ("16 bit to 8 bit",)
    assert pixels(picture.content)[0, 0].tolist() == [0x12, 0x80, 0xFF]


def test_cmyk_is_converted_as_ink_on_white() -> None:
    image = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    picture = convert(encoded(image, "TIFF"))
    assert picture.changes == ("CMYK to RGB", "TIFF to PNG")
    assert pixels(picture.content)[0, 0].tolist() == [255, 0, 0]
    jpeg = convert(encoded(image, "JPEG", quality=95))
    assert np.abs(pixels(jpeg.content)[0, 0].astype(int) - [255, 0, 0]).max() <= 3


@pytest.mark.parametrize(
    ("lab", "rgb"), [((255, 128, 128), (255, 255, 255)), ((0, 128, 128), (0, 0, 0))]
)
def test_lab_white_and_black_are_white_and_black(
    lab: tuple[int, ...], rgb: tuple[int, ...]
) -> None:
    picture = convert(encoded(Image.new("LAB", (2, 2), lab), "TIFF"))
    assert picture.changes == ("LAB to RGB", "TIFF to PNG")
    assert np.abs(pixels(picture.content)[0, 0].astype(int) - rgb).max() <= 2


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_several_frames_the_first_is_shown(kind: str) -> None:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "blue", "lime")]
    options = {"lossless": True} if kind == "WEBP" else {}
    content = encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    picture = convert(content)
    assert picture.changes[0] == "first frame"
    assert pixels(picture.content)[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_exif_orientation_is_applied(orientation: int, kind: str) -> None:
    image = Image.new("RGB", (60, 40), "white")
    image.paste((0, 0, 0), (0, 0, 30, 20))  # dark where the stored picture begins
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = convert(encoded(image, kind, exif=exif.tobytes()))
    upright = decoded(picture.content).convert("L")
    assert upright.size == ((60, 40) if orientation < 5 else (40, 60))
    width, height = upright.size
    # Where the standard says that the stored first row and first column are to be seen.
    left = orientation in (1, 4, 5, 8)
    top = orientation in (1, 2, 5, 6)
    corner = (5 if left else width - 6, 5 if top else height - 6)
    assert upright.getpixel(corner) < 40  # type: ignore[operator]
    opposite = (width - 1 - corner[0], height - 1 - corner[1])
    assert upright.getpixel(opposite) > 215  # type: ignore[operator]
    assert (f"orientation {orientation}" in picture.changes) == (orientation > 1)


def test_damaged_metadata_of_a_whole_picture_say_nothing() -> None:
    content = encoded(drawing(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\xff\x01\x12")
    assert convert(content).content == content


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 3000))
def test_the_fitting_size_has_the_same_shape_and_never_grows(w: int, h: int, cap: int) -> None:
    width, height = fitting((w, h), cap)
    assert 1 <= width <= w and 1 <= height <= h and max(width, height) == min(cap, max(w, h))
    scale = Fraction(min(cap, max(w, h)), max(w, h))
    for side, original in ((width, w), (height, h)):
        assert abs(side - original * scale) <= Fraction(1, 2) or side == 1


def test_a_large_picture_is_resized_by_lanczos_until_its_longer_side_is_the_cap() -> None:
    image = drawing(7, (300, 200))
    picture = convert(encoded(image), max_side=60)
    assert (picture.width, picture.height) == decoded(picture.content).size == (60, 40)
    assert picture.changes == ("resized from 300 x 200",)
    expected = image.resize((60, 40), Image.Resampling.LANCZOS)
    assert (pixels(picture.content) == np.asarray(expected)).all()
    assert convert(encoded(image), max_side=300).changes == ()


def test_nothing_of_the_source_but_its_pixels_is_in_a_written_picture() -> None:
    image = drawing(3, (100, 50))
    image.info["transparency"] = (250, 250, 250)
    content = encoded(image, icc_profile=b"a profile", pnginfo=None)
    written = decoded(convert(content, max_side=50).content)
    assert written.mode == "RGB" and not set(written.info) & {"icc_profile", "transparency", "exif"}
