"""Option letters: "A", "(A)", "A: Duck", "option A", "AC", "A, C", "A和C"."""

import re
from collections.abc import Mapping

from rbench.metrics.choice_text import comparable, plain_text

_LONGEST = 400
_LEAD = re.compile(
    r"(?:(?:the\s+)?(?:correct\s+|right\s+|best\s+)?(?:answer|options?|choices?|letters?)"
    r"(?:\s+is|\s+are)?|选项?|答案[是为选]?|正确选项[是为]?)[\s:=]*(?=[(\[{A-Za-z])",
    re.IGNORECASE,
)
_ONE = re.compile(r"[(\[{]?(?P<letter>[A-Za-z])[)\]}]?[.]?")
_WITH_TEXT = re.compile(
    r"(?P<open>[(\[{])?(?P<letter>[A-Z])(?(open)[)\]}])(?P<sign>[\s.:)、-]+)(?P<text>\S.*)",
    re.DOTALL,
)
_TEXT_FIRST = re.compile(r"(?P<text>.+?)\s*[(\[](?P<letter>[A-Z])[)\]]", re.DOTALL)
_SEVERAL = re.compile(
    r"[(\[{]?[A-Z][)\]}]?(?:[\s,;&+、]*(?:and\s+|和|与|及)?[\s]*[(\[{]?[A-Z][)\]}]?)+"
)


def read_letters(text: str, options: Mapping[str, str] | None) -> frozenset[str] | None:
    """Return the option letters that the answer states; None where it states none.

    Without `options`, letters are A to Z and only in ascending order without a separator:
    "AC", but not "CAT". A lower-case letter is read only with `options`. "A or B" states none.
    """
    if len(text) > _LONGEST:
        return None
    text = plain_text(text).strip().rstrip(".。 ")
    if lead := _LEAD.match(text):
        text = text[lead.end() :].strip()
    if one := _ONE.fullmatch(text):
        letter = one["letter"]
        if options is not None and letter not in options:
            letter = letter.upper()
        if letter.isupper():
            return _known({letter}, options)
    if _SEVERAL.fullmatch(text):
        letters = re.sub(r"and|[^A-Z]", "", text)
        if len(set(letters)) == len(letters) and (
            options is not None or not text.isalpha() or [*letters] == sorted(letters)
        ):
            return _known(set(letters), options)
    if match := _WITH_TEXT.fullmatch(text):
        own = options.get(match["letter"]) if options else None
        stands_out = match["open"] or match["sign"].strip() in {".", ":", ")", "、"}
        if stands_out or (own is not None and _same(match["text"], own)):
            return _known({match["letter"]}, options)
    first = _TEXT_FIRST.fullmatch(text) if options else None
    if options and first and _same(first["text"], options.get(first["letter"], "")):
        return frozenset(first["letter"])
    return None


def _known(letters: set[str], options: Mapping[str, str] | None) -> frozenset[str] | None:
    if options is not None and not letters <= set(options):
        return None
    return frozenset(letters)


def _same(text: str, option: str) -> bool:
    return bool(option) and comparable(plain_text(text)) == comparable(plain_text(option))
