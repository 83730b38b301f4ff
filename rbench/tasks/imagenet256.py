"""ImageNet at 256 x 256 by class: FID of 50,000 samples, by whichever evaluator a paper took.

guided-diffusion's (Dhariwal and Nichol 2021, arXiv 2105.05233) is the common one, with its
reference batch of the training set. JiT, improved MeanFlow (arXiv 2512.02012) and FD-loss (arXiv
2604.28190) have statistics of their own: one checkpoint of improved MeanFlow scores 1.70 to 1.82.
"""

from dataclasses import replace

from rbench.assets.statistics import ADM_IMAGENET_256, IMF_256, JIT_256
from rbench.tasks.image_entry import ImageTaskEntry
from rbench.tasks.image_options import ImageTaskOptions
from rbench.tasks.image_protocol import ImageProtocol, Published
from rbench.tasks.imagenet_evaluators import adm, dgm_eval, edm2, fd_loss, imagenet, jit

_JIT = jit(JIT_256)
_IMF = replace(
    _JIT,
    name="imf",
    summary="FID and IS as iMF's JAX code has them, with statistics that were made on TPUs",
    published=Published("iMF train", "train", IMF_256),
    notes=("iMF's JAX code has an Inception of its own; here the same weights run in PyTorch.",),
)


class ImageNet256(ImageTaskEntry):
    """The registry's entry for ImageNet at 256 x 256."""

    name = "imagenet256"
    card = "imagenet"
    summary = "ImageNet at 256 x 256 by class: FID of 50,000 samples"

    @classmethod
    def protocol(cls, options: ImageTaskOptions) -> ImageProtocol:
        """Return what is generated and who may judge it."""
        return imagenet(
            256,
            adm(ADM_IMAGENET_256),
            _JIT,
            _IMF,
            fd_loss(ADM_IMAGENET_256),
            dgm_eval(),
            edm2(),
        )
