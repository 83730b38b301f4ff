"""Where two JSON values differ, path by path, and numbers by how much."""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rbench.harness.types import Json

_WIDTH = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where values differ.

    `path` is as in ``rows[3].value``; `stands` and `comes_out` are JSON texts, cut where they are
    long, or ``nothing``. `by` is the number that comes out less the one that stands; None where
    they are not both finite numbers. `relative` is its size beside the larger of the two.
    """

    path: str
    stands: str
    comes_out: str
    by: float | None = None
    relative: float | None = None

    def __str__(self) -> str:
        text = f"{self.path}: {self.stands} stands there, {self.comes_out} comes out"
        return text if self.by is None else f"{text} ({self.by:+.6g})"


def json_differences(
    stands: Json, comes_out: Json, path: str = "", label: Callable[[Json], str] | None = None
) -> Iterator[Difference]:
    """Yield every place where two JSON values differ. Numbers must be equal; keys in any order.

    `label` may name a mapping inside a list for the reader: ``rows[3] (en accuracy).value``.
    """
    if isinstance(stands, Mapping) and isinstance(comes_out, Mapping):
        for key in dict.fromkeys([*stands, *comes_out]):
            place = _member(path, str(key))
            if key not in comes_out:
                yield Difference(place, _text(stands[key]), "nothing")
            elif key not in stands:
                yield Difference(place, "nothing", _text(comes_out[key]))
            else:
                yield from json_differences(stands[key], comes_out[key], place, label)
    elif isinstance(stands, list) and isinstance(comes_out, list):
        yield from _in_lists(stands, comes_out, path, label)
    elif not _equal(stands, comes_out):
        by, relative = _apart(stands, comes_out)
        yield Difference(path or "the file", _text(stands), _text(comes_out), by, relative)


def _in_lists(
    stands: Sequence[Json],
    comes_out: Sequence[Json],
    path: str,
    label: Callable[[Json], str] | None,
) -> Iterator[Difference]:
    for number in range(max(len(stands), len(comes_out))):
        place = f"{path}[{number}]"
        if number >= len(comes_out):
            yield Difference(place, _text(stands[number]), "nothing")
        elif number >= len(stands):
            yield Difference(place, "nothing", _text(comes_out[number]))
        else:
            named = label(comes_out[number]) if label is not None else ""
            place = f"{place} ({named})" if named else place
            yield from json_differences(stands[number], comes_out[number], place, label)


def _member(path: str, key: str) -> str:
    plain = key.isascii() and key.replace("_", "").isalnum()
    name = key if plain else json.dumps(key, ensure_ascii=False)
    return f"{path}.{name}" if path else name


def _number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equal(one: Json, other: Json) -> bool:
    if _number(one) and _number(other):
        return bool(one == other)
    return type(one) is type(other) and bool(one == other)


def _apart(stands: Json, comes_out: Json) -> tuple[float | None, float | None]:
    if not (_number(stands) and _number(comes_out)):
        return None, None
    try:
        by = float(comes_out) - float(stands)
    except OverflowError:
        return None, None
    if not math.isfinite(by):
        return None, None
    return by, abs(by) / max(abs(float(stands)), abs(float(comes_out)))


def _text(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
