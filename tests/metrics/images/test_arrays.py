"""Arrays of images: npz and npy, streamed, in whole or in part, and refused where they are not."""

import io
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rbench.errors import DataError, UsageError
from rbench.metrics.images import array_files, open_images
from tests.metrics.images.image_files import Array, noise, write

BATCH = noise(23, 5, 4, 3)


def save(path: Path, kind: str, array: Array) -> Path:
    if kind == "npy":
        np.save(path.with_suffix(".npy"), array)
        return path.with_suffix(".npy")
    labels = np.arange(len(array))
    (np.savez if kind == "stored" else np.savez_compressed)(path.with_suffix(".npz"), array, labels)
    return path.with_suffix(".npz")


@pytest.fixture(params=["stored", "deflated", "npy"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_files, "_CHUNK", 4 * 60 + 1)


def test_rows_come_in_order_with_their_pixels(tmp_path: Path, kind: str) -> None:
    source = open_images(save(tmp_path / "x", kind, BATCH))
    assert source.kind == ("npy" if kind == "npy" else "npz")
    assert len(source) == 23
    images = list(source)
    assert (np.stack([image.pixels for image in images]) == BATCH).all()
    title = "array" if kind == "npy" else "arr_0"
    assert images[17].name == source.names[17] == f"{title}[17]"
    assert source.report.sizes == {"4x5": 23}
    assert (source.report.formats, source.report.modes) == ({"array": 23}, {"RGB": 23})
    assert source.require_one_size() == (5, 4)


PARTS: list[Any] = [
    slice(None, 7),
    slice(3, None, 5),
    slice(None, None, -1),
    [22],
    [5, 6, 7, 8, 9, 10, 2, 2, 20],
    np.array([1, 4]),
    [],
]


@pytest.mark.parametrize("part", PARTS)
def test_any_part_is_read(tmp_path: Path, kind: str, part: Any) -> None:
    source = open_images(save(tmp_path / "x", kind, BATCH)).subset(part)
    expected = BATCH[part] if len(BATCH[part]) else BATCH[:0]
    assert len(source) == len(expected)
    read = [image.pixels for image in source]
    assert all((a == b).all() for a, b in zip(read, expected, strict=True))


def test_parts_of_parts_and_workers_add_up(tmp_path: Path, kind: str) -> None:
    source = open_images(save(tmp_path / "x", kind, BATCH))
    shards = [pickle.loads(pickle.dumps(source.subset(slice(r, 20, 3)))) for r in range(3)]
    read = {image.name: image.pixels for shard in shards for image in shard}
    assert set(read) == set(source.names[:20])
    assert (source.subset(slice(10, 20)).subset([3]).names) == (source.names[13],)


def test_grey_rows_are_repeated_and_alpha_follows_the_choice(tmp_path: Path, kind: str) -> None:
    source = open_images(save(tmp_path / "grey", kind, BATCH[..., :1]))
    assert (np.stack([i.pixels for i in source]) == BATCH[..., :1]).all()
    assert source.report.converted == {"grey repeated to 3 channels": 23}
    rgba = noise(3, 4, 4, 4)
    path = save(tmp_path / "rgba", kind, rgba)
    with pytest.raises(DataError, match=r"image 1 of 3 in .*\[0\], is transparent"):
        list(open_images(path))
    dropped = open_images(path, alpha="drop")
    assert (np.stack([i.pixels for i in dropped]) == rgba[..., :3]).all()


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (noise(23, 3, 5, 6), r"shape \(23, 3, 5, 6\).*looks like \(N, C, H, W\)"),
        (BATCH / 255, r"dtype float64 .*: give uint8 images .*, not rounded or scaled by rbench"),
        (BATCH.astype(np.int64), "dtype int64"),
        (BATCH[0], r"shape \(5, 4, 3\): give uint8 images of shape \(N, H, W, 3\)"),
        (BATCH[:0], "holds no images"),
        (np.asfortranarray(BATCH), "Fortran order"),
        (np.array([{"a": 1}, None], dtype=object), "dtype object"),
        (noise(2, 5, 4, 2), r"shape \(2, 5, 4, 2\)"),
    ],
)
def test_arrays_that_are_not_images_are_refused(
    tmp_path: Path, kind: str, array: Array, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        open_images(save(tmp_path / "x", kind, array))


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    array = np.empty(1, dtype=object)
    array[0] = Trap()
    np.savez(tmp_path / "x.npz", array)
    with pytest.raises(DataError, match="dtype object"):
        open_images(tmp_path / "x.npz")
    (tmp_path / "y.npz").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(DataError, match="not a whole zip file"):
        open_images(tmp_path / "y.npz")
    assert not (tmp_path / "sprung").exists()


def test_another_key_is_named_or_the_keys_are_told(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", samples=BATCH, label=np.arange(23))
    with pytest.raises(DataError, match="no array 'arr_0'; it holds samples, label: name the one"):
        open_images(tmp_path / "x.npz")
    source = open_images(tmp_path / "x.npz", key="samples")
    assert source.names[1] == "samples[1]" and len(list(source)) == 23
    with pytest.raises(UsageError, match="key='samples' names an array of an npz"):
        open_images(tmp_path, key="samples")


def test_a_cut_npy_is_refused_before_reading(tmp_path: Path) -> None:
    path = save(tmp_path / "x", "npy", BATCH)
    data = path.read_bytes()
    path.write_bytes(data[:-1])
    with pytest.raises(DataError, match=rf"has {len(data) - 1} bytes instead of {len(data)}"):
        open_images(path)
    for wrong in (b"", data[:20], b"not numpy" * 9, b"\x93NUMPY\x09\x09" + data[8:]):
        path.write_bytes(wrong)
        with pytest.raises(DataError, match="is not a numpy array"):
            open_images(path)


def test_a_file_that_shrinks_after_opening_is_an_error(tmp_path: Path, kind: str) -> None:
    path = save(tmp_path / "x", kind, BATCH)
    source = open_images(path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(DataError):
        list(source)
    path.unlink()
    with pytest.raises(DataError, match="No such file"):
        list(source)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_flipped_bit_in_an_npz_is_found_at_the_latest_at_the_end(
    tmp_path: Path, method: int
) -> None:
    file = io.BytesIO()
    np.save(file, noise(50, 16, 16, 3))
    with zipfile.ZipFile(tmp_path / "x.npz", "w", method) as archive:
        archive.writestr("arr_0.npy", file.getvalue())
    data = bytearray((tmp_path / "x.npz").read_bytes())
    data[30_000] ^= 4
    write(tmp_path, {"x.npz": bytes(data)})
    with pytest.raises(DataError, match=r"arr_0\.npy is damaged"):
        list(open_images(tmp_path / "x.npz"))


def test_a_damaged_header_in_an_npz_is_refused(tmp_path: Path) -> None:
    for header in (b"{'descr': 'oops'", b"{'descr': '|u1'}", b"[1, 2, 3", b"\0" * 16, b"}" * 16):
        with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
            archive.writestr("arr_0.npy", b"\x93NUMPY\1\0\x10\0" + header.ljust(16))
        with pytest.raises(DataError, match="is not a numpy array"):
            open_images(tmp_path / "x.npz")


def test_the_fingerprint_follows_the_content(tmp_path: Path, kind: str) -> None:
    path = save(tmp_path / "x", kind, BATCH)
    source = open_images(path)
    first = source.fingerprint()
    assert first == open_images(path).fingerprint()
    assert (first["count"], "shape" in first["covers"]) == (23, True)
    assert source.subset(slice(None, 9)).fingerprint() != source.subset(slice(1, 10)).fingerprint()
    changed = BATCH.copy()
    changed[-1, 0, 0, 0] ^= 1
    assert open_images(save(tmp_path / "y", kind, changed)).fingerprint() != first


def test_rows_are_writable_and_their_own(tmp_path: Path, kind: str) -> None:
    first, second, *_ = open_images(save(tmp_path / "x", kind, BATCH))
    first.pixels[:] = 0
    assert (second.pixels == BATCH[1]).all()


def test_arrays_are_read_without_pillow_and_without_torch(tmp_path: Path) -> None:
    path = save(tmp_path / "x", "stored", BATCH)
    code = (
        "import sys; sys.modules['PIL'] = sys.modules['torch'] = None;"
        "from rbench.metrics.images import open_images; print(len(list(open_images(sys.argv[1]))))"
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=True)
    assert run.stdout.strip() == b"23"
