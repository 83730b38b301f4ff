import threading
from collections.abc import Iterator

import numpy as np
import pytest

from rbench.harness.images.extraction import extract
from rbench.harness.images.overlap import overlapped
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.of_callable import of_callable
from rbench.metrics.representations.preprocess import Preprocess


def test_everything_is_taken_in_order_by_another_thread() -> None:
    here = threading.get_ident()

    def take(given: Iterator[int]) -> list[int]:
        assert threading.get_ident() != here
        return list(given)

    def make() -> Iterator[int]:
        for i in range(50):
            assert threading.get_ident() == here
            yield i

    assert overlapped(make(), take) == list(range(50))


def test_a_failure_of_either_side_ends_both() -> None:
    made = []

    def make(until: int) -> Iterator[int]:
        for i in range(until):
            made.append(i)
            yield i
        raise ValueError("cannot make")

    def refuse(given: Iterator[int]) -> int:
        next(given)
        raise KeyError("cannot take")

    with pytest.raises(ValueError, match="cannot make"):
        overlapped(make(1), list)
    with pytest.raises(ValueError, match="cannot make"):
        overlapped(make(20), list)
    made.clear()
    with pytest.raises(KeyError, match="cannot take"):
        overlapped(make(1000), refuse)
    assert len(made) < 10
    assert not [t for t in threading.enumerate() if t.name.startswith("rbench-features")]


def test_no_more_is_made_ahead_than_two_pieces() -> None:
    made, gate = [], threading.Event()

    def make() -> Iterator[int]:
        for i in range(10):
            made.append(i)
            if i == 4:
                gate.set()
            yield i

    def take(given: Iterator[int]) -> int:
        first = next(given)
        assert not gate.wait(0.3)  # 0 is taken, 1 and 2 wait, 3 is held: 4 is not begun
        return first + sum(1 for _ in given)

    assert overlapped(make(), take) == 9


def test_features_are_the_same_beside_and_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    double = of_callable(lambda x: 2 * x.flatten(1), 48, Preprocess(size=None), name="double")
    images = np.random.default_rng(0).integers(0, 256, (70, 4, 4, 1), np.uint8)
    pieces = [images[:8], images[8:50], images[50:]]
    extractors = {"double": Extractor(double, device="cpu")}
    plain = extract(pieces, extractors, first=0, threads=1).features
    taken = overlapped(iter(pieces), lambda i: extract(i, extractors, first=0, threads=3)).features
    np.testing.assert_array_equal(taken["double"]["features"], plain["double"]["features"])
    exact = np.repeat(images.transpose(0, 3, 1, 2), 3, axis=1).reshape(70, 48) / np.float32(255) * 2
    np.testing.assert_array_equal(plain["double"]["features"], exact)
