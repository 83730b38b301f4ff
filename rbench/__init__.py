"""Evaluates models that reason and models that generate.

    import rbench

    results = rbench.evaluate("rbench-t-mini", model="openai/gpt-4o-mini")
    results.to_pandas()

The names below are imported when they are first used, so that `import rbench` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rbench.api import Results as Results
    from rbench.api import compare as compare
    from rbench.api import evaluate as evaluate
    from rbench.api import list_tasks as list_tasks
    from rbench.api import load_run as load_run
    from rbench.errors import RbenchError as RbenchError
    from rbench.harness.saved_run import SavedRun as SavedRun

_HOMES = {
    "RbenchError": "rbench.errors",
    "Results": "rbench.api",
    "SavedRun": "rbench.harness.saved_run",
    "compare": "rbench.api",
    "evaluate": "rbench.api",
    "list_tasks": "rbench.api",
    "load_run": "rbench.api",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'rbench' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
