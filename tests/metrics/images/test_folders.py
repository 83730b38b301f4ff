"""Folders: what is listed, in which order, and what is skipped."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rbench.errors import DataError
from rbench.metrics.images import open_images
from tests.metrics.images.image_files import noise, png, write

GOOD = png(noise(3, 3, 3))


def test_the_listing_is_recursive_and_in_bytewise_order(tmp_path: Path) -> None:
    names = [
        "b/1.png",
        "a.png",
        "B.png",
        "b.png",
        "b-1.png",
        "Ä.png",
        "a/z/10.png",
        "a/z/9.png",
        "é.PNG",
    ]
    write(tmp_path, dict.fromkeys(names, GOOD))
    expected = tuple(sorted(names, key=str.encode))
    assert expected[:4] == ("B.png", "a.png", "a/z/10.png", "a/z/9.png")
    source = open_images(tmp_path)
    assert source.names == expected
    assert [image.name for image in source] == list(expected)
    assert (source.kind, source.path, len(source)) == ("folder", str(tmp_path), len(names))


def test_the_order_does_not_depend_on_the_locale_or_the_hash_seed(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(["a.png", "B.png", "ä.png", "Z/é.png", "z/_.png"], GOOD))
    code = "import sys; from rbench.metrics.images import open_images as o; s = o(sys.argv[1]);"
    code += "print(ascii(s.names), s.fingerprint()['file_list_sha256'])"
    seen = set()
    for seed, locale in (("0", "C"), ("1", "C.UTF-8"), ("2", "POSIX")):
        env = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale}
        run = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], env=env, capture_output=True, check=True
        )
        seen.add(run.stdout)
    assert len(seen) == 1


def test_hidden_and_other_files_are_skipped_and_counted(tmp_path: Path) -> None:
    skipped = [
        ".a.png",
        ".cache/a.png",
        "__MACOSX/a.png",
        "a.txt",
        "b.TXT",
        "x/labels.json",
        "noext",
    ]
    write(tmp_path, dict.fromkeys(["a.png", "x/b.png", *skipped], GOOD))
    source = open_images(tmp_path)
    assert source.names == ("a.png", "x/b.png")
    assert source.skipped == {"hidden": 3, ".txt": 2, ".json": 1, "no extension": 1}
    list(source)
    assert "7 other files skipped" in source.report.summary()


@pytest.mark.parametrize(
    "name", ["a.jpg", "a.JPEG", "a.jpe", "a.jfif", "a.webp", "a.bmp", "a.gif", "a.Tiff", "a.pgm"]
)
def test_extensions_are_known_in_any_case(tmp_path: Path, name: str) -> None:
    write(tmp_path, {name: GOOD})
    assert open_images(tmp_path).names == (name,)


def test_a_folder_named_like_an_image_is_a_folder(tmp_path: Path) -> None:
    write(tmp_path, {"x.png/y.png": GOOD})
    assert open_images(tmp_path).names == ("x.png/y.png",)


def test_links_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    write(tmp_path, {"set/a/1.png": GOOD, "elsewhere/2.png": GOOD})
    (tmp_path / "set/linked.png").symlink_to(tmp_path / "elsewhere/2.png")
    (tmp_path / "set/more").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "set/a/up").symlink_to(tmp_path / "set")
    (tmp_path / "set/a/self").symlink_to(tmp_path / "set/a")
    source = open_images(tmp_path / "set")
    assert source.names == ("a/1.png", "linked.png", "more/2.png")
    assert source.skipped == {"links to a folder above": 2}
    assert len(list(source)) == 3


def test_a_pipe_named_like_an_image_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": GOOD})
    os.mkfifo(tmp_path / "b.png")
    source = open_images(tmp_path)
    assert (source.names, source.skipped) == (("a.png",), {"not regular files": 1})


def test_odd_names_are_read_and_shown(tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/caf\xe9\xff.png"
    Path(os.fsdecode(odd)).write_bytes(b"")
    write(tmp_path, {"a b\n'\".png": GOOD, "猫.png": GOOD, "{0..3}[x].png": GOOD})
    source = open_images(tmp_path)
    assert len(source) == 4 and len(source.fingerprint()["file_list_sha256"]) == 64
    with pytest.raises(DataError, match=r"caf\\xe9\\xff\.png, is empty") as caught:
        list(source)
    str(caught.value).encode("utf-8")
    assert len(list(open_images(tmp_path, unreadable="skip"))) == 3


def test_a_place_without_images_says_what_was_found(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no images: looked for \.png .*, found nothing"):
        open_images(tmp_path)
    write(tmp_path, {"a.npz": b"", "b.txt": b"", "c.txt": b""})
    with pytest.raises(DataError, match=r"found 1 \.npz, 2 \.txt; give such a file itself"):
        open_images(tmp_path)


def test_images_beside_tars_are_ambiguous(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": GOOD, "b.tar": b""})
    with pytest.raises(DataError, match="holds both 1 images and 1 tars"):
        open_images(tmp_path)


def test_what_is_not_a_set_of_images_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": GOOD, "a.txt": b""})
    with pytest.raises(DataError, match=r"a\.png is one image: give a folder, a \.zip"):
        open_images(tmp_path / "a.png")
    with pytest.raises(DataError, match="not a set of images by its name"):
        open_images(tmp_path / "a.txt")
    with pytest.raises(DataError, match="nowhere does not exist"):
        open_images(tmp_path / "nowhere")


def test_the_fingerprint_tells_names_and_sizes_and_is_that_of_the_zip(tmp_path: Path) -> None:
    write(tmp_path / "x", {"a.png": GOOD, "b/c.png": GOOD + b"0"})
    source = open_images(tmp_path / "x")
    first = source.fingerprint()
    assert (first["count"], first["kind"]) == (2, "folder")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name in reversed(source.names):
            archive.write(tmp_path / "x" / name, name)
    zipped = open_images(tmp_path / "x.zip").fingerprint()
    assert zipped["file_list_sha256"] == first["file_list_sha256"]
    assert zipped["kind"] == "zip"
    write(tmp_path / "x", {"a.png": GOOD + b"0"})
    assert open_images(tmp_path / "x").fingerprint() != first
    write(tmp_path / "x", {"a.png": GOOD})
    assert open_images(tmp_path / "x").fingerprint() == first
    (tmp_path / "x/a.png").rename(tmp_path / "x/A.png")
    assert open_images(tmp_path / "x").fingerprint() != first
