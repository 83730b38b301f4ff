"""One pass over images that serves several extractors."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rbench.errors import UsageError
from rbench.metrics.arrays import Features
from rbench.metrics.representations.accepted_images import Images, count_images
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.image_chunks import Item, chunks, loaded

if TYPE_CHECKING:
    import torch

Sink = Callable[[Extractor, dict[str, Features]], None]
"""Is given features as they become ready, in order for each extractor."""

_CHUNK = 16
_VALUES = _CHUNK * 3 * 299 * 299


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A chunk's inputs, for every extractor; extractors with equal steps share theirs."""

    inputs: "Sequence[torch.Tensor]"


def one_pass(
    images: Iterable[Item] | Images,
    extractors: Sequence[Extractor],
    sink: Sink,
    progress: Callable[[int], None] | None = None,
    *,
    workers: int | None = None,
) -> int:
    """Read `images` once and give the features of every extractor to `sink`; return their number.

    Threads load and preprocess images (those given as functions too: see `image_chunks`) while
    the networks run in the calling thread, where `sink` and `progress` are called too.
    `progress` is told the number of images done so far. Order and bits are those of
    `Extractor.stream`. Images pushed to the extractors are left alone.

    Raises `DataError` for an image that is not accepted, by its number, and `UsageError` for no
    extractors or fewer than 0 of `workers` (default: half of the cores, at most 4; with 0 the
    calling thread does all).
    """
    if not extractors:
        raise UsageError("There are no extractors: give at least one.")
    if workers is None:
        workers = max(1, min(4, (os.cpu_count() or 1) // 2))
    if workers < 0:
        raise UsageError(f"workers={workers}: give 0 or more.")
    batches = [extractor.new_batches() for extractor in extractors]
    started = done = 0
    waiting: deque[tuple[int, Future[_Prepared]]] = deque()

    def finish_one() -> int:
        count, future = waiting.popleft()
        return finish(count, future.result())

    def finish(count: int, prepared: _Prepared) -> int:
        for extractor, batch, inputs in zip(extractors, batches, prepared.inputs, strict=True):
            if (ready := extractor.as_features(batch.push(inputs))) is not None:
                sink(extractor, ready)
        if progress is not None:
            progress(done + count)
        return count

    pool = ThreadPoolExecutor(workers or 1, thread_name_prefix="rbench-preprocess")
    try:
        # Images that no network enlarges may be worked on in larger pieces.
        sizes = [extractor.representation.preprocess.size for extractor in extractors]
        values = _VALUES if all(size is None for size in sizes) else None
        for chunk in chunks(images, _CHUNK, values):
            count = count_images(chunk)
            if not workers:
                done += finish(count, _prepare(chunk, extractors, started))
                started += count
                continue
            waiting.append((count, pool.submit(_prepare, chunk, extractors, started)))
            started += count
            if len(waiting) > 2 * workers:
                done += finish_one()
        while waiting:
            done += finish_one()
    finally:
        pool.shutdown(cancel_futures=True)
    for extractor, batch in zip(extractors, batches, strict=True):
        if (rest := extractor.as_features(batch.pending())) is not None:
            sink(extractor, rest)
    return done


def _prepare(chunk: Any, extractors: Sequence[Extractor], first: int) -> _Prepared:
    given = loaded(chunk)
    made: dict[object, torch.Tensor] = {}
    inputs = []
    for extractor in extractors:
        steps = (extractor.representation.preprocess, extractor.device, extractor.dtype)
        if steps in made:
            extractor.check_inputs(made[steps], first)
        else:
            made[steps] = extractor.to_inputs(given, first)
        inputs.append(made[steps])
    return _Prepared(inputs)
