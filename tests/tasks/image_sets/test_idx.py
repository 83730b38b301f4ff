"""The idx format, against torchvision and against damage."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from torchvision.datasets.mnist import read_image_file, read_label_file

from rbench.errors import DataError
from rbench.harness.images.task import RealSet
from rbench.tasks.fashion_mnist import DEBIAN
from rbench.tasks.image_sets.idx import read_idx
from tests.tasks.image_files import load, pictures, write_idx


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "image-sets"


def pixels(real: RealSet) -> np.ndarray:
    return np.stack([image.pixels for image in real.open()])


@pytest.mark.parametrize("end", ["", ".gz"])
def test_files_are_read_as_torchvision_reads_them(end: str, tmp_path: Path) -> None:
    images, labels = pictures(7, 28, 1)[..., 0], np.arange(7, dtype=np.uint8)
    image_file = write_idx(tmp_path / f"images-idx3-ubyte{end}", images)
    label_file = write_idx(tmp_path / f"labels-idx1-ubyte{end}", labels)
    assert np.array_equal(read_idx(image_file, 3), images)
    assert np.array_equal(read_idx(label_file, 1), labels)
    plain = [write_idx(tmp_path / "i", images), write_idx(tmp_path / "l", labels)]
    assert np.array_equal(read_image_file(str(plain[0])).numpy(), read_idx(image_file, 3))
    assert np.array_equal(read_label_file(str(plain[1])).numpy(), read_idx(label_file, 1))


@pytest.mark.parametrize(
    ("damage", "match"),
    [
        (lambda data: data[:-1], "it is damaged"),
        (lambda data: data + b"\0", "it is damaged"),
        (lambda data: data[:9], "not an idx file"),
        (lambda data: b"", "not an idx file"),
        (lambda data: b"PK" + data[2:], "not an idx file"),
        (lambda data: data[:2] + b"\x0d" + data[3:], "of type 13 with 3 dimensions"),
        (lambda data: data[:3] + b"\x01" + data[4:], "of type 8 with 1 dimensions"),
        (lambda data: gzip.compress(data)[:-9], "not a whole gzip file"),
        (lambda data: gzip.compress(data)[:40] + b"x" * 40, "not a whole gzip file"),
    ],
)
def test_damage_gets_a_sentence(damage, match: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = write_idx(tmp_path / "images", pictures(3, 5, 1)[..., 0])
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(DataError, match=match) as caught:
        read_idx(file, 3)
    assert str(file) in str(caught.value)


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: No such file"):
        read_idx(tmp_path / "none", 3)


def write_fashion(folder: Path, n: int, size: int = 28, seed: int = 0) -> np.ndarray:
    images = pictures(n, size, 1, seed)[..., 0]
    write_idx(folder / "train-images-idx3-ubyte.gz", images)
    write_idx(folder / "train-labels-idx1-ubyte.gz", np.arange(n, dtype=np.uint8) % 10)
    return images


def test_a_folder_of_idx_files_is_converted_once(tmp_path: Path, cache: Path) -> None:
    images = write_fashion(tmp_path, 12)
    real = load("fashion-mnist", tmp_path).real_set("train")
    assert np.array_equal(pixels(real)[..., 0], images)
    assert real.labels == (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1)
    made = {path: path.stat().st_mtime_ns for path in cache.iterdir()}
    assert load("fashion-mnist", tmp_path).real_set("train") == real
    assert {path: path.stat().st_mtime_ns for path in cache.iterdir()} == made
    assert len(made) == 2


def test_another_download_is_another_copy(tmp_path: Path) -> None:
    write_fashion(tmp_path, 12)
    first = load("fashion-mnist", tmp_path).real_set("train")
    other = write_fashion(tmp_path, 12, seed=1)
    second = load("fashion-mnist", tmp_path).real_set("train")
    assert second.path != first.path
    assert np.array_equal(pixels(second)[..., 0], other)


def test_a_damaged_copy_is_made_again(tmp_path: Path) -> None:
    images = write_fashion(tmp_path, 12)
    real = load("fashion-mnist", tmp_path).real_set("train")
    real.path.write_bytes(real.path.read_bytes()[:-5])
    assert np.array_equal(pixels(load("fashion-mnist", tmp_path).real_set("train"))[..., 0], images)


def test_images_of_another_size_and_missing_labels_get_a_sentence(tmp_path: Path) -> None:
    write_fashion(tmp_path, 3, size=32)
    with pytest.raises(DataError, match="32 x 32 pixels and the images of this task have 28 x 28"):
        load("fashion-mnist", tmp_path)
    write_fashion(tmp_path, 3)
    write_idx(tmp_path / "train-labels-idx1-ubyte.gz", np.zeros(2, np.uint8))
    with pytest.raises(DataError, match="has 2 labels for the 3 of"):
        load("fashion-mnist", tmp_path)


def test_debians_fashion_mnist_is_found_and_complete() -> None:
    task = load("fashion-mnist")
    assert task.warnings == ()  # as many images as the card says
    assert task.real_set("train").path.name.startswith("fashion-mnist-train-")
    labels = task.real_set("test").labels
    assert labels is not None and [labels.count(c) for c in range(10)] == [1000] * 10
    published = read_idx(DEBIAN / "t10k-images-idx3-ubyte.gz", 3)
    part = task.real_set("test").open().subset([0, 4321, 9999])
    for image, row in zip(part, (0, 4321, 9999), strict=True):
        assert np.array_equal(image.pixels[..., 1], published[row])


def test_a_cache_that_cannot_be_written_gets_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rbench.errors import AssetError

    write_fashion(tmp_path, 3)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path / "file"))
    with pytest.raises(AssetError, match="set RBENCH_CACHE to a folder that can"):
        load("fashion-mnist", tmp_path)


def test_without_data_it_says_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rbench.tasks.fashion_mnist.DEBIAN", tmp_path / "none")
    with pytest.raises(DataError, match="Install Debian's package dataset-fashion-mnist"):
        load("fashion-mnist")
