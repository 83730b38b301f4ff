"""Seeds that numpy takes."""

from rbench.errors import UsageError


def check_seed(seed: int) -> None:
    """Raise `UsageError` unless 0 <= `seed` < 2^32."""
    if not 0 <= seed < 2**32:
        raise UsageError(f"seed={seed}: give one from 0 to {2**32 - 1}.")
