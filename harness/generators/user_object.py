"""What a user's name stands for in Python, and the identity that its source gives it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rbench.errors import UsageError
from rbench.harness.load_object import find_in_file, find_in_module
from rbench.harness.source_hash import source_sha256
from rbench.harness.types import Json


def find_object(name: str) -> tuple[object, Any]:
    """Return the module and the object of ``package.module:name`` or ``path/to/file.py@name``.

    Raises `UsageError` for what is not there, `DataError` where the module's own code fails.
    """
    return (find_in_file if ".py@" in name else find_in_module)(name)


def object_identity(
    adapter: str, name: str, source: object, found: object
) -> Mapping[str, Json] | None:
    """Return the identity of a user's object by the hash of its source.

    A mapping in its attribute ``identity`` (say, the hash of its weights) becomes part of it.
    None where the source cannot be had (a closure, a notebook) and nothing is declared. Raises
    `UsageError` for a declared identity that is no mapping.
    """
    declared = getattr(found, "identity", None)
    sha256 = source_sha256(source)
    if declared is not None and not isinstance(declared, Mapping):
        raise UsageError(f"{adapter}:{name}: its attribute identity={declared!r} is no mapping.")
    if sha256 is None and declared is None:
        return None
    identity = {"adapter": adapter, "model": _without_folder(name), "source_sha256": sha256}
    return identity | ({"declared": dict(declared)} if declared else {})


def _without_folder(name: str) -> str:
    """Return ``file.py@name`` for a file: the same source elsewhere is the same model."""
    path, separator, attribute = name.rpartition("@")
    return f"{Path(path).name}@{attribute}" if separator else name
