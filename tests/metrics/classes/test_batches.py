"""Batches: the number depends on the images and their order, not on how they come."""

from typing import Any

import numpy as np
import pytest
import torch

from rbench.metrics.classes import FrechetDistance, InceptionScore
from tests.metrics.classes.samples import MAKE, digits, features, feed, network, numbers, small


@pytest.mark.parametrize("name", MAKE)
def test_the_bits_do_not_depend_on_the_size_of_the_batches(name: str) -> None:
    images = digits()[:130]
    found = []
    for size in (1, 7, 64, 130):
        metric = MAKE[name](small())
        for start in range(0, 65, size):
            feed(metric, images[start : min(start + size, 65)], True, images=True)
            # Both roles in turn, as a training loop may do it.
            feed(metric, images[65 + start : min(65 + start + size, 130)], False, images=True)
        found.append(numbers(metric))
    assert all(numbers == found[0] for numbers in found)


@pytest.mark.parametrize("name", MAKE)
def test_features_in_batches_are_the_same_as_at_once(name: str) -> None:
    whole, parts = MAKE[name](), MAKE[name]()
    for real in (True, False):
        rows = features(1500, seed=int(real))
        feed(whole, rows, real)
        for piece in np.array_split(rows, 23):
            feed(parts, torch.from_numpy(piece) if len(piece) % 2 else piece, real)
    assert numbers(whole) == numbers(parts)


@pytest.mark.parametrize("name", MAKE)
def test_computing_in_between_changes_nothing(name: str) -> None:
    quiet, watched = MAKE[name](small()), MAKE[name](small())
    for metric in (quiet, watched):
        for start in range(0, 200, 25):
            feed(metric, digits()[start : start + 25], True, images=True)
            feed(metric, digits()[200 + start : 225 + start], False, images=True)
            if metric is watched and start > 50:
                metric.compute()
                metric.state_dict()
                metric.sync()
    assert numbers(quiet) == numbers(watched)


def test_what_is_held_back_survives_the_callers_reuse_of_its_memory() -> None:
    kept, reused = FrechetDistance(small()), FrechetDistance(small())
    memory = torch.empty((5, 1, 8, 8), dtype=torch.uint8)
    for start in range(0, 60, 5):
        for real in (True, False):
            batch = digits()[start + 60 * real : start + 60 * real + 5]
            kept.update(batch, real=real)
            memory[:] = batch
            reused.update(memory, real=real)
            memory.zero_()
    assert numbers(kept) == numbers(reused)


@pytest.mark.parametrize("name", MAKE)
def test_features_survive_the_callers_reuse_of_its_memory(name: str) -> None:
    metric, memory, expected = MAKE[name](), np.zeros((40, 12), np.float32), MAKE[name]()
    for real in (True, False):
        memory[:] = features(40, seed=int(real))
        feed(metric, torch.from_numpy(memory), real)
        memory[:] = 0
        feed(expected, features(40, seed=int(real)), real)
    assert numbers(metric) == numbers(expected)


def test_images_and_features_mix_in_the_order_in_which_they_came() -> None:
    mixed, plain = InceptionScore(small(), output="features"), InceptionScore(None)
    extracted = mixed.source.extractor.extract(digits()[:50])["features"]  # type: ignore[union-attr]
    mixed.update(digits()[:21]).update_features(extracted[21:30]).update(digits()[30:50])
    plain.update_features(extracted)
    assert numbers(mixed) == numbers(plain)


def test_images_give_what_their_features_give() -> None:
    by_images, by_features = FrechetDistance(small()), FrechetDistance(None)
    module = network().eval()
    for real, batch in ((True, digits()[:300]), (False, digits()[300:700])):
        by_images.update(batch, real=real)
        with torch.no_grad():
            rows = module(batch.expand(-1, 3, -1, -1) / 255)
        by_features.update_features(rows, real=real)
    assert float(by_images.compute()) == pytest.approx(float(by_features.compute()), rel=1e-5)


def test_floats_numpy_and_colour_are_accepted_alike() -> None:
    grey = digits()[:64]
    forms: list[Any] = [
        grey,
        grey.numpy(),
        grey.float() / 255,
        grey.expand(-1, 3, -1, -1),
        grey.expand(-1, 3, -1, -1).permute(0, 2, 3, 1).numpy(),
        list(grey),
    ]
    found = []
    for form in forms:
        metric = FrechetDistance(small())
        metric.update(form, real=True).update(digits()[64:], real=False)
        found.append(numbers(metric))
    assert all(one == found[0] for one in found)
