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
    r"(?P<open>[(\[{])?(?P<letter>[A-Z])(?(open)[)\]}])(?P<sign>[\s.:,)、-]+)(?P<text>\S.*)",
    re.DOTALL,
)
_TEXT_FIRST = re.compile(r"(?P<text>.+?)\s*[(\[](?P<letter>[A-Z])[)\]]", re.DOTALL)
# What follows a letter and takes it back, or names another one.
_HEDGE = re.compile(
    r"(?<![a-z])(?:or|not|wrong|incorrect|false|maybe|perhaps|possibly|either|neither|nor)(?![a-z])"
    r"|n't(?![a-z])|或|不|错|非",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"(?<![A-Za-z0-9])(?:[(\[{][A-Z][)\]}]|[A-Z](?:\s?[:)、]|\.(?!\d))|(?:and|&|\+|和)\s?[A-Z](?![a-z]))"
)
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
        if own is not None and _same(match["text"], own):
            return _known({match["letter"]}, options)
        if stands_out and not _is_open(match["text"], match["letter"]):
            return _known({match["letter"]}, options)
    first = _TEXT_FIRST.fullmatch(text) if options else None
    if options and first and _same(first["text"], options.get(first["letter"], "")):
        return frozenset(first["letter"])
    return None


def _is_open(text: str, letter: str) -> bool:
    """Tell whether what follows a letter takes it back, or states another letter."""
    if _HEDGE.search(text) or (len(text) == 1 and text.isupper() and text != letter):
        return True
    return any(letter not in another for another in _ANOTHER.findall(text))


def _known(letters: set[str], options: Mapping[str, str] | None) -> frozenset[str] | None:
    if options is not None and not letters <= set(options):
        return None
    return frozenset(letters)


def _same(text: str, option: str) -> bool:
    return bool(option) and comparable(plain_text(text)) == comparable(plain_text(option))
