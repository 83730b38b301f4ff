"""Reading untrusted JSON field by field: every wrong one is named with its place and its value."""

import json
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import NoReturn

from rbench.errors import DataError
from rbench.harness.types import Json

MOST_BYTES = 8_000_000
MOST_TEXT = 4_000
MOST_JSON = 200_000
MOST_ITEMS = 5_000
MOST_COUNT = 2**53
"""Up to here every integer is float64 as it is."""
_SHOWN = 60


class Fields:
    """A JSON object inside a file; `where` names it in errors: ``x.json: model_info``."""

    def __init__(self, values: Mapping[str, Json], where: str) -> None:
        self.values = values
        self.where = where

    def wrong(self, name: str, what: str) -> NoReturn:
        """Raise the `DataError` of a field."""
        value = repr(self.values.get(name))
        shown = f"{value[:_SHOWN]}…" if len(value) > _SHOWN else value
        found = f"is {shown}" if name in self.values else "is missing"
        raise DataError(f"{self.where}: {name} {found}; it must be {what}.")

    def text(self, name: str, most: int = MOST_TEXT) -> str:
        """Return a text that must be there and not blank."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value.strip():
            self.wrong(name, "a text that is not empty")
        if len(value) > most:
            raise DataError(f"{self.where}: {name} has {len(value):,} characters; {most:,} may be.")
        return value

    def text_or(self, name: str, default: str = "", most: int = MOST_TEXT) -> str:
        """Return a text, the default where there is none or it is blank."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        return self.text(name, most)

    def choice(self, name: str, known: Sequence[str]) -> str:
        """Return a text that is one of the known ones."""
        value = self.values.get(name)
        if not isinstance(value, str) or value not in known:
            self.wrong(name, f"one of {', '.join(known)}")
        return value

    def number(self, name: str) -> float:
        """Return a finite number that must be there, as float64 where it is too large to count."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.wrong(name, "a number")
        if not isfinite(value):
            self.wrong(name, "a finite number")
        return value if abs(value) <= MOST_COUNT else float(value)

    def count(self, name: str) -> int:
        """Return how many there are of something, which must be said."""
        value = self.number(name)
        if not 0 <= value <= MOST_COUNT:
            self.wrong(name, f"a count, 0 to {MOST_COUNT}")
        return int(value)

    def number_or_none(self, name: str) -> float | None:
        """Return a finite number, None where there is none."""
        return None if self.values.get(name) is None else self.number(name)

    def flag(self, name: str) -> bool:
        """Return true or false, which must be there."""
        value = self.values.get(name)
        if not isinstance(value, bool):
            self.wrong(name, "true or false")
        return value

    def within(self, name: str, *, required: bool = False) -> "Fields":
        """Return an object inside this one; an empty one where it may be missing and is."""
        value = self.values.get(name)
        if value is None and not required:
            value = {}
        if not isinstance(value, dict):
            self.wrong(name, "an object")
        return Fields(value, f"{self.where}: {name}")

    def each(self, name: str) -> "Iterator[Fields]":
        """Yield the objects of a list that must be there and not empty."""
        value = self.values.get(name)
        if not isinstance(value, list) or not value:
            self.wrong(name, "a list that is not empty")
        if len(value) > MOST_ITEMS:
            raise DataError(
                f"{self.where}: {name} has {len(value):,} items; {MOST_ITEMS:,} may be."
            )
        for i, one in enumerate(value):
            if not isinstance(one, dict):
                raise DataError(f"{self.where}: {name}[{i}] must be an object.")
            yield Fields(one, f"{self.where}: {name}[{i}]")

    def json_in(self, name: str, default: Json = None) -> Json:
        """Return the JSON that a text holds, the default where there is no text."""
        text = self.text_or(name, most=MOST_JSON)
        return parsed(text, f"{self.where}: {name}") if text else default


def read_object(path: Path) -> Fields:
    """Return the JSON object that a file holds.

    Raises `DataError` for a file that cannot be read, is larger than `MOST_BYTES`, is not UTF-8
    or no JSON, names a field twice, or holds something else than an object.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from None
    if len(content) > MOST_BYTES:
        raise DataError(f"{path} is larger than {MOST_BYTES // 1_000_000} MB: no record is.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8 text.") from None
    found = parsed(text, str(path))
    if not isinstance(found, dict):
        raise DataError(f"{path} must hold one JSON object, a record of Every Eval Ever.")
    return Fields(found, str(path))


def parsed(text: str, where: str) -> Json:
    """Return the value of strict JSON with finite numbers. Raises `DataError` for other text."""
    try:
        return json.loads(
            text,
            parse_constant=_refused,
            parse_float=_finite,
            parse_int=lambda digits: int(digits) if _finite(digits) else 0,
            object_pairs_hook=_once,
        )
    except RecursionError:
        raise DataError(f"{where} is nested too deeply.") from None
    except ValueError as error:
        raise DataError(f"{where} is not JSON: {error}.") from None


def _finite(digits: str) -> float:
    """Return a number of JSON as float64, which it must fit: 1e999 is none, though JSON is."""
    value = float(digits)
    if not isfinite(value):
        shown = digits if len(digits) <= _SHOWN else f"{digits[:_SHOWN]}…"
        raise ValueError(f"the number {shown} is too large")
    return value


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _once(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"it names {name[:_SHOWN]!r} twice")
        found[name] = value
    return found
