"""LSUN bedrooms and churches at 256 x 256, unconditional: FID of 50,000 samples.

For bedrooms guided-diffusion publishes a reference batch (Dhariwal and Nichol 2021, arXiv
2105.05233); for churches nobody publishes statistics that are read here. DDIM and DEQ-DDIM (arXiv
2210.12867) report both, measured by code that they do not release: pytorch-fid stands in.
"""

from rbench.assets.table import named
from rbench.tasks.image_entry import ImageTaskEntry
from rbench.tasks.image_options import ImageTaskOptions
from rbench.tasks.image_protocol import EvaluatorSpec, ImageProtocol, Published
from rbench.tasks.imagenet_evaluators import adm


def _pytorch_fid(scene: str) -> EvaluatorSpec:
    return EvaluatorSpec(
        name="pytorch-fid",
        summary="FID as pytorch-fid has it, against the training images",
        metrics=("frechet",),
        published=Published(f"LSUN {scene} train", "train"),
        preset="pytorch-fid",
        notes=("DEQ-DDIM's code has no evaluator, and its paper names no reference split.",),
    )


class LsunBedroom(ImageTaskEntry):
    """The registry's entry for LSUN bedrooms."""

    name = "lsun-bedroom"
    card = "lsun"
    summary = "LSUN bedrooms at 256 x 256: FID of 50,000 samples"

    @classmethod
    def protocol(cls, options: ImageTaskOptions) -> ImageProtocol:
        """Return what is generated and who may judge it."""
        batch = named("statistics/guided-diffusion/VIRTUAL_lsun_bedroom256.npz")
        return ImageProtocol(256, 256, 3, 0, (adm(batch), _pytorch_fid("bedroom")))


class LsunChurch(ImageTaskEntry):
    """The registry's entry for LSUN churches."""

    name = "lsun-church"
    card = "lsun"
    summary = "LSUN churches at 256 x 256: FID of 50,000 samples (needs the data)"

    @classmethod
    def protocol(cls, options: ImageTaskOptions) -> ImageProtocol:
        """Return what is generated and who may judge it."""
        return ImageProtocol(256, 256, 3, 0, (_pytorch_fid("church"),))
