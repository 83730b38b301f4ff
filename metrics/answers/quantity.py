"""A number with its unit, or with the things that it counts."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from rbench.metrics.answers.number import Number, numbers_match, read_number
from rbench.metrics.answers.number_words import number_word
from rbench.metrics.answers.rule import Mathematics, NeedsAlgebra, RuleOptions
from rbench.metrics.answers.units import Unit, conversion, is_number_only, read_unit

_STARTS = re.compile(r"(?<=[\d).!a-zA-Z ])(?=[A-Za-zμΩÅ°%‰$€£¥\u4e00-\u9fff(])")
_MOST_STARTS = 24
_MONEY_FIRST = re.compile(r"([-+]?) ?([$€£¥]|USD|RMB|CNY|EUR) ?(?=[\d.])")
_THINGS = re.compile(
    r"[A-Za-z][A-Za-z-]{2,}(?: [A-Za-z-]+){0,4}|[\u4e00-\u9fff]{1,10}", re.IGNORECASE
)
_NO_THINGS_TEXT = (
    "or and not if than to about more less least most between plus minus times but hundred "
    "thousand million billion trillion dozen half halves score pi over by sqrt sin cos tan ln "
    "log is are was per root with without except maybe perhaps possibly probably wrong incorrect "
    "false unless otherwise squared cubed factorial choose mod modulo fewer smaller larger greater "
    "bigger higher lower twice thrice double triple quarter quarters third thirds fourth fourths "
    "fifth fifths sixth sixths seventh sevenths eighth eighths ninth ninths tenth tenths hundredth "
    "hundredths thousandth thousandths no nor either neither versus yes"
)
_NO_THINGS = frozenset(_NO_THINGS_TEXT.split())
_NO_CHINESE_THINGS = re.compile(
    r"[或和与及不非若万亿千百半至到多少]|以[上下内外]|分之|点[零一二三四五六七八九]|^[零一二两三四五六七八九十](?![角边])"
)
_UNITS_POWER = re.compile(r"^(units?) ?\^ ?[23]$")
_LARGE = {
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12,
    "万": 10**4, "亿": 10**8,
}  # fmt: skip
_LARGE_WORD = re.compile(
    r"(?P<number>.+?) ?(?P<word>thousand|million|billion|trillion|dozen|万|亿)\b ?"
)
_ANGLES = re.compile(r"(?=[^°]+°.*\d)[\d .+\-*/()°]+")
_FEET_INCHES = re.compile(r"(\d+)° ?(\d+)'(?: ?(\d+(?:\.\d+)?)\")?")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit, with counted things ("triangles"), or with neither."""

    number: Number
    unit: Unit = ()
    things: str = ""


def read_quantity(text: str, mathematics: Mathematics | None = None) -> Quantity | None:
    """Read a quantity in the notation of `plain_math`; None where it is none.

    The longest unit wins: the m of "2 pi m" is a metre. Words that are no unit are taken for the
    things that are counted, up to five of them. Raises `NeedsAlgebra` where only a function
    such as sin stands in the way and there is no `mathematics`.
    """
    return _quickly(text) if mathematics is None else _read(text, mathematics)


@lru_cache(maxsize=4096)
def _quickly(text: str) -> Quantity | None:
    return _read(text, None)


def _read(text: str, mathematics: Mathematics | None) -> Quantity | None:
    text = text.strip()
    if money := _MONEY_FIRST.match(text):
        text = f"{money[1]}{text[money.end() :]} {money[2]}"
    if angle := _FEET_INCHES.fullmatch(text):
        text = f"({angle[1]}+{angle[2]}/60+{angle[3] or 0}/3600)°"
    if _ANGLES.fullmatch(text):  # 180° - 45°, 27°/2
        number = read_number(text.replace("°", ""))
        return None if number is None else Quantity(number, (("degree", 1),))
    needs: NeedsAlgebra | None = None
    try:
        if (number := read_number(text, mathematics)) is not None:
            return Quantity(number)
    except NeedsAlgebra as error:
        needs = error
    if not text[:1].isascii() or not text[:1].isalpha() or " " in text or text[:4] == "sqrt":
        found = _with_unit(text, mathematics)
        if found is not None:
            return found
    if needs:
        raise needs
    return None


def _with_unit(text: str, mathematics: Mathematics | None) -> Quantity | None:
    things: Quantity | None = None
    starts = [start.start() for start in _STARTS.finditer(text, 1)][:_MOST_STARTS]
    for start in starts or ():
        rest = text[start:]
        unit = read_unit(rest)
        noun = "" if unit else _things(rest)
        if not unit and (not noun or things):
            continue
        number = _scaled_number(text[:start], mathematics)
        if number is None:
            continue
        if unit:
            return Quantity(number, unit)
        things = Quantity(number, (), noun)
    return things or _large(text, mathematics)


def _scaled_number(text: str, mathematics: Mathematics | None) -> Number | None:
    large = _large(text, mathematics)
    return read_number(text, mathematics) if large is None else large.number


def _large(text: str, mathematics: Mathematics | None) -> Quantity | None:
    """Read "1.5 million" and 3万."""
    match = _LARGE_WORD.fullmatch(text)
    if match is None:
        return None
    number = read_number(match["number"], mathematics)
    if number is None:
        return None
    by = Fraction(_LARGE[match["word"]])
    return Quantity(Number(number.value * by, number.form, number.step * by))


def _things(text: str) -> str:
    text = _UNITS_POWER.sub(r"\1", text.strip())
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    if not _THINGS.fullmatch(text):
        return ""
    words = text.casefold().replace("-", " ").split()
    if not text.isascii():
        return "" if _NO_CHINESE_THINGS.search(text) else text
    numbers = any(number_word(word) not in (None, 1) for word in words)
    return "" if numbers or _NO_THINGS.intersection(words) else " ".join(words)


def quantities_match(answer: Quantity, gold: Quantity, rule: RuleOptions) -> bool:
    """Tell whether the answer's quantity is the gold's; docs/answers.md states the rules."""
    if gold.unit and answer.unit:
        return _in_unit(answer, gold, rule)
    if gold.unit:
        if answer.things:
            return False
        if is_number_only(gold.unit) and _in_unit(answer, gold, rule):
            return True
        return rule.missing_unit == "right" and numbers_match(answer.number, gold.number, rule)
    if answer.unit:
        if gold.things:
            return False
        if is_number_only(answer.unit) and _in_unit(answer, gold, rule):
            return True
        return rule.extra_unit == "right" and numbers_match(answer.number, gold.number, rule)
    if gold.things and answer.things and not _same_things(gold.things, answer.things):
        return False
    if gold.things and not answer.things and rule.missing_unit == "wrong":
        return False
    if answer.things and not gold.things and rule.extra_unit == "wrong":
        return False
    return numbers_match(answer.number, gold.number, rule)


def _in_unit(answer: Quantity, gold: Quantity, rule: RuleOptions) -> bool:
    converted = conversion(answer.unit, gold.unit)
    return converted is not None and numbers_match(answer.number, gold.number, rule, *converted)


def _same_things(gold: str, answer: str) -> bool:
    return gold.rstrip("s") == answer.rstrip("s")
