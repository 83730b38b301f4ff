"""Algebra through math-verify and sympy. Imported only in the worker process of `algebra`."""

from fractions import Fraction

import mpmath
from latex2sympy2_extended.math_normalization import NormalizationConfig
from math_verify import LatexExtractionConfig, parse, verify

from rbench.metrics.answers.algebra_filter import is_admissible, to_latex, with_other_letters
from rbench.metrics.answers.expression import NotConstant

_DIGITS = 60
_FUNCTIONS = {
    "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan, "cot": mpmath.cot,
    "sec": mpmath.sec, "csc": mpmath.csc, "arcsin": mpmath.asin, "arccos": mpmath.acos,
    "arctan": mpmath.atan, "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh,
    "ln": mpmath.log, "log": mpmath.log10, "lg": mpmath.log10, "exp": mpmath.exp,
}  # fmt: skip
_LARGEST = 10**6
# Units are ours to read: math-verify would strip the h of 2h.
_AS_IT_IS = NormalizationConfig(
    basic_latex=True,
    units=False,
    malformed_operators=False,
    nits=False,
    boxed="none",
    equations=False,
)


class SympyMathematics:
    """Values of functions from mpmath, equality of expressions from math-verify."""

    def function(self, name: str, value: object) -> Fraction:
        """Return the value of a function to 60 digits; "log" is to the base 10.

        Raises `NotConstant` where it has none, e.g. ln(-1), and for arguments beyond a million.
        """
        if not isinstance(value, Fraction) or abs(value) > _LARGEST:
            raise NotConstant(name)
        if name == "exp" and abs(value) > 1000:
            raise NotConstant(name)
        with mpmath.workdps(_DIGITS):
            argument = mpmath.mpf(value.numerator) / value.denominator
            try:
                result = _FUNCTIONS[name](argument)
            except (ValueError, ZeroDivisionError) as error:
                raise NotConstant(name) from error
            if not isinstance(result, mpmath.mpf) or not mpmath.isfinite(result):
                raise NotConstant(name)
            sign, mantissa, exponent, _ = result._mpf_
        value = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
        return -value if sign else value

    def equal(self, answer: str, gold: str) -> bool:
        """Tell whether math-verify finds the two equal. What one cannot read equals nothing."""
        if not (is_admissible(answer) and is_admissible(gold)):
            return False
        texts = with_other_letters(answer, gold)
        if texts is None:
            return False
        ours, theirs = map(_parsed, texts)
        if not ours or not theirs:
            return False
        return bool(verify(theirs, ours, strict=True, timeout_seconds=None))


def _parsed(text: str) -> list[object]:
    latex = f"${to_latex(text)}$"
    read = parse(
        latex,
        extraction_config=[LatexExtractionConfig(normalization_config=_AS_IT_IS)],
        fallback_mode="no_fallback",
        parsing_timeout=None,
    )
    return list(read)
