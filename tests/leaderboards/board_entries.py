"""Entries made up for the tests of boards and their tables."""

from typing import Any

from rbench.leaderboards.entries import Column, Entry, Figure, Source

COLUMN: Column = ("overall", "accuracy")
PROTOCOL = {"task": "quiz", "samples": 400, "repeats": 1, "prompt": "p", "response": "generate"}


def figure(value: float | None = 0.5, half: float | None = 0.05, **changes: Any) -> Figure:
    """Return a fraction with an interval of `half` to both sides."""
    with_interval = value is not None and half is not None
    return Figure(
        **{
            "value": value,
            "unit": "fraction",
            "higher_is_better": True,
            "n": 400,
            "clusters": 400,
            "ci_low": value - half if with_interval else None,  # type: ignore[operator]
            "ci_high": value + half if with_interval else None,  # type: ignore[operator]
            "ci_method": "wilson" if with_interval else "",
            "low": value,
            "high": value,
            "no_answer": 0,
            "truncated": 0,
            "errored": 0,
            **changes,
        }
    )


def entry(
    model: str = "openai/m", value: float | None = 0.5, half: float | None = 0.05, **changes: Any
) -> Entry:
    """Return the entry of a run of questions."""
    return Entry(
        **{
            "key": f"quiz/{model.replace('/', '-')}-0001",
            "task": "quiz",
            "model": model,
            "origin": "run",
            "status": "complete",
            "protocol_id": "aaaaaaaaaaaa",
            "protocol": PROTOCOL,
            "settings": {"temperature": 0},
            "figures": {COLUMN: figure(value, half)},
            "headline": COLUMN,
            **changes,
        }
    )


def published(model: str = "A model", value: float = 50.0, order: int = 1, **changes: Any) -> Entry:
    """Return a published entry of the same task."""
    figures = {COLUMN: Figure(value, "%", True, n=400, printed=f"{value:.1f}")}
    source = Source("2505.16770", "table 1", "", "", "https://arxiv.org/abs/1", "paper", order)
    return entry(
        model,
        **{
            "key": f"published-{model}",
            "origin": "published",
            "protocol_id": "bbbbbbbbbbbb",
            "protocol": {"published": True, "samples": 400, "ranked by": "overall accuracy"},
            "settings": {},
            "figures": figures,
            "source": source,
            **changes,
        },
    )
