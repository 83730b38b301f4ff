"""Images that are there already, read by index; going forward costs one pass and no more."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rbench.errors import DataError
from rbench.metrics.images import ImageSource, SourceImage
from rbench.metrics.images.naming import shown


class ReadyImages:
    """The images of a source as `channels` (1 or 3) of 8 bits, all of one size.

    Raises `DataError`, with the sample and the name, for one that cannot be read, has another
    size than the first, or is coloured where grey is wanted.
    """

    def __init__(self, source: ImageSource, channels: int) -> None:
        self._source = source
        self._channels = channels
        self._pass: Iterator[SourceImage] | None = None
        self._next = 0
        self._latest: tuple[int, npt.NDArray[np.uint8]] | None = None
        self.height, self.width = self._read(0).shape[:2]

    def __len__(self) -> int:
        return len(self._source)

    def at(self, indices: Sequence[int]) -> npt.NDArray[np.uint8]:
        """Return the images at `indices`, uint8 (n, h, w, c). Raises `DataError` beyond the last.

        Each is read once, in rising order, and repeats are copied: padding repeats an index.
        """
        beyond = [index for index in indices if not 0 <= index < len(self)]
        if beyond:
            raise DataError(
                f"sample {beyond[0]} is not there: {shown(self._source.path)} holds {len(self)} "
                f"images."
            )
        read = {index: self._read(index) for index in sorted(set(indices))}
        for index, pixels in read.items():
            if pixels.shape[:2] != (self.height, self.width):
                raise DataError(
                    f"sample {index}, {self._name(index)}, is {pixels.shape[0]} x "
                    f"{pixels.shape[1]} pixels (height x width), and sample 0 is {self.height} x "
                    f"{self.width}."
                )
        return np.stack([self._grey(index, read[index]) for index in indices])

    def close(self) -> None:
        """End the pass that is under way, with its files and threads."""
        # A generator's `close` runs what its `finally` says; other iterators have none.
        end: Any = getattr(self._pass, "close", None)
        if end is not None:
            end()
        self._pass = None

    def _read(self, index: int) -> npt.NDArray[np.uint8]:
        if self._latest is not None and self._latest[0] == index:
            return self._latest[1]
        # In a compressed npz a fresh start decompresses all that stands before.
        forward = index >= self._next and self._source.kind == "npz"
        if self._pass is None or (index != self._next and not forward):
            self.close()
            self._pass = iter(self._source.subset(slice(index, None)))
            self._next = index
        while self._next <= index:
            pixels = self._following()
        self._latest = (index, pixels)
        return pixels

    def _following(self) -> npt.NDArray[np.uint8]:
        index, images = self._next, self._pass
        assert images is not None
        try:
            pixels = next(images).pixels
        except DataError as error:
            self._pass = None
            # The reason alone: the source counts from where this pass began.
            reason = str(error.__cause__ or error).rstrip(".")
            raise DataError(
                f"sample {index}, {self._name(index)} in {shown(self._source.path)}, {reason}."
            ) from error
        self._next = index + 1
        return pixels

    def _grey(self, index: int, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        if self._channels == 3:
            return pixels
        first = pixels[..., :1]
        if not (pixels == first).all():
            raise DataError(f"sample {index}, {self._name(index)}, is coloured, not grey.")
        return first

    def _name(self, index: int) -> str:
        return shown(self._source.names[index])
