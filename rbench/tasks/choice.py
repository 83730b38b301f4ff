"""Multiple choice: one question, up to six options, one letter.

The task of R-Bench-T, of its embedded sibling, of R-Bench-M, whose questions have pictures, and
of any set of the same shape.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rbench.harness.canonical import digest
from rbench.harness.types import Ask, Blobs, Item, Json, Reply, Row, Sample, Score
from rbench.metrics.choice_letter import (
    EXTRACTION_VERSION,
    read_choice_flexible,
    read_choice_strict,
)
from rbench.tasks.choice_table import choice_rows
from rbench.tasks.finish import unanswered
from rbench.tasks.prompt import render, template_sha256


@dataclass(frozen=True)
class ChoiceTask:
    """A multiple choice benchmark, ready to be asked.

    `prompts` maps a subset to its template, `answer_prefixes` to what the letter follows. A model
    that ranks the options' texts instead of writing is shown the question without its options,
    in the words of `cloze_prompts` and `cloze_prefixes`.
    `data` says which data these are: the card and the content's hash. `source` says where they
    came from; equal content from the hub and from a folder is the same data.

    Where items have pictures (`Item.blobs`, which lie in `blobs`), they stand before the text,
    unless `images` is ``omit``: then none is shown, which is a blind baseline. `pictures` says how
    they were converted.
    """

    name: str
    version: str
    items: Sequence[Item]
    prompts: Mapping[str, str]
    answer_prefixes: Mapping[str, str]
    cloze_prompts: Mapping[str, str]
    cloze_prefixes: Mapping[str, str]
    prompt_name: str
    data: Mapping[str, Json]
    source: Mapping[str, Json]
    system_prompt: str | None = None
    warnings: Sequence[str] = ()
    images: Literal["show", "omit"] = "show"
    pictures: Mapping[str, Json] | None = None
    blobs: Blobs | None = None

    @property
    def sees(self) -> bool:
        """Whether the questions show pictures to the model."""
        return self.images == "show" and self._pictured()

    def asked(self) -> Mapping[str, Json]:
        """Return what the replies depend on."""
        return {
            "data": dict(self.data),
            "prompt": self.prompt_name,
            "prompt_sha256": {s: template_sha256(t) for s, t in sorted(self.prompts.items())},
            "choosing_sha256": digest(
                [dict(self.answer_prefixes), dict(self.cloze_prompts), dict(self.cloze_prefixes)]
            ),
            "system_prompt": self.system_prompt,
            **self._about_pictures(),
        }

    def scored(self) -> Mapping[str, Json]:
        """Return what the number depends on beyond the replies."""
        return {"extraction": f"choice-letter/flexible {EXTRACTION_VERSION}"}

    def state(self) -> Mapping[str, Json]:
        """Return what is needed, beside the items, to make this task again."""
        return {
            "prompts": dict(self.prompts),
            "answer_prefixes": dict(self.answer_prefixes),
            "cloze_prompts": dict(self.cloze_prompts),
            "cloze_prefixes": dict(self.cloze_prefixes),
            "prompt_name": self.prompt_name,
            "data": dict(self.data),
            "source": dict(self.source),
            "system_prompt": self.system_prompt,
            "warnings": list(self.warnings),
            **self._about_pictures(),
        }

    def _pictured(self) -> bool:
        return any(item.blobs for item in self.items)

    def _about_pictures(self) -> dict[str, Json]:
        # Nothing is said without pictures: the keys of such runs stay what they are.
        if not self._pictured():
            return {}
        return {"images": self.images, "pictures": dict(self.pictures or {})}

    def step(self, item: Item, so_far: Sequence[Reply]) -> Ask | Score:
        """Ask once, then score the reply."""
        return self._score(item, so_far[0]) if so_far else self._ask(item)

    def rows(self, samples: Sequence[Sample], *, tolerate_errors: bool) -> Sequence[Row]:
        """Return the table: accuracy, strict accuracy, chance, agreement of the languages."""
        return choice_rows(self.name, samples, tolerate_errors=tolerate_errors)

    def _ask(self, item: Item) -> Ask:
        question, options = item.data["question"], item.data["options"]
        return Ask(
            "model",
            {
                "messages": self._messages(
                    item, render(self.prompts[item.subset], question, options)
                ),
                "answer_prefix": self.answer_prefixes[item.subset],
                "options": options,
                "cloze": {
                    "messages": self._messages(
                        item, render(self.cloze_prompts[item.subset], question, options)
                    ),
                    "answer_prefix": self.cloze_prefixes[item.subset],
                },
            },
        )

    def _messages(self, item: Item, prompt: str) -> list[Mapping[str, Json]]:
        system = [] if self.system_prompt is None else [self.system_prompt]
        content: Json = prompt
        if item.blobs and self.images == "show":
            pictures = [{"type": "image", "index": i} for i in range(len(item.blobs))]
            content = [*pictures, {"type": "text", "text": prompt}]
        return [
            *({"role": "system", "content": text} for text in system),
            {"role": "user", "content": content},
        ]

    def _score(self, item: Item, reply: Reply) -> Score:
        if reply.option_scores:
            return _score_options(reply.option_scores, item.data["gold"])
        wrong = {"correct": 0.0, "strict": 0.0}
        unread = unanswered(reply)
        if unread is not None:
            outcome, why = unread
            return Score(outcome, wrong, why=why)
        letters = tuple(item.data["options"])
        reading = read_choice_flexible(reply.text, letters, item.data["options"])
        if reading.letter is None:
            return Score("no_answer", wrong, why=reading.why)
        strict = read_choice_strict(reply.text, letters).letter
        gold = item.data["gold"]
        values = {"correct": float(reading.letter == gold), "strict": float(strict == gold)}
        return Score("scored", values, answer=reading.letter)


def _score_options(scores: Mapping[str, Mapping[str, float]], gold: str) -> Score:
    """Score a model that chose: the first kind is the headline, the others stand beside it."""
    chosen = {kind: _best(values) for kind, values in scores.items()}
    headline, *others = chosen
    values = {"correct": float(chosen[headline] == gold)}
    values |= {f"correct/{kind}": float(chosen[kind] == gold) for kind in others}
    letter = chosen[headline]
    if letter is None:
        return Score("no_answer", values, why="two options with the same score")
    return Score("scored", values, answer=letter)


def _best(scores: Mapping[str, float]) -> str | None:
    """Return the letter with the highest score; None for a tie, since nothing is guessed."""
    top = max(scores.values())
    letters = [letter for letter, score in scores.items() if score == top]
    return letters[0] if len(letters) == 1 else None
