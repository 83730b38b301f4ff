"""From the journal to results.json: a pure function of the plan, the items and the calls."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rbench.harness.outcomes import count_outcomes
from rbench.harness.plan import SCHEMA_VERSION, Cell
from rbench.harness.types import Json, QaTask, Sample


def merge(
    cell: Cell, task: QaTask, samples: Sequence[Sample], max_error_rate: float
) -> dict[str, Json]:
    """Return the content of results.json: the same bytes for the same samples.

    The run is incomplete where more than `max_error_rate` of the samples errored.
    """
    counts = count_outcomes(samples)
    complete = counts["errored"] / len(samples) <= max_error_rate
    served = _served(samples)
    rows = task.rows(samples, tolerate_errors=complete)
    protocol_id = cell.protocol_id
    return {
        "schema_version": SCHEMA_VERSION,
        "run_id": cell.run_id,
        "status": "complete" if complete else "incomplete",
        "task": cell.task,
        "model": cell.model,
        "protocol_id": protocol_id,
        "protocol": dict(cell.protocol),
        "settings": dict(cell.settings),
        "identity": None if cell.identity is None else dict(cell.identity),
        "seed": cell.seed,
        "answer_key": cell.answer_key,
        "score_key": cell.score_key,
        "max_error_rate": max_error_rate,
        "selection": dict(Counter(sample.item.id for sample in samples)),
        "outcomes": dict(counts),
        "reasons": _reasons(samples),
        **_ungraded(samples),
        "served": served,
        "warnings": [*task.warnings, *_served_warnings(served)],
        "rows": [{**asdict(row), "protocol_id": protocol_id} for row in rows],
    }


def _reasons(samples: Sequence[Sample]) -> Mapping[str, Mapping[str, int]]:
    """Count, per outcome, why there is no answer."""
    found = Counter((s.score.outcome, s.score.why) for s in samples if s.score.why)
    reasons: dict[str, dict[str, int]] = {}
    for (outcome, why), count in sorted(found.items()):
        reasons.setdefault(outcome, {})[why] = count
    return reasons


def _ungraded(samples: Sequence[Sample]) -> Mapping[str, Json]:
    """Count, per value that a grader did not give, why; nothing where all were given."""
    found = Counter((name, why) for s in samples for name, why in s.score.failed.items())
    if not found:
        return {}
    reasons: dict[str, dict[str, int]] = {}
    for (name, why), count in sorted(found.items()):
        reasons.setdefault(name, {})[why] = count
    return {"ungraded": reasons}


def _served(samples: Sequence[Sample]) -> Mapping[str, Mapping[str, int]]:
    """Count which models and versions the server says answered, the judge's with its name."""
    found: dict[str, Counter[str]] = {}
    for sample in samples:
        for ask, reply in zip(sample.asks, sample.replies, strict=False):
            for key, value in reply.served.items():
                name = key if ask.role == "model" else f"{ask.role} {key}"
                found.setdefault(name, Counter())[value] += 1
    return {key: dict(sorted(counter.items())) for key, counter in sorted(found.items())}


def _served_warnings(served: Mapping[str, Mapping[str, int]]) -> list[str]:
    models = served.get("model", {})
    if len(models) < 2:
        return []
    listed = ", ".join(f"{name} ({count})" for name, count in models.items())
    return [f"The server answered as more than one model: {listed}."]
