"""What a page says of a sample's calls, the same on every page: who answered and what was said."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping

from rbench.harness.canonical import canonical_json
from rbench.harness.shown import text_of
from rbench.harness.types import Ask, Item, Json, Reply, Sample

_TITLES = {"model": "Reply", "judge": "Judge", "rule": "Rule", "drawing": "Grade of the drawing"}
_GRADES = {"1": "right", "0": "wrong"}


def titled_calls(sample: Sample) -> Iterator[tuple[str, Ask, Reply | None]]:
    """Yield every call as (title, what was asked, reply); of several of one role, numbered.

    The last call of an unfinished sample has no reply.
    """
    asked = Counter(ask.role for ask in sample.asks)
    seen: Counter[str] = Counter()
    for i, ask in enumerate(sample.asks):
        seen[ask.role] += 1
        number = f" {seen[ask.role]}" if asked[ask.role] > 1 else ""
        reply = sample.replies[i] if i < len(sample.replies) else None
        yield _TITLES[ask.role] + number, ask, reply


def messages_of(ask: Ask) -> list[tuple[str, str]]:
    """Return what was sent as (role, text)."""
    return [
        (str(message.get("role", "")), text_of(message.get("content")))
        for message in ask.request.get("messages", ())
    ] or [("request", canonical_json(ask.request))]


def said(ask: Ask, reply: Reply) -> str:
    """Return what a reply says; a grader on this machine says it in numbers."""
    text = reply.text or ""
    if ask.role == "rule":
        return _GRADES.get(text, text)
    if ask.role == "drawing" and text:
        grade = json.loads(text)
        words = [_GRADES.get(f"{grade['value']:g}", f"{grade['value']:g}"), grade["why"]]
        return ": ".join(filter(None, words))
    return text


def facts_of(ask: Ask, reply: Reply) -> list[tuple[str, str]]:
    """Return how a model's or a judge's reply ended and what it took, as (name, value)."""
    if ask.role not in ("model", "judge"):
        return []
    return [
        ("finish", reply.finish),
        *((f"{kind} tokens", f"{count:,}") for kind, count in reply.usage.items()),
        *((f"served {name}", str(value)) for name, value in reply.served.items()),
    ]


def options_of(item: Item) -> list[tuple[str, str]]:
    """Return a question's options as (letter, text); none where it has none."""
    options: Json = item.data.get("options")
    if not isinstance(options, Mapping):
        return []
    return [(str(letter), str(text)) for letter, text in options.items()]


def option_score(score: float | None) -> str:
    """Return the log-likelihood of an option with three decimals; empty where there is none."""
    return "" if score is None else f"{score:.3f}"
