"""A reply that someone else's code or file gives as a mapping, checked field by field."""

import math
from collections.abc import Collection, Mapping

from rbench.harness.types import Json, Reply

GIVEN_FIELDS = ("text", "reasoning", "finish", "usage", "option_scores", "error", "images")


def given_reply(values: Mapping[str, Json], *, finish: str) -> Reply:
    """Return the reply in `values`; `finish` stands where none is given. Other keys are ignored.

    ``text`` may be null, and may be absent beside ``option_scores``, ``error`` or ``images``
    (which `given_pictures` reads). Raises `ValueError`, with the value, for what is not of its
    kind: nothing is turned into text.
    """
    for field in ("text", "reasoning", "finish", "error"):
        if not isinstance(values.get(field), str | None):
            raise ValueError(f"{field} is {_shown(values[field])}, not text")
    if not any(name in values for name in ("text", "option_scores", "error", "images")):
        raise ValueError("there is no 'text'")
    return Reply(
        text=values.get("text"),
        reasoning=values.get("reasoning"),
        finish=values.get("finish") or finish,
        option_scores=_option_scores(values.get("option_scores")),
        usage=_usage(values.get("usage")),
        error=values.get("error"),
    )


def wrong_letters(reply: Reply, letters: Collection[str]) -> str | None:
    """Return what is wrong with the letters of the option scores, if anything."""
    for kind, scores in reply.option_scores.items():
        if set(scores) != set(letters):
            return (
                f"{kind} scores are for {_listed(scores)}, and the options are {_listed(letters)}"
            )
    return None


def is_finite(value: object) -> bool:
    """Return whether `value` is a number that a float can hold; True and False are none."""
    try:
        return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]
    except OverflowError:
        return False


def _usage(given: Json) -> dict[str, int]:
    if given is None:
        return {}
    if isinstance(given, Mapping) and all(type(n) is int and n >= 0 for n in given.values()):
        return {str(kind): n for kind, n in given.items()}
    raise ValueError(f"usage is {_shown(given)}, not counts of tokens")


def _option_scores(given: Json) -> dict[str, dict[str, float]]:
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not given:
        raise ValueError(f"option_scores is {_shown(given)}, not kind -> letter -> score")
    for scores in given.values():
        if not (isinstance(scores, Mapping) and scores and all(map(is_finite, scores.values()))):
            raise ValueError(f"option_scores holds {_shown(scores)}, not finite scores by letter")
    return {kind: {letter: float(x) for letter, x in s.items()} for kind, s in given.items()}


def _shown(value: object) -> str:
    return repr(value)[:80]


def _listed(letters: Collection[str]) -> str:
    return ", ".join(sorted(letters)) or "none"
