"""One sample made again in another batch, to see whether it depends on its batch.

A difference is recorded, and is no error: sums on an accelerator, or in another place of a batch,
may round otherwise. A generator with a random source of its own differs by whole levels.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rbench.harness.images.types import ImageGenerator

_LEVELS = 255


@dataclass(frozen=True, slots=True)
class SpotCheck:
    """What became of the sample `index`.

    Attributes:
        same_bits: whether it was the same in both batches, after quantisation.
        largest_difference: between two of its values, in levels of 255; floats in [0, 1] are
            multiplied by that.
    """

    index: int
    same_bits: bool
    largest_difference: float


def spot_check(
    generator: ImageGenerator,
    make: Callable[[tuple[int, ...]], npt.NDArray[Any]],
    first: npt.NDArray[Any],
    *,
    index: int = 0,
) -> SpotCheck | None:
    """Make the sample `index` again, last in a batch of other samples, and compare.

    Args:
        generator: whose batch size is kept.
        make: generates the samples of these indices together and quantises them,
            (n, h, w, c); raises what a run would raise.
        first: the images of the first batch, quantised the same way; the sample was its first.
        index: of that sample.

    Returns None for ready-made samples, which nobody makes again.
    """
    if generator.finite is not None:
        return None
    others = tuple(range(index + generator.batch, index + 2 * generator.batch - 1))
    again = make((*others, index))[-1]
    return SpotCheck(index, again.tobytes() == first[0].tobytes(), _difference(again, first[0]))


def _difference(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    scale = 1 if one.dtype == np.uint8 else _LEVELS
    return float(np.abs(one.astype(np.float64) - other.astype(np.float64)).max()) * scale
