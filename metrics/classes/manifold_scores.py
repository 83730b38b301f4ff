"""`ManifoldScores`: precision, recall, density and coverage inside a training loop."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rbench.metrics.classes.options import given_options
from rbench.metrics.classes.reference import FeaturesGiven
from rbench.metrics.classes.row_metric import RowMetric
from rbench.metrics.classes.source import Given
from rbench.metrics.manifold import SCORES, Score, manifold_scores
from rbench.metrics.manifold_balls import Ball
from rbench.metrics.manifold_result import ManifoldResult

if TYPE_CHECKING:
    import torch


class ManifoldScores(RowMetric):
    """Precision, recall, density and coverage; `manifold_scores` says what the options mean.

    Features are kept in CPU memory: n * d * 4 bytes a role.

    Args:
        representation, output, dimension, preset, device, offline, force: see `FrechetDistance`.
        reference: see `KernelDistance`.
        k, ball, metrics, level: of `manifold_scores`; None is the preset's value, else the
            function's.
    """

    _metric = "manifold"

    def __init__(
        self,
        representation: Given = "auto",
        *,
        output: str | None = None,
        dimension: int | None = None,
        reference: FeaturesGiven = None,
        preset: str | None = None,
        k: int | None = None,
        ball: Ball | None = None,
        metrics: Sequence[Score] | None = None,
        level: float = 0.95,
        device: "torch.device | str | None" = None,
        offline: bool = False,
        force: bool = False,
    ) -> None:
        super().__init__(
            representation, output, dimension, reference, preset, device, offline, force
        )
        given = {"k": k, "ball": ball, "metrics": metrics, "level": level}
        self.options = given_options(self.source.options, given)

    def compute(self) -> ManifoldResult:
        """Return the scores. Raises `DataError` for k or fewer samples of a role."""
        with self._features() as (real, fake):
            found = manifold_scores(real, fake, **self.options)
        scores = {name: getattr(found, name) for name in SCORES}
        return replace(
            found,
            **{name: self._finished(one) for name, one in scores.items() if one is not None},
        )
