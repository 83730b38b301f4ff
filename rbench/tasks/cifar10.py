"""CIFAR-10: 32 x 32 colour images of ten classes, with or without the class as a condition.

50,000 samples against the 50,000 training images. The numbers of consistency, flow and distilled
models are mostly made by EDM's evaluator (Karras et al. 2022, arXiv 2206.00364); MeanFlow's code
for CIFAR-10, GET (Geng et al. 2023, arXiv 2401.08639) and FD-DINOv2 (Stein et al. 2023, arXiv
2306.04675) have protocols of their own, and the numbers differ.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rbench.assets.table import named
from rbench.tasks.image_entry import ImageTaskEntry
from rbench.tasks.image_options import ConditionalOptions, ImageTaskOptions
from rbench.tasks.image_protocol import EvaluatorSpec, ImageProtocol, Published

if TYPE_CHECKING:
    from rbench.harness.images.task import RealSet
    from rbench.metrics.representations.representation import Representation

_TRAIN = Published("CIFAR-10 train", "train")

_EDM = EvaluatorSpec(
    name="edm",
    summary="FID as EDM's fid.py has it (also ECT, SIM, FGM): TF1 Inception, EDM's statistics",
    metrics=("frechet",),
    published=Published("EDM train", "train", named("statistics/edm/cifar10-32x32.npz")),
    preset="edm2",  # the same graph and steps; its second representation is left out
    representations=("inception-v3:pool",),
    notes=("EDM's fid.py is run on several sets of samples, and papers print the lowest FID.",),
)
_PY_MEANFLOW = EvaluatorSpec(
    name="py-meanflow",
    summary="FID as MeanFlow's PyTorch code has it: torchmetrics, floats floored to bytes",
    metrics=("frechet",),
    published=_TRAIN,
    preset="torchmetrics",
    quantise="floor",
)


def _with_bias() -> "Representation":
    """Return Inception without the logits that lack the bias, which GET's evaluator has not."""
    from rbench.metrics.representations.inception_v3 import inception_v3

    full = inception_v3()
    return replace(full, outputs={name: full.outputs[name] for name in ("pool", "logits")})


_GET = EvaluatorSpec(
    name="get",
    summary="FID and Inception score as GET's pytorch_gan_metrics has them",
    metrics=("frechet", "inception-score"),
    published=Published(
        "CIFAR-10 test", "test", why="GET's cifar10.test.npz has no address that can be fetched"
    ),
    preset="pytorch-fid",
    representations=(_with_bias,),
    options={"inception-score": {"variant": "adm"}},  # ten parts in order, at 50,000 samples
    notes=(
        "GET's evaluator compares with cifar10.test.npz unless told otherwise, and the paper does "
        "not say which split it used: against the training images its numbers are others.",
    ),
)
_DGM_EVAL = EvaluatorSpec(
    name="dgm-eval",
    summary="FD-DINOv2 and its kernel distance as dgm-eval has them",
    metrics=("frechet", "kernel"),
    published=_TRAIN,
    preset="dgm-eval",
)


class Cifar10(ImageTaskEntry):
    """The registry's entry for CIFAR-10."""

    name = "cifar10"
    card = "cifar10"
    summary = "CIFAR-10 at 32 x 32, unconditional or by class: FID of 50,000 samples"
    Options = ConditionalOptions

    @classmethod
    def protocol(cls, options: ImageTaskOptions) -> ImageProtocol:
        """Return what is generated and who may judge it."""
        conditional = isinstance(options, ConditionalOptions) and options.conditional
        evaluators = (_EDM, _PY_MEANFLOW, _GET, _DGM_EVAL)
        return ImageProtocol(32, 32, 3, 10 if conditional else 0, evaluators)

    @classmethod
    def real_sets(cls, data: Path | None) -> "dict[str, RealSet]":
        """Return the images of the binary version, or of folders and arrays of images."""
        from rbench.tasks.image_sets.cifar_binary import cifar_sets
        from rbench.tasks.image_sets.splits import data_root, find_splits

        if data is None:
            return {}
        root = data_root(cls.name, data)
        return cifar_sets(cls.name, root) or find_splits(cls.name, root)
