"""Checking what a caller of `evaluate` gave, before anything is loaded."""

from collections.abc import Mapping
from numbers import Integral
from pathlib import Path
from typing import Any

from rbench.errors import DataError, UsageError


def check_numbers(
    max_retries: int, max_error_rate: float, cost_limit: float | None, prices: object
) -> None:
    """Raise `UsageError` for numbers that make no sense."""
    if max_retries < 0:
        raise UsageError(f"--max-retries {max_retries} is negative.")
    if not 0 <= max_error_rate <= 1:
        raise UsageError(f"--max-error-rate {max_error_rate} is not between 0 and 1.")
    if cost_limit is not None and prices is None:
        raise UsageError("--cost-limit needs --prices FILE, since rbench ships no prices.")
    if cost_limit is not None and not cost_limit > 0:
        raise UsageError(f"--cost-limit {cost_limit} is not a positive number of dollars.")


def prompt_file_map(given: str | Path | Mapping[str, str | Path] | None) -> dict[str, Path]:
    """Return the prompt files by subset; ``*`` stands for all."""
    if isinstance(given, str | Path):
        return {"*": Path(given)}
    return {subset: Path(path) for subset, path in (given or {}).items()}


def named(what: str, given: Any) -> list[Any]:
    """Return what was named, once each. Raises `UsageError` for nothing."""
    found = as_list(given)
    if not found:
        raise UsageError(f"no {what} is named.")
    return [x for i, x in enumerate(found) if not any(x is y or x == y for y in found[:i])]


def whole(name: str, given: Any) -> int:
    """Return a whole number. Raises `UsageError`."""
    if isinstance(given, bool) or not isinstance(given, Integral):  # numpy's are no int
        raise UsageError(f"{name}={given!r} is not a whole number.")
    return int(given)


def at_least_one(name: str, given: int | str, word: str) -> int | None:
    """Return a positive number, or None for `word`, if there is one. Raises `UsageError`."""
    if word and given == word:
        return None
    number = int(given) if str(given).isdecimal() else 0
    if number < 1:
        allowed = f"neither `{word}` nor" if word else "not"
        raise UsageError(f"{name} {given!r} is {allowed} a positive number.")
    return number


def folder(path: Path, flag: str = "--data") -> Path:
    """Return a folder that is there. Raises `DataError`."""
    if not path.is_dir():
        raise DataError(f"{flag} {str(path)!r} is not a folder.")
    return path


def as_list(value: Any) -> list[Any]:
    """Return one thing, or several, as a list."""
    return list(value) if isinstance(value, list | tuple) else [value]
