"""What a run will ask, before it asks: samples, tokens, money."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rbench.harness.prices import Price
from rbench.harness.types import Json, Sample

# Rough on purpose, and said so where it is printed: most tokenizers make about one token of
# four Latin letters or of one and a third Chinese characters (three bytes each in UTF-8).
_BYTES_PER_TOKEN = 4.0


@dataclass(frozen=True, slots=True)
class Tokens:
    """Estimated tokens of the calls still to be made.

    `output` is ``mean`` of the replies that the run has times the calls, or ``most`` that the
    limit allows, or unknown (None).
    """

    input: int
    output: int | None
    output_is: Literal["mean", "most", "unknown"]


@dataclass(frozen=True, slots=True)
class Forecast:
    """The plan of one cell as printed before spending; `since` is when it was last worked on.

    `to_ask` counts the samples that the model is asked, `to_grade` those that have a reply and
    lack a grade.
    """

    task: str
    model: str
    path: str
    samples: int
    done: int
    since: str | None
    to_ask: int
    tokens: Tokens
    dollars: float | None
    to_grade: int = 0
    notes: tuple[str, ...] = ()


def waits_for_model(sample: Sample) -> bool:
    """Return whether the model is to be asked: it was not yet, or failed."""
    return sample.score.outcome == "errored" and (
        not sample.asks or sample.asks[-1].role == "model"
    )


def waits_for_grade(sample: Sample) -> bool:
    """Return whether a grade is missing of a reply that is there, and somebody can be asked for it.

    A judge that gave no clear verdict in all of its tries is not asked again.
    """
    if waits_for_model(sample) or not (sample.score.outcome == "errored" or sample.score.failed):
        return False
    if len(sample.asks) > len(sample.replies):
        return True
    calls = zip(sample.asks, sample.replies, strict=True)
    return any(reply.error is not None for ask, reply in calls if ask.role != "model")


def forecast_tokens(samples: Sequence[Sample], to_ask: int, settings: Mapping[str, Json]) -> Tokens:
    """Estimate the tokens of `to_ask` calls from the samples that are not answered."""
    unanswered = [s for s in samples if waits_for_model(s) and s.asks]
    size = sum(
        len(
            json.dumps(s.asks[-1].request["messages"], ensure_ascii=False).encode(
                "utf-8", "replace"
            )
        )
        for s in unanswered
    )
    # A local batch is done whole, so more may be asked than is wanted.
    calls_each = to_ask / len(unanswered) if unanswered else 1
    tokens_in = round(size * calls_each / _BYTES_PER_TOKEN)
    replies = (s.reply for s in samples)
    seen = [r.usage["output"] for r in replies if r is not None and "output" in r.usage]
    if seen:
        return Tokens(tokens_in, round(sum(seen) / len(seen) * to_ask), "mean")
    limit = settings.get("max_tokens")
    if limit is not None:
        return Tokens(tokens_in, int(limit) * to_ask, "most")
    return Tokens(tokens_in, None, "unknown")


def forecast_dollars(price: Price | None, tokens: Tokens) -> float | None:
    """Return the money of a forecast; None without a price or without a count of tokens."""
    if price is None or tokens.output is None:
        return None
    return price.cost({"input": tokens.input, "output": tokens.output})
