"""Digits: 8 x 8 handwritten digits that come with rbench, for generators that train in minutes.

1,797 images of scikit-learn (the test part of UCI's "Optical recognition of handwritten digits"),
split at random into 1,197 to train on and 600 held out. Unconditional, 5,000 samples, rounded to
bytes, against the training images; the headline is the Fréchet distance on the 64 pixel values.
It shows on a small scale what the large tasks show on theirs; its numbers compare with no paper's.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from rbench.tasks.image_entry import ImageTaskEntry
from rbench.tasks.image_options import ImageTaskOptions
from rbench.tasks.image_protocol import EvaluatorSpec, ImageProtocol, Published

if TYPE_CHECKING:
    from rbench.harness.images.task import RealSet
    from rbench.metrics.representations.representation import Representation

_TRAIN = Published("digits train", "train")


def _classifier() -> "Representation":
    from rbench.zoo.digits_classifier import digits_classifier

    return digits_classifier()


_PIXELS = EvaluatorSpec(
    name="pixels",
    summary="distances on the 64 pixel values",
    metrics=("frechet", "kernel", "manifold"),
    published=_TRAIN,
    representations=("gray/8",),
    samples=5000,
)
_CLASSIFIER = EvaluatorSpec(
    name="classifier",
    summary="distances and the Inception score on the zoo's classifier of digits",
    metrics=("frechet", "kernel", "manifold", "inception-score"),
    published=_TRAIN,
    representations=(_classifier,),
    samples=5000,
)


class Digits(ImageTaskEntry):
    """The registry's entry for the embedded digits."""

    name = "digits"
    card = "digits"
    summary = "8 x 8 handwritten digits, embedded: needs no data and no network"

    @classmethod
    def protocol(cls, options: ImageTaskOptions) -> ImageProtocol:
        """Return what is generated and who may judge it."""
        return ImageProtocol(8, 8, 1, 0, (_PIXELS, _CLASSIFIER))

    @classmethod
    def real_sets(cls, data: Path | None) -> "dict[str, RealSet]":
        """Return the two parts that come with rbench; `data` is not looked at."""
        from rbench.tasks.image_sets.embedded import embedded_sets

        return embedded_sets("digits", ("train", "test"))
