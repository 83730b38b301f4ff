"""ImageNet at 128 x 128 by class, as HamGAN reports it, against the validation images.

Geng et al. 2021, "Is Attention Better Than Matrix Decomposition?", arXiv 2109.04553, with the
evaluator of TF-GAN: 49 batches of 1,024 samples, floats that are not quantised, real images and
labels of the validation split, the Inception score over all samples at once. Numbers against
validation images are not those against training images: guided-diffusion's evaluator stands
beside it.
"""

from rbench.assets.statistics import ADM_IMAGENET_128
from rbench.tasks.image_entry import ImageTaskEntry
from rbench.tasks.image_options import ImageTaskOptions
from rbench.tasks.image_protocol import EvaluatorSpec, ImageProtocol, Published
from rbench.tasks.imagenet_evaluators import adm, dgm_eval, imagenet

_HAMGAN = EvaluatorSpec(
    name="hamgan",
    summary="FID and IS as HamGAN's TF-GAN code has them, against the validation images",
    metrics=("frechet", "inception-score"),
    published=Published("ImageNet validation", "validation"),
    preset="torch-fidelity",  # the same weights and steps
    options={"inception-score": {"splits": 1}},
    labels="balanced",
    quantise="none",  # its floats go into Inception as they are
    samples=49 * 1024,
    notes=(
        "HamGAN scored each checkpoint five times, with 50,176 real images: the 50,000 of the "
        "validation split and the first 176 again, which one pass over them leaves out.",
    ),
)


class ImageNet128(ImageTaskEntry):
    """The registry's entry for ImageNet at 128 x 128."""

    name = "imagenet128"
    card = "imagenet"
    summary = "ImageNet at 128 x 128 by class: FID of 50,176 samples against validation images"

    @classmethod
    def protocol(cls, options: ImageTaskOptions) -> ImageProtocol:
        """Return what is generated and who may judge it."""
        return imagenet(128, _HAMGAN, adm(ADM_IMAGENET_128), dgm_eval())
