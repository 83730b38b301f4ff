"""The samples of a run of questions as records of Every Eval Ever: a line of JSON each.

Only of questions that their data card allows to be passed on: the schema demands the question's
text, and its records are made to be published.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from rbench.harness.cards import Card
from rbench.harness.saved_run import SavedRun
from rbench.harness.types import Json, Sample
from rbench.leaderboards.every_eval_ever.data_source import card_of
from rbench.leaderboards.every_eval_ever.schema import VERSION
from rbench.leaderboards.report_page import CANARY
from rbench.leaderboards.sample_words import option_score, options_of

_ABOUT = ("category", "language", "kind", "level", "subject")
_OUTPUT = "output.raw"


def may_be_passed_on(task: str) -> bool:
    """Return whether the data card of a task says so; without a card nothing may."""
    card = card_of(task)
    return isinstance(card, Card) and card.redistribute


def instances(
    run: SavedRun, *, evaluation_id: str, model_id: str, name: str, result_id: str
) -> Iterator[dict[str, Json]]:
    """Yield a record for every sample that was scored, in the run's order.

    Args:
        run: of a task whose questions may be passed on.
        evaluation_id: of the aggregate record.
        model_id: as in the aggregate record.
        name: of the evaluation that the samples make up.
        result_id: of that evaluation's result.

    Samples that errored have no score, and so no record. Raises `RunDirectoryError` for a run
    whose samples cannot be read.
    """
    for sample in run.shown_samples:
        correct = sample.score.values.get("correct")
        if correct is None:
            continue
        question, reference = str(sample.item.data.get("question", "")), _reference(sample)
        text = question + "".join(reference)
        yield {
            "schema_version": VERSION,
            "evaluation_id": evaluation_id,
            "model_id": model_id,
            "evaluation_name": name,
            "evaluation_result_id": result_id,
            "sample_id": sample.item.id,
            "sample_hash": sha256(text.encode("utf-8", "replace")).hexdigest(),
            "interaction_type": "single_turn",
            "input": {"raw": question, "reference": reference, "choices": _choices(sample)},
            "output": _output(sample),
            "answer_attribution": _attribution(sample, run.results["protocol"]),
            "evaluation": {"score": correct, "is_correct": correct == 1},
            "token_usage": _tokens(sample),
            "metadata": dict(_metadata(sample)),
        }


def _reference(sample: Sample) -> list[str]:
    gold = sample.item.data.get("gold")
    return [] if gold is None else [str(gold)]


def _choices(sample: Sample) -> list[str] | None:
    return [f"{letter}: {text}" for letter, text in options_of(sample.item)] or None


def _output(sample: Sample) -> dict[str, Json]:
    reply = sample.reply
    if reply is None:
        return {"raw": []}
    return {
        "raw": [] if reply.text is None else [reply.text],
        "reasoning_trace": [reply.reasoning] if reply.reasoning else None,
    }


def _attribution(sample: Sample, protocol: Mapping[str, Json]) -> list[Json]:
    answer = sample.score.answer
    if answer is None or sample.reply is None:
        return []
    scored = sample.reply.text is None
    method = "option_scores" if scored else str(protocol.get("extraction", "final answer"))
    return [
        {
            "turn_idx": 0,
            "source": _OUTPUT,
            "extracted_value": answer,
            "extraction_method": method,
            "is_terminal": True,
        }
    ]


def _tokens(sample: Sample) -> dict[str, Json] | None:
    usage = sample.reply.usage if sample.reply else {}
    if "input" not in usage or "output" not in usage:
        return None
    found: dict[str, Json] = {
        "input_tokens": usage["input"],
        "output_tokens": usage["output"],
        "total_tokens": usage["input"] + usage["output"],
    }
    if "reasoning" in usage:
        found["reasoning_tokens"] = usage["reasoning"]
    return found


def _metadata(sample: Sample) -> Iterator[tuple[str, str]]:
    yield "subset", sample.item.subset
    yield "cluster", sample.item.cluster
    yield "repeat", str(sample.repeat)
    yield "outcome", sample.score.outcome
    if sample.score.why:
        yield "why", sample.score.why
    for name in _ABOUT:
        value = sample.item.data.get(name)
        if isinstance(value, str):
            yield name, value
    if sample.item.blobs:
        yield "pictures", _listed(sample.item.blobs)
    scores = sample.reply.option_scores if sample.reply else {}
    for kind, by_letter in scores.items():
        yield (
            f"option_scores_{kind}",
            _listed([f"{letter} {option_score(value)}" for letter, value in by_letter.items()]),
        )
    yield "canary", CANARY


def _listed(parts: Sequence[str]) -> str:
    return ", ".join(parts)
