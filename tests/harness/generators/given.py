"""What the tests of generators are given: a task, a batch of samples, files of images."""

import numpy as np
from PIL import Image

from rbench.harness.generators.context import GeneratorContext
from rbench.harness.images.noise import Noise, sample_seeds
from rbench.harness.images.task import Evaluator, ImageTask, RealSet, Reference
from rbench.harness.images.types import ImageSpec, SampleBatch


def image_task(height=4, width=4, channels=1, classes=0, real=None):
    """Return a task of small images; `real` maps a split to a path of images."""
    sets = {split: RealSet("toy", split, path) for split, path in (real or {}).items()}
    return ImageTask(
        name="toy",
        version="1",
        summary="for tests",
        spec=ImageSpec(height, width, channels, classes),
        samples=16,
        labels="balanced" if classes else "none",
        quantise="round",
        evaluators=(Evaluator("toy", "toy", ("frechet",), Reference("toy", None)),),
        real=sets,
    )


def context(task=None, device=None, offline=True):
    return GeneratorContext(task or image_task(), device, offline)


def batch(*indices, classes=0, seed=0, repeat=0):
    noise = Noise(seed, indices, repeat=repeat)
    labels = tuple(i % classes if classes else None for i in indices)
    return SampleBatch(tuple(indices), sample_seeds(noise), labels, noise)


def array(images):
    """Return images (n, h, w, c) of a generator, whatever it returned."""
    if hasattr(images, "movedim"):
        return images.movedim(1, -1).cpu().numpy()
    return np.asarray(images)


def write_images(folder, images, suffix=".png"):
    """Write uint8 images (n, h, w, c) as 000.png and on."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(images):
        Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(
            folder / f"{number:03}{suffix}"
        )
    return folder


def random_images(count, height=4, width=4, channels=1, seed=0):
    return np.random.default_rng(seed).integers(
        0, 256, (count, height, width, channels), dtype=np.uint8
    )
