"""Units as they are written: products, quotients and powers of known names."""

import re
from fractions import Fraction
from functools import lru_cache

from rbench.metrics.answers.unit_names import CURRENCIES, NUMBER_ONLY, UNIT_NAMES

Unit = tuple[tuple[str, int], ...]
"""pint's names with their powers, sorted, e.g. (("meter", 1), ("second", -2))."""

_LONGEST = 60
_TOKEN = re.compile(
    r" *(?:(?P<power>\^ ?(?P<exponent>[-+]?\d{1,2}|\([-+]?\d{1,2}\)))|(?P<sign>[*/()])"
    r"|(?P<per>per(?![a-z])|每)"
    r"|(?P<squared>squared|cubed)|(?P<square>square|cubic|sq\.?|cu\.?|平方|立方)(?![a-z])"
    r"|(?P<name>°[CF]?|[%‰$€£¥Å]|[A-Za-zμΩ]+|[\u4e00-\u9fff]{1,5}?(?=平方|立方|每|[^\u4e00-\u9fff]|$)))"
)
_DEGREE_OF = re.compile(r"\b(?:degrees?|deg\.?) (?:C(?:elsius)?|F(?:ahrenheit)?)\b|° (?=[CF]\b)")


@lru_cache(maxsize=4096)
def read_unit(text: str) -> Unit | None:
    """Read a unit in the notation of `plain_math`: m/s^2, kg m s^-2, metres per second, 千米/时.

    Returns None for what is none. Every "/" divides by one factor: J/kg/K, J/(kg K).
    """
    text = text.strip()
    if not 0 < len(text) <= _LONGEST:
        return None
    text = re.sub(r"\b(electron)[ -](volts?)\b", r"\1\2", text)
    text = _DEGREE_OF.sub(lambda m: f"°{m[0].split()[-1][0]}" if m[0][0] != "°" else "°", text)
    powers: dict[str, int] = {}
    position, sign, pending = 0, 1, 1
    signs = [1]  # inside brackets all signs turn with that before them
    last: list[tuple[str, int]] = []
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or not match[0].strip():
            return None
        position = match.end()
        if match["name"]:
            factors = _factors(match["name"])
            if factors is None:
                return None
            last = [(name, power * sign * signs[-1] * pending) for name, power in factors]
            for name, power in last:
                powers[name] = powers.get(name, 0) + power
            sign = pending = 1
        elif match["power"] or match["squared"]:
            if not last or pending != 1:
                return None
            by = (
                int(match["exponent"].strip("()"))
                if match["power"]
                else 2 + (match["squared"] == "cubed")
            )
            for name, power in last:
                powers[name] += power * (by - 1)
            last = []
        elif match["square"]:
            pending = 3 if match["square"][0] in "c立" else 2
        elif match["per"] or match["sign"] == "/":
            sign = -1
        elif match["sign"] == "(":
            signs.append(signs[-1] * sign)
            sign = 1
        elif match["sign"] == ")":
            if len(signs) == 1:
                return None
            signs.pop()
            last = []
    if len(signs) != 1 or sign == -1 or pending != 1:
        return None
    unit = tuple(sorted((name, power) for name, power in powers.items() if power))
    return unit or None


def _factors(name: str) -> list[tuple[str, int]] | None:
    known = UNIT_NAMES.get(name)
    if known is None and len(name) > 3:
        known = UNIT_NAMES.get(name.lower())
    if known is None:
        return None
    above, _, below = known.partition("/")
    base, _, power = above.partition("**")
    return [(base, int(power or 1)), *([(below, -1)] if below else [])]


def is_number_only(unit: Unit) -> bool:
    """Tell whether the unit is an angle or a share, which is a plain number as well."""
    return all(name in NUMBER_ONLY for name, _ in unit)


@lru_cache(maxsize=4096)
def conversion(unit: Unit, to: Unit) -> tuple[Fraction, Fraction] | None:
    """Return (scale, offset) from one unit to another, exactly; None for other dimensions.

    The empty unit is the plain number. Temperatures alone have an offset; in products, as in
    J/°C, a degree is a difference. pint is imported here, and only for two unlike units.
    """
    if unit == to:
        return Fraction(1), Fraction(0)
    if CURRENCIES & {name for name, _ in (*unit, *to)}:
        return None
    from rbench.metrics.answers.unit_scale import dimension_and_scale

    (dimension, scale, offset), (wanted, other, other_offset) = map(dimension_and_scale, (unit, to))
    if dimension != wanted:
        return None
    return scale / other, (offset - other_offset) / other
