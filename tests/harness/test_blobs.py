import hashlib
from pathlib import Path

import pytest

from rbench.errors import RunDirectoryError
from rbench.harness.blobs import BlobFolder, TemporaryBlobs, media_type


def test_a_blob_is_named_by_its_bytes_and_read_back(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path / "blobs")
    name = blobs.write(b"picture", "png")
    assert name == hashlib.sha256(b"picture").hexdigest() + ".png"
    assert blobs.read(name) == b"picture"
    assert media_type(name) == "image/png"


def test_equal_bytes_are_one_file_that_is_not_written_again(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    path = blobs.file(blobs.write(b"picture", "png"))
    before = path.stat().st_mtime_ns
    blobs.write(b"picture", "png")
    assert path.stat().st_mtime_ns == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_damaged_blob_is_refused_by_name(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    name = blobs.write(b"picture", "png")
    blobs.file(name).write_bytes(b"pictur")
    with pytest.raises(RunDirectoryError, match=name):
        blobs.read(name)


@pytest.mark.parametrize("name", ["../plan.json", "a.png", f"{'0' * 64}.png/x", "/etc/passwd"])
def test_no_name_leaves_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(RunDirectoryError, match="not the name of a blob"):
        BlobFolder(tmp_path).read(name)


def test_a_missing_blob_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="cannot be read"):
        BlobFolder(tmp_path).read(f"{'0' * 64}.png")


def test_temporary_blobs_are_gone_with_their_owner() -> None:
    blobs = TemporaryBlobs()
    folder = blobs.path
    blobs.write(b"picture", "png")
    assert folder.exists()
    del blobs
    assert not folder.exists()
