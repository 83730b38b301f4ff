"""What scores are plotted against: date, size, evaluations, and what a run cost."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rbench.harness.types import Json
from rbench.leaderboards.entries import Entry
from rbench.leaderboards.site.task_table import amount

_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$")


@dataclass(frozen=True, slots=True)
class Measure:
    """Something of an entry that its score is held against.

    Attributes:
        name: after "Score against".
        across: of the axis, with its unit.
        of: its amount; None where it is not known.
        logarithmic: whether the axis is.
        caution: a sentence for the reader, after a space; "" without one.
    """

    name: str
    across: str
    of: Callable[[Entry], float | None]
    logarithmic: bool = True
    caution: str = ""


def _released(entry: Entry) -> float | None:
    """Return when a system came out, in years; of a run its own day says nothing."""
    text = entry.info.released or (entry.date if entry.origin == "published" else "")
    found = _DATE.match(text or "")
    if found is None:
        return None
    return int(found[1]) + (int(found[2] or 1) - 1) / 12 + (int(found[3] or 1) - 1) / 365


def _tokens(entry: Entry) -> float | None:
    tokens, calls = entry.costs.get("tokens"), entry.costs.get("calls")
    written = tokens.get("output") if isinstance(tokens, Mapping) else None
    if not isinstance(written, int) or not isinstance(calls, int) or not written * calls > 0:
        return None
    return written / calls


def _dollars(entry: Entry) -> float | None:
    return _positive(entry.costs.get("dollars"))


def _seconds_a_call(entry: Entry) -> float | None:
    latency = entry.costs.get("latency_seconds")
    return _positive(latency.get("mean")) if isinstance(latency, Mapping) else None


def _seconds_an_image(entry: Entry) -> float | None:
    measured = entry.costs.get("measured")
    if not isinstance(measured, Mapping):
        return None
    return _positive(measured.get("seconds_per_image_at_batch_1"))


def _parameters(entry: Entry) -> float | None:
    """Return the stated number, else that of the network as a run counted it."""
    stated = _amount(entry.info.parameters)
    measured = entry.costs.get("measured")
    counted = measured.get("parameters") if isinstance(measured, Mapping) else None
    if stated is None and isinstance(counted, Mapping):
        return _positive(counted.get("network"))
    return stated


def _amount(text: str | None) -> float | None:
    return _positive(amount(text)) if text else None


def _positive(value: Json) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return None
    return float(value)


_TIMED = " Timed on the machine of each run."

MEASURES: Sequence[Measure] = (
    Measure("date", "date of the system", _released, logarithmic=False),
    Measure("parameters", "parameters", _parameters),
    Measure("evaluations", "evaluations of the network a sample", lambda e: _amount(e.evaluations)),
    Measure("tokens", "tokens written a call", _tokens),
    Measure(
        "dollars",
        "US dollars for the run",
        _dollars,
        caution=" Calls of the model at the prices given, without those of a judge.",
    ),
    Measure("seconds", "seconds a call, mean", _seconds_a_call, caution=_TIMED),
    Measure("seconds", "seconds an image, one at a time", _seconds_an_image, caution=_TIMED),
)
"""In the order of a page. The two of seconds are of runs of different kinds."""
