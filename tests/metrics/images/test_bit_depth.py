"""More than 8 bits a channel: found from the file, refused, or scaled exactly."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rbench.errors import DataError
from rbench.metrics.images.bit_depth import deep_samples, stored_bits
from rbench.metrics.images.policy import ChoiceNeeded, ReadingPolicy
from tests.metrics.images.image_files import (
    Array,
    encoded,
    noise,
    png_chunk,
    raw_png,
    read_one,
    source_of,
)


def scaled(samples: Array) -> Array:
    return np.rint(samples.astype(np.float64) * 255 / 65535)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_16_bit_png_is_refused_unless_scaling_is_chosen(tmp_path: Path, channels: int) -> None:
    samples = noise(6, 5, channels, dtype=np.uint16)
    with pytest.raises(DataError, match=r"a\.png, has 16 bits a channel: choose sixteen_bit='sc"):
        read_one(tmp_path, raw_png(samples))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_16_bit_png_is_scaled_exactly(tmp_path: Path, channels: int) -> None:
    samples = noise(64, 50, channels, dtype=np.uint16)
    if channels == 4:
        samples[..., 3] = 65535
    source = source_of(tmp_path, raw_png(samples), sixteen_bit="scale")
    expected = scaled(samples[..., :3])
    assert (next(iter(source)).pixels == expected).all()
    # The high byte, which Pillow would give, is another image.
    assert ((samples[..., :3] >> 8) != expected).any()
    assert source.report.converted["16 bits scaled to 8"] == 1


def test_every_16_bit_value_is_scaled_to_the_nearest_8_bit_value(tmp_path: Path) -> None:
    samples = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1)
    pixels = read_one(tmp_path, raw_png(samples), sixteen_bit="scale")
    assert (pixels == scaled(samples)).all()


def test_16_bit_transparency_is_blended_once(tmp_path: Path) -> None:
    samples = noise(40, 40, 4, dtype=np.uint16)
    alpha = samples[..., 3:].astype(np.longdouble) / 65535
    exact = (samples[..., :3] * alpha + 65535 * (1 - alpha)) * 255 / 65535
    pixels = read_one(tmp_path, raw_png(samples), sixteen_bit="scale", alpha="white")
    assert (pixels == np.rint(exact)).all()


def test_the_transparent_16_bit_colour_is_compared_in_full(tmp_path: Path) -> None:
    samples = np.array([[[0x0506], [0x0507]]], np.uint16)
    data = raw_png(samples, png_chunk(b"tRNS", b"\x05\x06"))
    pixels = read_one(tmp_path, data, sixteen_bit="scale", alpha="white")
    assert pixels[0, :, 0].tolist() == [255, 5]
    colour = np.array([[[0x0506, 1, 2], [0x0507, 1, 2]]], np.uint16)
    data = raw_png(colour, png_chunk(b"tRNS", b"\x05\x06\0\1\0\2"))
    pixels = read_one(tmp_path, data, sixteen_bit="scale", alpha="white")
    assert pixels[0].tolist() == [[255, 255, 255], [5, 0, 0]]


def test_interlaced_16_bit_png_is_scaled_exactly(tmp_path: Path) -> None:
    # One pixel: every pass but the first is empty, and the header says interlaced.
    samples = np.array([[[0x80FF, 0x00FF, 0xFF01]]], np.uint16)
    data = bytearray(raw_png(samples))
    data[28] = 1
    header = bytes(data[16:29])
    data[8:33] = png_chunk(b"IHDR", header)
    pixels = read_one(tmp_path, bytes(data), sixteen_bit="scale")
    assert (pixels == scaled(samples)).all()


def test_16_bit_grey_with_alpha_is_refused_because_pillow_keeps_8(tmp_path: Path) -> None:
    data = raw_png(noise(4, 4, 2, dtype=np.uint16))
    with pytest.raises(DataError, match=r"holds 16-bit colour or grey as PNG.*store it in 8 bits"):
        read_one(tmp_path, data, sixteen_bit="scale", alpha="drop")


def test_16_bit_grey_tiff_is_scaled_and_its_inverse_form_refused(tmp_path: Path) -> None:
    samples = noise(6, 5, dtype=np.uint16)
    data = encoded(Image.fromarray(samples), "TIFF")
    with pytest.raises(DataError, match="16 bits a channel"):
        read_one(tmp_path, data, "a.tif")
    pixels = read_one(tmp_path, data, "a.tif", sixteen_bit="scale")
    assert (pixels == scaled(samples)[..., None]).all()
    white_is_zero = encoded(Image.fromarray(samples), "TIFF", tiffinfo={262: 0})
    with Image.open(io.BytesIO(white_is_zero)) as reopened:
        assert reopened.tag_v2[262] == 0  # type: ignore[attr-defined]
    with pytest.raises(DataError, match="no exact 8-bit"):
        read_one(tmp_path, white_is_zero, "a.tif", sixteen_bit="scale")


def tiff_rgb16(samples: Array) -> bytes:
    height, width, _ = samples.shape
    tags = [
        (256, 3, 1, width),
        (257, 3, 1, height),
        (258, 3, 3, 8 + 2 + 12 * 8 + 4),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (273, 4, 1, 8 + 2 + 12 * 8 + 4 + 6),
        (277, 3, 1, 3),
        (279, 4, 1, samples.nbytes),
    ]
    entries = b"".join(
        np.array([tag, kind], "<u2").tobytes() + np.array([count, value], "<u4").tobytes()
        for tag, kind, count, value in tags
    )
    head = b"II*\0" + np.array([8], "<u4").tobytes() + np.array([len(tags)], "<u2").tobytes()
    return head + entries + bytes(4) + np.array([16] * 3, "<u2").tobytes() + samples.tobytes()


def test_16_bit_colour_tiff_is_refused_because_pillow_truncates(tmp_path: Path) -> None:
    data = tiff_rgb16(noise(4, 4, 3, dtype=np.uint16))
    with Image.open(io.BytesIO(data)) as reopened:
        assert (reopened.mode, np.asarray(reopened).dtype) == ("RGB", np.uint8)
    with pytest.raises(DataError, match="holds 16-bit colour or grey as TIFF"):
        read_one(tmp_path, data, "a.tiff", sixteen_bit="scale")


@pytest.mark.parametrize(("magic", "channels"), [("P5", 1), ("P6", 3)])
def test_16_bit_pnm_is_found_behind_comments_and_scaled(
    tmp_path: Path, magic: str, channels: int
) -> None:
    samples = noise(3, 4, channels, dtype=np.uint16)
    data = f"{magic}\n# made by hand\n4 3\n65535\n".encode() + samples.astype(">u2").tobytes()
    with pytest.raises(DataError, match="16 bits a channel"):
        read_one(tmp_path, data, "a.ppm")
    pixels = read_one(tmp_path, data, "a.ppm", sixteen_bit="scale")
    assert (pixels == scaled(samples)).all()


@pytest.mark.parametrize(("flags", "bits"), [(0, 8), (0x40, 10), (0x60, 12)])
def test_the_depth_of_avif_is_read_from_its_configuration(flags: int, bits: int) -> None:
    data = bytearray(encoded(Image.new("RGB", (16, 16)), "AVIF"))
    with Image.open(io.BytesIO(data)) as image:
        data[data.index(b"av1C") + 6] |= flags
        assert stored_bits(image, bytes(data)) == bits
        if bits > 8:
            with pytest.raises(ChoiceNeeded, match=f"has {bits} bits a channel"):
                deep_samples(image, bytes(data), bits, ReadingPolicy())
