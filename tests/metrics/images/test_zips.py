"""Zip files: the same rules as folders, and what a zip alone can have wrong."""

import struct
import zipfile
from pathlib import Path

import pytest

from rbench.errors import DataError
from rbench.metrics.images import open_images
from tests.metrics.images.image_files import noise, png

GOOD = png(noise(3, 3, 3))


def make_zip(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("workers", [1, 3])
def test_members_are_read_in_bytewise_order(tmp_path: Path, method: int, workers: int) -> None:
    pixels = {f"{c}/{i}.png": noise(4, 5, 3, seed=i) for i, c in enumerate("zaBé猫")}
    files = {name: png(p) for name, p in pixels.items()}
    path = make_zip(tmp_path / "x.zip", files, method)
    source = open_images(path, workers=workers)
    assert source.names == tuple(sorted(files, key=str.encode))
    for image in source:
        assert (image.pixels == pixels[image.name]).all()


def test_hidden_other_and_nested_members(tmp_path: Path) -> None:
    names = ["set/a.png", "__MACOSX/set/._a.png", ".DS_Store", "a/.b/c.png", "a/t.txt", "./d.png"]
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.mkdir("x.png")
        for name in names:
            archive.writestr(name, GOOD)
    source = open_images(tmp_path / "x.zip")
    assert source.names == ("./d.png", "set/a.png")
    assert source.skipped == {"hidden": 3, ".txt": 1}
    assert len(list(source)) == 2


def test_zip64_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name in ("b.png", "a.png", "a.txt"):
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(GOOD)
    monkeypatch.undo()
    assert b"PK\6\6" in (tmp_path / "x.zip").read_bytes()
    source = open_images(tmp_path / "x.zip")
    assert ([image.name for image in source], source.skipped) == (["a.png", "b.png"], {".txt": 1})


def test_encrypted_zips_are_refused(tmp_path: Path) -> None:
    data = bytearray(make_zip(tmp_path / "x.zip", {"a.png": GOOD}).read_bytes())
    central = data.index(b"PK\1\2")
    data[6] |= 1
    data[central + 8] |= 1
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(DataError, match=r"x\.zip is encrypted \(a\.png\)"):
        open_images(tmp_path / "x.zip")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a.png", GOOD)
        archive.writestr("a.png", GOOD)
    with pytest.raises(DataError, match=r"two members named a\.png"):
        open_images(tmp_path / "x.zip")


def test_a_cut_zip_and_another_file_are_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", {"a.png": GOOD})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DataError, match="not a whole zip file"):
        open_images(path)
    path.write_bytes(b"")
    with pytest.raises(DataError, match="not a whole zip file"):
        open_images(path)


def test_a_damaged_member_is_refused_by_name_or_skipped(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", {"a.png": GOOD, "b.png": GOOD, "c.png": GOOD})
    data = bytearray(path.read_bytes())
    second = data.index(b"PK\3\4", 1)
    data[second + 30 + 5 + 20] ^= 255
    path.write_bytes(data)
    with pytest.raises(
        DataError, match=r"image 2 of 3 in .*, b\.png, is damaged in the zip: Bad CRC"
    ):
        list(open_images(path))
    assert [image.name for image in open_images(path, unreadable="skip")] == ["a.png", "c.png"]


def test_an_unknown_compression_is_refused_by_name(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", {"a.png": GOOD})
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, 8, 97)
    struct.pack_into("<H", data, data.index(b"PK\1\2") + 10, 97)
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"a\.png, is damaged in the zip"):
        list(open_images(path))


def test_a_zip_without_images_says_what_it_holds(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "x.zip", {"a.npy": b"", ".b.png": b""})
    with pytest.raises(DataError, match=r"holds no images: .* found 1 \.npy, 1 hidden"):
        open_images(path)
