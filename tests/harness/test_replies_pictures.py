"""Pictures in a file of replies: named by path or given as data."""

import asyncio
import json

import pytest

from rbench.errors import DataError
from rbench.harness.adapters.replies import RepliesAdapter, RepliesOptions
from tests.harness.pictured_calls import data_url, pictured, png


@pytest.fixture
def adapter(tmp_path):
    """Write lines of replies to math/1, math/2 ... beside red.png; return their adapter."""
    (tmp_path / "drawn").mkdir()
    (tmp_path / "drawn" / "red.png").write_bytes(png("red"))

    def write(*lines):
        path = tmp_path / "replies.jsonl"
        rows = [{"id": f"math/{n}", **line} for n, line in enumerate(lines, start=1)]
        path.write_text("\n".join(map(json.dumps, rows)))
        return RepliesAdapter(str(path), RepliesOptions())

    return write


def ask(adapter, call):
    return asyncio.run(adapter.answer([call]))[0]


def test_pictures_of_a_line_are_kept_as_blobs(adapter, tmp_path):
    replies = adapter(
        {"text": "done", "images": ["drawn/red.png", data_url(png("blue"))]},
        {"images": [data_url(png())]},
    )
    call = pictured(tmp_path / "blobs", number=1)
    reply = ask(replies, call)
    assert reply.text == "done"
    assert [call.blobs.read(name) for name in reply.blobs] == [png("red"), png("blue")]
    other = ask(replies, pictured(tmp_path / "blobs", number=2))
    assert (other.text, other.error, len(other.blobs)) == (None, None, 1)


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (["../red.png"], "leads out of"),
        (["/etc/hostname"], "leads out of"),
        (["drawn/green.png"], "green.png"),
        ([3], "of type int"),
        (["https://x.test/a.png"], "not fetched"),
        ("drawn/red.png", "not a list"),
    ],
)
def test_what_is_no_picture_is_named_before_any_reply(adapter, images, words):
    with pytest.raises(DataError, match=rf"replies.jsonl, line 1: images.*{words}"):
        adapter({"text": "x", "images": images})


def test_the_files_of_pictures_are_part_of_the_identity(adapter, tmp_path):
    lines = [{"images": ["drawn/red.png"]}, {"images": ["drawn/red.png", data_url(png())]}]
    before = adapter(*lines).identity
    assert adapter(*lines).identity == before
    (tmp_path / "drawn" / "red.png").write_bytes(png("blue"))
    after = adapter(*lines).identity
    assert after["file_sha256"] == before["file_sha256"]
    assert after["pictures_sha256"] != before["pictures_sha256"]
    assert "pictures_sha256" not in adapter({"text": "x"}, {"images": [data_url(png())]}).identity


def test_a_picture_that_is_gone_since_is_an_error_of_its_sample(adapter, tmp_path):
    replies = adapter({"images": ["drawn/red.png"]})
    (tmp_path / "drawn" / "red.png").unlink()
    assert "line 1: images[0] is no picture" in ask(replies, pictured(tmp_path / "blobs")).error
