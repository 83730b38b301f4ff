"""The metrics as objects for a training loop: images or features in, numbers out, at any time.

They follow the conventions of torcheval and torchmetrics: `update`, `compute`, `reset`,
`merge_state`, `state_dict`, `load_state_dict`, `to`, `sync` and `sync_and_compute`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rbench.metrics.classes.cmmd import CMMD
    from rbench.metrics.classes.fdr import FDr
    from rbench.metrics.classes.frechet_distance import FrechetDistance
    from rbench.metrics.classes.inception_score import InceptionScore
    from rbench.metrics.classes.kernel_distance import KernelDistance
    from rbench.metrics.classes.manifold_scores import ManifoldScores

__all__ = ["CMMD", "FDr", "FrechetDistance", "InceptionScore", "KernelDistance", "ManifoldScores"]

_HOME = {
    "CMMD": "cmmd",
    "FDr": "fdr",
    "FrechetDistance": "frechet_distance",
    "InceptionScore": "inception_score",
    "KernelDistance": "kernel_distance",
    "ManifoldScores": "manifold_scores",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
