"""What the papers claim, at the scale of the zoo: few samples, so margins are wide."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from rbench.harness.generators.context import GeneratorContext
from rbench.harness.images.noise import Noise, sample_seeds
from rbench.harness.images.types import SampleBatch
from rbench.harness.types import TaskInput
from rbench.metrics.frechet.distance import frechet_distance
from rbench.tasks.digits import Digits
from rbench.zoo.digits_classifier import digits_classifier
from rbench.zoo.image_zoo import ImageZoo

Pixels = npt.NDArray[np.float64]
SAMPLES, BATCH = 500, 250


def _real(split: str) -> Pixels:
    images = Digits.real_sets(None)[split].open()
    return np.stack([image.pixels[:, :, 0].ravel() / 255 for image in images])


@pytest.fixture(scope="module")
def make() -> Callable[..., tuple[Pixels, int]]:
    """Return a function from a model's name to samples (n, 64) in [0, 1] and network calls."""
    task = Digits.load(Digits.Options(), TaskInput())

    def made(name: str, **given: Any) -> tuple[Pixels, int]:
        context = GeneratorContext(task, "cpu", offline=True)
        generator = ImageZoo.open(name, {"batch": BATCH, **given}, context)
        calls: list[None] = []
        generator.networks["network"].register_forward_hook(lambda *_: calls.append(None))
        parts = []
        for first in range(0, SAMPLES, BATCH):
            indices = tuple(range(first, first + BATCH))
            noise = Noise(0, indices)
            batch = SampleBatch(indices, sample_seeds(noise), (None,) * BATCH, noise)
            parts.append(generator.generate(batch).flatten(1).double().numpy())
        pixels = np.round((np.concatenate(parts).clip(-1, 1) + 1) * 127.5) / 255
        return pixels, len(calls) * BATCH // SAMPLES

    return made


def _distance(samples: Pixels) -> float:
    return float(frechet_distance(_real("train"), samples))


def test_one_step_of_meanflow_is_far_better_than_one_step_of_the_flow(make) -> None:
    (mean_flow, calls), (flow, _) = make("meanflow-digits"), make("flow-digits", steps=1)
    assert calls == 1
    assert _distance(mean_flow) < _distance(flow) / 5


def test_many_steps_of_the_flow_are_about_as_close_as_the_test_images(make) -> None:
    flow, calls = make("flow-digits")
    assert calls == 32
    # 500 samples and 600 test images: about the same bias of few samples.
    assert _distance(flow) < 2 * _distance(_real("test"))


def test_two_steps_of_the_consistency_model_are_better_than_one(make) -> None:
    (two, calls), (one, _) = make("consistency-digits"), make("consistency-digits", sigmas="80")
    assert calls == 2
    assert _distance(two) < 0.7 * _distance(one)


def test_deq_ddim_equals_ddim_with_fewer_calls_in_sequence(make) -> None:
    ddim, calls = make("diffusion-digits", steps=25)
    deq, fewer = make("diffusion-digits", sampler="deq-ddim", steps=25, max_iterations=8)
    assert (calls, fewer) == (25, 8)
    assert _distance(deq) == pytest.approx(_distance(ddim), rel=0.02)
    assert np.abs(deq - ddim).mean() < 0.01


@pytest.mark.parametrize("name", ["flow-digits", "meanflow-digits", "diffusion-digits"])
def test_samples_are_not_copies_of_the_training_images(make, name: str) -> None:
    samples, _ = make(name, **({"steps": 10} if name == "diffusion-digits" else {}))
    train = _real("train")
    assert _nearest(samples, train) > 0.9 * _nearest(_real("test"), train)


def _nearest(samples: Pixels, train: Pixels) -> float:
    """Return the median distance to the nearest training image."""
    squares = (samples**2).sum(1)[:, None] + (train**2).sum(1) - 2 * samples @ train.T
    return float(np.median(np.sqrt(squares.min(1).clip(0))))


def test_the_classifier_knows_the_test_images() -> None:
    real = Digits.real_sets(None)["test"]
    network, weights = digits_classifier().load(torch.device("cpu"), "float32", True)
    pixels = np.stack([image.pixels for image in real.open()]).transpose(0, 3, 1, 2)
    found = network(torch.from_numpy(pixels).float() / 255)
    assert found["features"].shape == (len(pixels), 64)
    right = found["logits"].argmax(1).numpy() == np.array(real.labels)
    assert right.sum() >= 590
    assert weights.sha256 is not None
