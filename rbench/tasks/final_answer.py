r"""Open questions: one question, perhaps with pictures, one final answer in a ``\boxed{}``.

The task of RBench-V and of the visual questions that are made on demand. Up to three graders look
at a reply: a rule, which needs no other model; a judge, where the run has one; and, where an
answer may be drawn, one that looks at the picture in the reply. What is done with a reply is in
`rbench.tasks.grading`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Literal

from rbench.harness.types import (
    Answerer,
    Ask,
    Blobs,
    Item,
    Json,
    Reply,
    Role,
    Row,
    Sample,
    Score,
)
from rbench.metrics.answers import RuleOptions, rule_options
from rbench.tasks.answer_table import answer_rows
from rbench.tasks.declared import UNDECLARED
from rbench.tasks.final_answer_prompt import message_content, template_for
from rbench.tasks.grading import Graders, graded
from rbench.tasks.judge import TEMPERATURES, Judge
from rbench.tasks.judge_prompts import read_judge_prompts
from rbench.tasks.picture_options import BLIND_WARNING
from rbench.tasks.prompt import template_sha256

__all__ = ["BLIND_WARNING", "FinalAnswerTask"]


# Everything else is in the registry, or kept as the run's items and blobs.
_NOT_IN_STATE = frozenset({"name", "version", "items", "blobs"})


@dataclass(frozen=True)
class FinalAnswerTask:
    r"""A benchmark of final answers, ready to be asked.

    ``Item.data`` holds ``question``, ``gold``, ``category``, ``language`` (``en``, ``zh``), and
    where they are known ``options`` (letter to text, of options that stand in the question),
    ``choices`` (the answers that a guess draws from), ``picture``, ``level``, ``kind`` and
    ``scene``. Where the answer can be drawn it also holds ``how_to_draw``, the sentence that asks
    for it in the item's language, and ``version``, that of the generator ``kind``.

    `prompts` maps a language, and ``<language>/picture`` for questions that show a picture, to a
    template with ``{question}``. With `images` = ``omit`` no picture is shown: a blind baseline
    (put `BLIND_WARNING` into `warnings`). `pictures` says how they were made or converted. `rule`
    holds fields of `RuleOptions`, without a version, so that a newer rule can score an old run.
    `judge` is that of `TaskInput`, `judge_prompts` what `read_judge_prompts` gives,
    `temperatures` one for each of the judge's tries (None: the adapter's own). `declared` says of
    how many replies each is the best, and with which tools it was found. With `draw`, a picture
    is asked for where one can be drawn.
    """

    name: str
    version: str
    items: Sequence[Item]
    prompts: Mapping[str, str]
    prompt_name: str
    data: Mapping[str, Json]
    source: Mapping[str, Json]
    pictures: Mapping[str, Json] = field(default_factory=dict)
    images: Literal["show", "omit"] = "show"
    rule: Mapping[str, Json] = field(default_factory=dict)
    judge: Mapping[str, Json] | None = None
    judge_prompts: Mapping[str, str] = field(default_factory=read_judge_prompts)
    temperatures: Sequence[float | None] = TEMPERATURES
    declared: Mapping[str, Json] = field(default_factory=lambda: dict(UNDECLARED))
    draw: bool = False
    system_prompt: str | None = None
    warnings: Sequence[str] = ()
    blobs: Blobs | None = None

    @property
    def sees(self) -> bool:
        """Whether the questions show pictures to the model."""
        return self.images == "show" and any(item.blobs for item in self.items)

    def asked(self) -> Mapping[str, Json]:
        """Return what the replies depend on."""
        return {
            "data": dict(self.data),
            "prompt": self.prompt_name,
            "prompt_sha256": {k: template_sha256(t) for k, t in sorted(self.prompts.items())},
            "images": self.images,
            "pictures": dict(self.pictures),
            "system_prompt": self.system_prompt,
            **({"declared": dict(self.declared)} if self.declared != UNDECLARED else {}),
            **({"draw": True} if self.draw else {}),
        }

    def scored(self) -> Mapping[str, Json]:
        """Return what the number depends on beyond the replies: the rule, and the judge or None."""
        judge = self._judge()
        return {
            "rule": self._rule().protocol(),
            "judge": None if judge is None else judge.protocol(),
        }

    def state(self) -> Mapping[str, Json]:
        """Return what is needed, beside the items, to make this task again."""
        return {
            f.name: _plain(getattr(self, f.name))
            for f in fields(self)
            if f.name not in _NOT_IN_STATE
        }

    def step(self, item: Item, so_far: Sequence[Reply]) -> Ask | Score:
        """Ask the model, then the graders one after the other, then score."""
        if not so_far:
            return self._ask(item)
        script = graded(item, so_far[0], self._graders())
        try:
            ask = next(script)
            for reply in so_far[1:]:
                ask = script.send(reply)
        except StopIteration as end:
            score: Score = end.value
            return score
        return ask

    def rows(self, samples: Sequence[Sample], *, tolerate_errors: bool) -> Sequence[Row]:
        """Return the table: accuracy by grader, chance, drawings, agreement of judge and rule."""
        return answer_rows(
            self.name,
            samples,
            judged=self.judge is not None,
            draw=self.draw,
            tolerate_errors=tolerate_errors,
        )

    def graders(self) -> Mapping[Role, Answerer]:
        """Return who answers for the rule, and for the drawing where one is asked for."""
        from rbench.tasks.rule_grader import RuleGrader

        graders: dict[Role, Answerer] = {"rule": RuleGrader()}
        if self.draw:
            from rbench.tasks.visual.drawing_grader import DrawingGrader

            graders["drawing"] = DrawingGrader()
        return graders

    def with_judge(
        self, judge: Mapping[str, Json] | None, prompts: Path | None
    ) -> "FinalAnswerTask":
        """Return the same task with another judge, or without one."""
        return replace(self, judge=judge, judge_prompts=read_judge_prompts(prompts))

    def _ask(self, item: Item) -> Ask:
        shown = len(item.blobs) if self.images == "show" else 0
        question = item.data["question"]
        if self.draw and "how_to_draw" in item.data:
            question = f"{question}\n{item.data['how_to_draw']}"
        template = template_for(self.prompts, item.data["language"], shown=bool(shown))
        system = [] if self.system_prompt is None else [self.system_prompt]
        choices = item.data.get("choices") or list(item.data.get("options") or ())
        return Ask(
            "model",
            {
                "messages": [
                    *({"role": "system", "content": text} for text in system),
                    {"role": "user", "content": message_content(template, question, shown)},
                ],
                "answer_prefix": "\\boxed{",
                "answer_suffix": "}",
                **({"choices": list(choices)} if choices else {}),
            },
        )

    def _graders(self) -> Graders:
        return Graders(rule=self._rule(), judge=self._judge(), draw=self.draw)

    def _rule(self) -> RuleOptions:
        return rule_options(self.rule)

    def _judge(self) -> Judge | None:
        if self.judge is None:
            return None
        return Judge(self.judge, self.judge_prompts, tuple(self.temperatures))


def _plain(value: Json) -> Json:
    """Return mappings and sequences as dicts and lists, as JSON gives them back."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return value
