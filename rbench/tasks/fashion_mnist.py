"""Fashion-MNIST: 28 x 28 gray images of ten kinds of clothes, with or without the class.

Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747. 10,000 samples, as many as there are test images,
rounded to bytes, against the 60,000 training images. No convention is common for its evaluation:
the headline is the Fréchet distance on the 784 pixel values, and its numbers compare with no
paper's; FID by torch-fidelity stands beside it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from rbench.errors import DataError
from rbench.tasks.image_entry import ImageTaskEntry
from rbench.tasks.image_options import ConditionalOptions, ImageTaskOptions
from rbench.tasks.image_protocol import EvaluatorSpec, ImageProtocol, Published

if TYPE_CHECKING:
    from rbench.harness.images.task import RealSet

DEBIAN = Path("/usr/share/datasets/fashion-mnist")
"""Where Debian's package dataset-fashion-mnist puts the files."""

_TRAIN = Published("Fashion-MNIST train", "train")
_SAMPLES = 10_000
# All pairs of 60,000 training images would take minutes on a CPU.
_KERNEL = {"kernel": {"estimator": "subsets", "subsets": 100, "subset_size": 1000}}

_EVALUATORS = (
    EvaluatorSpec(
        name="pixels",
        summary="distances on the 784 pixel values",
        metrics=("frechet", "kernel"),
        published=_TRAIN,
        representations=("gray/28",),
        options=_KERNEL,
        labels="balanced",
        samples=_SAMPLES,
    ),
    EvaluatorSpec(
        name="efficientnet-lite0",
        summary="distances on a small ImageNet network that pip installs with rbench[metrics]",
        metrics=("frechet", "kernel"),
        published=_TRAIN,
        representations=("efficientnet-lite0",),
        options=_KERNEL,
        labels="balanced",
        samples=_SAMPLES,
    ),
    EvaluatorSpec(
        name="torch-fidelity",
        summary="FID and KID as torch-fidelity has them",
        metrics=("frechet", "kernel"),
        published=_TRAIN,
        preset="torch-fidelity",
        labels="balanced",
        samples=_SAMPLES,
    ),
)


class FashionMnist(ImageTaskEntry):
    """The registry's entry for Fashion-MNIST."""

    name = "fashion-mnist"
    card = "fashion-mnist"
    summary = "28 x 28 gray images of clothes: needs the data (a Debian package, or --data DIR)"
    Options = ConditionalOptions

    @classmethod
    def protocol(cls, options: ImageTaskOptions) -> ImageProtocol:
        """Return what is generated and who may judge it."""
        conditional = isinstance(options, ConditionalOptions) and options.conditional
        return ImageProtocol(28, 28, 1, 10 if conditional else 0, _EVALUATORS)

    @classmethod
    def real_sets(cls, data: Path | None) -> "dict[str, RealSet]":
        """Return the images of idx files, or of folders and arrays of images."""
        from rbench.harness.image_card import load_image_card
        from rbench.tasks.image_sets.idx_folder import idx_sets
        from rbench.tasks.image_sets.splits import data_root, find_splits

        if data is None and not DEBIAN.is_dir():
            raise DataError(f"{cls.name} is not here. {load_image_card(cls.card).obtain}")
        root = DEBIAN if data is None else data_root(cls.name, data)
        return idx_sets(cls.name, root) or find_splits(cls.name, root)
