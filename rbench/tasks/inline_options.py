"""Options that stand in the text of a question: ``... A: Duck B: Fish C: Dog``.

Read only where they are plain. A letter that is no option is worse than an option that is not
seen: with options a letter is an answer, and chance is computed.
"""

import re
from dataclasses import dataclass

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BEFORE = r"(?:^|(?<=[\s?.:;!,)\]？。：；！，）]))"
_STYLES = (
    re.compile(_BEFORE + r"[(（]([A-Z])[)）]", re.MULTILINE),
    re.compile(_BEFORE + r"([A-Z])[:：](?![A-Z]\b)", re.MULTILINE),
    re.compile(_BEFORE + r"([A-Z])[)）](?=\s)", re.MULTILINE),
    re.compile(_BEFORE + r"([A-Z])(?:[.．](?=\s)|、)", re.MULTILINE),
)
_SENTENCE_ENDS = tuple("?.:;!)]？。：；！）")
_INITIAL = re.compile(r"(?:^|[\s.])[A-Z]\.$")
_JOINS = {"and", "or", "to", "vs", "vs.", "versus"}


@dataclass(frozen=True, slots=True)
class _Marker:
    letter: str
    start: int
    end: int


def inline_options(question: str) -> dict[str, str]:
    """Return letter to text of the options that end the text of a question; empty for none.

    They are marked ``A:``, ``A.``, ``A)`` or ``(A)``, all in one way, from A on without a gap, at
    least two, on one line or several, and a question stands before them. The first starts a line
    or follows the end of a sentence. Nothing comes after them.
    """
    for style in _STYLES:
        markers = [_Marker(m[1], m.start(), m.end()) for m in style.finditer(question)]
        starts = [i for i, marker in enumerate(markers) if marker.letter == "A"]
        options = _options(question, markers[starts[-1] :]) if starts else {}
        if options:
            return options
    return {}


def _options(question: str, markers: list[_Marker]) -> dict[str, str]:
    letters = "".join(marker.letter for marker in markers)
    if len(letters) < 2 or not _LETTERS.startswith(letters):
        return {}
    if not _follows_a_question(question[: markers[0].start], len(letters)):
        return {}
    ends = [marker.start for marker in markers[1:]]
    last, _, after = question[markers[-1].end :].partition("\n")
    if after.strip() or _goes_on(last, question[: markers[-1].start]):
        return {}
    texts = [question[m.end : end] for m, end in zip(markers, ends, strict=False)] + [last]
    options = {m.letter: _plain(text) for m, text in zip(markers, texts, strict=True)}
    if any(not text or text.lower() in _JOINS for text in options.values()):
        return {}
    return options


def _follows_a_question(before: str, count: int) -> bool:
    """Whether options may start after this text: at a new line, or where a sentence ends."""
    text = before.rstrip()
    if not text:
        return False
    if "\n" in before[len(text) :]:
        return True
    if text.endswith("."):  # also of a name with initials: one more letter is asked for
        return count > 2 and not _INITIAL.search(text)
    return text.endswith(_SENTENCE_ENDS)


def _goes_on(last: str, before: str) -> bool:
    """Whether a text that starts on a line of options runs into another sentence."""
    if not before or before.endswith("\n"):
        return False
    return bool(re.search(r"[.!?。？！]\s+\S", last)) or last.rstrip().endswith(("?", "？"))


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(",;，；、 ")
