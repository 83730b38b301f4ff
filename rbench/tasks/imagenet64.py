"""ImageNet at 64 x 64 by class: FID of 50,000 samples, as consistency models report it.

EDM's evaluator (Karras et al. 2022, arXiv 2206.00364) with its statistics of the training set is
the one of ECT, SCT and their baselines; guided-diffusion's stands beside it. The two cropped the
images in different ways: their statistics are not each other's.
"""

from rbench.assets.statistics import ADM_IMAGENET_64
from rbench.assets.table import named
from rbench.tasks.image_entry import ImageTaskEntry
from rbench.tasks.image_options import ImageTaskOptions
from rbench.tasks.image_protocol import EvaluatorSpec, ImageProtocol, Published
from rbench.tasks.imagenet_evaluators import adm, dgm_eval, edm2, imagenet

_EDM = EvaluatorSpec(
    name="edm",
    summary="FID as EDM's fid.py has it (also ECT): TF1 Inception, EDM's statistics",
    metrics=("frechet",),
    published=Published("EDM train", "train", named("statistics/edm/imagenet-64x64.npz")),
    preset="edm2",  # the same graph and steps; its second representation is left out
    representations=("inception-v3:pool",),
    notes=("EDM's fid.py is run on several sets of samples, and papers print the lowest FID.",),
)


class ImageNet64(ImageTaskEntry):
    """The registry's entry for ImageNet at 64 x 64."""

    name = "imagenet64"
    card = "imagenet"
    summary = "ImageNet at 64 x 64 by class: FID of 50,000 samples"

    @classmethod
    def protocol(cls, options: ImageTaskOptions) -> ImageProtocol:
        """Return what is generated and who may judge it."""
        return imagenet(64, _EDM, adm(ADM_IMAGENET_64), edm2("img64.pkl"), dgm_eval())
