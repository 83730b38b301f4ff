"""What a page shows of one image run, apart from where it came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rbench.harness.types import Json
from rbench.leaderboards.tables import Results


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest training images of the first samples.

    Distances are Euclidean, on pixels in [0, 1].

    Attributes:
        samples, neighbours: uint8 (k, h, w, c), pair by pair.
        distances: from each sample to its neighbour.
        quantiles: of other real images: share -> the distance to their nearest training image
            below which this share of them lies.
        reference_set: what those are: ``test``, or ``train`` (each to the other ones).
    """

    samples: Any
    neighbours: Any
    distances: Sequence[float]
    quantiles: Mapping[float, float]
    reference_set: str


@dataclass(frozen=True, slots=True)
class ShownRun:
    """One run.

    Attributes:
        results, costs, environment: the content of the run's JSON files.
        images: the first samples of the first set, uint8 (k, h, w, c); None where none are kept.
        labels: their conditions; None where there are none.
        real: whether the samples are real images, which may not be for publishing.
    """

    results: Results
    costs: Mapping[str, Json]
    environment: Mapping[str, Json]
    command: str
    images: Any = None
    labels: Sequence[int] | None = None
    neighbours: Neighbours | None = None
    real: bool = False
