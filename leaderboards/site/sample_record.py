"""One sample as a run page's script reads it: plain values that go into a piece as JSON.

A rich text is a list of strings and of formulas, each ``[source, tree]`` (see `report_mathml`).
Only questions and options are set: they are the same in all runs of a task, so each formula is
converted once for a whole site. Replies, of which every run has its own, stay as LaTeX.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from rbench.harness.canonical import canonical_json, digest
from rbench.harness.shown import text_of
from rbench.harness.types import Ask, Json, Reply, Sample
from rbench.leaderboards.report_mathml import Tree, split_math, to_tree
from rbench.leaderboards.report_samples import _TITLES as TITLES
from rbench.leaderboards.report_samples import _facts as facts
from rbench.leaderboards.report_samples import _said as said
from rbench.leaderboards.report_text import split_thoughts, visible

Pictures: TypeAlias = Callable[[Sequence[str]], list[int]]
"""Gives the numbers of blobs' pictures in the piece that a sample stands in."""

_MOST_TEXTS = 20_000
_MOST_FORMULAS = 50_000


def sample_record(sample: Sample, pictures: Pictures) -> dict[str, Json]:
    """Return all that the page shows of a sample when it is opened."""
    item, score = sample.item, sample.score
    gold = item.data.get("gold")
    last = sample.reply
    kinds = last.option_scores if last else {}
    return {
        "id": visible(item.id),
        "repeat": sample.repeat,
        "sha256": digest(item.data),
        "question": rich(str(item.data.get("question", ""))),
        "kinds": [visible(kind) for kind in kinds],
        "options": [
            [visible(letter), rich(text), [_number(kind.get(letter)) for kind in kinds.values()]]
            for letter, text in _options(item.data.get("options"))
        ],
        "gold": None if gold is None else visible(str(gold)),
        "answer": None if score.answer is None else visible(score.answer),
        "why": visible(score.why),
        "values": [[visible(name), f"{value:g}"] for name, value in score.values.items()],
        "failed": [[visible(name), visible(why)] for name, why in score.failed.items()],
        "pictures": pictures(item.blobs),
        "turns": list(_turns(sample, pictures)),
    }


@lru_cache(_MOST_TEXTS)
def rich(text: str) -> list[Json]:
    """Return a text as a list of strings and of formulas ``[source, tree]``; do not change it."""
    parts: list[Json] = []
    for piece in split_math(visible(text)):
        tree = None if piece.kind == "text" else _tree(piece.tex, piece.kind == "block")
        parts.append(piece.source if tree is None else [piece.source, tree])
    return parts


@lru_cache(_MOST_FORMULAS)
def _tree(tex: str, block: bool) -> Tree | None:
    return to_tree(tex, block=block)


def _options(options: Json) -> Iterator[tuple[str, str]]:
    if isinstance(options, Mapping):
        yield from ((str(letter), str(text)) for letter, text in options.items())


def _number(score: float | None) -> str:
    return "" if score is None else f"{score:.3f}"


def _turns(sample: Sample, pictures: Pictures) -> Iterator[dict[str, Json]]:
    """Yield the calls; of several of one role, each with its number."""
    asked = Counter(ask.role for ask in sample.asks)
    seen: Counter[str] = Counter()
    for i, ask in enumerate(sample.asks):
        seen[ask.role] += 1
        number = f" {seen[ask.role]}" if asked[ask.role] > 1 else ""
        # The last ask of an unfinished sample has no reply.
        reply = sample.replies[i] if i < len(sample.replies) else None
        yield _turn(TITLES[ask.role] + number, ask, reply, pictures)


def _turn(title: str, ask: Ask, reply: Reply | None, pictures: Pictures) -> dict[str, Json]:
    messages = [
        [visible(str(message.get("role", ""))), visible(text_of(message.get("content")))]
        for message in ask.request.get("messages", ())
    ] or [["request", visible(canonical_json(ask.request))]]
    turn: dict[str, Json] = {"role": ask.role, "title": title, "messages": messages}
    if reply is None:
        return {**turn, "blocks": [], "facts": [], "error": "not asked yet", "pictures": []}
    blocks = [["thought", visible(reply.reasoning)]] if reply.reasoning else []
    blocks += [[kind, visible(text.strip("\n"))] for kind, text in split_thoughts(said(ask, reply))]
    known = facts(reply) if ask.role in ("model", "judge") else ()
    return {
        **turn,
        "blocks": blocks,
        "facts": [[visible(name), visible(text)] for name, text in known],
        "error": None if reply.error is None else visible(reply.error),
        "pictures": pictures(reply.blobs),
    }
