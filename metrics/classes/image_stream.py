"""`ImageStream`: the images of one role on their way through a network that others share."""

from typing import TYPE_CHECKING, Any

from rbench.errors import DataError
from rbench.metrics.arrays import Features

if TYPE_CHECKING:
    from rbench.metrics.representations.extractor import Extractor


class ImageStream:
    """Features of images that come in batches of any size, in batches of the network's own size.

    Several streams of one extractor do not see each other's images.
    """

    def __init__(self, extractor: "Extractor", output: str) -> None:
        self._extractor = extractor
        self._output = output
        self._batches = extractor.new_batches()
        self.count = 0
        """Images taken so far."""

    def push(self, images: Any) -> "Features | None":
        """Take a batch; return the features that became ready, (n, d), or None.

        Raises `DataError` for what is no batch, and for images that are not accepted, by their
        number in this stream; nothing is taken then.
        """
        check_is_batch(images)
        inputs = self._extractor.to_inputs(images, self.count)
        ready = self._batches.push(inputs)
        self.count += len(inputs)
        return self._picked(ready)

    def pending(self) -> "Features | None":
        """Return the features of the images held back, which stay held back; None without any."""
        return self._picked(self._batches.pending())

    def _picked(self, found: Any) -> "Features | None":
        features = self._extractor.as_features(found)
        return None if features is None else features[self._output]


def check_is_batch(images: Any) -> None:
    """Raise `DataError` for an array that is no batch of images.

    A matrix would be read as one grey image, and three grey images as one of three channels.
    """
    shape = getattr(images, "shape", None)
    if shape is None or len(shape) == 4:
        return
    if len(shape) == 2:
        hint = "for features call update_features"
    else:
        hint = "for one image give images[None]"
    raise DataError(f"update takes images (n, c, h, w), not an array {tuple(shape)}: {hint}.")
