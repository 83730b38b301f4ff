"""Every form in which a row may hold a picture, and what is refused."""

import base64
import os
from pathlib import Path
from typing import Any

import pytest

from rbench.errors import RunDirectoryError
from rbench.harness.blobs import BlobFolder
from rbench.harness.pictures.conversion import PictureError
from rbench.harness.pictures.intake import BrokenPicture, PictureIntake, StoredPicture
from rbench.harness.pictures.sources import picture_bytes
from tests.harness.picture_files import drawing, encoded

CONTENT = encoded(drawing())
TEXT = base64.b64encode(CONTENT).decode()


@pytest.mark.parametrize(
    "value",
    [
        CONTENT,
        {"bytes": CONTENT, "path": "1.png"},
        {"bytes": CONTENT},
        {"bytes": TEXT},
        {"bytes": None, "path": "inner/1.png"},
        {"path": "inner/1.png"},
        {"bytes": "", "path": "inner/1.png"},
        "inner/1.png",
        " inner/1.png ",
        "./inner/1.png",
        TEXT,
        f"data:image/png;base64,{TEXT}",
        "\n".join(TEXT[i : i + 76] for i in range(0, len(TEXT), 76)),
    ],
)
def test_every_form_gives_the_same_bytes(tmp_path: Path, value: Any) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "1.png").write_bytes(CONTENT)
    assert picture_bytes(value, tmp_path) == CONTENT


@pytest.mark.parametrize("value", [None, "", "  ", {}, {"bytes": None, "path": None}])
def test_nothing_is_no_picture(tmp_path: Path, value: Any) -> None:
    assert picture_bytes(value, tmp_path) is None


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("nan", "neither base64 nor a path with a suffix: 'nan'"),
        ("images/x", "not a picture in base64 (6 bytes) nor a path with a suffix: 'images/x'"),
        ("not base64 at all", "neither base64"),
        ("data:image/png,%89PNG", "a data URL that is not base64: 'data:image/png'"),
        ("data:image/png;base64,???", "neither base64"),
        ("missing.png", "there is no file 'missing.png' in "),
        ("inner.d", "data is no regular file"),
        ("../outside.png", "the path '../outside.png' leads out of the folder"),
        ("inner.d/../../outside.png", "leads out of the folder"),
        ("inner.d\\..\\..\\outside.png", "leads out of the folder"),
        ("/etc/x.png", "the path '/etc/x.png' leads out of the folder"),
        ("C:\\x.png", "leads out of the folder"),
        ("\\\\host\\share\\x.png", "leads out of the folder"),
        ("https://example.org/x.png", "is an address, and pictures are not fetched"),
        ("file:///etc/x.png", "is an address"),
        ("a\0.png", "a\\x00.png' "),
        (f"{'x' * 5000}.png", "xxx...' cannot be read (File name too long)"),
        (12, "not a picture (int 12)"),
        ([CONTENT], "not a picture (list ["),
        ({"bytes": 12}, "not a picture (int 12)"),
        ({"url": TEXT}, "a mapping of 'url' where 'bytes' or 'path' is wanted"),
        ({"path": "inner.d"}, "'inner.d' in "),
    ],
)
def test_what_is_refused_says_why(tmp_path: Path, value: Any, reason: str) -> None:
    (tmp_path / "data" / "inner.d").mkdir(parents=True)
    (tmp_path / "outside.png").write_bytes(CONTENT)
    with pytest.raises(PictureError) as raised:
        picture_bytes(value, tmp_path / "data")
    assert reason in raised.value.reason and len(raised.value.reason) < 300


def test_rows_without_a_folder_have_no_paths() -> None:
    with pytest.raises(PictureError, match="there are no files beside these rows"):
        picture_bytes("x.png", None)


def test_the_intake_keeps_pictures_as_blobs_and_says_what_is_broken(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path / "blobs")
    large = encoded(drawing(1, (300, 100)))
    with PictureIntake(blobs, max_side=150) as intake:
        plain, none, broken, resized, again = intake.take(
            [CONTENT, None, b"broken picture", large, {"bytes": TEXT}], None
        )
    assert isinstance(plain, StoredPicture) and blobs.read(plain.blob) == CONTENT
    assert none is None
    assert isinstance(broken, BrokenPicture)
    assert broken.reason.startswith("not a picture: it starts with b'broken p'; ")
    assert isinstance(resized, StoredPicture)
    assert (resized.width, resized.height) == (150, 50)
    assert resized.changes == ("resized from 300 x 100",)
    assert again == plain


def test_blobs_that_cannot_be_written_end_the_intake(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        PictureIntake(BlobFolder(tmp_path / "file" / "blobs"), max_side=150) as intake,
        pytest.raises(RunDirectoryError),
    ):
        intake.take([CONTENT], None)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.png")
    with pytest.raises(PictureError, match=r"'x.png' in .* is no regular file"):
        picture_bytes("x.png", tmp_path)


def test_a_file_that_no_picture_can_fill_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "x.png").open("wb") as file:
        file.truncate((1 << 29) + 1)  # of holes: it takes no room
    with pytest.raises(PictureError, match="has 536,870,913 bytes, above 536,870,912"):
        picture_bytes("x.png", tmp_path)


def test_a_symbolic_link_is_followed_as_the_cache_of_the_hub_is_made_of_them(
    tmp_path: Path,
) -> None:
    (tmp_path / "blob").write_bytes(CONTENT)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.png").symlink_to(tmp_path / "blob")
    assert picture_bytes("x.png", tmp_path / "data") == CONTENT
