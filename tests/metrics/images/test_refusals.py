"""What cannot be read is refused by name, or left out, counted and named."""

import io
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from rbench.errors import DataError, UsageError
from rbench.metrics.images import open_images
from rbench.metrics.images.decode import decode
from rbench.metrics.images.policy import ChoiceNeeded, ReadingPolicy, Unreadable
from tests.metrics.images.image_files import (
    encoded,
    noise,
    png,
    read_one,
    source_of,
    write,
)

RGB = Image.fromarray(noise(24, 24, 3))


def cases() -> dict[str, tuple[bytes, str]]:
    jpeg, other = encoded(RGB, "JPEG"), RGB.rotate(90)
    return {
        "cut.jpg": (jpeg[:-40], "is damaged: image file is truncated"),
        "cut.png": (png(noise(24, 24, 3))[:-600], "is damaged"),
        "empty.png": (b"", r"is empty \(0 bytes\)"),
        "text.png": (b"not an image at all", "is not an image, or damaged at its start"),
        "page.png": (b"<!doctype html><title>404</title>", "is not an image"),
        "pdf.png": (encoded(RGB, "PDF"), "is not an image"),
        "two.gif": (encoded(RGB, "GIF", save_all=True, append_images=[other]), ".*of 2 frames"),
        "two.webp": (encoded(RGB, "WEBP", save_all=True, append_images=[other]), ".*of 2 frames"),
        "two.png": (encoded(RGB, "PNG", save_all=True, append_images=[other]), ".*of 2 frames"),
        "two.avif": (encoded(RGB, "AVIF", save_all=True, append_images=[other]), ".*of 2 frames"),
        "two.tiff": (encoded(RGB, "TIFF", save_all=True, append_images=[other]), "has 2 pages"),
        "float.tiff": (encoded(Image.new("F", (3, 3)), "TIFF"), "holds 32-bit floats as TIFF"),
        "int.tiff": (encoded(Image.new("I", (3, 3)), "TIFF"), "holds 32-bit integers as TIFF"),
        "lab.tiff": (encoded(Image.new("LAB", (3, 3)), "TIFF"), "is stored in the mode LAB"),
    }


@pytest.mark.parametrize("name", cases())
def test_an_unreadable_image_is_refused_by_name(tmp_path: Path, name: str) -> None:
    data, why = cases()[name]
    good = png(noise(4, 4, 3))
    write(tmp_path, {"a.png": good, name: data, "z.png": good})
    with pytest.raises(DataError, match=f"image 2 of 3 in .*, {name}, {why}.*unreadable='skip'"):
        list(open_images(tmp_path))


def test_unreadable_images_are_left_out_counted_and_named_on_request(tmp_path: Path) -> None:
    good = noise(4, 4, 3)
    bad = {name: data for name, (data, _) in cases().items()}
    write(tmp_path, {"a.png": png(good), **bad, "z.png": png(good)})
    source = open_images(tmp_path, unreadable="skip")
    images = list(source)
    assert [image.name for image in images] == ["a.png", "z.png"]
    report = source.report
    assert report.count == 2 and len(source) == len(bad) + 2
    assert dict(report.unreadable).keys() == bad.keys()
    assert "0 bytes" in dict(report.unreadable)["empty.png"]
    assert f"{len(bad)} unreadable left out" in report.summary()


def test_a_file_of_another_format_than_its_name_says_is_read(tmp_path: Path) -> None:
    source = source_of(tmp_path, encoded(RGB, "JPEG"), "a.png")
    assert len(list(source)) == 1
    assert source.report.formats == {"JPEG": 1}


def test_decompression_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = png(noise(24, 24, 3))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 24 * 24)
    assert read_one(tmp_path, data).shape == (24, 24, 3)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 24 * 24 - 1)
    with warnings.catch_warnings(), pytest.raises(DataError, match="24x24 pixels, above Pillow"):
        warnings.simplefilter("ignore")
        read_one(tmp_path, data, workers=1)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(DataError, match="too large to be opened safely"):
        read_one(tmp_path, data)


def test_filling_in_of_cut_images_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(UsageError, match="LOAD_TRUNCATED_IMAGES"):
        read_one(tmp_path, png(noise(4, 4, 3)))


def test_a_broken_link_is_an_unreadable_image(tmp_path: Path) -> None:
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / "self.png").symlink_to("self.png")
    source = open_images(tmp_path)
    assert source.names == ("gone.png", "self.png")
    with pytest.raises(DataError, match=r"gone\.png, cannot be opened: No such file"):
        list(source)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "AVIF"])
def test_damage_anywhere_gives_pixels_or_a_sentence_and_never_another_error(form: str) -> None:
    rng = np.random.default_rng(len(form))
    exif = RGB.getexif()
    exif[274] = 6
    options = {"exif": exif} if form in ("PNG", "JPEG", "WEBP") else {}
    data = encoded(RGB, form, **options)
    policy = ReadingPolicy(alpha="white", sixteen_bit="scale", orientation="apply")
    refused = 0
    for trial in range(250):
        damaged = bytearray(data)
        if trial % 3 == 0:
            del damaged[rng.integers(len(damaged)) :]
        else:
            reach = len(damaged) if trial % 3 == 1 else 120
            for at in rng.integers(0, min(reach, len(damaged)), 3):
                damaged[at] = rng.integers(256)
        try:
            pixels = decode(bytes(damaged), policy).pixels
        except (Unreadable, ChoiceNeeded):
            refused += 1
        else:
            assert pixels.dtype == np.uint8 and pixels.shape[2] == 3
    assert refused > 60


def test_a_flipped_bit_in_a_png_never_passes_for_other_pixels() -> None:
    pixels = noise(24, 24, 3)
    data, refused = png(pixels), 0
    for at in range(data.index(b"IDAT") + 4, len(data) - 16, 7):
        damaged = bytearray(data)
        damaged[at] ^= 1
        try:
            assert (decode(bytes(damaged), ReadingPolicy()).pixels == pixels).all()
        except Unreadable:
            refused += 1
    assert refused > 100


def test_a_jpeg_cut_anywhere_in_its_scan_is_refused() -> None:
    data = encoded(RGB, "JPEG")
    scan = data.index(b"\xff\xda")
    for end in range(scan, len(data) - 2, 37):
        with pytest.raises(Unreadable):
            decode(data[:end], ReadingPolicy())


def test_unknown_choices_are_usage_errors(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": png(noise(4, 4, 3))})
    with pytest.raises(UsageError, match="alpha='grey' is not one of 'refuse', 'drop', 'white'"):
        open_images(tmp_path, alpha="grey")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="sixteen_bit='yes'"):
        open_images(tmp_path, sixteen_bit="yes")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="workers=0"):
        open_images(tmp_path, workers=0)


def test_what_pillow_opens_beyond_the_listed_formats_is_not_opened() -> None:
    for form in ("ICO", "TGA", "SGI", "PCX"):
        file = io.BytesIO()
        RGB.save(file, form)
        with pytest.raises(Unreadable, match="is not an image"):
            decode(file.getvalue(), ReadingPolicy())
