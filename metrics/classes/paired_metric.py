"""`PairedMetric`: a metric between real and fake images, fed with either."""

from typing import Any, Self

from rbench.errors import DataError, UsageError
from rbench.metrics.classes.metric import Kept, Metric


class PairedMetric(Metric):
    """A metric between real and fake images."""

    def update(self, images: Any, real: bool) -> Self:
        """Add a batch of images, (n, c, h, w), and return self.

        Args:
            images: uint8 in 0..255 or floats in [0, 1], one or three channels, torch or numpy
                (also (n, h, w, 3)), or a list of single images.
            real: True for real images, False for generated ones.

        Raises `DataError` for images that are not accepted, `UsageError` for a metric of features
        only and for real images beside a reference; nothing is added then.
        """
        self._add_images(_role(real), images)
        return self

    def update_features(self, features: Any, real: bool) -> Self:
        """Add features, (n, d), numpy or torch, in place of images, and return self.

        The first ones decide d where nothing else has. Raises `DataError` for another shape, a
        NaN or an infinity, `UsageError` for real ones beside a reference; nothing is added then.
        """
        self._add_features(_role(real), features)
        return self

    def _pair(self) -> tuple[Kept | None, Kept]:
        """Return what is kept of the real (None where a reference stands for them) and the fake.

        Raises `DataError` where one has no samples.
        """
        settled = self._settled()
        for role in self.roles:
            given = role == "real" and self.reference is not None
            if not given and (role not in settled or not settled[role].n):
                raise DataError(
                    f"There are no {role} samples yet: call update(images, real={role == 'real'})"
                    f"{' or give a reference' if role == 'real' else ''} first."
                )
        return settled.get("real"), settled["fake"]


def _role(real: bool) -> str:
    if not isinstance(real, bool):
        raise UsageError(f"real={real!r}: give True for real images, False for generated ones.")
    return "real" if real else "fake"
