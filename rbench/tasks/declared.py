"""What a user declares of a model's replies, since no harness can see it."""

from collections.abc import Mapping

from rbench.errors import UsageError
from rbench.harness.types import Json

UNDECLARED: Mapping[str, Json] = {"best_of": 1, "tools": None}


def declared(best_of: int, tools: str | None) -> Mapping[str, Json]:
    """Return of how many replies each is the best, and with which tools it was found.

    Either parts a run from those of single replies. Raises `UsageError`.
    """
    if best_of < 1:
        raise UsageError(f"best_of={best_of} is no number of replies: give 1 or more.")
    return {"best_of": best_of, "tools": tools}
