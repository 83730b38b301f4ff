"""One boundary for the files of others: whatever stands in them, a check comes out."""

from collections.abc import Callable, Iterator

from rbench.errors import AssetError, RbenchError, UsageError
from rbench.harness.verify.checks import Check, differs, unchecked

# What code that expects a run's own files raises where somebody has written something else.
MALFORMED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def guarded(name: str, make: Callable[[], Check | None]) -> Check | None:
    """Return what `make` returns, or a check that says why it could not.

    What is not here (weights, statistics, a task that is not installed) leaves a check unmade;
    files that are damaged or do not fit one another differ from what a run writes.
    """
    try:
        return make()
    except (AssetError, UsageError) as error:
        return unchecked(name, _sentence(str(error)))
    except RbenchError as error:
        return differs(name, _sentence(str(error)))
    except MALFORMED as error:
        said = f"{type(error).__name__}: {error}"
        return differs(name, f"the files are not such as a run writes ({said})")


def each_guarded(*made: tuple[str, Callable[[], Check | None]]) -> Iterator[Check]:
    """Yield the checks of these names, as far as there is something to check."""
    for name, make in made:
        check = guarded(name, make)
        if check is not None:
            yield check


def _sentence(text: str) -> str:
    return text.rstrip(".")
