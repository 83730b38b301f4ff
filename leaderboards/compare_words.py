"""A comparison in plain words: who is better by how much, or what it would take to know."""

from collections.abc import Iterator

from rbench.leaderboards.compared import POWER, Compared, Outlook
from rbench.leaderboards.tables import NOTHING, percent
from rbench.metrics.effect_size import cohens_word


def sentences(one: Compared, tests: int) -> Iterator[str]:
    """Yield the verdict, the size of the effect, and the power."""
    yield _verdict(one, tests)
    yield from _effect(one)
    yield from _power(one, tests)


def value_text(one: Compared, value: float | None) -> str:
    """Return a value in its unit: per cent where it is a fraction."""
    if value is None:
        return NOTHING
    return percent(value) if one.unit == "fraction" else f"{value:.4g}"


def amount(one: Compared, difference: float, *, sign: bool = False) -> str:
    """Return a difference in its unit: points where the values are fractions."""
    if one.unit == "fraction":
        text = f"{100 * difference:+.1f}" if sign else f"{100 * difference:.1f}"
    else:
        text = f"{difference:+.3g}" if sign else f"{difference:.3g}"
    return text.lstrip("+-") if not float(text) else text


def p_text(p: float | None) -> str:
    """Return a p-value with two digits, e.g. ``0.034``, ``<0.0001``."""
    if p is None:
        return NOTHING
    if p < 1e-4:
        return "<0.0001"
    return f"{p:.2g}" if p >= 0.001 else f"{p:.4f}"


def _verdict(one: Compared, tests: int) -> str:
    where = f"{one.task}, {one.on}, {one.metric}:"
    if one.difference is None or one.adjusted_p is None:
        return f"{where} {one.first} and {one.second} have no difference to test."
    p = f"p = {p_text(one.adjusted_p)}".replace("= <", "< ")
    p += f" after Holm over {tests} comparisons" if tests > 1 else ""
    size = f"{amount(one, abs(one.difference))}{_unit(one)}"
    bounds = _bounds(one)
    if one.better is not None:
        pair = (one.first, one.second) if one.better == "first" else (one.second, one.first)
        return f"{where} {pair[0]} is better than {pair[1]} by {size}{bounds}, {p}."
    if not one.difference:
        return f"{where} {one.first} and {one.second} cannot be told apart: both are equal{bounds}."
    leads = (one.difference > 0) == one.higher_is_better
    ahead = one.first if leads else one.second
    return (
        f"{where} {one.first} and {one.second} cannot be told apart: {ahead} is ahead by "
        f"{size}{bounds}, {p}."
    )


def _bounds(one: Compared) -> str:
    """Return the interval as seen from the one that leads."""
    if one.low is None or one.high is None or one.difference is None:
        return ""
    low, high = (one.low, one.high) if one.difference >= 0 else (-one.high, -one.low)
    return f" ({amount(one, low)} to {amount(one, high)})"


def _unit(one: Compared) -> str:
    return " points" if one.unit == "fraction" else ""


def _effect(one: Compared) -> Iterator[str]:
    counts = one.counts
    if counts is None or one.cohens_h is None or not (counts.only_first or counts.only_second):
        return
    tally = f"({counts.only_first:.4g} to {counts.only_second:.4g})"
    if one.odds_ratio is None:
        winner = one.first if counts.only_first else one.second
        text = f"Where they differ, {winner} is always the one that is right {tally}"
    else:
        winner = one.first if one.odds_ratio >= 1 else one.second
        ratio = max(one.odds_ratio, 1 / one.odds_ratio)
        text = f"Where they differ, {winner} is the right one {ratio:.3g} times as often {tally}"
        if ratio == 1:
            text = f"Where they differ, both are right equally often {tally}"
    word = cohens_word(one.cohens_h)
    said = "less than what Cohen calls small" if word == "slight" else f"what Cohen calls {word}"
    yield f"{text}; Cohen's h is {abs(one.cohens_h):.2f}, {said}."


def _power(one: Compared, tests: int) -> Iterator[str]:
    if not one.outlook:
        return
    planned = list(one.outlook)
    things = "questions" if one.attrition is not None else "images"
    if one.difference:
        seen = planned.pop(0)
        if one.better is None:
            yield (
                f"About {_count(seen.needed)} such {things} would be needed to see "
                f"{amount(one, seen.difference)}{_unit(one)} with a power of {100 * POWER:.0f} %; "
                f"these {_count(one.n)} have {_percent(seen)}."
            )
    if planned:
        least, *more = planned
        step = f" at {1 - one.level:.2g}/{tests}, the strictest step of Holm," if tests > 1 else ""
        others = "; ".join(f"{_points(o)}: {_percent(o)} ({_count(o.needed)})" for o in more)
        yield (
            f"The power{step} of {_count(one.n)} {things} to see a difference of {_points(least)}: "
            f"{_percent(least)} ({_count(least.needed)} would have {100 * POWER:.0f} %); {others}."
        )


def _points(outlook: Outlook) -> str:
    points = f"{100 * outlook.difference:g}"
    return f"{points} point" if points == "1" else f"{points} points"


def _percent(outlook: Outlook) -> str:
    share = 100 * outlook.power
    return f"{share:.0f} %" if 1 <= share <= 99 else "under 1 %" if share < 1 else "over 99 %"


def _count(number: int) -> str:
    return f"{number:,}" if number >= 10_000 else str(number)
