"""What several samplers' options must be: counts, scales and lists of numbers."""

import math
from itertools import pairwise

from rbench.errors import UsageError


def require_count(sampler: str, option: str, value: int) -> None:
    """Raise `UsageError` where `value` is less than 1."""
    if value < 1:
        raise UsageError(f"{sampler}: {option}={value} is less than 1.")


def require_positive(sampler: str, option: str, value: float) -> None:
    """Raise `UsageError` where `value` is not a positive number."""
    if not 0 < value < math.inf:
        raise UsageError(f"{sampler}: {option}={value} is not a number above 0.")


def require_not_negative(sampler: str, option: str, value: float) -> None:
    """Raise `UsageError` where `value` is not a number from 0 up."""
    if not 0 <= value < math.inf:
        raise UsageError(f"{sampler}: {option}={value} is not a number from 0 up.")


def falling_numbers(sampler: str, option: str, text: str) -> tuple[float, ...]:
    """Read ``80,0.821``: finite numbers, each less than the one before. Raises `UsageError`."""
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or not all(map(math.isfinite, numbers)):
        raise UsageError(f"{sampler}: {option}={text!r} is no list of numbers such as 1,0.5,0.")
    for before, after in pairwise(numbers):
        if after >= before:
            raise UsageError(
                f"{sampler}: {option}={text!r} does not fall: {after:g} follows {before:g}."
            )
    return numbers
