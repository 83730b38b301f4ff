"""Options of a metric: those given go before those of a preset."""

from collections.abc import Mapping
from typing import Any


def given_options(pinned: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return `pinned` with what in `given` is not None in front of it."""
    return {**pinned, **{name: value for name, value in given.items() if value is not None}}
