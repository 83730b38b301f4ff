"""Metrics on replies, features and images; knows no task, no run, no command.

    from rbench.metrics import frechet_jackknife

    result = frechet_jackknife(real_features, fake_features)
    float(result), result.interval, result.method

The names below are imported when they are first used, so that importing the package loads nothing
heavy. `docs/metrics.md` is the guide.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rbench.metrics.classes import CMMD as CMMD
    from rbench.metrics.classes import FDr as FDr
    from rbench.metrics.classes import FrechetDistance as FrechetDistance
    from rbench.metrics.classes import InceptionScore as InceptionScore
    from rbench.metrics.classes import KernelDistance as KernelDistance
    from rbench.metrics.classes import ManifoldScores as ManifoldScores
    from rbench.metrics.evaluation.make_statistics import make_statistics as make_statistics
    from rbench.metrics.evaluation.measure import Measurement as Measurement
    from rbench.metrics.evaluation.measure import measure as measure
    from rbench.metrics.feature_store import FeatureStore as FeatureStore
    from rbench.metrics.frechet.distance import FrechetResult as FrechetResult
    from rbench.metrics.frechet.distance import frechet_distance as frechet_distance
    from rbench.metrics.frechet.fdr import fdr as fdr
    from rbench.metrics.frechet.infinity import (
        frechet_distance_infinity as frechet_distance_infinity,
    )
    from rbench.metrics.frechet.jackknife import frechet_jackknife as frechet_jackknife
    from rbench.metrics.images import ImageSource as ImageSource
    from rbench.metrics.images import open_images as open_images
    from rbench.metrics.inception import inception_score as inception_score
    from rbench.metrics.kernel.cmmd import cmmd as cmmd
    from rbench.metrics.kernel.distance import kernel_distance as kernel_distance
    from rbench.metrics.manifold import manifold_scores as manifold_scores
    from rbench.metrics.moments import Moments as Moments
    from rbench.metrics.presets import PRESETS as PRESETS
    from rbench.metrics.presets import get_preset as get_preset
    from rbench.metrics.reference_statistics import ReferenceStatistics as ReferenceStatistics
    from rbench.metrics.representations.extractor import Extractor as Extractor
    from rbench.metrics.representations.of_callable import of_callable as of_callable
    from rbench.metrics.representations.one_pass import one_pass as one_pass
    from rbench.metrics.representations.preprocess import Preprocess as Preprocess
    from rbench.metrics.representations.registry import get_representation as get_representation
    from rbench.metrics.representations.registry import (
        list_representations as list_representations,
    )
    from rbench.metrics.representations.representation import Representation as Representation
    from rbench.metrics.results import Interval as Interval
    from rbench.metrics.results import MetricResult as MetricResult

_HERE = "rbench.metrics"
_HOMES = {
    "CMMD": f"{_HERE}.classes",
    "Extractor": f"{_HERE}.representations.extractor",
    "FDr": f"{_HERE}.classes",
    "FeatureStore": f"{_HERE}.feature_store",
    "FrechetDistance": f"{_HERE}.classes",
    "FrechetResult": f"{_HERE}.frechet.distance",
    "ImageSource": f"{_HERE}.images",
    "InceptionScore": f"{_HERE}.classes",
    "Interval": f"{_HERE}.results",
    "KernelDistance": f"{_HERE}.classes",
    "ManifoldScores": f"{_HERE}.classes",
    "Measurement": f"{_HERE}.evaluation.measure",
    "MetricResult": f"{_HERE}.results",
    "Moments": f"{_HERE}.moments",
    "PRESETS": f"{_HERE}.presets",
    "Preprocess": f"{_HERE}.representations.preprocess",
    "ReferenceStatistics": f"{_HERE}.reference_statistics",
    "Representation": f"{_HERE}.representations.representation",
    "cmmd": f"{_HERE}.kernel.cmmd",
    "fdr": f"{_HERE}.frechet.fdr",
    "frechet_distance": f"{_HERE}.frechet.distance",
    "frechet_distance_infinity": f"{_HERE}.frechet.infinity",
    "frechet_jackknife": f"{_HERE}.frechet.jackknife",
    "get_preset": f"{_HERE}.presets",
    "get_representation": f"{_HERE}.representations.registry",
    "inception_score": f"{_HERE}.inception",
    "kernel_distance": f"{_HERE}.kernel.distance",
    "list_representations": f"{_HERE}.representations.registry",
    "make_statistics": f"{_HERE}.evaluation.make_statistics",
    "manifold_scores": f"{_HERE}.manifold",
    "measure": f"{_HERE}.evaluation.measure",
    "of_callable": f"{_HERE}.representations.of_callable",
    "one_pass": f"{_HERE}.representations.one_pass",
    "open_images": f"{_HERE}.images",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'rbench.metrics' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
