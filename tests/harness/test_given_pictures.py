import base64
import io
import os
from pathlib import Path

import pytest
from PIL import Image

from rbench.harness import given_pictures as module
from rbench.harness.adapters.reply_pictures import pictures_in
from rbench.harness.blobs import BlobFolder
from rbench.harness.given_pictures import (
    from_data_url,
    given_pictures,
    keep_pictures,
    picture_suffix,
)
from tests.harness.pictured_calls import data_url as url
from tests.harness.pictured_calls import png


@pytest.mark.parametrize(
    ("kind", "suffix"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp")]
)
def test_what_pillow_writes_is_told_by_its_first_bytes(kind, suffix):
    file = io.BytesIO()
    Image.new("RGB", (3, 3)).save(file, format=kind)
    assert picture_suffix(file.getvalue()) == suffix


@pytest.mark.parametrize("content", [b"", b"<svg>", b"BM1234", b"RIFF1234WAVE", b"%PDF-1.7"])
def test_anything_else_is_no_picture(content):
    with pytest.raises(ValueError, match="neither PNG, JPEG, WebP nor GIF"):
        picture_suffix(content)


def test_size_is_limited_before_and_after_decoding(monkeypatch):
    content = png()
    monkeypatch.setattr(module, "MOST_BYTES", len(content))
    assert from_data_url(url(content)) == content
    monkeypatch.setattr(module, "MOST_BYTES", len(content) - 1)
    with pytest.raises(ValueError, match="bytes"):
        from_data_url(url(content))
    with pytest.raises(ValueError, match="bytes"):
        picture_suffix(content)
    with pytest.raises(ValueError, match="more than"):
        from_data_url("data:image/png;base64," + "!" * 10 * len(content))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("https://x.test/a.png", "not fetched"),
        ("data:image/png,abc", "no data URL in base64"),
        ("data:image/png;base64,###", "no base64"),
        ("data:image/png;base64,YWJj", "neither PNG"),
        ("iVBORw0KGgo=", "no data URL"),
    ],
)
def test_an_address_or_a_broken_url_is_no_picture(given, words):
    with pytest.raises(ValueError, match=words):
        from_data_url(given)


def test_bytes_paths_urls_and_pillow_images_are_pictures(tmp_path):
    content = png()
    (tmp_path / "a.png").write_bytes(content)
    image = Image.open(io.BytesIO(content))
    given = [content, bytearray(content), "a.png", tmp_path / "a.png", url(content), image]
    found = given_pictures(given, tmp_path, inside=False)
    assert found[:5] == [content] * 5
    with Image.open(io.BytesIO(found[5])) as again:
        assert (again.format, again.tobytes()) == ("PNG", image.tobytes())
    assert given_pictures(None, tmp_path, inside=False) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("a.png", "images is 'a.png', not a list"),
        (b"abc", "not a list"),
        ([None], r"images\[0\] is no picture: of type NoneType"),
        ([b"abc"], r"images\[0\] is no picture: neither PNG"),
        (["absent.png"], r"images\[0\] is no picture: there is no file 'absent.png' in "),
        (["x" * 5000], r"images\[0\] is no picture: 'xxx.*\.\.\.' cannot be read \(File name too"),
        (["~nobody-of-that-name/x.png"], r"images\[0\] is no picture: '~nobody"),
        (["."], r"images\[0\] is no picture: '.' in .* is no regular file"),
        (["/dev/null"], r"images\[0\] is no picture: '/dev/null' in .* is no regular file"),
        ([Image.new("RGB", (0, 4))], r"images\[0\] is no picture: "),
        (Image.new("RGB", (2, 2)), "^images is Image, not a list$"),
        (["https://x.test/a.png"], "not fetched"),
        ([Image.new("CMYK", (2, 2))], r"images\[0\] is no picture: .*CMYK"),
    ],
)
def test_the_place_of_what_is_no_picture_is_named(tmp_path, given, words):
    with pytest.raises(ValueError, match=words):
        given_pictures(given, tmp_path, inside=False)


def test_a_path_may_be_kept_inside_its_folder(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "out.png").write_bytes(png())
    (tmp_path / "in" / "own.png").write_bytes(png())
    (tmp_path / "in" / "link.png").symlink_to(tmp_path / "out.png")
    assert given_pictures(["own.png"], tmp_path / "in", inside=True) == [png()]
    for name in ("../out.png", str(tmp_path / "out.png"), "link.png"):
        with pytest.raises(ValueError, match="leads out of"):
            given_pictures([name], tmp_path / "in", inside=True)


def test_pictures_are_kept_by_what_they_are_and_not_by_what_they_are_called(tmp_path):
    names = keep_pictures([png(), b"\xff\xd8\xff etc."], BlobFolder(tmp_path))
    assert [name.rpartition(".")[2] for name in names] == ["png", "jpg"]
    assert BlobFolder(tmp_path).read(names[0]) == png()
    assert keep_pictures([png()], None) == ()


@pytest.mark.parametrize(
    "message",
    [
        {"images": [{"type": "image_url", "image_url": {"url": url(png())}}]},
        {"images": [url(png())]},
        {"content": [{"type": "image_url", "image_url": {"url": url(png())}}]},
        {"content": [{"type": "image_url", "image_url": url(png())}]},
        {"content": [{"type": "image", "image": url(png())}]},
        {"content": [{"type": "image", "url": url(png())}]},
        {"content": [{"type": "image", "b64_json": base64.b64encode(png()).decode()}]},
        {"content": [{"type": "output_image", "b64_json": base64.b64encode(png()).decode()}]},
        {"content": [{"type": "output_image", "image_url": {"url": url(png())}}]},
    ],
)
def test_every_form_of_a_picture_in_a_message_is_read(message):
    assert pictures_in(message) == [png()]


def test_pictures_come_in_their_order_each_once_and_what_is_none_is_logged(caplog):
    content = [
        {"type": "text", "text": url(png("green"))},
        {"type": "image_url", "image_url": {"url": url(png("red"))}},
        {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}},
        {"type": "image_url"},
        {"type": "image", "image": 3},
        "text",
    ]
    images = [{"image_url": {"url": url(png("blue"))}}, {"image_url": {"url": url(png("red"))}}, 7]
    found = pictures_in({"content": content, "images": images})
    assert found == [png("red"), png("blue")]
    (record,) = caplog.records
    assert record.getMessage().endswith("not fetched, and 3 more")
    assert "not fetched" in caplog.text


@pytest.mark.parametrize("message", [{}, {"content": None, "images": None}, {"images": "x"}])
def test_a_message_without_pictures_has_none(message):
    assert pictures_in(message) == []


@pytest.mark.parametrize("inside", [True, False])
def test_a_pipe_is_not_waited_for(tmp_path, monkeypatch, inside):
    os.mkfifo(tmp_path / "x.png")
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"what would be waited for")
    with pytest.raises(ValueError, match=r"'x.png' in .* is no regular file"):
        given_pictures(["x.png"], tmp_path, inside=inside)


def test_of_many_pictures_that_are_none_one_is_named(caplog):
    assert pictures_in({"images": [{"url": "https://x.test/a.png"}] * 200}) == []
    (record,) = caplog.records
    assert record.getMessage().endswith("and pictures are not fetched, and 199 more")
