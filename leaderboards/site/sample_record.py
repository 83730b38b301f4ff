"""One sample as a run page's script reads it: plain values that go into a piece as JSON.

A rich text is a list of strings and of formulas, each ``[source, tree]`` (see `report_mathml`).
Only questions and options are set: they are the same in all runs of a task, so each formula is
converted once for a whole site. Replies, of which every run has its own, stay as LaTeX.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from rbench.harness.canonical import digest
from rbench.harness.types import Ask, Item, Json, Reply, Sample
from rbench.leaderboards.report_mathml import Tree, split_math, to_tree
from rbench.leaderboards.report_text import split_thoughts, visible
from rbench.leaderboards.sample_words import (
    facts_of,
    messages_of,
    option_score,
    options_of,
    said,
    titled_calls,
)

Pictures: TypeAlias = Callable[[Sequence[str]], list[int]]
"""Gives the numbers of blobs' pictures in the piece that a sample stands in."""

_MOST_ITEMS = 4_000
_MOST_TEXTS = 20_000
_MOST_FORMULAS = 50_000


def sample_json(sample: Sample, pictures: Pictures) -> str:
    """Return all that the page shows of a sample when it is opened, as a JSON object."""
    asked = _asked(_Same(sample.item))
    last = sample.reply
    kinds = last.option_scores if last else {}
    options = _dumps(_options(sample.item, kinds)) if kinds else asked.options
    own = _dumps(_own(sample, kinds, pictures))
    return f'{{{asked.members},"options":{options},{own[1:]}'


def _own(sample: Sample, kinds: Iterable[str], pictures: Pictures) -> dict[str, Json]:
    """Return what one run has of a sample."""
    score = sample.score
    return {
        "repeat": sample.repeat,
        "kinds": [visible(kind) for kind in kinds],
        "answer": None if score.answer is None else visible(score.answer),
        "why": visible(score.why),
        "values": [[visible(name), f"{value:g}"] for name, value in score.values.items()],
        "failed": [[visible(name), visible(why)] for name, why in score.failed.items()],
        "pictures": pictures(sample.item.blobs),
        "turns": list(_turns(sample, pictures)),
    }


def _options(item: Item, kinds: Mapping[str, Mapping[str, float]]) -> list[Json]:
    """Return the options as ``[letter, text, its score of each kind]``."""
    return [
        [visible(letter), rich(text), [option_score(kind.get(letter)) for kind in kinds.values()]]
        for letter, text in options_of(item)
    ]


class _Same:
    """A question by identity: runs that are read one after another share theirs."""

    def __init__(self, item: Item) -> None:
        self.item = item

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.item is other.item

    def __hash__(self) -> int:
        return id(self.item)


@dataclass(frozen=True, slots=True)
class _Asked:
    """JSON of what is the same in every run that asks a question, encoded once for all of them.

    `members` are those of an object, without braces; `options` have no scores.
    """

    members: str
    options: str


@lru_cache(_MOST_ITEMS)
def _asked(same: _Same) -> _Asked:
    item = same.item
    gold = item.data.get("gold")
    shared = {
        "id": visible(item.id),
        "sha256": digest(item.data),
        "question": rich(str(item.data.get("question", ""))),
        "gold": None if gold is None else visible(str(gold)),
    }
    return _Asked(_dumps(shared)[1:-1], _dumps(_options(item, {})))


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


def _turns(sample: Sample, pictures: Pictures) -> Iterator[dict[str, Json]]:
    for title, ask, reply in titled_calls(sample):
        yield _turn(title, ask, reply, pictures)


def _turn(title: str, ask: Ask, reply: Reply | None, pictures: Pictures) -> dict[str, Json]:
    messages = [[visible(role), visible(text)] for role, text in messages_of(ask)]
    turn: dict[str, Json] = {"role": ask.role, "title": title, "messages": messages}
    if reply is None:
        return {**turn, "blocks": [], "facts": [], "error": "not asked yet", "pictures": []}
    blocks = [["thought", visible(reply.reasoning)]] if reply.reasoning else []
    blocks += [[kind, visible(text.strip("\n"))] for kind, text in split_thoughts(said(ask, reply))]
    return {
        **turn,
        "blocks": blocks,
        "facts": [[visible(name), visible(text)] for name, text in facts_of(ask, reply)],
        "error": None if reply.error is None else visible(reply.error),
        "pictures": pictures(reply.blobs),
    }


def _dumps(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"))
