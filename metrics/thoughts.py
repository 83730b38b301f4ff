"""Separate a reasoning model's thoughts from the answer it shows.

Reasoning models print their thoughts before the answer, between tags that depend on the model
family. A benchmark must never read an answer out of the thoughts: they name options that are
discarded a line later.

Rules:

1. Text between an opening and the next closing tag is thought; all else is the answer part.
   Several blocks are allowed; the visible pieces are joined by a line break.
2. A closing tag without an opening one (the chat template had opened it): everything before it
   is thought.
3. An opening tag that is never closed: the model was cut while thinking. There is no answer part,
   not even the text before that tag, since the thoughts might have revised it.
4. Tags do not nest: an opening tag inside thoughts is part of the thoughts.
"""

import re

_NAMES = r"(?:seed:)?(?:think|thinking|thought|thoughts|reasoning|analysis)"
# Each alternative starts with a plain sign, for which the search skips fast.
_OPENING = re.compile(
    rf"<(?i:{_NAMES})>"
    r"|\[(?i:think)\]"  # Magistral
    r"|◁(?i:think)▷"  # Kimi
    r"|<\|(?i:begin_of_thought|start_thinking)\|>"  # Sky-T1, Command A
    r"|<\|channel\|>(?:analysis|commentary)[^<\n]{0,80}<\|message\|>"  # gpt-oss
)
_CLOSING = re.compile(
    rf"</(?i:{_NAMES})>"
    r"|\[/(?i:think)\]"
    r"|◁/(?i:think)▷"
    r"|<\|(?i:end_of_thought|end_thinking)\|>"
    r"|<\|channel\|>final[^<\n]{0,80}<\|message\|>"
)
_TAG = re.compile(f"{_OPENING.pattern}|{_CLOSING.pattern}")
# What is left of the channels of gpt-oss when its special tokens were dropped.
_GLUED_OPENING = re.compile(r"\s*analysis(?=[A-Z])")
_GLUED_CLOSING = "assistantfinal"
# Every tag begins with one of these: a text without them, as most are, has none.
_FIRST_SIGNS = ("<", "[", "◁")
# Turn marks that only gpt-oss writes between its channels; they are neither thought nor answer.
_TURN_MARK = re.compile(r"<\|(?:end|return|start)\|>(?:assistant)?")


def split_thoughts(text: str) -> tuple[str | None, str | None]:
    """Split a reply into (thoughts, answer part), each without surrounding blanks.

    Thoughts are None when the reply has no thought tag at all. The answer part is None when the
    reply was cut inside the thoughts, and "" when nothing follows them. Takes time linear in the
    length of the text and never raises.
    """
    if glued := _GLUED_OPENING.match(text):
        text = "<think>" + text[glued.end() :].replace(_GLUED_CLOSING, "</think>")
    elif not any(sign in text for sign in _FIRST_SIGNS):
        return None, text.strip()
    thoughts: list[str] = []
    shown: list[str] = []
    thinking = False
    tagged = False
    position = 0
    for tag in _TAG.finditer(text):
        opens = _OPENING.match(tag[0]) is not None
        if thinking and opens:
            continue
        piece = text[position : tag.start()]
        if opens:
            shown.append(piece)
        elif thinking:
            thoughts.append(piece)
        else:
            thoughts += [*shown, piece]
            shown = []
        thinking = opens
        tagged = True
        position = tag.end()
    (thoughts if thinking else shown).append(text[position:])
    answer = None if thinking else _join(shown)
    return (_join(thoughts) if tagged else None), answer


def _join(pieces: list[str]) -> str:
    text = "\n".join(piece for piece in pieces if piece.strip())
    return _TURN_MARK.sub("\n", text).strip() if "<|" in text else text.strip()
