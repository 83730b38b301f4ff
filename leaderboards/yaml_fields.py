"""`Fields`: the entries of a YAML mapping, each read once, with its type, or a clear error."""

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from rbench.errors import DataError, nearest

_C = TypeVar("_C", bound=str)


class Fields:
    """A mapping whose entries are read by type; `finish` refuses those that nobody read.

    Every method raises `DataError`, which begins with `where`.
    """

    def __init__(self, found: object, where: str) -> None:
        """Take the mapping `found`; `where` says in errors which one it is."""
        if not isinstance(found, Mapping):
            raise DataError(f"{where} must be a mapping, not {_shown(found)}.")
        self._found: Mapping[object, object] = found
        self._read: set[str] = set()
        self.where = where

    def called(self, where: str) -> "Fields":
        """Return the same entries, what was read included, under another name for errors."""
        renamed = Fields(self._found, where)
        renamed._read = self._read
        return renamed

    def text(self, key: str, *, optional: bool = False, pattern: str | None = None) -> str:
        """Return a text that is not blank, and matches `pattern`; empty where it may be absent."""
        found = self._take(key, optional=optional)
        if found is None:
            return ""
        return self._text(key, found, pattern)

    def texts(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        """Return a list of texts; one that may not be absent may not be empty either."""
        found = self._list(key, optional=optional)
        if not found and not optional:
            raise DataError(f"{self.where}: {key!r} is empty.")
        return tuple(self._text(key, part, None) for part in found)

    def number(self, key: str) -> int:
        """Return a whole number."""
        found = self._take(key)
        if not isinstance(found, int) or isinstance(found, bool):
            raise DataError(f"{self.where}: {key!r} must be a whole number, not {_shown(found)}.")
        return found

    def one_of(self, key: str, choices: Sequence[_C]) -> _C:
        """Return one of `choices`."""
        found = self.text(key)
        for choice in choices:
            if choice == found:
                return choice
        listed = ", ".join(map(repr, choices))
        raise DataError(f"{self.where}: {key!r} is {found!r} and not one of {listed}.")

    def inner(self, key: str, *, optional: bool = False) -> "Fields":
        """Return a mapping inside; an empty one where it may be absent."""
        found = self._take(key, optional=optional)
        return Fields({} if found is None else found, f"{self.where}: {key!r}")

    def entries(self, key: str, *, optional: bool = False) -> tuple["Fields", ...]:
        """Return a list of mappings, which may be empty."""
        found = self._list(key, optional=optional)
        return tuple(Fields(part, f"{self.where}: {key!r}") for part in found)

    def finish(self) -> None:
        """Refuse what was not read."""
        for key in self._found:
            if key not in self._read:
                hint = nearest(str(key), sorted(self._read))
                raise DataError(f"{self.where} has no field {key!r}{hint}")

    def _take(self, key: str, *, optional: bool = False) -> object:
        self._read.add(key)
        if self._found.get(key) is None and not optional:
            raise DataError(f"{self.where} lacks {key!r}.")
        return self._found.get(key)

    def _list(self, key: str, *, optional: bool) -> Sequence[object]:
        found = self._take(key, optional=optional)
        if found is None:
            return ()
        if not isinstance(found, list):
            raise DataError(f"{self.where}: {key!r} must be a list, not {_shown(found)}.")
        return found

    def _text(self, key: str, found: object, pattern: str | None) -> str:
        if not isinstance(found, str):
            raise DataError(
                f"{self.where}: {key!r} must be text, not {_shown(found)}; put it in quotes."
            )
        text = found.strip()
        if not text or not re.fullmatch(pattern or ".+", text, re.DOTALL):
            raise DataError(f"{self.where}: {key!r} cannot be {found!r}.")
        return text


def _shown(found: object) -> str:
    return f"{found!r} ({type(found).__name__})"
