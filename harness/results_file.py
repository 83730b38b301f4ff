"""results.json as a file: the hash that it bears, and whether it is such as rbench writes.

Runs come from strangers and from hands that edit: what tables and pages rely on is checked once,
where the file is read.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rbench.harness.canonical import digest
from rbench.harness.protocol_shape import protocol_misfit
from rbench.harness.types import Json

SEAL = "sha256"
"""The field that holds the hash of all others."""


def sealed(results: Mapping[str, Json]) -> dict[str, Json]:
    """Return the content of the file: the results, and their sha256 as canonical JSON.

    Raises `ValueError` for NaN and infinity, which JSON does not have.
    """
    as_read = json.loads(json.dumps(results))
    return {**results, SEAL: digest(as_read)}


def unsealed(content: Mapping[str, Json]) -> tuple[dict[str, Json], bool]:
    """Return the results in the content of a file, and whether they have the hash named there.

    Files of rbench before there was one name none; they count as unchanged.
    """
    results = {name: value for name, value in content.items() if name != SEAL}
    if SEAL not in content:
        return results, True
    try:
        return results, digest(results) == content[SEAL]
    except (ValueError, RecursionError):  # NaN, which no rbench writes
        return results, False


def misfit(results: Json) -> str:
    """Say what in results.json is not as rbench writes it; "" where all is."""
    if not isinstance(results, dict):
        return "it holds no mapping"
    of_images = results.get("kind") == "images"
    fields = {**_FIELDS, **(_FIELDS_OF_IMAGES if of_images else {})}
    lacking = [name for name in _NEEDED if name not in results]
    if lacking:
        return f"it lacks {', '.join(lacking)}"
    found = [*_wrong(results, fields, ""), *_protocols(results)]
    if not found:
        columns = _ROW_OF_IMAGES if of_images else _ROW
        for number, row in enumerate(results["rows"]):
            found += _wrong(row, columns, f"rows[{number}].", needed=True)
            if found:
                break
    return found[0] if found else ""


def _protocols(results: Mapping[str, Any]) -> Iterator[str]:
    """Say what of the protocols is wrong, where they are mappings at all."""
    known = {"protocol": results["protocol"]}
    several = results.get("protocols")
    for name, one in several.items() if isinstance(several, dict) else ():
        if isinstance(one, dict) and "protocol" in one:
            known[f"protocols.{name}.protocol"] = one["protocol"]
    for place, protocol in known.items():
        said = protocol_misfit(protocol)
        if said:
            yield f"of {place}, {said}"


_Fits = Callable[[Any], bool]

_LARGEST = 2**53
"""Integers up to here are float64 as they are; tables hold both."""


def _text(value: Json) -> bool:
    return isinstance(value, str)


def _whole(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST


def _number(value: Json) -> bool:
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) <= _LARGEST
    return isinstance(value, float) and math.isfinite(value)


def _truth(value: Json) -> bool:
    return isinstance(value, bool)


def _mapping(value: Json) -> bool:
    return isinstance(value, dict)


def _texts(value: Json) -> bool:
    return isinstance(value, list) and all(map(_text, value))


def _counts(value: Json) -> bool:
    return isinstance(value, dict) and all(map(_whole, value.values()))


def _mappings(value: Json) -> bool:
    return isinstance(value, list) and all(map(_mapping, value))


def _or_none(fits: _Fits) -> _Fits:
    return lambda value: value is None or fits(value)


_NEEDED = (
    "run_id", "status", "task", "model", "protocol_id", "protocol", "settings", "outcomes", "rows",
)  # fmt: skip
_FIELDS: Mapping[str, _Fits] = {
    **dict.fromkeys(("run_id", "task", "model", "protocol_id"), _text),
    **dict.fromkeys(("answer_key", "score_key"), _text),
    "status": lambda value: value in ("complete", "incomplete"),
    **dict.fromkeys(("protocol", "settings", "reasons", "served"), _mapping),
    "identity": _or_none(_mapping),
    "outcomes": lambda value: _counts(value) and {"scored", "errored"} <= value.keys(),
    "selection": _counts,
    "max_error_rate": _number,
    "warnings": _texts,
    "rows": _mappings,
}
_FIELDS_OF_IMAGES: Mapping[str, _Fits] = {
    **dict.fromkeys(("samples", "repeats", "protocol_samples"), _whole),
    "protocols": lambda value: (
        isinstance(value, dict)
        and all(
            isinstance(one, dict) and _text(one.get("id")) and _mapping(one.get("protocol"))
            for one in value.values()
        )
    ),
    **dict.fromkeys(("generated", "representations", "references"), _mapping),
    "evaluations": lambda value: (
        isinstance(value, dict)
        and all(
            isinstance(one, dict) and _number(one.get("depth")) and _number(one.get("work"))
            for one in value.values()
        )
    ),
}
_NUMBERS: Mapping[str, _Fits] = {
    **dict.fromkeys(("value", "ci_low", "ci_high"), _or_none(_number)),
    **dict.fromkeys(("ci_method", "metric", "note", "unit"), _text),
    "n": _whole,
    "higher_is_better": _or_none(_truth),
}
_ROW: Mapping[str, _Fits] = {
    **_NUMBERS,
    "subset": _text,
    **dict.fromkeys(("low", "high"), _or_none(_number)),
    **dict.fromkeys(("clusters", "scored", "no_answer", "truncated", "errored"), _whole),
}
_ROW_OF_IMAGES: Mapping[str, _Fits] = {
    **_NUMBERS,
    **dict.fromkeys(("evaluator", "on", "protocol_id", "ci_covers"), _text),
    "statistic": lambda value: value in ("value", "mean", "minimum"),
    "repeat": _or_none(_whole),
    "spread": _or_none(_number),
    "comparable": _truth,
}


def _wrong(
    values: Mapping[str, Json], fields: Mapping[str, _Fits], place: str, *, needed: bool = False
) -> Iterator[str]:
    for name, fits in fields.items():
        if name not in values:
            if needed:
                yield f"it lacks {place}{name}"
        elif not fits(values[name]):
            said = json.dumps(values[name], ensure_ascii=True)
            yield f"{place}{name} is {said if len(said) <= 60 else f'{said[:57]}...'}"
