"""CelebA at 64 x 64, unconditional: FID of 50,000 samples, as DDIM and DEQ-DDIM report it.

Pokle et al. 2022, "Deep Equilibrium Approaches to Diffusion Models", arXiv 2210.12867, writes its
samples as PNG and measures them elsewhere; pytorch-fid against the training images stands in.
"""

from rbench.tasks.image_entry import ImageTaskEntry
from rbench.tasks.image_options import ImageTaskOptions
from rbench.tasks.image_protocol import EvaluatorSpec, ImageProtocol, Published

_PYTORCH_FID = EvaluatorSpec(
    name="pytorch-fid",
    summary="FID as pytorch-fid has it, against the training images",
    metrics=("frechet",),
    published=Published("CelebA train", "train"),
    preset="pytorch-fid",
    notes=("DEQ-DDIM's code has no evaluator, and its paper names no reference split.",),
)
_DGM_EVAL = EvaluatorSpec(
    name="dgm-eval",
    summary="FD-DINOv2 and its kernel distance as dgm-eval has them",
    metrics=("frechet", "kernel"),
    published=Published("CelebA train", "train"),
    preset="dgm-eval",
)


class CelebA64(ImageTaskEntry):
    """The registry's entry for CelebA at 64 x 64."""

    name = "celeba64"
    card = "celeba"
    summary = "CelebA at 64 x 64: FID of 50,000 samples (needs the data)"

    @classmethod
    def protocol(cls, options: ImageTaskOptions) -> ImageProtocol:
        """Return what is generated and who may judge it."""
        return ImageProtocol(64, 64, 3, 0, (_PYTORCH_FID, _DGM_EVAL))
