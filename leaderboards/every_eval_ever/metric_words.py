"""What the schema says of a metric: its id, unit, direction and bounds."""

from collections.abc import Mapping
from math import isfinite

from rbench.harness.types import Json
from rbench.leaderboards.entries import Column, Figure

_INFINITY = "Infinity"
_UNITS = {"fraction": "proportion", "%": "percent", "px": "pixels", "s": "seconds"}
_SHARES = frozenset(
    {"accuracy", "exact-accuracy", "cell-accuracy", "top-1", "macc", "aacc", "miou", "micro-f1",
     "fl-all", "preferred", "within-1px", "within-3px", "within-5px"}
)  # fmt: skip
"""Published metrics that are shares: 0 to 100 where their unit is per cent."""

_BOUNDS: Mapping[str, tuple[float, float | str]] = {
    "frechet": (0, _INFINITY),
    "fid": (0, _INFINITY),
    "fd": (0, _INFINITY),
    "fdr": (0, _INFINITY),
    "fdr6": (0, _INFINITY),
    "density": (0, _INFINITY),
    "epe": (0, _INFINITY),
    "precision": (0, 1),
    "recall": (0, 1),
    "coverage": (0, 1),
    "inception-score": (1, _INFINITY),
    "is": (1, _INFINITY),
    "perplexity": (1, _INFINITY),
    "kappa": (-1, 1),
}


def metric_config(column: Column, figure: Figure, namespace: str) -> dict[str, Json]:
    """Return the ``metric_config`` of a figure; `namespace` stands before the metric's id.

    Bounds are named where the metric has them by its definition and the value keeps them. Where a
    metric has no better direction, the details say so, as the schema demands one.
    """
    subset, metric = column
    details = {"rbench_subset": subset, "rbench_metric": metric, "rbench_unit": figure.unit}
    config: dict[str, Json] = {
        "metric_id": metric if metric == "accuracy" else f"{namespace}{metric}",
        "metric_name": metric,
        "lower_is_better": figure.higher_is_better is False,
    }
    if figure.unit:
        config["metric_unit"] = _UNITS.get(figure.unit, figure.unit)
    if figure.higher_is_better is None:
        details["polarity"] = "unknown"
    found = _bounds(metric, figure)
    if found is None:
        details["bounds_status"] = "unknown"
    else:
        config |= {"score_type": "continuous", "min_score": found[0], "max_score": found[1]}
    return {**config, "additional_details": details}


def higher_is_better(config: Mapping[str, Json]) -> bool | None:
    """Return the direction that a ``metric_config`` states; None where it says that it is none."""
    details = config.get("additional_details") or {}
    if details.get("polarity") in ("unknown", "not_applicable"):
        return None
    return not config["lower_is_better"]


def unit_of(config: Mapping[str, Json]) -> str:
    """Return the unit of a ``metric_config`` as rbench names it."""
    said = config.get("metric_unit")
    if said is None:
        ends = [config.get("min_score"), config.get("max_score")]
        said = "proportion" if ends == [0, 1] else "percent" if ends == [0, 100] else ""
    return next((ours for ours, theirs in _UNITS.items() if theirs == said), str(said))


def _bounds(metric: str, figure: Figure) -> tuple[float, float | str] | None:
    if figure.value is None or not isfinite(figure.value):
        return None
    name = metric.partition("/")[0]
    if figure.unit == "fraction":
        found: tuple[float, float | str] | None = (0, 1)
    elif figure.unit == "%":
        found = (0, 100) if name in _SHARES else None
    else:
        found = _BOUNDS.get(name)
    if found is None:
        return None
    low, high = found
    kept = low <= figure.value and (isinstance(high, str) or figure.value <= high)
    return found if kept else None
