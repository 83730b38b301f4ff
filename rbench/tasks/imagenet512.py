"""ImageNet at 512 x 512 by class: FID of 50,000 samples.

guided-diffusion's evaluator with its reference batch, JiT's statistics (pixel MeanFlow, arXiv
2601.22158), EDM2's FID and FD-DINOv2 (Karras et al. 2024, arXiv 2312.02696), and FD-loss, which
scores these samples against its statistics of the training set at 256 x 256.
"""

from dataclasses import replace

from rbench.assets.statistics import ADM_IMAGENET_256, ADM_IMAGENET_512, JIT_512
from rbench.tasks.image_entry import ImageTaskEntry
from rbench.tasks.image_options import ImageTaskOptions
from rbench.tasks.image_protocol import ImageProtocol
from rbench.tasks.imagenet_evaluators import adm, dgm_eval, edm2, fd_loss, imagenet, jit

_FD_LOSS = replace(
    fd_loss(ADM_IMAGENET_256),
    notes=("FD-loss compares samples of 512 x 512 with training images of 256 x 256.",),
)


class ImageNet512(ImageTaskEntry):
    """The registry's entry for ImageNet at 512 x 512."""

    name = "imagenet512"
    card = "imagenet"
    summary = "ImageNet at 512 x 512 by class: FID of 50,000 samples"

    @classmethod
    def protocol(cls, options: ImageTaskOptions) -> ImageProtocol:
        """Return what is generated and who may judge it."""
        return imagenet(
            512,
            adm(ADM_IMAGENET_512),
            jit(JIT_512),
            edm2("img512.pkl"),
            _FD_LOSS,
            dgm_eval(),
        )
