"""Samples as the report page shows them: what was asked, answered, read and decided.

Formulas are set in questions, options and replies; thoughts, which are long, stay as written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

from rbench.harness.canonical import digest
from rbench.harness.types import Ask, Blobs, Reply, Sample
from rbench.leaderboards.report_mathml import Formulas
from rbench.leaderboards.report_pictures import Thumbnail, Thumbnails
from rbench.leaderboards.report_text import split_thoughts, visible
from rbench.leaderboards.sample_words import (
    facts_of,
    messages_of,
    option_score,
    options_of,
    said,
    titled_calls,
)

LONG_TEXT = 20_000  # characters from which a text is folded, and after which no formula is set
FULL_PAGE = 40_000_000  # characters of replies up to which all of each reply is shown
ABRIDGED = 4_000  # characters kept at either end of a longer text on a page fuller than that
PEEK = 140

FACETS = ("level", "subject", "language", "kind")
"""Names in an item's data that the page can be filtered by, where there are any."""


_NOTHING = Markup()


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a reply, escaped: a thought, or what was said."""

    kind: Literal["thought", "text"]
    html: Markup
    length: int

    @property
    def folded(self) -> bool:
        """Whether the page shows it only on request."""
        return self.kind == "thought" or self.length > LONG_TEXT


@dataclass(frozen=True, slots=True)
class Option:
    """One option with its scores by kind, where the model chose instead of writing."""

    letter: str
    html: Markup
    gold: bool
    chosen: bool
    scores: Sequence[str]


@dataclass(frozen=True, slots=True)
class Turn:
    """One call: the messages as (role, text) and what came back. `facts` are (name, value).

    `title` says who answered; `pictures` are those in the reply.
    """

    role: str
    title: str
    messages: Sequence[tuple[str, str]]
    blocks: Sequence[Block]
    facts: Sequence[tuple[str, str]]
    error: str | None
    pictures: Sequence[Thumbnail] = ()


@dataclass(frozen=True, slots=True)
class SampleView:
    """One sample; `question`, `options` and `turns` are empty on a page without questions."""

    id: str
    repeat: int
    subset: str
    facets: Mapping[str, str]
    outcome: str
    result: Literal["right", "wrong", "errored", "ungraded"]
    sha256: str
    answer: str | None = None
    gold: str | None = None
    why: str = ""
    values: Sequence[tuple[str, str]] = ()
    peek: str = ""
    question: Markup = _NOTHING
    score_kinds: Sequence[str] = ()
    options: Sequence[Option] = ()
    turns: Sequence[Turn] = ()
    pictures: Sequence[Thumbnail] = ()


@dataclass(frozen=True, slots=True)
class SampleViews:
    """The samples of a page, and what it has to say about them."""

    samples: Sequence[SampleView]
    abridged: bool = False


def sample_views(
    samples: Sequence[Sample], formulas: Formulas, blobs: Blobs | None, *, hide: bool
) -> SampleViews:
    """Return the samples for the page.

    `formulas` collects the formulas that the page must be able to build, those of questions
    first; `blobs` holds the pictures. With `hide` a view has id, hash and outcome only. On a
    page with too much text, `abridged`, long replies are cut in the middle.
    """
    if hide:
        return SampleViews([_hidden(sample) for sample in samples])
    total = sum(len(r.text or "") + len(r.reasoning or "") for s in samples for r in s.replies)
    abridged = total > FULL_PAGE
    asked = [_asked(sample, formulas) for sample in samples]
    small = Thumbnails(samples, blobs)
    views = [
        _shown(sample, *question, formulas, small, abridged)
        for sample, question in zip(samples, asked, strict=True)
    ]
    return SampleViews(views, abridged)


def _hidden(sample: Sample) -> SampleView:
    item = sample.item
    return SampleView(
        id=item.id,
        repeat=sample.repeat,
        subset=item.subset,
        facets={},
        outcome=sample.score.outcome,
        result=result_of(sample),
        sha256=digest(item.data),
    )


def _asked(sample: Sample, formulas: Formulas) -> tuple[Markup, list[Option]]:
    item, answer = sample.item, sample.score.answer
    scores = sample.reply.option_scores if sample.reply else {}
    options = [
        Option(
            letter=letter,
            html=formulas.rich(visible(text)),
            gold=letter == item.data.get("gold"),
            chosen=letter == answer,
            scores=[option_score(kind.get(letter)) for kind in scores.values()],
        )
        for letter, text in options_of(sample.item)
    ]
    return formulas.rich(visible(str(item.data.get("question", "")))), options


def _shown(
    sample: Sample,
    question: Markup,
    options: list[Option],
    formulas: Formulas,
    small: Thumbnails,
    abridged: bool,
) -> SampleView:
    item, score = sample.item, sample.score
    gold = item.data.get("gold")
    start = str(item.data.get("question", ""))[: 3 * PEEK]
    return SampleView(
        id=item.id,
        repeat=sample.repeat,
        subset=item.subset,
        facets={name: str(item.data[name]) for name in FACETS if item.data.get(name)},
        outcome=score.outcome,
        result=result_of(sample),
        sha256=digest(item.data),
        answer=score.answer,
        gold=None if gold is None else str(gold),
        why=score.why,
        values=[(name, f"{value:g}") for name, value in score.values.items()],
        peek=" ".join(start.split())[:PEEK],
        question=question,
        score_kinds=list(sample.reply.option_scores) if sample.reply else [],
        options=options,
        pictures=small.of(item.blobs),  # before those of the replies, as on the page
        turns=list(_turns(sample, formulas, small, abridged)),
    )


def facet_text(value: str, name: str) -> str:
    """Return a facet in words: ``level 3``, ``connect dots``."""
    if name == "level":
        return f"level {value}"
    return value.replace("_", " ") if name == "kind" else value


def result_of(sample: Sample) -> Literal["right", "wrong", "errored", "ungraded"]:
    """Say how a sample counts in the accuracy: no answer and truncated count as wrong."""
    if sample.score.outcome == "errored":
        return "errored"
    correct = sample.score.values.get("correct")
    if correct is None:
        return "ungraded"
    return "right" if correct == 1 else "wrong"


def _turns(sample: Sample, formulas: Formulas, small: Thumbnails, abridged: bool) -> Iterator[Turn]:
    for title, ask, reply in titled_calls(sample):
        yield _turn(title, ask, reply, formulas, small, abridged)


def _turn(
    title: str,
    ask: Ask,
    reply: Reply | None,
    formulas: Formulas,
    small: Thumbnails,
    abridged: bool,
) -> Turn:
    messages = messages_of(ask)
    if reply is None:
        return Turn(ask.role, title, messages, (), (), "not asked yet")
    blocks = []
    if reply.reasoning:
        blocks.append(_block("thought", reply.reasoning, formulas, abridged))
    for kind, text in split_thoughts(said(ask, reply)):
        blocks.append(_block(kind, text.strip("\n"), formulas, abridged))
    drawn = small.of(reply.blobs)
    return Turn(ask.role, title, messages, blocks, facts_of(ask, reply), reply.error, drawn)


def _block(
    kind: Literal["thought", "text"], text: str, formulas: Formulas, abridged: bool
) -> Block:
    length = len(text)
    if abridged and length > 2 * ABRIDGED:
        left_out = f"\n\n[… {length - 2 * ABRIDGED:,} characters left out …]\n\n"
        text = text[:ABRIDGED] + left_out + text[-ABRIDGED:]
    text = visible(text)
    if kind == "thought":
        return Block(kind, escape(text), length)
    return Block(kind, formulas.rich(text[:LONG_TEXT]) + escape(text[LONG_TEXT:]), length)
