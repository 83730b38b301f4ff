"""A judge: another model says what a reply answers, and whether that is the right answer.

The scheme of RBench-V (taken from MathVerse, Zhang et al. 2024, arXiv 2403.14624, by way of
VLMEvalKit): one call extracts the answer from the reply; equal to the reference letter for letter
it is right without a call; otherwise a second call says 1 or 0. The judge sees text only, never a
picture. Where the original counts what could not be judged as 0, here it is a failed grade.

What is judged is data: the judge reads it between lines that are a hash of it, so that it cannot
write them itself, and the verdict is read from the judge's reply alone.
"""

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from functools import cached_property

from rbench.errors import UsageError
from rbench.harness.canonical import digest
from rbench.harness.types import Ask, Json, Reply
from rbench.metrics.thoughts import split_thoughts
from rbench.tasks.finish import unanswered
from rbench.tasks.prompt import template_sha256
from rbench.tasks.template_file import fill

TEMPERATURES: tuple[float | None, ...] = (0.0, 0.5, 1.0, 1.5, 2.0)
"""One for each try, as in the original."""
NO_ANSWER = "null"
"""What the judge writes for a reply that gives no answer."""

_HOTTEST = 2.0
_SHOWN = 60
_NO_EXTRACT = "no extracted answer in"
_NO_VERDICT = "no verdict in"
# A digit alone, in the dressing that models like to give it.
_VERDICT = re.compile(r"[\s*`\"']*([01])[\s*`\"'.]*")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge said. `value` is 1 or 0; None where it failed, and `why` says how.

    `answer` is what it extracted; None where the reply gives no answer, or where it failed.
    """

    value: float | None
    answer: str | None
    why: str = ""


@dataclass(frozen=True)
class Judge:
    """A model that judges (as in `TaskInput.judge`), its prompts, and a temperature per try."""

    model: Mapping[str, Json]
    prompts: Mapping[str, str]
    temperatures: tuple[float | None, ...] = TEMPERATURES

    def protocol(self) -> Mapping[str, Json]:
        """Return what a judged number depends on."""
        return {
            "label": self.model["label"],
            "identity": self.model["identity"],
            "settings": self.model["settings"],
            "prompt": self.prompts["name"],
            "prompt_sha256": self._prompt_sha256,
            "temperatures": list(self.temperatures),
        }

    @cached_property
    def key(self) -> str:
        """What tells the judge's calls apart from those of another judge: 16 digits."""
        return digest([self.model["identity"], self.model["settings"], self._prompt_sha256])[:16]

    def judge(self, question: str, gold: str, text: str) -> Generator[Ask, Reply, Judgement]:
        """Yield what to ask the judge about the reply `text`; return what came of it."""
        extract, why = yield from self._tries("extract", {"prediction": text}, _extract)
        if extract is None:
            return Judgement(None, None, why)
        if extract == gold.strip():
            return Judgement(1.0, extract)
        if extract.lower() == NO_ANSWER:
            return Judgement(0.0, None, "no answer, says the judge")
        values = {"question": question, "answer": gold, "extract": extract}
        verdict, why = yield from self._tries("score", values, _verdict)
        return Judgement(None if verdict is None else float(verdict), extract, why)

    def _tries(
        self, step: str, values: Mapping[str, str], read: Callable[[str], str | None]
    ) -> Generator[Ask, Reply, tuple[str | None, str]]:
        """Ask until a reply can be read; else return why it never could."""
        mark = f"----- {digest(dict(values))[:16]} -----"
        text = fill(self.prompts[step], {**values, "mark": mark})
        last: str | None = None
        for number, temperature in enumerate(self.temperatures):
            reply = yield Ask("judge", self._request(text, number, temperature))
            if reply.error is not None:  # tried again already, by whoever sends it
                return None, reply.error
            last = _said(reply)
            found = None if last is None else read(last)
            if found is not None:
                return found, ""
        what = _NO_EXTRACT if step == "extract" else _NO_VERDICT
        shown = "nothing" if last is None else repr(last[:_SHOWN])
        return None, f"{what} {len(self.temperatures)} tries: {shown}"

    def _request(self, text: str, number: int, temperature: float | None) -> Mapping[str, Json]:
        request = {
            "messages": [{"role": "user", "content": text}],
            "judge": self.key,
            "try": number,
        }
        return request if temperature is None else {**request, "temperature": temperature}

    @cached_property
    def _prompt_sha256(self) -> Mapping[str, str]:
        return {step: template_sha256(self.prompts[step]) for step in ("extract", "score")}


def used_up(why: str) -> bool:
    """Tell whether a grade failed since all tries are spent: the same judge is not asked again."""
    return why.startswith((_NO_EXTRACT, _NO_VERDICT))


def read_temperatures(text: str | None) -> tuple[float | None, ...]:
    """Return what ``0,0.5,1`` says, one for each try; None: as many tries as usual, none set.

    Raises `UsageError`.
    """
    if text is None:
        return (None,) * len(TEMPERATURES)
    try:
        temperatures = tuple(float(part) for part in text.split(","))
    except ValueError:
        temperatures = ()
    if not temperatures or not all(0 <= t <= _HOTTEST for t in temperatures):
        raise UsageError(
            f"judge_temperatures={text!r}: give numbers from 0 to {_HOTTEST:g}, one for each try, "
            f"such as 0,0.5,1, or none to leave the judge its own."
        )
    return temperatures


def _said(reply: Reply) -> str | None:
    """Return the text of a reply less its thoughts; None where it was cut, refused or unended."""
    if reply.text is None or unanswered(reply) is not None:
        return None
    return split_thoughts(reply.text)[1]


def _extract(text: str) -> str | None:
    return text.strip() or None


def _verdict(text: str) -> str | None:
    found = _VERDICT.fullmatch(text)
    return found and found[1]
