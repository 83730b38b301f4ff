"""Webdataset tars: order of shards and members, companions, and damage that tarfile hides."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from rbench.errors import DataError, UsageError
from rbench.metrics.images import open_images
from tests.metrics.images.image_files import noise, png, write

GOOD = png(noise(3, 3, 3))


def make_tar(path: Path, files: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> Path:
    with tarfile.open(path, "w", format=form) as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def shards(root: Path, count: int = 3) -> dict[str, bytes]:
    made = {}
    for s in range(count):
        files = {f"{9 - i:04}.png": png(noise(3, 4, 3, seed=10 * s + i)) for i in range(4)}
        make_tar(root / f"shard-{s:03}.tar", files)
        made.update({f"shard-{s:03}.tar/{name}": data for name, data in files.items()})
    return made


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_members_keep_their_order_and_companions_are_counted(tmp_path: Path, form: int) -> None:
    pixels = {f"{'x' * 90}/{i}.png": noise(4, 5, 3, seed=i) for i in (3, 1, 2)}
    files = {"._junk.png": b"", "README": b""}
    for i, (name, p) in enumerate(pixels.items()):
        files |= {f"./{name}": png(p), f"./{name[:-3]}cls": b"%d" % i, f"./{name[:-3]}json": b"{}"}
    source = open_images(make_tar(tmp_path / "x.tar", files, form))
    assert (source.kind, source.names) == ("tar", tuple(pixels))
    assert source.skipped == {"hidden": 1, "no extension": 1, ".cls": 3, ".json": 3}
    for image in source:
        assert (image.pixels == pixels[image.name]).all()


def test_shards_come_one_after_the_other_however_they_are_given(tmp_path: Path) -> None:
    made = shards(tmp_path)
    (tmp_path / "sizes.json").write_text("{}")
    paths = sorted(tmp_path.glob("*.tar"))
    folder = open_images(tmp_path, workers=3)
    assert folder.names == tuple(made)
    for given in (str(tmp_path / "shard-{000..002}.tar"), str(tmp_path / "shard-*.tar"), paths):
        source = open_images(given)
        assert source.names == tuple(made)
        assert source.fingerprint() == folder.fingerprint()
        read = zip(source, folder, strict=True)
        assert all((a.pixels == b.pixels).all() for a, b in read)
    backwards = open_images(paths[::-1])
    assert backwards.names[0] == "shard-002.tar/0009.png"


def test_ranges_keep_leading_zeros_and_nest(tmp_path: Path) -> None:
    for name in ("a-8", "a-9", "a-10", "b-8", "b-9", "b-10"):
        make_tar(tmp_path / f"{name}.tar", {f"{name}.png": GOOD})
    source = open_images(f"{tmp_path}/[ab]-{{8..10}}.tar")
    assert [n.partition("/")[0] for n in source.names] == [
        f"{c}-{i}.tar" for i in (8, 9, 10) for c in "ab"
    ]


def test_a_missing_shard_and_an_odd_range_are_errors(tmp_path: Path) -> None:
    shards(tmp_path, 2)
    with pytest.raises(DataError, match=r"shard-002\.tar does not exist \(from .*\{000\.\.002\}"):
        open_images(f"{tmp_path}/shard-{{000..002}}.tar")
    with pytest.raises(DataError, match=r"part-\*\.tar does not exist"):
        open_images(f"{tmp_path}/part-*.tar")
    with pytest.raises(UsageError, match="runs backwards"):
        open_images(f"{tmp_path}/shard-{{002..000}}.tar")
    with pytest.raises(UsageError, match="given twice"):
        open_images([tmp_path / "shard-000.tar"] * 2)
    with pytest.raises(UsageError, match="no shards were given"):
        open_images([])
    with pytest.raises(UsageError, match=r"a\.png is not a \.tar"):
        open_images([write(tmp_path, {"a.png": GOOD}) / "a.png"])


@pytest.mark.parametrize("second", ["0001.jpg", "0001.seg.png", "0001.png"])
def test_a_sample_with_two_images_is_refused(tmp_path: Path, second: str) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        for name in ("a/0001.png", "a/" + second):
            member = tarfile.TarInfo(name)
            member.size = len(GOOD)
            tar.addfile(member, io.BytesIO(GOOD))
    message = rf"two images for the sample a/0001: a/0001\.png and a/{second}"
    with pytest.raises(DataError, match=message):
        open_images(tmp_path / "x.tar")


def test_samples_of_one_name_in_two_folders_or_shards_are_two(tmp_path: Path) -> None:
    for shard in "xy":
        make_tar(tmp_path / f"{shard}.tar", {"a/1.png": GOOD, "b/1.png": GOOD})
    assert len(open_images(tmp_path)) == 4


def test_damage_that_would_shorten_the_listing_is_found(tmp_path: Path) -> None:
    path = make_tar(tmp_path / "x.tar", {f"{i}.png": GOOD for i in range(5)})
    data = path.read_bytes()
    header = data.index(b"3.png")
    path.write_bytes(data[: header + 2] + b"!!!" + data[header + 5 :])
    with pytest.raises(DataError, match=r"goes on after the last member .* damaged there, or two"):
        open_images(path)
    path.write_bytes(data + data)
    with pytest.raises(DataError, match="two tars in one file"):
        open_images(path)
    path.write_bytes(data[: header + 512 + 10])
    with pytest.raises(DataError, match="not a whole, uncompressed tar"):
        open_images(path)
    path.write_bytes(gzip.compress(data))
    with pytest.raises(DataError, match="not a whole, uncompressed tar"):
        open_images(path)
    # Without end mark and padding nothing is missing.
    path.write_bytes(data.rstrip(b"\0") + bytes(-len(data.rstrip(b"\0")) % 512))
    assert len(list(open_images(path))) == 5


def test_a_tar_cut_after_listing_is_named(tmp_path: Path) -> None:
    path = make_tar(tmp_path / "x.tar", {f"{i}.png": GOOD for i in range(3)})
    source = open_images(path)
    path.write_bytes(path.read_bytes()[:1100])
    with pytest.raises(DataError, match=r"1\.png, is cut: the tar ends after \d+ of \d+ bytes"):
        list(source)


def test_links_in_a_tar_are_skipped(tmp_path: Path) -> None:
    path = make_tar(tmp_path / "x.tar", {"a.png": GOOD})
    with tarfile.open(path, "a") as tar:
        for name, kind in (("b.png", tarfile.SYMTYPE), ("c.png", tarfile.FIFOTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "a.png"
            tar.addfile(member)
    source = open_images(path)
    assert (source.names, source.skipped) == (("a.png",), {"not regular files": 2})


def test_tars_without_images_say_what_they_hold(tmp_path: Path) -> None:
    make_tar(tmp_path / "x.tar", {"a.npy": b"", "a.cls": b"1"})
    with pytest.raises(DataError, match=r"holds no images.* found 1 \.cls, 1 \.npy"):
        open_images(tmp_path)


def test_one_tar_and_its_unpacked_folder_have_one_fingerprint(tmp_path: Path) -> None:
    files = {"b/1.png": GOOD, "a/2.png": GOOD}
    write(tmp_path / "unpacked", files)
    tar = open_images(make_tar(tmp_path / "x.tar", files)).fingerprint()
    assert (
        tar["file_list_sha256"]
        == open_images(tmp_path / "unpacked").fingerprint()["file_list_sha256"]
    )
