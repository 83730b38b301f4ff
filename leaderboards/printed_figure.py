"""What a printed figure says: the numbers in it, and what it can have been before rounding."""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from rbench.errors import DataError

_NUMBER = re.compile(r"(?<![\d.])[-−]?(?:\d[\d,]*\.?\d*|\.\d+)")
# A sign stands at the start: "2.3-3.6x" is a range.
_RANGE = re.compile(r"(?<=\d)\s*[-–−]\s*(?=[\d.])")


def numbers(printed: str) -> tuple[float, ...]:
    """Return the numbers in a printed figure: ``~3.6``, ``5,800 MB``, both of ``2.3-3.6x``."""
    return tuple(float(text) for text in _texts(printed))


def figure(printed: str) -> Fraction:
    """Return the first number in a printed figure, exactly. Raises `DataError` without one."""
    texts = _texts(printed)
    if not texts:
        raise DataError(f"{printed!r} is printed where a number is wanted.")
    return Fraction(texts[0])


def step(printed: str) -> Fraction:
    """Return one unit of the last digit of a printed figure: 1/10 of ``7.7``."""
    return Fraction(1, 10 ** len(_texts(printed)[0].partition(".")[2]))


def span(printed: str) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest number that rounds to a printed figure."""
    value, half = figure(printed), step(printed) / 2
    return value - half, value + half


def rounds_to(value: Fraction, printed: str) -> bool:
    """Return whether `value` rounds to a printed figure; a half may go either way."""
    low, high = span(printed)
    return low <= value <= high


def is_cut_to(value: Fraction, printed: str) -> bool:
    """Return whether `value` without its further digits is a printed figure (neither below 0)."""
    return 0 <= value - figure(printed) < step(printed)


def text(value: Fraction, decimals: int) -> str:
    """Return `value` with that many decimals."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return str(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def _texts(printed: str) -> list[str]:
    found = _NUMBER.findall(_RANGE.sub(" ", printed))
    return [number.replace(",", "").replace("−", "-") for number in found]
