"""The evaluators of ImageNet, which are the same at every size but for their statistics.

One checkpoint scores 1.70 to 1.82 between them: a number belongs to its evaluator.
"""

from rbench.assets import Asset
from rbench.tasks.image_protocol import EvaluatorSpec, ImageProtocol, Published

CLASSES = 1000

_TRAIN = Published("ImageNet train", "train")


def imagenet(size: int, *evaluators: EvaluatorSpec) -> ImageProtocol:
    """Return class-conditional ImageNet at `size` x `size`, judged by `evaluators`."""
    return ImageProtocol(size, size, 3, CLASSES, evaluators)


def adm(batch: Asset) -> EvaluatorSpec:
    """Return guided-diffusion's evaluator, with its reference `batch` of the training set."""
    return EvaluatorSpec(
        name="adm",
        summary="FID, sFID, IS, precision and recall as guided-diffusion has them",
        metrics=("frechet", "inception-score", "manifold"),
        published=Published("ADM train", "train", batch, holds_images=True),
        preset="adm",
    )


def jit(statistics: Asset) -> EvaluatorSpec:
    """Return JiT's evaluator, which iMF and pixel MeanFlow also use, with JiT's `statistics`."""
    return EvaluatorSpec(
        name="jit",
        summary="FID and IS as JiT has them (also iMF's and pMF's PyTorch code): torch-fidelity",
        metrics=("frechet", "inception-score"),
        published=Published("JiT train", "train", statistics),
        preset="torch-fidelity",
        labels="balanced",
    )


def dgm_eval() -> EvaluatorSpec:
    """Return dgm-eval's FD-DINOv2 against the training images."""
    return EvaluatorSpec(
        name="dgm-eval",
        summary="FD-DINOv2 and its kernel distance as dgm-eval has them",
        metrics=("frechet", "kernel"),
        published=_TRAIN,
        preset="dgm-eval",
    )


def edm2(pickle: str | None = None) -> EvaluatorSpec:
    """Return EDM2's FID and FD-DINOv2; its statistics are published as a `pickle`, or not."""
    why = f"EDM2's {pickle} is a pickle, which is not read" if pickle else ""
    return EvaluatorSpec(
        name="edm2",
        summary="FID and FD-DINOv2 as EDM2's calculate_metrics.py has them",
        metrics=("frechet",),
        published=Published("ImageNet train", "train", why=why),
        preset="edm2",
        notes=("EDM2 runs its metrics on three sets of samples, and papers print the lowest.",),
    )


def fd_loss(batch: Asset) -> EvaluatorSpec:
    """Return FD-loss's evaluator: FID against ADM's `batch`, IS, and FDr^6 at 256 x 256."""
    return EvaluatorSpec(
        name="fd-loss",
        summary="FID, IS and FDr^6 as FD-loss has them, on floats that are not quantised",
        metrics=("frechet", "inception-score", "fdr"),
        published=Published(
            "ADM train", "train", batch, why="its authors publish one pickle, which is not read"
        ),
        preset="fd-loss",
        labels="balanced",
        quantise="none",
    )
