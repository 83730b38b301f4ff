"""What a metric returns: a number that says how it was made and how sure it is.

`float(result)` is the number. Metrics that report more add fields in a subclass, or return
several results under names.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval at `level`, how it was made, and what it covers.

    `covers` is a phrase such as "sampling of the fake images; not the bias of finite n".
    """

    low: float
    high: float
    level: float
    method: str
    covers: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricResult:
    """One number of one metric.

    Attributes:
        metric: the metric with its variant, such as ``kid/full``.
        value: the number, the same as ``float(result)``.
        method: the algorithm that was taken, such as ``cholesky``.
        n: samples by role, ``{"real": 50000, "fake": 10000}``; None where statistics do not say.
        standard_error: of the value, in its units; None where there is none.
        interval: None where there is none; `interval_note` then says why.
        warnings: sentences that a reader must know.
        about: what the number depends on beyond the features: representation, preset, reference.
    """

    metric: str
    value: float
    method: str
    n: Mapping[str, int | None]
    standard_error: float | None = None
    interval: Interval | None = None
    interval_note: str = ""
    warnings: tuple[str, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)

    def __float__(self) -> float:
        return self.value

    def to_json(self) -> dict[str, Any]:
        """Return every field as JSON values."""
        return asdict(self)
