"""What the rule scorer is allowed to be lenient about: part of a run's protocol."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Literal, Protocol

from rbench.errors import UsageError

RULE_VERSION = "1"
"""Rises with every change that can change a grade."""

Verdict = Literal["right", "wrong"]


@dataclasses.dataclass(frozen=True, slots=True)
class RuleOptions:
    """How near an answer must come. docs/answers.md shows every case.

    `relative_tolerance`: a number within this share of the gold is right; 0 leaves rounding only.
    `significant_digits`: where the gold is exact but is no integer and no decimal (1/3, sqrt(2),
    an integer in another unit), a decimal answer is right if it is the gold rounded to at least
    so many digits. `missing_unit` and `extra_unit` decide where only one side has a unit.
    `seconds` of processor time and `memory_mb` MiB of memory are what algebra may take: what
    takes more is an errored grade.
    """

    relative_tolerance: float = 0.0
    significant_digits: int = 3
    missing_unit: Verdict = "right"
    extra_unit: Verdict = "right"
    seconds: float = 5.0
    memory_mb: int = 1024

    def __post_init__(self) -> None:
        """Raise `UsageError` for what is no option of the rule."""
        for name in ("relative_tolerance", "seconds"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise UsageError(f"the rule's {name}={value!r} is not a number.")
        for name in ("significant_digits", "memory_mb"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise UsageError(f"the rule's {name}={value!r} is not an integer from 1 on.")
        if not 0 <= self.relative_tolerance < 1:
            raise UsageError(
                f"the rule's relative_tolerance={self.relative_tolerance!r} is not in [0, 1)."
            )
        if not (math.isfinite(self.seconds) and self.seconds > 0):
            raise UsageError(f"the rule's seconds={self.seconds!r} is not above 0.")
        for name in ("missing_unit", "extra_unit"):
            if getattr(self, name) not in ("right", "wrong"):
                raise UsageError(
                    f"the rule's {name}={getattr(self, name)!r} is neither 'right' nor 'wrong'."
                )

    def protocol(self) -> dict[str, str | int | float]:
        """Return the options and the rule's version, as a request and a protocol name them."""
        return {"version": RULE_VERSION, **dataclasses.asdict(self)}


def rule_options(protocol: Mapping[str, object]) -> RuleOptions:
    """Return the options that `RuleOptions.protocol` wrote; what is not named has its default.

    Raises `UsageError` for an unknown name, a bad value, and another version of the rule.
    """
    given = dict(protocol)
    version = given.pop("version", RULE_VERSION)
    if version != RULE_VERSION:
        raise UsageError(
            f"version {version!r} of the rule is asked for, but this is version {RULE_VERSION}."
        )
    names = {field.name for field in dataclasses.fields(RuleOptions)}
    if unknown := sorted(set(given) - names):
        raise UsageError(f"the rule has no option {unknown[0]!r}; it has {sorted(names)}.")
    return RuleOptions(**given)  # type: ignore[arg-type]  # checked in __post_init__


class NeedsAlgebra(Exception):
    """The two answers cannot be compared without a computer algebra system."""


class Mathematics(Protocol):
    """What only a computer algebra system can do."""

    def function(self, name: str, value: object) -> object:
        """Return a function of the constant `value`, a Fraction, to some 50 digits."""
        ...

    def equal(self, answer: str, gold: str) -> bool:
        """Tell whether two expressions in the notation of `plain_math` are equal."""
        ...
