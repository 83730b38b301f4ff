"""Every mode becomes 8-bit RGB with the right pixels, and the conversion is counted."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from rbench.errors import DataError
from tests.metrics.images.image_files import (
    encoded,
    noise,
    png,
    png_chunk,
    raw_png,
    read_one,
    source_of,
)


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.png", "PNG"), ("a.bmp", "BMP"), ("a.tiff", "TIFF"), ("a.ppm", "PPM"), ("a.TIF", "TIFF")],
)
def test_rgb_of_lossless_formats_is_kept_to_the_bit(tmp_path: Path, name: str, form: str) -> None:
    pixels = noise(5, 7, 3)
    source = source_of(tmp_path, encoded(Image.fromarray(pixels), form), name)
    (image,) = source
    assert image.name == name
    assert image.pixels.dtype == np.uint8
    assert (image.pixels == pixels).all()
    assert (source.report.formats, source.report.modes) == ({form: 1}, {"RGB": 1})
    assert not source.report.converted and not source.report.ignored


def test_lossless_webp_is_kept_to_the_bit(tmp_path: Path) -> None:
    pixels = noise(16, 16, 3)
    data = encoded(Image.fromarray(pixels), "WEBP", lossless=True, exact=True)
    assert (read_one(tmp_path, data, "a.webp") == pixels).all()


@pytest.mark.parametrize(
    ("name", "form"), [("a.jpg", "JPEG"), ("a.JFIF", "JPEG"), ("b.avif", "AVIF")]
)
def test_lossy_formats_give_what_pillow_gives(tmp_path: Path, name: str, form: str) -> None:
    data = encoded(Image.fromarray(noise(32, 48, 3)), form)
    pixels = read_one(tmp_path, data, name)
    assert (pixels == np.asarray(Image.open(tmp_path / name))).all()


def test_grey_is_repeated(tmp_path: Path) -> None:
    grey = noise(4, 6)
    source = source_of(tmp_path, png(grey))
    (image,) = source
    assert (image.pixels == np.stack([grey] * 3, axis=2)).all()
    assert source.report.modes == {"L": 1}
    assert source.report.converted == {"grey repeated to 3 channels": 1}


def test_one_bit_becomes_black_and_white(tmp_path: Path) -> None:
    bits = noise(9, 11) > 127
    source = source_of(tmp_path, encoded(Image.fromarray(bits)))
    (image,) = source
    assert (image.pixels == np.where(bits, 255, 0)[..., None]).all()
    assert source.report.modes == {"1": 1}
    assert source.report.converted["1 bit a pixel made 0 and 255"] == 1


def test_a_palette_is_looked_up(tmp_path: Path) -> None:
    indices, palette = noise(8, 8) % 16, noise(16, 3, seed=1)
    image = Image.fromarray(indices)
    image.putpalette(palette.tobytes())
    source = source_of(tmp_path, encoded(image))
    assert (next(iter(source)).pixels == palette[indices]).all()
    assert source.report.modes == {"P": 1}
    assert source.report.converted == {"palette looked up": 1}


def test_a_palette_with_transparency_needs_a_choice(tmp_path: Path) -> None:
    indices, palette = noise(8, 8) % 16, noise(16, 3, seed=1)
    image = Image.fromarray(indices)
    image.putpalette(palette.tobytes())
    alpha = np.full(16, 255)
    alpha[3] = 100
    data = encoded(image, transparency=alpha.astype(np.uint8).tobytes())
    with pytest.raises(DataError, match=r"a\.png, is transparent in places \(alpha from 100 to 25"):
        read_one(tmp_path, data)
    assert (read_one(tmp_path, data, alpha="drop") == palette[indices]).all()
    black = np.rint(palette[indices] * (alpha[indices] / 255)[..., None])
    assert (read_one(tmp_path, data, alpha="black") == black).all()


def test_a_palette_whose_transparent_colour_is_unused_is_opaque(tmp_path: Path) -> None:
    image = Image.fromarray(noise(8, 8) % 16)
    image.putpalette(noise(16, 3, seed=1).tobytes())
    source = source_of(tmp_path, encoded(image, transparency=15 + 1))
    assert len(list(source)) == 1
    assert source.report.converted["opaque alpha dropped"] == 1


@pytest.mark.parametrize("channels", [2, 4])
def test_opaque_alpha_is_dropped_and_counted(tmp_path: Path, channels: int) -> None:
    samples = noise(6, 5, channels)
    samples[..., -1] = 255
    source = source_of(tmp_path, raw_png(samples))
    colours = samples[..., :-1] if channels == 4 else np.repeat(samples[..., :1], 3, axis=2)
    assert (next(iter(source)).pixels == colours).all()
    assert source.report.converted["opaque alpha dropped"] == 1


def test_transparency_is_refused_and_the_choices_are_named(tmp_path: Path) -> None:
    data = raw_png(noise(6, 5, 4))
    with pytest.raises(
        DataError, match=r"image 1 of 1 in .*, a\.png, .*'drop'.*'white' or 'black'"
    ):
        read_one(tmp_path, data)
    # A choice is wanted, not a repair: skipping the unreadable does not hide it.
    with pytest.raises(DataError, match="transparent"):
        read_one(tmp_path, data, unreadable="skip")


@pytest.mark.parametrize(("choice", "behind"), [("white", 255), ("black", 0)])
def test_transparency_is_blended_exactly(tmp_path: Path, choice: str, behind: int) -> None:
    samples = noise(64, 64, 4)
    alpha = samples[..., 3:].astype(np.float64) / 255
    expected = np.rint(samples[..., :3] * alpha + behind * (1 - alpha))
    source = source_of(tmp_path, raw_png(samples), alpha=choice)
    assert (next(iter(source)).pixels == expected).all()
    assert source.report.converted == {f"alpha blended on {choice}": 1}


def test_dropped_alpha_leaves_the_colours_as_stored(tmp_path: Path) -> None:
    samples = noise(6, 5, 4)
    assert (read_one(tmp_path, raw_png(samples), alpha="drop") == samples[..., :3]).all()


def test_a_transparent_colour_of_grey_and_rgb_counts_as_alpha(tmp_path: Path) -> None:
    grey = np.array([[[5], [6], [7]]], np.uint8)
    data = raw_png(grey, png_chunk(b"tRNS", b"\0\x06"))
    with pytest.raises(DataError, match="transparent"):
        read_one(tmp_path, data)
    assert read_one(tmp_path, data, alpha="white")[0, :, 0].tolist() == [5, 255, 7]
    colour = noise(1, 3, 3)
    key = b"".join(b"\0" + bytes([v]) for v in colour[0, 1])
    data = raw_png(colour, png_chunk(b"tRNS", key))
    assert read_one(tmp_path, data, alpha="black")[0].tolist() == [
        colour[0, 0].tolist(),
        [0, 0, 0],
        colour[0, 2].tolist(),
    ]


@pytest.mark.parametrize(
    ("cmyk", "rgb"),
    [((255, 0, 0, 0), (0, 255, 255)), ((0, 0, 0, 255), (0, 0, 0)), ((0, 0, 0, 0), (255, 255, 255))],
)
def test_cmyk_jpegs_of_adobe_are_not_inverted(
    tmp_path: Path, cmyk: tuple[int, ...], rgb: tuple[int, ...]
) -> None:
    data = encoded(Image.new("CMYK", (16, 16), cmyk), "JPEG", quality=100)
    assert b"Adobe" in data
    source = source_of(tmp_path, data, "a.jpg")
    assert np.abs(next(iter(source)).pixels.astype(int) - rgb).max() <= 2
    assert source.report.modes == {"CMYK": 1}
    assert source.report.converted == {"CMYK converted by Pillow without a colour profile": 1}


def test_ycck_jpegs_are_converted(tmp_path: Path) -> None:
    # Adobe stores the complement: Y=100, Cb=Cr=128, K=200 once the marker says YCCK.
    data = encoded(Image.new("CMYK", (16, 16), (155, 127, 127, 55)), "JPEG", quality=100)
    marker = data.index(b"Adobe") + 11
    ycck = data[:marker] + b"\2" + data[marker + 1 :]
    grey = (255 - 100) * (255 - 55) / 255
    assert np.abs(read_one(tmp_path, ycck, "a.jpg") - grey).max() <= 2


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_orientation_is_left_and_counted_or_applied(
    tmp_path: Path, orientation: int, form: str
) -> None:
    stored = Image.fromarray(noise(8, 24, 3))
    exif = stored.getexif()
    exif[274] = orientation
    data = encoded(stored, form, exif=exif)
    source = source_of(tmp_path, data)
    (image,) = source
    with Image.open(tmp_path / "a.png") as reopened:
        assert (image.pixels == np.asarray(reopened)).all()
        looked_at = np.asarray(ImageOps.exif_transpose(reopened))
    assert source.report.ignored == ({"EXIF orientation ignored": 1} if orientation > 1 else {})
    assert (read_one(tmp_path, data, orientation="apply") == looked_at).all()


def test_a_tiff_is_turned_as_pillow_turns_it_and_counted(tmp_path: Path) -> None:
    pixels = noise(8, 24, 3)
    source = source_of(
        tmp_path, encoded(Image.fromarray(pixels), "TIFF", tiffinfo={274: 3}), "a.tif"
    )
    assert (next(iter(source)).pixels == pixels[::-1, ::-1]).all()
    assert source.report.converted == {"TIFF turned as its orientation says": 1}


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_exif_does_not_stop_the_pixels(tmp_path: Path) -> None:
    pixels = noise(4, 4, 3)
    data = raw_png(pixels, png_chunk(b"eXIf", b"MM\0*\0\0\0\x08\xff\xff"))
    assert (read_one(tmp_path, data, orientation="apply") == pixels).all()


def test_a_colour_profile_is_ignored_and_counted(tmp_path: Path) -> None:
    pixels = noise(4, 4, 3)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = source_of(tmp_path, png(pixels, icc_profile=profile))
    assert (next(iter(source)).pixels == pixels).all()
    assert source.report.ignored == {"colour profile ignored": 1}


def test_of_a_photo_with_several_pictures_the_first_is_read(tmp_path: Path) -> None:
    first, second = Image.new("RGB", (16, 16), (200, 0, 0)), Image.new("RGB", (16, 16))
    data = encoded(first, "MPO", save_all=True, append_images=[second])
    source = source_of(tmp_path, data, "a.jpg")
    assert next(iter(source)).pixels[0, 0, 0] > 190
    assert source.report.formats == {"MPO": 1}
    assert source.report.ignored == {"further pictures of a photo ignored": 1}


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_a_single_frame_is_a_picture_like_any_other(tmp_path: Path, form: str) -> None:
    image = Image.new("RGB", (16, 16), (10, 20, 30))
    data = encoded(image, form, save_all=True)
    assert np.abs(read_one(tmp_path, data).astype(int) - (10, 20, 30)).max() <= 4
