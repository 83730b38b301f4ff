"""A hash of the source code behind a callable, so that edited code is another model."""

import dis
import hashlib
import inspect
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, ModuleType


def source_sha256(obj: object) -> str | None:
    """Return the sha256 of the local source behind a module, or a function or class of a module.

    Covered are every ``.py`` file of the top-level package or module that holds it, and of those
    beside it that these files import, as far as the import statements name them. Not covered are
    installed packages that it imports (their versions are in the run's environment) and files
    that it reads, such as weights.

    None where the source does not determine the object: built-in or compiled code, a notebook,
    `exec`, and whatever cannot be had again under its name (closures, instances, bound methods).
    """
    module = obj if isinstance(obj, ModuleType) else _module_of(obj)
    if module is None:
        return None
    file = Path(getattr(module, "__file__", None) or "")
    if file.suffix != ".py" or not file.is_file():
        return None
    total = hashlib.sha256()
    for name, path in sorted(_local_files(module, file.absolute()).items()):
        total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def _module_of(obj: object) -> ModuleType | None:
    """Return the module that gives `obj` under its own name, if there is one."""
    module = sys.modules.get(getattr(obj, "__module__", None) or "")
    found: object = module
    for part in getattr(obj, "__qualname__", "").split("."):
        found = getattr(found, part, None)
    if module is None or found is not obj:
        return None
    code = getattr(inspect.unwrap(obj), "__code__", None) if callable(obj) else None
    return module if code is None or Path(code.co_filename).is_file() else None


def _local_files(module: ModuleType, file: Path) -> dict[str, Path]:
    """Map names relative to the root of the imports to files."""
    spec = getattr(module, "__spec__", None)
    parts = (spec.name if spec else module.__name__).split(".")
    own = list(file.with_suffix("").parts)
    if own[-1] == "__init__":
        own.pop()
    if own[-len(parts) :] == parts:
        root, pending = Path(*own[: -len(parts)]), {parts[0]}
        found: dict[str, Path] = {}
    else:  # run as a script, or loaded from a file
        root, pending = file.parent, set(_imported(file))
        found = {file.name: file}
    installed = root.name in ("site-packages", "dist-packages") or root == _standard_library()
    done: set[str] = set()
    while pending:
        top = pending.pop()
        done.add(top)
        for path in _files_of(root, top):
            found[path.relative_to(root).as_posix()] = path
            if not installed:
                pending |= _imported(path) - done
    return found


def _standard_library() -> Path:
    return Path(dis.__file__).resolve().parent


def _files_of(root: Path, top: str) -> Iterator[Path]:
    if (root / top / "__init__.py").is_file() or not (root / f"{top}.py").is_file():
        for path in (root / top).rglob("*.py"):
            inside = path.relative_to(root).parts
            if not any(part.startswith(".") or part == "site-packages" for part in inside):
                yield path
    else:
        yield root / f"{top}.py"


_IMPORT_NAME = dis.opmap["IMPORT_NAME"]
# By the hash of a file's content: a large package takes seconds, and is asked about every model.
_IMPORTED: dict[bytes, frozenset[str]] = {}


def _imported(path: Path) -> frozenset[str]:
    """Return the top-level names that the import statements of a file give."""
    content = path.read_bytes()
    key = hashlib.sha256(content).digest()
    if key not in _IMPORTED:
        _IMPORTED[key] = frozenset(_imports(content, path))
    return _IMPORTED[key]


def _imports(content: bytes, path: Path) -> set[str]:
    """Read them from the byte code.

    In Python 3.11 `ast.parse` fails where garbage collection in its midst prints a traceback.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pending = [compile(content, path, "exec", dont_inherit=True)]
    except (SyntaxError, ValueError, RecursionError):
        return set()
    names: set[str] = set()
    while pending:
        code = pending.pop()
        pending += [const for const in code.co_consts if isinstance(const, CodeType)]
        names |= {name.partition(".")[0] for name in _named_by(code)}
    return names - {""}  # `from . import name` is inside the package, which is hashed whole


def _named_by(code: CodeType) -> Iterator[str]:
    """Yield what a code object imports: `dis` would make an object of every instruction."""
    steps, argument = code.co_code, 0
    for at in range(0, len(steps), 2):
        argument = argument << 8 | steps[at + 1]
        if steps[at] == _IMPORT_NAME:
            yield code.co_names[argument]
        if steps[at] != dis.EXTENDED_ARG:
            argument = 0
