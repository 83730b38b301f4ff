r"""Read the final answer of a reply to an open question. docs/answers.md states the rules.

1. Thoughts are never read (see `rbench.metrics.thoughts`).
2. The answer is what the last ``\boxed{...}`` holds.
3. Without a box, it is what the last statement says: "Answer: ...", "the answer is ...", "答案是".
4. Without either, a reply that is nothing but one short value ("64", "Yes 3", "Lion.") is it.
5. Nothing is guessed: no last number, no first capital letter.
"""

import re
from dataclasses import dataclass

from rbench.metrics.answers.boxes import is_echo, last_box
from rbench.metrics.answers.plain_math import plain_math
from rbench.metrics.answers.quantity import read_quantity
from rbench.metrics.answers.rule import NeedsAlgebra
from rbench.metrics.answers.statements import ECHO, NO_MARKER, last_statement
from rbench.metrics.answers.yes_no import read_yes_no
from rbench.metrics.thoughts import split_thoughts

EMPTY = "empty"
UNFINISHED = "unfinished thoughts"

_BOX_TOKENS = (("<|begin_of_box|>", r"\boxed{"), ("<|end_of_box|>", "}"))
# A small model often goes on with a next exercise; its answer belongs to another question.
_NEXT_QUESTION = re.compile(
    r"^[ #>*]*(?:Question|Problem|Exercise|Human|User|问题|题目|用户)(?: ?\d+)?\*{0,2} ?[:：]",
    re.MULTILINE,
)
_LONGEST_VALUE = 40
_WORDS = re.compile(r"[A-Z]?[a-z]+(?:[ -][a-z]+)?|[\u4e00-\u9fff]{1,4}|[A-Z]")
_NO_VALUE_TEXT = "sorry unknown unsure none okay ok hello thanks done"
_NO_VALUE_WORDS = frozenset(_NO_VALUE_TEXT.split())


@dataclass(frozen=True, slots=True)
class AnswerReading:
    """What was read from a reply.

    `answer` is the final answer as it was written, or None. `how` is "box", "stated" or "whole
    reply". `why` is "" with an answer, else one of these stable reasons: "empty", "unfinished
    thoughts", "box never closed", "empty box", "echo of the instructions", "nothing after the
    marker", "no box and no stated answer".
    """

    answer: str | None
    how: str = ""
    why: str = ""


def read_answer(text: str | None) -> AnswerReading:
    """Return the final answer of a reply. Never raises; takes time linear in its length."""
    if text is None or not text.strip():
        return AnswerReading(None, why=EMPTY)
    shown = split_thoughts(text)[1]
    if shown is None:
        return AnswerReading(None, why=UNFINISHED)
    if not shown:
        return AnswerReading(None, why=EMPTY)
    for token, box in _BOX_TOKENS:
        shown = shown.replace(token, box)
    reading = AnswerReading(None, why=NO_MARKER)
    for part in _NEXT_QUESTION.split(shown, maxsplit=20):
        if not part.strip():
            continue
        reading = _read_part(part)
        if reading.answer is not None or reading.why not in (NO_MARKER, ECHO, "empty box"):
            break
    return reading


def _read_part(text: str) -> AnswerReading:
    content, why = last_box(text)
    if content is not None:
        return AnswerReading(content, "box")
    if why == "box never closed":
        return AnswerReading(None, why=why)
    stated, stated_why = last_statement(text)
    if stated is not None:
        return AnswerReading(stated, "stated")
    whole = text.strip()
    if is_value(whole):
        return AnswerReading(_undressed(whole), "whole reply")
    return AnswerReading(None, why=why if why and stated_why == NO_MARKER else stated_why)


def is_value(text: str) -> bool:
    """Tell whether the text is nothing but one short value: a number, yes or no, a word or two."""
    if len(text) > _LONGEST_VALUE or "\n" in text or text.endswith(("?", "？")):
        return False
    plain = plain_math(_undressed(text))
    if not plain or is_echo(plain):
        return False
    yes_no = read_yes_no(plain)
    if yes_no is not None:
        return not yes_no.rest or _is_quantity(yes_no.rest)
    if _is_quantity(plain):
        return True
    return _WORDS.fullmatch(plain) is not None and plain.casefold() not in _NO_VALUE_WORDS


def _is_quantity(plain: str) -> bool:
    try:
        return read_quantity(plain) is not None
    except NeedsAlgebra:
        return True


def _undressed(text: str) -> str:
    return text.strip().strip("*_`$ ").rstrip(".。").strip("*_`$ ")
