import numpy as np
import pytest

from rbench.errors import ModelError, UsageError
from rbench.harness.generators.baseline import BaselineImages
from rbench.harness.images.types import ImageGenerator
from tests.harness.generators.given import batch, context, image_task, random_images, write_images

TRAIN, TEST = random_images(40, seed=1), random_images(6, seed=2)


@pytest.fixture
def task(tmp_path):
    real = {
        "train": write_images(tmp_path / "train", TRAIN),
        "test": write_images(tmp_path / "test", TEST),
    }
    return image_task(real=real)


def opened(name, task, **options):
    return BaselineImages.open(name, options, context(task))


@pytest.mark.parametrize("name", ["noise", "gaussian", "train", "test"])
def test_every_baseline_has_the_contract_and_makes_a_sample_the_same_in_any_batch(name, task):
    baseline = opened(name, task, batch="4")
    assert isinstance(baseline, ImageGenerator)
    assert (baseline.batch, baseline.spec) == (4, task.spec)
    together = baseline.generate(batch(*range(6)))
    assert together.shape == (6, 4, 4, 1)
    for index in range(6):
        assert np.array_equal(baseline.generate(batch(index))[0], together[index])


@pytest.mark.parametrize("name", ["noise", "gaussian"])
def test_seed_and_set_change_the_samples_and_not_the_model(name, task):
    baseline = opened(name, task)
    first = baseline.generate(batch(0, 1))
    assert not np.array_equal(first, baseline.generate(batch(0, 1, seed=1)))
    assert not np.array_equal(first, baseline.generate(batch(0, 1, repeat=1)))
    assert baseline.identity == opened(name, task).identity


def test_noise_is_uniform_over_the_bytes(task):
    made = opened("noise", task).generate(batch(*range(1000)))
    counts = np.bincount(made.ravel() // 32, minlength=8)
    expected = made.size / 8
    # 7 degrees of freedom: above 24.3 in one of a thousand.
    assert ((counts - expected) ** 2 / expected).sum() < 24.3
    assert (made.min(), made.max()) == (0, 255)


def test_the_gaussian_has_mean_and_covariance_of_the_training_pixels(task):
    # One sample of white noise for each axis: F e_i, so that the covariance is exact.
    baseline = opened("gaussian", task)
    mean, factor = baseline._fitted
    rows = TRAIN.reshape(40, -1) / 255
    assert np.allclose(mean, rows.mean(0))
    assert np.allclose(factor @ factor.T, np.cov(rows, rowvar=False))
    asked = batch(3)
    draw = asked.noise.normal((factor.shape[1],), "start", np.float64)[0]
    made = baseline.generate(asked)
    assert np.allclose(made.ravel(), mean + factor @ draw)
    assert (baseline.values, baseline.clips) == ("0..1", True)


def test_the_gaussian_of_a_pixel_that_never_changes_leaves_it_alone(tmp_path):
    images = TRAIN.copy()
    images[:, 0, 0] = 51
    task = image_task(real={"train": write_images(tmp_path / "train", images)})
    made = opened("gaussian", task).generate(batch(*range(8)))
    assert np.allclose(made[:, 0, 0], 0.2, atol=1e-6)


def test_the_real_images_come_in_order_and_end(task):
    train, test = opened("train", task), opened("test", task)
    assert (train.finite, test.finite) == (40, 6)
    assert np.array_equal(train.generate(batch(0, 39)), TRAIN[[0, 39]])
    assert np.array_equal(test.generate(batch(*range(6))), TEST)
    assert train.identity != test.identity


def test_other_training_images_make_another_gaussian(task, tmp_path):
    other = image_task(real={"train": write_images(tmp_path / "other", TRAIN[:20])})
    assert opened("gaussian", task).identity != opened("gaussian", other).identity


def test_an_unknown_baseline_and_missing_images_are_refused(task):
    with pytest.raises(UsageError, match="no baseline of images 'gausian'; did you mean 'gauss"):
        opened("gausian", task)
    with pytest.raises(UsageError, match="toy has no real images of the split 'train'"):
        opened("gaussian", image_task())
    with pytest.raises(UsageError, match="no real images of the split 'test'"):
        opened("test", image_task())
    with pytest.raises(UsageError, match="batch=0 is below 1"):
        opened("noise", task, batch="0")


def test_a_gaussian_of_too_many_values_is_refused(task):
    with pytest.raises(ModelError, match=r"at most 4096 values, and those of toy .* have 12288"):
        opened("gaussian", image_task(64, 64, 3))


def test_training_images_of_another_size_are_refused(tmp_path):
    task = image_task(8, 8, real={"train": write_images(tmp_path / "train", TRAIN)})
    with pytest.raises(ModelError, match="training images are 4 x 4 pixels, and the task's 8 x 8"):
        opened("gaussian", task).generate(batch(0))
