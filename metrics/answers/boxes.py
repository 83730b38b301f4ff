r"""Find the last ``\boxed{...}`` of a reply.

All work is bounded: only the last boxes are looked at, and each only up to a length, so that
100 kB of ``\boxed{`` take no longer than a short reply.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_BOX = re.compile(r"\\?(?:boxed|fbox|framebox)(?![A-Za-z])")
_OPENED = re.compile(r"\s*\{")
_BARE = re.compile(r"\s*(?:\\text\s*\{(?P<text>[^{}]{0,200})\}|(?P<sign>[^\s{}$\\]{1,60}))")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_JOINT = re.compile(
    r"[\s$.\\()\[\]*]{0,12}(?P<joint>,|;|and|or|&|/|和|与|或|、|，|\\text\{ ?(?:and|or) ?\})"
    r"(?:\s|\\[ ,;]|\$|[A-Za-z]\w{0,3}\s{0,2}=|\\(?:quad|text\{ ?(?:and|or) ?\}|[(\[])){0,8}"
)
_ECHO = re.compile(
    r"\W*(?:(?:your|the|final|my|insert|correct|put)[\s_]*)*"
    r"(?:answer|result|option|letter|number|solution)?(?:[\s_]*(?:here|goes here|letter))?\W*"
    r"|x{3,}|\W*(?:\\c?l?dots|\\_)+\W*|(?:你的|您的|最终|此处填)*答案",
    re.IGNORECASE,
)
_MOST_BOXES = 50
LONGEST_BOX = 2000


@dataclass(frozen=True, slots=True)
class Box:
    """What a box holds, or why it cannot be read. `start` is where it begins in the text."""

    content: str | None
    start: int
    end: int


def last_box(text: str) -> tuple[str | None, str]:
    r"""Return the content of the last box, or (None, why): "" where there is no box at all.

    Boxes without an answer in them (``\boxed{}``, ``\boxed{your answer}``) are passed over, as
    they repeat the instructions. A last box that is never closed is not read, nor is any before
    it. Boxes that only "and", "or" or a comma parts are one answer.
    """
    why = ""
    boxes = [*_boxes_from_the_end(text)]
    for at, box in enumerate(boxes):
        if box.content is None:
            return None, "box never closed"
        if not is_echo(box.content):
            return _with_joined(text, boxes[at:]), ""
        why = "empty box"
    return None, why


def is_echo(content: str) -> bool:
    """Tell whether this stands where an answer belongs, without being one."""
    if any(sign.isdigit() for sign in content):
        return False
    bare = re.sub(r"\\(?:text(?:bf|it|rm)?|mathrm|mathbf|[,;:! ]|quad)|[{}$*]", " ", content)
    bare = " ".join(bare.split())
    return bare not in ("∞", "∅") and _ECHO.fullmatch(bare) is not None and "\\" not in bare


def _boxes_from_the_end(text: str) -> Iterator[Box]:
    for match in reversed(deque(_BOX.finditer(text), maxlen=_MOST_BOXES)):
        if (box := _read(text, match)) is not None:
            yield box


def _read(text: str, match: re.Match[str]) -> Box | None:
    opened = _OPENED.match(text, match.end())
    if opened:
        closed = _closing(text, opened.end())
        if closed is None:
            return Box(None, match.start(), len(text))
        return Box(text[opened.end() : closed].strip(), match.start(), closed + 1)
    if match[0][0] != "\\":
        return None  # the word "boxed" in a sentence
    bare = _BARE.match(text, match.end())
    if bare is None:
        return Box("", match.start(), match.end())
    return Box((bare["text"] or bare["sign"] or "").strip(), match.start(), bare.end())


def _closing(text: str, start: int) -> int | None:
    depth = 1
    for brace in _BRACE.finditer(text, start, start + LONGEST_BOX):
        if brace[0] == "{":
            depth += 1
        elif brace[0] == "}":
            depth -= 1
            if depth == 0:
                return brace.start()
    return None


def _with_joined(text: str, boxes: Sequence[Box]) -> str:
    """Return the content of the first box, with those before it that are joined to it."""
    content, start = boxes[0].content or "", boxes[0].start
    for before in boxes[1:11]:
        if before.content is None or before.end > start or is_echo(before.content):
            break
        joint = _JOINT.fullmatch(text, before.end, start) if start - before.end < 40 else None
        if joint is None:
            break
        word = " or" if "or" in joint["joint"] or joint["joint"] in ("或", "/") else ","
        content = f"{before.content}{word} {content}"
        start = before.start
    return content
