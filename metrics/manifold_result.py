"""What `manifold_scores` returns."""

from dataclasses import dataclass, fields
from typing import Any

from rbench.metrics.results import MetricResult


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifoldResult:
    """Four scores of two sets; None for those not asked for. It has no one number.

    Attributes:
        precision: share of fakes in the ball of some real: quality.
        recall: share of reals in the ball of some fake: variety.
        density: balls of reals around a fake, over k, on average; may exceed 1.
        coverage: share of reals with some fake in their ball.
    """

    precision: MetricResult | None = None
    recall: MetricResult | None = None
    density: MetricResult | None = None
    coverage: MetricResult | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the scores that were asked for, by name, as JSON values."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: score.to_json() for name, score in named.items() if score is not None}
