"""Find the last answer that a reply states in words: "the answer is 5", "Answer: 5", "答案是5"."""

import re
from collections import deque

from rbench.metrics.answers.boxes import is_echo

NO_MARKER = "no box and no stated answer"
ECHO = "echo of the instructions"
NO_VALUE = "nothing after the marker"

_EDGE = ' \t*`"“”'
LONGEST_STATED = 200
_MOST_KEYWORDS = 200
_KEYWORD = re.compile(
    r"answers?|Answers?|ANSWERS?|Ans\b|ANS\b|答案|(?<=[\n。])答(?=[:：])|^答(?=[:：])"
)
_NOT_STATED = re.compile(
    r"(?:(?<![a-z])(?:if|whether|suppose|assum(?:e|ing)|unless|not sure|doubt|verify|check"
    r"|(?:n't|not) (?:think|believe|know|mean|say)|wrong|incorrect|previous|earlier|an|possible)"
    r"(?: that| if)?(?: the| my| this| our)?(?: correct| final| right)?"
    r"|如果|假如|假设|若|是否|错误的?|不认为|不确定)\s*\Z",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:[*_\"'`)\]]|\s)*(?:\([^()\n]{0,40}\)\s*)?(?:(?:to|for|of) [^.\n:]{0,80})?"
    r"(?:[*_\"'`]|\s)*(?::|=(?!=)|：|>(?=[^>])|→|】)[*_`\"]*",
    re.IGNORECASE,
)
_IS = re.compile(
    r"(?: (?:to|for|of) [^.,\n:;?!]{0,80}?)?,?(?: therefore,?| thus,?| then,?| hence,?)? "
    r"(?:is|are|was|would be|should be|must be|will be|becomes|equals)(?![a-z'])"
    r"(?: (?:therefore|thus|simply|exactly|then|indeed|clearly|just|given by))*\s*[:：]?",
    re.IGNORECASE,
)
_SHI = re.compile(
    r"[\"”」】]*\s*(?:应该|应当|应|就|只能|显然|便)?(?:是(?!否|不是|什么|多少)|为(?!什么|何)|等于)\s*[:：]?"
)
_HEADING = re.compile(r"[\s*_#:：]*\n+")
_LINE_START = re.compile(
    r"[\W\d_]*(?:(?:the|my|so|thus|therefore|hence|final|correct|short|overall)(?![a-z])\W*"
    r"|最终|正确|本题|此题|所以|因此|故|综上|参考|的)*\Z",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?](?=\s|$|[*_\"'`)]+(?:\s|$))|[。！？]|\n")
_REMARK = re.compile(
    r"[,;，；]?\s*(?:(?<![a-z])(?:because|since|as (?:shown|we|the|explained|required|there|can)"
    r"|which|where|so that|therefore|obtained|given that|by the|after|not [\d\w])(?![a-z])"
    r"|因为|由于|所以|其中)",
    re.IGNORECASE,
)
_NO_ANSWER = re.compile(
    r"(?:not(?![a-z])|n't|derived|obtained|found|given|based|computed|calculated|determined|let(?:'s)?|we|i"
    r"|that|to|in|by|as|how|what|why|unclear|unknown|correct|wrong|right|the same|one of|either"
    r"|therefore|shown|provided|below|above|as follows|following|不|未知|无法|什么)(?![a-z])",
    re.IGNORECASE,
)


def last_statement(text: str) -> tuple[str | None, str]:
    """Return the last stated answer, or (None, why).

    Passed over, so that an earlier one may count: conditions ("if the answer is 5"), questions
    ("Answer: 5?"), denials ("the answer is not 5"), echoes of the instructions, and words after
    "is" that state no value ("the answer is derived from ...").
    """
    why = NO_MARKER
    for keyword in reversed(deque(_KEYWORD.finditer(text), maxlen=_MOST_KEYWORDS)):
        stated = _stated_at(text, keyword)
        if stated is None:
            continue
        value = _cleaned(stated)
        if is_echo(value) and value:
            why = ECHO
        elif not value or len(value) > LONGEST_STATED:
            why = NO_VALUE
        else:
            return value, ""
    return None, why


def _stated_at(text: str, keyword: re.Match[str]) -> str | None:
    start, end = keyword.span()
    line_start = text.rfind("\n", max(0, start - 80), start) + 1
    before = text[max(line_start, start - 80) : start]
    if before[-1:].isascii() and before[-1:].isalpha() and keyword[0][0] in "aA":
        return None
    if _NOT_STATED.search(before):
        return None
    if label := _LABEL.match(text, end, end + 300):
        return _line(text, label.end())
    if _LINE_START.match(before) and (heading := _HEADING.match(text, end, end + 40)):
        return _line(text, heading.end())
    copula = (_IS if keyword[0].isascii() else _SHI).match(text, end, end + 200)
    if copula is None:
        return None
    return _sentence(text, copula.end())


def _line(text: str, start: int) -> str | None:
    rest = text[start : start + 2 * LONGEST_STATED]
    rest = rest.lstrip(" \t*_`") or ""
    if rest.startswith("\n"):
        rest = rest.lstrip("\n \t*_`#")
    line = rest.partition("\n")[0]
    if len(line) > LONGEST_STATED or line.rstrip(" *").endswith(("?", "？")):
        return None
    closing = re.search(r"</?(?:answer|final)", line)
    line = line[: closing.start()] if closing else line
    end = re.search(r"\.\s+[A-Z][a-z]", line)
    line = line[: end.start()] if end and not _LETTER_DOT.match(line) else line
    return None if _NO_ANSWER.match(line) else line


_LETTER_DOT = re.compile(r"[(\[]?[A-Z][)\]]?\.\s")


def _sentence(text: str, start: int) -> str | None:
    rest = text[start : start + 2 * LONGEST_STATED].lstrip(" \t*_`")
    if rest.startswith("\n"):
        return _line(rest, 0)
    end = _SENTENCE_END.search(rest)
    if end and end[0] in "?？":
        return None
    sentence = rest[: end.start()] if end else rest
    if _NO_ANSWER.match(sentence.lstrip(" $\"'")) or len(sentence) > LONGEST_STATED:
        return None
    return sentence


def _cleaned(stated: str) -> str:
    stated = stated.strip()
    if remark := _REMARK.search(stated, 1):
        stated = stated[: remark.start()]
    bare = re.sub(r"\*\*|__", "", stated).strip(_EDGE).rstrip(".。,，;；" + _EDGE)
    if bare.count("{") < bare.count("}"):  # what is left of JSON
        bare = bare.rstrip("}] ").rstrip(_EDGE)
    return bare
