"""The public names of `rbench.metrics` are what they say, whatever was imported before."""

import inspect
import subprocess
import sys

import pytest

import rbench.metrics

# Every module of the package, imported by its full name, sets an attribute on its parent.
CODE = """
import importlib, inspect, pkgutil, sys
import rbench.metrics
if sys.argv[1] == "after":
    for module in pkgutil.walk_packages(rbench.metrics.__path__, "rbench.metrics."):
        importlib.import_module(module.name)
wrong = [n for n in rbench.metrics.__all__ if inspect.ismodule(getattr(rbench.metrics, n))]
print(wrong)
"""


@pytest.mark.parametrize("when", ["fresh", "after"])
def test_no_module_hides_a_public_name(when: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, when], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_names_are_sorted_and_documented() -> None:
    assert sorted(rbench.metrics.__all__) == rbench.metrics.__all__
    for name in rbench.metrics.__all__:
        found = getattr(rbench.metrics, name)
        assert not callable(found) or inspect.getdoc(found), name
    with pytest.raises(AttributeError, match="frechet_distanc"):
        rbench.metrics.frechet_distanc  # noqa: B018
