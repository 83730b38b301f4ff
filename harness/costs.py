"""costs.json: what was measured on the way, kept apart from what is derived."""

from collections.abc import Iterable, Mapping, Sequence

from rbench.harness.journal import Entry
from rbench.harness.prices import Price
from rbench.harness.types import Json


def summarise(
    entries: Iterable[Entry],
    sessions: Sequence[float],
    prices: Mapping[str, Price | None],
) -> dict[str, Json]:
    """Return calls, tokens, money and latency of the model, failed calls included.

    `sessions` are the wall-clock seconds of every invocation that worked on the run. Money is
    in US dollars at the `prices` given now, by role; null where no price was given, or where a
    reply came without a count of tokens. What a judge took is told apart, under ``judge``.
    """
    by_role: dict[str, list[Entry]] = {"model": []}
    for entry in entries:
        by_role.setdefault(entry.role, []).append(entry)
    judged = by_role.get("judge")
    return {
        **_of_role(by_role["model"], prices.get("model")),
        **({"judge": _of_role(judged, prices.get("judge"))} if judged else {}),
        "wall_seconds": round(sum(sessions), 3),
        "sessions": [round(s, 3) for s in sessions],
    }


def _of_role(entries: Iterable[Entry], price: Price | None) -> dict[str, Json]:
    tokens: dict[str, int] = {}
    seconds: list[float] = []
    calls = failed = uncounted = 0
    for entry in entries:
        calls += 1
        failed += entry.reply.error is not None
        uncounted += entry.reply.error is None and not entry.reply.usage
        if entry.reply.seconds is not None:
            seconds.append(entry.reply.seconds)
        for kind, count in entry.reply.usage.items():
            tokens[kind] = tokens.get(kind, 0) + count
    return {
        "calls": calls,
        "failed_calls": failed,
        "tokens": tokens,
        "dollars": None if price is None or uncounted else price.cost(tokens),
        "latency_seconds": _quantiles(seconds),
    }


def _quantiles(seconds: Sequence[float]) -> Mapping[str, float] | None:
    """Return mean and quantiles of the seconds per answered call, waiting not included."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    at = {"p50": 0.5, "p95": 0.95, "max": 1.0}
    return {
        "mean": round(sum(ordered) / len(ordered), 6),
        **{name: ordered[round(q * (len(ordered) - 1))] for name, q in at.items()},
    }
