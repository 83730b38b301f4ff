"""A number as it was written: its value, and how many digits it was given to."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from rbench.metrics.answers.expression import CLOSE, NotConstant, constant
from rbench.metrics.answers.number_words import number_word
from rbench.metrics.answers.rule import Mathematics, RuleOptions

_PLAIN = re.compile(r"[-+]?\d+")
_DECIMAL = re.compile(
    r"(?P<sign>[-+]?) ?(?P<digits>\d*\.?\d+|\d+\.)"
    r"(?:(?:[eE]| ?\* ?10 ?\^ ?)\(?(?P<power>[-+]?\d{1,3})\)?)?"
)
_BARE_POWER = re.compile(r"(?P<sign>[-+]?)10 ?\^ ?\(?(?P<power>[-+]?\d{1,3})\)?")
_COMMAS = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+)(?![\d,])")
_BLANKS = re.compile(r"(?<![\d.])(\d{1,3}(?: \d{3})+)(?![\d/]| ?/| \d)")
_NEGATIVE = re.compile(
    r"^(?:(?:minus|negative) (?=[\da-z(])|负(?=[\d零〇一二两三四五六七八九十]))", re.IGNORECASE
)
_RATIO = re.compile(r"(\d+(?:\.\d+)?) ?: ?(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Number:
    """A real constant.

    `form`: "integer" is exact; "decimal" stands for all that rounds to it at its last digit,
    whose weight is `step`; "exact" is a fraction, a root or another closed form.
    """

    value: Fraction
    form: Literal["integer", "decimal", "exact"]
    step: Fraction = Fraction(0)


def read_number(text: str, mathematics: Mathematics | None = None) -> Number | None:
    """Read a number in the notation of `plain_math`; None where it is none.

    Raises `NeedsAlgebra` where a function such as sin is met without `mathematics`.
    """
    return _read_quickly(text) if mathematics is None else _read(text, mathematics)


def _read(text: str, mathematics: Mathematics | None) -> Number | None:
    text = _NEGATIVE.sub("-", text.strip())
    if not text or not any(s.isdigit() or s.isalpha() or s == "∞" for s in text[:40]):
        return None
    if (word := number_word(text.removeprefix("-"))) is not None:
        return Number(Fraction(-word if text[0] == "-" else word), "integer")
    text = without_separators(text)
    if _PLAIN.fullmatch(text):
        return Number(Fraction(int(text)), "integer") if len(text) < 400 else None
    written = _DECIMAL.fullmatch(text) or _BARE_POWER.fullmatch(text)
    if written:
        return _decimal(written)
    if ratio := _RATIO.fullmatch(text):
        text = f"{ratio[1]}/{ratio[2]}"
    try:
        value = constant(text, mathematics.function if mathematics else None)  # type: ignore[arg-type]
    except NotConstant:
        return None
    return Number(value, "exact")


@lru_cache(maxsize=4096)
def _read_quickly(text: str) -> Number | None:
    return _read(text, None)


def without_separators(text: str) -> str:
    """Return 1234567 for 1,234,567 and 1 234 567."""
    if "," in text:
        text = _COMMAS.sub(lambda m: m[1].replace(",", ""), text)
    if " " in text:
        text = _BLANKS.sub(lambda m: m[1].replace(" ", ""), text)
    return text


def _decimal(written: re.Match[str]) -> Number:
    digits = written.groupdict().get("digits") or "1"
    power = int(written["power"] or 0)
    places = len(digits.partition(".")[2])
    scale = Fraction(10) ** power
    value = Fraction(digits.rstrip(".")) * scale
    step = Fraction(1, 10**places) * scale
    signed = -value if written["sign"] == "-" else value
    if "digits" not in written.groupdict():
        return Number(signed, "exact")  # 10^5
    return Number(signed, "decimal", step)


def same_value(a: Fraction, b: Fraction) -> bool:
    """Tell whether two values are one, up to the digits that irrational ones are known to."""
    return a == b or abs(a - b) <= CLOSE * max(abs(a), abs(b))


def numbers_match(
    answer: Number,
    gold: Number,
    rule: RuleOptions,
    scale: Fraction = Fraction(1),
    offset: Fraction = Fraction(0),
) -> bool:
    """Tell whether the answer is the gold, or rounds to it, or the gold rounds to it.

    In the gold's unit, the answer is its value times `scale`, plus `offset`.
    """
    value = answer.value * scale + offset
    if same_value(value, gold.value):
        return True
    if rule.relative_tolerance:
        allowed = Fraction(rule.relative_tolerance) * abs(gold.value)
        if abs(value - gold.value) <= allowed:
            return True
    step = answer.step * abs(scale)
    converted = scale != 1 or offset != 0
    finer = gold.form == "decimal" and (converted or _is_finer(answer, gold))
    if finer and _rounds(value, gold.value, gold.step):
        return True
    closed = gold.form == "exact" or converted
    if closed and answer.form == "decimal" and _significant(answer) >= rule.significant_digits:
        return _rounds(gold.value, value, step)
    return False


def _is_finer(answer: Number, gold: Number) -> bool:
    if answer.form == "integer":
        return gold.step > 1  # 1520 for 1.5e3, but never 3 for 3.0
    return answer.form == "exact" or answer.step < gold.step


def _rounds(fine: Fraction, coarse: Fraction, step: Fraction) -> bool:
    # The half belongs to both neighbours: banks and schools round it differently.
    return abs(fine - coarse) * 2 <= step


def _significant(number: Number) -> int:
    if number.step == 0 or number.value == 0:
        return 0
    return len(str(abs(number.value) // number.step))
