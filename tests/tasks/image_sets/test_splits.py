"""The layouts of ``--data DIR``."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from rbench.errors import DataError
from rbench.tasks.image_sets.splits import find_splits
from tests.tasks.image_files import load, pictures, write_batch


def write_folder(folder: Path, n: int, size: int = 64) -> None:
    folder.mkdir(parents=True)
    for i, image in enumerate(pictures(n, size)):
        Image.fromarray(image).save(folder / f"{i}.png")


def test_folders_and_arrays_are_found_by_their_names(tmp_path: Path) -> None:
    write_folder(tmp_path / "train" / "n01440764", 2)
    np.save(tmp_path / "val.npy", pictures(3, 64))
    write_batch(tmp_path / "test.npz", pictures(4, 64))
    found = find_splits("imagenet64", tmp_path)
    counts = {split: len(one.open()) for split, one in found.items()}
    assert counts == {"train": 2, "validation": 3, "test": 4}
    assert found["validation"].name == "imagenet64 validation"


def test_a_folder_of_the_tasks_name_goes_before(tmp_path: Path) -> None:
    write_batch(tmp_path / "train.npz", pictures(1, 64))
    write_batch(tmp_path / "celeba64" / "train.npz", pictures(2, 64))
    assert len(load("celeba64", tmp_path).real_set("train").open()) == 2
    assert len(find_splits("lsun-church", tmp_path)["train"].open()) == 1


def test_one_file_is_the_training_set(tmp_path: Path) -> None:
    batch = write_batch(tmp_path / "images.npz", pictures(2, 64))
    assert list(find_splits("celeba64", batch)) == ["train"]


def test_validation_images_serve_the_evaluator_that_compares_with_them(tmp_path: Path) -> None:
    write_batch(tmp_path / "train.npz", pictures(2, 128))
    with pytest.raises(DataError, match="ImageNet validation, which is not here"):
        load("imagenet128", tmp_path)
    write_batch(tmp_path / "validation.npz", pictures(2, 128))
    task = load("imagenet128", tmp_path)
    assert task.evaluators[0].reference.real == task.real_set("validation")


def test_what_cannot_be_used_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"--data .* does not exist"):
        load("celeba64", tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds none of train, validation, test"):
        load("celeba64", tmp_path / "empty")
    write_folder(tmp_path / "twice" / "train", 1)
    write_batch(tmp_path / "twice" / "train.npz", pictures(1, 64))
    with pytest.raises(DataError, match=r"holds train and train.npz: keep one"):
        load("celeba64", tmp_path / "twice")
    write_folder(tmp_path / "small" / "train", 1, size=32)
    with pytest.raises(DataError, match=r"0.png of .* has 32 x 32 pixels"):
        load("celeba64", tmp_path / "small")
    broken = write_batch(tmp_path / "broken" / "train.npz", pictures(1, 64))
    broken.write_bytes(broken.read_bytes()[:500])
    with pytest.raises(DataError, match=r"train.npz"):
        load("celeba64", tmp_path / "broken")
    write_folder(tmp_path / "torn" / "train", 1)
    torn = tmp_path / "torn" / "train" / "0.png"
    torn.write_bytes(torn.read_bytes()[:200])
    with pytest.raises(DataError, match=r"image 1 of 1 in .*0.png"):
        load("celeba64", tmp_path / "torn")
