"""Image runs made up for the tests of tables, boards and pages."""

from typing import Any

import numpy as np

from rbench.leaderboards.image_shown import Neighbours, ShownRun

PROTOCOL = {
    "task": "shapes",
    "task_version": "1",
    "spec": {"height": 8, "width": 8, "channels": 1, "classes": 0},
    "labels": "none",
    "quantise": "round",
    "samples": 1000,
    "repeats": 1,
    "evaluator": "pixels",
    "preset": None,
    "metrics": [{"metric": "frechet", "on": "gray/8:pixels", "options": {}}],
    "representations": {"gray/8": {"weights_sha256": None, "preprocess": [], "precision": "fp32"}},
    "reference": {"name": "shapes train", "split": "train"},
}


def row(metric: str, value: float | None, **changes: Any) -> dict[str, Any]:
    """Return a row of results.json; distances get an interval around them."""
    with_interval = value is not None and metric == "frechet"
    return {
        "task": "shapes",
        "evaluator": "pixels",
        "metric": metric,
        "on": "gray/8:pixels",
        "value": value,
        "n": 1000,
        "statistic": "value",
        "repeat": 0,
        "ci_low": value * 0.9 if with_interval and value is not None else None,
        "ci_high": value * 1.1 if with_interval and value is not None else None,
        "ci_method": "jackknife" if with_interval else "",
        "ci_covers": "sampling of the generated images" if with_interval else "",
        "spread": None,
        "unit": "fraction" if metric in ("precision", "recall") else "distance",
        "higher_is_better": metric in ("precision", "recall"),
        "method": "cholesky",
        "note": "",
        "comparable": True,
        "protocol_id": "aaaaaaaaaaaa",
        **changes,
    }


def results(
    model: str = "zoo/flow", frechet: float | None = 1.5, steps: int | None = 1, **changes: Any
) -> dict[str, Any]:
    """Return the results.json of a run; `steps` None is a baseline, which evaluates nothing."""
    counted = {} if steps is None else {"network": {"depth": steps, "work": float(steps)}}
    settings = {} if steps is None else {"sampler": "euler", "steps": steps, "batch": 64}
    rows = [row("frechet", frechet), row("precision", 0.75), row("recall", 0.5)]
    return {
        "schema_version": 1,
        "kind": "images",
        "run_id": f"shapes/{model.replace('/', '-')}-{steps}",
        "status": "complete",
        "task": "shapes",
        "model": model,
        "protocol_id": "aaaaaaaaaaaa",
        "protocol": PROTOCOL,
        "protocols": {"pixels": {"id": "aaaaaaaaaaaa", "protocol": PROTOCOL}},
        "settings": settings,
        "identity": {"weights_sha256": model},
        "seed": 0,
        "answer_key": "k",
        "score_key": "s",
        "samples": 1000,
        "repeats": 1,
        "protocol_samples": 1000,
        "selection": {"samples": 1000, "repeats": 1},
        "evaluations": counted,
        "generated": {"values": 64000, "quantise": "round", "clipped_share": 0.0},
        "spot_check": {"index": 0, "same_bits": True, "largest_difference": 0.0},
        "outcomes": {"scored": 1000, "no_answer": 0, "truncated": 0, "errored": 0},
        "reasons": {},
        "representations": {"gray-8-0": {"name": "gray/8"}},
        "references": {"pixels": {"name": "shapes train"}},
        "warnings": [],
        "rows": rows,
        **changes,
    }


def costs(seconds: float = 0.002) -> dict[str, Any]:
    """Return the costs.json of a run."""
    return {
        "seconds": {"sampling": 3.5, "features": 0.25},
        "sessions": [4.0],
        "measured": {
            "device": "a CPU",
            "threads": 1,
            "parameters": {"network": 560_000},
            "flops_per_image": 1_230_000.0,
            "seconds_per_image_at_batch_1": seconds,
            "best_batch": 64,
            "images_per_second": 1234.5,
            "by_batch": {"1": 1 / seconds, "64": 1234.5},
            "peak_memory_bytes": 50 * 1024**2,
            "notes": ["memory of the whole process"],
        },
    }


def pictures(count: int, side: int = 8, channels: int = 1, seed: int = 0) -> Any:
    """Return `count` images of noise, uint8 (count, side, side, channels)."""
    shape = (count, side, side, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def neighbours(count: int = 16, side: int = 8, channels: int = 1, **changes: Any) -> Neighbours:
    """Return pairs at distances 0.1, 0.2, ...; 5 % of the test images lie within 0.25."""
    return Neighbours(
        **{
            "samples": pictures(count, side, channels, 1),
            "neighbours": pictures(count, side, channels, 2),
            "distances": [0.1 * (i + 1) for i in range(count)],
            "quantiles": {0.01: 0.15, 0.05: 0.25, 0.5: 0.8, 0.95: 2.0},
            "reference_set": "test",
            **changes,
        }
    )


def shown(found: dict[str, Any] | None = None, **changes: Any) -> ShownRun:
    """Return what a page shows of a run."""
    return ShownRun(
        **{
            "results": results() if found is None else found,
            "costs": costs(),
            "environment": {"packages": {"rbench": "0.1.0"}, "machine": "x86_64"},
            "command": "rbench evaluate shapes --model zoo/flow",
            "images": pictures(64),
            **changes,
        }
    )
