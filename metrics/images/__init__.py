"""Sets of images as they lie on disk: folders, zips, npz, npy, webdataset tars.

    source = open_images("samples/")
    for image in source:
        image.name, image.pixels          # (height, width, 3) uint8
    print(source.report.summary())

The order is fixed, every image becomes 8-bit RGB or is refused by name, and what was converted is
counted. Needs numpy; image files also need Pillow.
"""

from rbench.metrics.images.opening import open_images
from rbench.metrics.images.policy import ReadingPolicy
from rbench.metrics.images.report import ReadingReport
from rbench.metrics.images.source import ImageSource, SourceImage
from rbench.metrics.images.statistics_files import looks_like_statistics

__all__ = [
    "ImageSource",
    "ReadingPolicy",
    "ReadingReport",
    "SourceImage",
    "looks_like_statistics",
    "open_images",
]
