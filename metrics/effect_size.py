"""How large a difference of two proportions is, beside the difference itself."""

import math

from rbench.errors import DataError

_WORDS = ((0.8, "large"), (0.5, "medium"), (0.2, "small"))


def cohens_h(first: float, second: float) -> float:
    """Return 2 asin sqrt(first) - 2 asin sqrt(second), in [-pi, pi] (Cohen 1988, chapter 6).

    Equal h are equally hard to see in independent samples, whether near 0, 1/2 or 1. Raises
    `DataError` for a proportion outside [0, 1].
    """
    for p in (first, second):
        if not 0 <= p <= 1:
            raise DataError(f"{p!r} is no proportion: it must lie in [0, 1].")
    return 2 * math.asin(math.sqrt(first)) - 2 * math.asin(math.sqrt(second))


def cohens_word(h: float) -> str:
    """Return what Cohen calls such an h: ``large`` (from 0.8), ``medium``, ``small``, ``slight``.

    The last word is ours, for what lies below his "small".
    """
    return next((word for least, word in _WORDS if abs(h) >= least), "slight")


def odds_ratio(only_first: float, only_second: float) -> float | None:
    """Return only_first / only_second, the conditional estimate of the odds ratio of pairs.

    Of the questions that exactly one answers, how many times as many are the first's. None where
    either count is 0: the ratio is then not known.
    """
    return only_first / only_second if only_first > 0 and only_second > 0 else None
