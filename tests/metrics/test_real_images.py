"""Real images: values in the order that they must have, intervals that cover, the peers' numbers.

Fashion-MNIST (train against test, blurred, half of the classes) and scikit-learn's digits, on
pixels and on EfficientNet-lite0 at half its resolution, which is a quarter of its work.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from prdc import compute_prdc
from sklearn.datasets import load_digits
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_kid import kid_features_to_metric

from rbench.metrics.frechet.distance import frechet_distance
from rbench.metrics.frechet.jackknife import frechet_jackknife
from rbench.metrics.kernel.distance import kernel_distance
from rbench.metrics.manifold import manifold_scores
from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.registry import get_representation
from tests.metrics import fashion_mnist

N = 300


def sets(n: int) -> dict[str, Any]:
    test = fashion_mnist.images("test", 0, n)
    return {
        "real": fashion_mnist.images("train", 0, n),
        "same": test,
        "blurred": fashion_mnist.blurred(test),
        "half": fashion_mnist.of_half_the_classes("test", n),
    }


@pytest.fixture(scope="module")
def pixels() -> dict[str, Any]:
    """Every second pixel of every second row: 196 dimensions, so that N is above d."""
    return {
        name: images[:, ::2, ::2].reshape(len(images), -1) / 255
        for name, images in sets(1000).items()
    }


@pytest.fixture(scope="module")
def network() -> dict[str, Any]:
    known = get_representation("efficientnet-lite0")
    smaller = replace(known, preprocess=replace(known.preprocess, size=112))
    extractor = Extractor(smaller, device="cpu")
    return {
        name: extractor.extract(fashion_mnist.rgb(images))["pool"]
        for name, images in sets(N).items()
    }


@pytest.fixture(params=["pixels", "network"])
def features(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.getfixturevalue(request.param)
    return found


def test_the_same_distribution_is_nearest(features: dict[str, Any]) -> None:
    real = features["real"]
    for distance in (frechet_distance, kernel_distance):
        values = {name: float(distance(real, features[name])) for name in features}
        assert values["same"] < values["half"]
        assert values["same"] < values["blurred"]
    zero = frechet_distance(real, real)
    assert abs(zero.value) < 1e-9 * zero.trace_term


def test_half_of_the_classes_cost_recall_and_not_precision(features: dict[str, Any]) -> None:
    same = manifold_scores(features["real"], features["same"])
    half = manifold_scores(features["real"], features["half"])
    assert same.recall and half.recall and same.precision and half.precision
    assert half.recall.interval and same.recall.interval
    assert half.recall.interval.high < same.recall.interval.low
    assert half.precision.value > same.precision.value - 0.1


def test_blur_is_seen_beyond_the_intervals(network: dict[str, Any]) -> None:
    same = frechet_jackknife(network["real"], network["same"])
    blurred = frechet_jackknife(network["real"], network["blurred"])
    assert same.interval and blurred.interval
    assert same.interval.high < blurred.interval.low
    kernel = kernel_distance(network["real"], network["blurred"])
    assert kernel.interval and kernel.interval.low > 0


def test_the_peers_come_to_the_same_numbers(features: dict[str, Any]) -> None:
    real, fake = features["real"], features["blurred"]
    theirs = fid_statistics_to_metric(
        *(fid_features_to_statistics(torch.from_numpy(rows)) for rows in (fake, real)), False
    )["frechet_inception_distance"]
    # With fewer samples than dimensions its trace term is 1e-4 too low.
    tolerance = 1e-6 if len(fake) > fake.shape[1] else 1e-4
    assert float(frechet_distance(real, fake)) == pytest.approx(theirs, rel=tolerance)
    kid = kid_features_to_metric(
        torch.from_numpy(fake), torch.from_numpy(real), kid_subsets=20, kid_subset_size=200,
        rng_seed=2020, verbose=False, kid_kernel="poly", kid_kernel_poly_degree=3,
        kid_kernel_poly_gamma=None, kid_kernel_poly_coef0=1.0,
    )["kernel_inception_distance_mean"]  # fmt: skip
    ours = kernel_distance(real, fake, estimator="subsets", subsets=20, subset_size=200)
    assert ours.value == pytest.approx(kid, rel=1e-4)
    scores = manifold_scores(real, fake, k=5, ball="<")
    expected = compute_prdc(real, fake, nearest_k=5)
    for name, value in expected.items():
        # Its float32 distances decide a pair or two on the border otherwise.
        assert getattr(scores, name).value == pytest.approx(value, abs=2.5 / len(real)), name


def test_intervals_cover_on_resampling_of_the_digits() -> None:
    everything = load_digits().data / 16  # (1797, 64)
    rng = np.random.default_rng(7)
    real, rest = everything[:900], everything[900:]
    draws = [rest[rng.integers(0, len(rest), 400)] for _ in range(150)]
    results = [frechet_jackknife(real, draw) for draw in draws]
    centre = np.mean([result.value for result in results])
    covered = np.mean([r.interval.low < centre < r.interval.high for r in results if r.interval])
    # 95 % of 150, less and more by three standard errors.
    assert 0.89 <= covered <= 1.0
    kernels = [kernel_distance(real, draw) for draw in draws]
    assert np.mean([k.standard_error for k in kernels if k.standard_error]) > 0.8 * np.std(
        [k.value for k in kernels]
    )


def test_other_digits_are_nearer_than_half_of_the_digits() -> None:
    digits = load_digits()
    pixels = digits.data / 16
    real, same = pixels[::2], pixels[1::2]
    half = pixels[digits.target < 5]
    near, far = frechet_jackknife(real, same), frechet_jackknife(real, half)
    assert near.interval and far.interval
    assert near.interval.high < far.interval.low
