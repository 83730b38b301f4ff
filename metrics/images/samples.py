"""From stored samples to 8-bit RGB: grey is repeated, alpha blended, 16 bits scaled; exactly."""

from typing import Any

import numpy as np
import numpy.typing as npt

from rbench.metrics.images.decoded import Pixels
from rbench.metrics.images.policy import ChoiceNeeded, ReadingPolicy

Samples = npt.NDArray[Any]


def to_rgb8(samples: Samples, policy: ReadingPolicy) -> tuple[Pixels, tuple[str, ...]]:
    """Return (height, width, 3) uint8 pixels and the words for each step that was taken.

    `samples` is (height, width, channels), uint8 or uint16, with 1 (grey), 2 (grey, alpha),
    3 (RGB) or 4 (RGB, alpha) channels. All arithmetic is in integers and rounded once; no value
    can fall on a half. Raises `ChoiceNeeded` for transparency that `policy` refuses.
    """
    steps: list[str] = []
    white = int(np.iinfo(samples.dtype).max)
    colours, alpha = samples, None
    if samples.shape[2] in (2, 4):
        colours, alpha = samples[..., :-1], samples[..., -1:]
        if int(alpha.min()) == white:
            steps.append("opaque alpha dropped")
            alpha = None
        elif policy.alpha == "refuse":
            raise ChoiceNeeded(
                f"is transparent in places (alpha from {alpha.min()} to {alpha.max()} of {white}): "
                f"choose alpha='drop' (its colours as stored), 'white' or 'black' (blended on it)."
            )
        elif policy.alpha == "drop":
            steps.append("alpha dropped, colours as stored")
            alpha = None
    if alpha is not None:
        steps.append(f"alpha blended on {policy.alpha}")
        wide = alpha.astype(np.int64)
        behind = white if policy.alpha == "white" else 0
        mixed = colours.astype(np.int64) * wide + behind * (white - wide)
        colours = ((mixed * 255 + white * white // 2) // (white * white)).astype(np.uint8)
    elif white > 255:
        colours = ((colours.astype(np.uint32) * 255 + white // 2) // white).astype(np.uint8)
    if white > 255:
        steps.append("16 bits scaled to 8")
    if colours.shape[2] == 1:
        steps.append("grey repeated to 3 channels")
        colours = np.repeat(colours, 3, axis=2)
    return np.ascontiguousarray(colours), tuple(steps)


def turned(pixels: Pixels, orientation: int) -> Pixels:
    """Return `pixels` as EXIF `orientation` 1 to 8 says they are to be looked at."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
