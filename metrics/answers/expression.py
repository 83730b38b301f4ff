"""The value of a constant expression, to 50 digits and without any computer algebra.

Arithmetic, powers, roots, pi, factorials and mixed numbers. Rational values are exact. The
Decimal approximations of the others are Fractions, too, so that all comparisons are exact.
"""

import math
import re
from collections.abc import Callable
from decimal import Context, Decimal
from fractions import Fraction

from rbench.metrics.answers.rule import NeedsAlgebra
from rbench.metrics.answers.signs import FUNCTIONS

_DIGITS = 60
_CONTEXT = Context(prec=_DIGITS, Emax=10**6, Emin=-(10**6), traps=[])
_PI = Fraction("3.14159265358979323846264338327950288419716939937510582097494459230781640628620900")
CLOSE = Fraction(1, 10**45)
"""Two values that differ by no more than this share are the same value."""

_MOST_TOKENS = 80
_LARGEST_POWER = 1000
_MOST_BITS = 8000
_TOKEN = re.compile(
    r" *(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,4}(?![\d.A-Za-z]))?)"
    r"|(?P<name>sqrt|cbrt|root|pi|[^\W\d_]+)|(?P<sign>[-+*/^(),!|°]))"
)
_ROOTS = {"sqrt": 2, "cbrt": 3}
Function = Callable[[str, Fraction], Fraction]


class NotConstant(Exception):
    """The text is no constant expression."""


def constant(text: str, function: Function | None = None) -> Fraction:
    """Return the value of a constant in the notation of `plain_math`.

    `function` gives the value of ``sin``, ``ln`` and the like; "e" is ``exp`` of 1.
    Raises `NotConstant`, and `NeedsAlgebra` where a function is met and there is no `function`.
    """
    parser = _Parser(_tokens(text), function)
    value = parser.sum()
    if parser.at != len(parser.tokens):
        raise NotConstant(text)
    return value


def _tokens(text: str) -> list[tuple[str, str, bool]]:
    """Return (kind, token, blank before it)."""
    tokens: list[tuple[str, str, bool]] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None or len(tokens) == _MOST_TOKENS:
            raise NotConstant(text)
        token = match[match.lastgroup]
        if match.lastgroup == "name" and not _known(token):
            raise NotConstant(text)
        if len(token) > 300:
            raise NotConstant(text)
        tokens.append((match.lastgroup, token, match[0].startswith(" ")))
        position = match.end()
    return tokens


def _known(name: str) -> bool:
    return name in _ROOTS or name in ("root", "pi", "e") or name in FUNCTIONS


class _Parser:
    """Recursive descent; its depth is bounded by the number of tokens."""

    def __init__(self, tokens: list[tuple[str, str, bool]], function: Function | None) -> None:
        self.tokens = tokens
        self.at = 0
        self.function = function
        self.calls = 0  # how many functions' arguments this is inside of

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def kind(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.tokens[at][0] if at < len(self.tokens) else ""

    def take(self, expected: str | None = None) -> str:
        token = self.peek()
        if not token or (expected is not None and token != expected):
            raise NotConstant(token)
        self.at += 1
        return token

    def sum(self) -> Fraction:
        value = self.product()
        while self.peek() in ("+", "-"):
            sign = self.take()
            other = self.product()
            value = value + other if sign == "+" else value - other
        return value

    def product(self) -> Fraction:
        value = self.signed()
        while True:
            token = self.peek()
            if token == "*":
                self.take()
                value = _checked(value * self.signed())
            elif token == "/":
                value = _checked(_quotient(value, self._divisor()))
            elif token == "(" or self.kind() == "name":
                value = _checked(value * self.power())
            else:
                return value

    def _divisor(self) -> Fraction:
        """Read what is below a slash: 1/2pi is pi/2, but pi/2sqrt(3) is pi/(2sqrt(3))."""
        above = self.tokens[self.at - 1]
        self.take("/")
        whole = above[0] == self.kind() == "number" and (above[1] + self.peek()).isdigit()
        value = self.signed()
        while not whole and self.at < len(self.tokens):
            kind, token, blank = self.tokens[self.at]
            if blank or not (token == "(" or kind == "name"):
                break
            value = _checked(value * self.power())
        return value

    def signed(self) -> Fraction:
        if self.peek() in ("-", "+"):
            return -self.signed() if self.take() == "-" else self.signed()
        return self.power()

    def power(self) -> Fraction:
        base = self.atom()
        while self.peek() == "!":
            self.take()
            if base.denominator != 1 or not 0 <= base <= 100:
                raise NotConstant("factorial")
            base = Fraction(math.factorial(int(base)))
        if self.peek() == "°" and self.calls:
            self.take()
            base *= _PI / 180
        if self.peek() == "^":
            self.take()
            exponent = self.signed()  # right to left: 2^3^2 is 2^9
            return _power(base, exponent)
        return base

    def atom(self) -> Fraction:
        kind, token = self.kind(), self.take()
        if kind == "number":
            return self._number(token)
        if token == "(":
            value = self.sum()
            self.take(")")
            return value
        if token == "|":
            value = self.sum()
            self.take("|")
            return abs(value)
        if token == "pi":
            return _PI
        if token in _ROOTS:
            return _root(self.atom(), _ROOTS[token])
        if token == "root":
            self.take("(")
            degree = self.sum()
            self.take(",")
            value = self.sum()
            self.take(")")
            if degree.denominator != 1 or not 2 <= degree <= 20:
                raise NotConstant("root")
            return _root(value, int(degree))
        if token == "e" or token in FUNCTIONS:
            return self._called(token)
        raise NotConstant(token)

    def _number(self, token: str) -> Fraction:
        value = _checked(Fraction(token.rstrip(".") if token[-1] == "." else token))
        mixed = [kind for kind, _, _ in self.tokens[self.at : self.at + 3]]
        signs = [sign for _, sign, _ in self.tokens[self.at : self.at + 3]]
        if mixed == ["number", "sign", "number"] and signs[1] == "/":
            whole, above, below = token, signs[0], signs[2]
            if not (whole + above + below).isdigit() or int(below) == 0:
                raise NotConstant(token)
            self.at += 3
            return value + Fraction(int(above), int(below))
        return value

    def _called(self, name: str) -> Fraction:
        if self.function is None:
            raise NeedsAlgebra(name)
        if name == "e":
            return self.function("exp", Fraction(1))
        raised = 1
        if self.peek() == "^":  # sin^2(x)
            self.take()
            if self.kind() != "number" or not self.peek().isdigit():
                raise NotConstant(name)
            raised = int(self.take())
        self.calls += 1
        value = self.power()
        while self.kind() == "name" and self.peek() not in FUNCTIONS:  # sin 2pi
            value *= self.power()
        if self.peek() == "/" and self.tokens[self.at - 1][1] != ")" and self.kind(1) == "number":
            self.take()
            value = _quotient(value, self.atom())  # sin pi/6
        self.calls -= 1
        return _power(self.function(name, value), Fraction(raised))


def _checked(value: Fraction) -> Fraction:
    if value.numerator.bit_length() + value.denominator.bit_length() > _MOST_BITS:
        raise NotConstant("too large")
    return value


def _quotient(above: Fraction, below: Fraction) -> Fraction:
    if below == 0:
        raise NotConstant("division by 0")
    return above / below


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if abs(exponent) > _LARGEST_POWER or (base == 0 and exponent <= 0):
        raise NotConstant("power")
    if exponent.denominator == 1:
        bits = base.numerator.bit_length() + base.denominator.bit_length()
        if bits * abs(exponent) > _MOST_BITS:
            raise NotConstant("too large")
        return base**exponent.numerator
    if exponent.denominator <= 20:
        return _power(_root(base, exponent.denominator), Fraction(exponent.numerator))
    if base <= 0:
        raise NotConstant("power")
    return _fraction(_CONTEXT.power(_decimal(base), _decimal(exponent)))


def _root(value: Fraction, degree: int) -> Fraction:
    if value < 0:
        if degree % 2 == 0:
            raise NotConstant("no real root")
        return -_root(-value, degree)
    above, below = _whole_root(value.numerator, degree), _whole_root(value.denominator, degree)
    if above is not None and below is not None:
        return Fraction(above, below)
    if degree == 2:
        return _fraction(_CONTEXT.sqrt(_decimal(value)))
    return _fraction(_CONTEXT.power(_decimal(value), _CONTEXT.divide(Decimal(1), Decimal(degree))))


def _whole_root(value: int, degree: int) -> int | None:
    if value in (0, 1):
        return value
    if degree == 2:
        root = math.isqrt(value)
        return root if root * root == value else None
    if value.bit_length() > 900:
        return None
    guess = round(value ** (1 / degree))
    return next((r for r in (guess - 1, guess, guess + 1) if r > 0 and r**degree == value), None)


def _decimal(value: Fraction) -> Decimal:
    return _CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))


def _fraction(value: Decimal) -> Fraction:
    if not value.is_finite():
        raise NotConstant("not finite")
    return Fraction(value)
