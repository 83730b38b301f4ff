"""One pass over images for several extractors."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from rbench.errors import DataError, UsageError
from rbench.metrics.arrays import Features
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.one_pass import one_pass
from rbench.metrics.representations.preprocess import Preprocess
from tests.metrics.representations.pictures import crops
from tests.metrics.representations.tiny_network import STEPS, tiny


class Collected:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.parts: dict[int, list[Features]] = {}

    def __call__(self, extractor: Extractor, features: dict[str, Features]) -> None:
        self.parts.setdefault(id(extractor), []).append(features["pool"])

    def of(self, extractor: Extractor) -> np.ndarray:
        return np.concatenate(self.parts[id(extractor)])


def extractors() -> list[Extractor]:
    smooth = replace(STEPS, filter="bicubic", kernel="pillow")
    return [Extractor(tiny()), Extractor(tiny(batch=5)), Extractor(tiny(batch=7, steps=smooth))]


@pytest.mark.parametrize("workers", [None, 0, 1, 2, 5])
def test_one_pass_has_the_bits_of_separate_ones(workers: int | None) -> None:
    images = crops(61, 30)
    several, sink = extractors(), Collected()
    mixed = [*images[:10], images[10:40], *(lambda i=i: images[i] for i in range(40, 61))]
    assert one_pass(iter(mixed), several, sink, workers=workers) == 61
    for extractor in several:
        assert np.array_equal(sink.of(extractor), extractor.extract(images)["pool"])


def test_order_is_kept_when_the_first_images_are_slow() -> None:
    images = crops(64, 30)

    def slow(i: int) -> Callable[[], np.ndarray]:
        def load() -> np.ndarray:
            time.sleep(0.02 if i < 16 else 0)
            return images[i]

        return load

    extractor, sink = Extractor(tiny()), Collected()
    one_pass([slow(i) for i in range(64)], [extractor], sink, workers=4)
    assert np.array_equal(sink.of(extractor), extractor.extract(images)["pool"])


def test_an_image_is_loaded_once_and_beside_the_networks() -> None:
    images = crops(40, 30)
    where: list[int] = []

    def load(i: int) -> np.ndarray:
        where.append(threading.get_ident())
        return images[i]

    sunk: list[int] = []
    one_pass(
        [lambda i=i: load(i) for i in range(40)],
        extractors(),
        lambda *_: sunk.append(threading.get_ident()),
    )
    assert len(where) == 40
    assert threading.get_ident() not in where
    assert set(sunk) == {threading.get_ident()}


def test_progress_counts_images_up_to_all_of_them() -> None:
    told: list[int] = []
    one_pass(list(crops(50, 30)), [Extractor(tiny())], Collected(), told.append)
    assert told == [16, 32, 48, 50]


def test_a_batch_of_small_images_is_worked_on_in_larger_pieces_with_the_same_bits() -> None:
    told: list[int] = []
    large, small = Collected(), Collected()
    as_they_are = tiny().with_preprocess(Preprocess(None))
    one, other = Extractor(as_they_are), Extractor(as_they_are)
    one_pass(crops(300, 30), [one], large, told.append)
    one_pass(list(crops(300, 30)), [other], small)
    assert told == [256, 300]
    assert np.array_equal(large.of(one), small.of(other))


def test_memory_is_bounded_by_not_reading_far_ahead() -> None:
    images = crops(16, 30)
    read = done = 0
    furthest = 0

    def source():  # type: ignore[no-untyped-def]
        nonlocal read, furthest
        for i in range(320):
            read += 1
            furthest = max(furthest, read - done)
            yield images[i % 16]

    def progress(count: int) -> None:
        nonlocal done
        done = count

    one_pass(source(), [Extractor(tiny())], Collected(), progress, workers=2)
    assert furthest <= 16 * 6


def test_a_bad_image_ends_the_pass_and_is_named() -> None:
    images: list[object] = list(crops(40, 30))
    images[33] = np.full((9, 9, 3), 2.0)
    with pytest.raises(DataError, match="Image 33 holds the value 2"):
        one_pass(images, extractors(), Collected())

    def damaged() -> np.ndarray:
        raise DataError("b.png is damaged.")

    with pytest.raises(DataError, match=r"b\.png"):
        one_pass([images[0], damaged], extractors(), Collected())


def test_images_pushed_are_left_alone_and_nothing_is_a_pass_too() -> None:
    extractor, sink = Extractor(tiny()), Collected()
    extractor.push(crops(3, 30))
    assert one_pass([], [extractor], sink) == 0
    assert sink.parts == {}
    one_pass(crops(9, 30), [extractor], sink)
    pending = extractor.pending()
    assert pending is not None and len(pending["pool"]) == 3


def test_bad_requests_are_named() -> None:
    with pytest.raises(UsageError, match="at least one"):
        one_pass([], [], Collected())
    with pytest.raises(UsageError, match="workers=-1"):
        one_pass([], [Extractor(tiny())], Collected(), workers=-1)
