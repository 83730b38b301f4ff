"""CIFAR-10 as it is published: the binary version is read, the pickles are not."""

from pathlib import Path

import numpy as np
import pytest

from rbench.errors import DataError
from tests.tasks.image_files import load, pictures, write_batch, write_cifar


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RBENCH_CACHE", str(tmp_path / "cache"))


def write_all(folder: Path) -> np.ndarray:
    images = pictures(10, 32)
    for i in range(5):
        part = slice(2 * i, 2 * i + 2)
        write_cifar(folder / f"data_batch_{i + 1}.bin", images[part], [2 * i % 10, 9])
    write_cifar(folder / "test_batch.bin", images[:3], [1, 2, 3])
    return images


@pytest.mark.parametrize("below", ["", "cifar-10-batches-bin", "cifar10"])
def test_the_binary_version_is_read_in_order(below: str, tmp_path: Path) -> None:
    images = write_all(tmp_path / "data" / below)
    task = load("cifar10", tmp_path / "data", evaluators="py-meanflow")
    found = np.stack([image.pixels for image in task.real_set("train").open()])
    assert np.array_equal(found, images)
    assert task.real_set("train").labels == (0, 9, 2, 9, 4, 9, 6, 9, 8, 9)
    assert task.real_set("test").labels == (1, 2, 3)
    assert task.evaluators[0].reference.real == task.real_set("train")
    assert load("cifar10", tmp_path / "data", evaluators="get").evaluators[0].reference.split == (
        "test"
    )


def test_the_pickles_are_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "data_batch_1").write_bytes(b"\x80\x02this would be unpickled")
    with pytest.raises(DataError, match=r"are pickles and can run code.*cifar-10-binary.tar.gz"):
        load("cifar10", tmp_path)


def test_missing_and_damaged_batches_get_a_sentence(tmp_path: Path) -> None:
    write_all(tmp_path)
    batch = tmp_path / "data_batch_3.bin"
    whole = batch.read_bytes()
    batch.write_bytes(whole[:-7])
    with pytest.raises(DataError, match=r"data_batch_3.bin has 6139 bytes, no multiple of"):
        load("cifar10", tmp_path)
    batch.write_bytes(whole[:3073] + b"\x0a" + whole[3074:])
    with pytest.raises(DataError, match=r"data_batch_3.bin: image 1 has the label 10"):
        load("cifar10", tmp_path)
    batch.write_bytes(b"")
    with pytest.raises(DataError, match=r"has 0 bytes"):
        load("cifar10", tmp_path)
    batch.unlink()
    with pytest.raises(DataError, match=r"lacks data_batch_3.bin of the train images"):
        load("cifar10", tmp_path)


def test_arrays_of_images_serve_as_well(tmp_path: Path) -> None:
    write_batch(tmp_path / "train.npz", pictures(4, 32))
    task = load("cifar10", tmp_path, evaluators="dgm-eval")
    assert task.warnings == (
        f"The train images ({tmp_path / 'train.npz'}) are 4; cifar10 has 50,000.",
    )
    write_batch(tmp_path / "test.npz", pictures(4, 28))
    with pytest.raises(DataError, match="28 x 28 pixels and the images of this task have 32 x 32"):
        load("cifar10", tmp_path)
