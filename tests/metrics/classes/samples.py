"""What the tests of the class forms share: a small network, digits, and one of each class."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import torch

from rbench.metrics.classes import (
    CMMD,
    FrechetDistance,
    InceptionScore,
    KernelDistance,
    ManifoldScores,
)
from rbench.metrics.representations.of_callable import of_callable
from rbench.metrics.representations.preprocess import Preprocess
from rbench.metrics.representations.representation import Representation

WIDTH = 12


def network() -> torch.nn.Module:
    """Return a network with dropout and batch norm, in training mode, as a user's own would be."""
    with torch.random.fork_rng():
        torch.manual_seed(5)
        return torch.nn.Sequential(
            torch.nn.Conv2d(3, 8, 3),
            torch.nn.BatchNorm2d(8),
            torch.nn.GELU(),
            torch.nn.Dropout(0.5),
            torch.nn.Conv2d(8, WIDTH, 3, stride=2),
            torch.nn.AdaptiveAvgPool2d(1),
            torch.nn.Flatten(),
        )


def small(batch: int = 16) -> Representation:
    return of_callable(network(), WIDTH, Preprocess(size=None), name="small", batch=batch)


@cache
def digits() -> torch.Tensor:
    """Return 1797 images (n, 1, 8, 8), uint8."""
    from sklearn.datasets import load_digits

    pixels = load_digits().images
    return torch.from_numpy((pixels * 15).astype(np.uint8))[:, None]


def noise() -> torch.Tensor:
    """Return 240 images (n, 3, 8, 8), uint8, where loading digits would take a while."""
    pixels = np.random.default_rng(8).integers(0, 256, size=(240, 3, 8, 8), dtype=np.uint8)
    return torch.from_numpy(pixels)


def features(n: int, d: int = WIDTH, seed: int = 0, dtype: Any = np.float32) -> Any:
    rng = np.random.default_rng([seed, d])
    mixing = np.random.default_rng(d).normal(size=(d, d)) / d**0.5
    return (rng.normal(size=(n, d)) @ mixing + seed / 10).astype(dtype)


MAKE: dict[str, Callable[..., Any]] = {
    "frechet": lambda given=None: FrechetDistance(given),
    "frechet-blocks": lambda given=None: FrechetDistance(given, blocks=4),
    "kernel": lambda given=None: KernelDistance(given, estimator="full"),
    "kernel-subsets": lambda given=None: KernelDistance(
        given, estimator="subsets", subsets=5, subset_size=20
    ),
    "manifold": lambda given=None: ManifoldScores(given),
    "cmmd": lambda given=None: CMMD(given),
    "inception-score": lambda given=None: InceptionScore(
        given, output="features" if given else None, splits=3
    ),
}
"""One of each class; without a representation it takes features."""


def feed(metric: Any, values: Any, real: bool, *, images: bool = False) -> None:
    """Update with what a metric takes; the inception score takes no real ones."""
    step = metric.update if images else metric.update_features
    if isinstance(metric, InceptionScore):
        if not real:
            step(values)
    else:
        step(values, real=real)


def numbers(metric: Any) -> list[float]:
    """Return every number of a result, for comparison to the bit."""
    result = metric.compute()
    if isinstance(metric, ManifoldScores):
        scores = (result.precision, result.recall, result.density, result.coverage)
        return [float(score) for score in scores]
    return [float(result), result.standard_error or 0.0]
