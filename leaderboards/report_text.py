"""Text made fit for a page: nothing invisible, thoughts told apart, names short, times readable."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Literal

from markupsafe import Markup, escape

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters other than tab and newline
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # what turns the reading direction
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"  # what no file can hold
)
_THOUGHT = re.compile(r"<think(?:ing)?>(.*?)(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_PATH = re.compile(r"([^/:]*[/:])((?:~|\.{1,2})?/.+)", re.DOTALL)
_THOUGHT_END = re.compile(r"</think(?:ing)?>", re.IGNORECASE)


def visible(text: str) -> str:
    """Return `text` with control, direction and non-characters spelt out, as ⟨U+202E⟩."""
    if text.isprintable():
        return text  # most are, and short
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _INVISIBLE.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def short_name(model: str) -> str:
    """Return a model's name; of one given by a path, only the provider and the path's end.

    ``openai//data/models/llama`` becomes ``openai/…/models/llama``.
    """
    path = _PATH.fullmatch(model)
    if path is None:
        return model
    return f"{path[1]}…/" + "/".join(PurePosixPath(path[2].lstrip("/")).parts[-2:])


def breakable(name: str) -> Markup:
    """Return a name, escaped, that a browser may break after its separators."""
    return Markup("<wbr>").join(map(escape, re.split(r"(?<=[/_:@=])", visible(name))))


def seconds_text(seconds: float) -> str:
    """Show a duration in the unit that suits it: ``59 µs``, ``7.06 ms``, ``1 h 2 min 3 s``."""
    if seconds == 0:
        return "0 s"
    for unit, in_a_second in (("µs", 1e6), ("ms", 1e3)):
        if seconds * in_a_second < 999.5:
            return f"{seconds * in_a_second:.3g} {unit}"
    if seconds < 99.5:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min {rest} s" if hours else f"{minutes} min {rest} s"


def split_thoughts(text: str) -> Iterator[tuple[Literal["thought", "text"], str]]:
    """Yield what a reply thinks and what it says, in order, without the ``<think>`` marks.

    A thought that never ends reaches to the end; an end without a beginning ends a thought that
    began with the reply (the chat templates of some models hold the opening mark).
    """
    orphan = _THOUGHT_END.search(text)
    first = _THOUGHT.search(text)
    if orphan and (first is None or orphan.start() < first.start()):
        yield "thought", text[: orphan.start()]
        text = text[orphan.end() :]
    at = 0
    for thought in _THOUGHT.finditer(text):
        if text[at : thought.start()].strip():
            yield "text", text[at : thought.start()]
        yield "thought", thought[1]
        at = thought.end()
    if text[at:].strip():
        yield "text", text[at:]
