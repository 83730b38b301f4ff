"""The embedded digits are scikit-learn's, and the task that they make."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from rbench.errors import UsageError
from rbench.metrics.images import open_images
from tests.tasks.image_files import load

SPLITS = {"train": 1197, "test": 600}


def stored(split: str) -> tuple[np.ndarray, np.ndarray]:
    real = load("digits").real_set(split)
    return np.stack([image.pixels for image in real.open()]), np.array(real.labels)


def test_the_two_splits_are_scikit_learns_digits_in_its_order() -> None:
    published = load_digits()
    order = np.random.RandomState(0).permutation(1797)
    rows = {"train": np.sort(order[:1197]), "test": np.sort(order[1197:])}
    for split in SPLITS:
        images, labels = stored(split)
        values = published.images[rows[split]]
        assert np.array_equal(images[..., 0], np.floor(255 * values / 16 + 0.5))
        assert np.array_equal(np.round(images[..., 0] * (16 / 255)), values)
        assert np.array_equal(labels, published.target[rows[split]])


def test_the_splits_share_no_image_and_every_digit_is_in_both() -> None:
    images = {split: {image.tobytes() for image in stored(split)[0]} for split in SPLITS}
    assert {split: len(found) for split, found in images.items()} == SPLITS
    assert not images["train"] & images["test"]
    for split in SPLITS:
        assert min(np.bincount(stored(split)[1], minlength=10)) >= 46


def test_the_task_is_unconditional_with_5000_rounded_samples_against_the_training_images() -> None:
    task = load("digits")
    assert (task.spec.text, task.spec.classes, task.labels) == ("8 x 8 x 1", 0, "none")
    assert (task.samples, task.quantise, task.keep_images) == (5000, "round", None)
    (pixels,) = task.evaluators
    assert pixels.representations == ("gray/8",)
    assert pixels.reference.real == task.real_set("train")
    assert len(open_images(task.real_set("train").path)) == 1197


def test_a_split_that_there_is_not_is_a_sentence() -> None:
    with pytest.raises(UsageError, match=r"no real images of the split 'validation'.*train, test"):
        load("digits").real_set("validation")


@pytest.mark.parametrize("labels", ["balanced", "random"])
def test_labels_cannot_be_chosen_where_there_are_none(labels: str) -> None:
    with pytest.raises(UsageError, match="have no classes here"):
        load("digits", labels=labels)
