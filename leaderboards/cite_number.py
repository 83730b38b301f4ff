"""`CitedNumber`: a value with its interval, as a sentence and a table row have it."""

from dataclasses import dataclass

from rbench.leaderboards.tables import percent


@dataclass(frozen=True, slots=True)
class CitedNumber:
    """One number.

    Attributes:
        name: what it is: ``accuracy, mean``.
        unit: ``%``, or empty.
        value: as it is shown; of an incomplete run the bounds, ``52.0 to 64.0``.
        interval: its ends as they are shown; None without one.
        n: samples behind it.
    """

    name: str
    unit: str
    value: str
    interval: tuple[str, str] | None
    n: int


def percent_range(low: float | None, high: float | None, word: str) -> str:
    """Return ``17.5 % to 31.0 %``, with `word` between; what is not known is said to be."""
    if low is None or high is None:
        return "unknown bounds"
    return f"{percent(low)} % {word} {percent(high)} %"
