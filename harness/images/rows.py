"""`ImageRow`: one number of an image task's results table."""

from dataclasses import dataclass
from typing import Literal

Statistic = Literal["value", "mean", "minimum"]


@dataclass(frozen=True, slots=True)
class ImageRow:
    """One number.

    Attributes:
        task: as in the registry.
        evaluator: whose protocol it is: ``adm``, ``jit``, ``pixels``.
        metric: ``frechet``, ``frechet-infinity``, ``kernel``, ``precision``, ``recall``,
            ``density``, ``coverage``, ``inception-score``, ``cmmd``, ``fdr``.
        on: representation and output, ``inception-v3:pool``.
        statistic: ``value`` of one sample set; over several, their ``mean`` or their ``minimum``
            (which some papers print, and which is lower than what a reader will get).
        repeat: number of the sample set, from 0; None for a statistic over several.
        value: None where there is none to give, and `note` says why.
        n: generated samples behind it (of one set).
        ci_low, ci_high: interval at 95 % by `ci_method`; `ci_covers` says of what.
        spread: standard deviation over sample sets, where there are several.
        unit: ``distance``, ``fraction``, ``score`` or ``ratio``.
        method: the algorithm that was taken.
        comparable: whether samples and reference are those of the protocol.
        protocol_id: equal for numbers that may share a ranking.
    """

    task: str
    evaluator: str
    metric: str
    on: str
    value: float | None
    n: int
    statistic: Statistic = "value"
    repeat: int | None = 0
    ci_low: float | None = None
    ci_high: float | None = None
    ci_method: str = ""
    ci_covers: str = ""
    spread: float | None = None
    unit: str = "distance"
    higher_is_better: bool = False
    method: str = ""
    note: str = ""
    comparable: bool = True
    protocol_id: str = ""
