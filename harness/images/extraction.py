"""Features of a shard's images: every network that the task's evaluators need, each once."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from rbench.errors import DataError
from rbench.harness.images.overlap import overlapped
from rbench.harness.images.task import ImageTask
from rbench.harness.images.wanted import feature_key, wanted_features
from rbench.metrics.arrays import Features
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.one_pass import one_pass

if TYPE_CHECKING:
    import torch

Rows: TypeAlias = dict[str, npt.NDArray[np.float32]]
"""Features (n, d) by the name of the output."""

Extractors: TypeAlias = Mapping[str, Extractor]
"""By the name of the folder that their features go to."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """Features by key and output, and the seconds that they took without waiting for images."""

    features: dict[str, Rows]
    seconds: float


def load_extractors(task: ImageTask, *, device: str | None, offline: bool) -> dict[str, Extractor]:
    """Load every network that the evaluators of `task` need.

    Raises the errors of `Extractor`.
    """
    loaded = [
        Extractor(w.representation, device=device, outputs=w.outputs, offline=offline)
        for w in wanted_features(task)
    ]
    return {feature_key(extractor.identity): extractor for extractor in loaded}


def extract(
    images: Iterable[npt.NDArray[Any]],
    extractors: Extractors,
    *,
    first: int,
    threads: int,
    progress: Callable[[int], None] | None = None,
) -> Extracted:
    """Return the features of `images`, batches (n, h, w, c), in one pass over them.

    On a GPU the images are made, in this thread, while features are computed in another one;
    the order and the bits are the same. `first` is the index of the first sample, for messages;
    `threads` preprocess for a GPU. Raises `DataError` for features that are no finite numbers.
    """
    parts: dict[str, dict[str, list[Features]]] = {
        key: {output: [] for output in extractor.outputs} for key, extractor in extractors.items()
    }
    keys = {id(extractor): key for key, extractor in extractors.items()}

    def sink(extractor: Extractor, ready: dict[str, Features]) -> None:
        # On a GPU they stay there until the shard is done: a copy now would wait for the network.
        for output, values in ready.items():
            parts[keys[id(extractor)]][output].append(values)

    def take(made: Iterator[npt.NDArray[Any]]) -> float:
        clock = _Waiting(made)
        start = time.perf_counter()
        if extractors:
            # On a CPU a worker has the threads that the plan says, and no more.
            helpers = threads if on_gpu else 0
            one_pass(
                map(_as_tensor, clock), list(extractors.values()), sink, progress, workers=helpers
            )
        else:
            for _ in clock:
                pass
        return time.perf_counter() - start - clock.seconds

    on_gpu = any(extractor.device.type == "cuda" for extractor in extractors.values())
    seconds = overlapped(images, take) if on_gpu else take(iter(images))
    start = time.perf_counter()
    features = {
        key: {output: _joined(values, key, output, first) for output, values in outputs.items()}
        for key, outputs in parts.items()
    }
    return Extracted(features, seconds + time.perf_counter() - start)


class _Waiting:
    """An iterator that adds up how long it was waited for."""

    def __init__(self, inner: Iterator[npt.NDArray[Any]]) -> None:
        self._inner = inner
        self.seconds = 0.0

    def __iter__(self) -> Iterator[npt.NDArray[Any]]:
        return self

    def __next__(self) -> npt.NDArray[Any]:
        start = time.perf_counter()
        try:
            return next(self._inner)
        finally:
            self.seconds += time.perf_counter() - start


def _as_tensor(images: npt.NDArray[Any]) -> "torch.Tensor":
    """Return (n, c, h, w) in C order: of an array, 3 rows or columns would look like channels."""
    import torch

    return torch.from_numpy(np.array(images.transpose(0, 3, 1, 2), order="C"))


def _joined(parts: list[Features], key: str, output: str, first: int) -> npt.NDArray[np.float32]:
    found = np.concatenate([p if isinstance(p, np.ndarray) else p.cpu().numpy() for p in parts])
    finite = np.isfinite(found).all(axis=1)
    if not finite.all():
        raise DataError(
            f"The features {output} of {key} of sample {first + int(np.argmin(finite))} are not "
            f"finite numbers: that network cannot be used for these images."
        )
    return found
