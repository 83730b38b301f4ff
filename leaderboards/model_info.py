"""What is known of models from elsewhere: `--model-info FILE`, and which are younger than the data.

The file is YAML: the name of a model as the board has it, and what is known of it:

    openai/gpt-4o:
      organisation: OpenAI
      released: 2024-05-13
      parameters: 7B
      open_weights: no
      link: https://...
"""

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from rbench.errors import DataError, UsageError, nearest
from rbench.leaderboards.entries import Entry, ModelInfo

DATA_PUBLISHED: Mapping[str, str] = {
    "rbench-t": "2025-05",
    "rbench-m": "2025-05",
    "rbench-v": "2025-05",
}
"""When the questions were published: the months of arXiv 2505.02018 and 2505.16770.

Generated questions and our own are not here; images, which generators are trained on, neither."""

_FIELDS = tuple(field.name for field in fields(ModelInfo))
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def read_model_info(path: Path) -> Mapping[str, ModelInfo]:
    """Return what a file says of models, by name.

    Raises `UsageError` for a file that cannot be read, `DataError` for one that is not YAML, names
    a model twice, or has a field of another name or type.
    """
    import yaml

    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=_strict_loader())
    except OSError as error:
        raise UsageError(f"--model-info {str(path)!r}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text.") from error
    except RecursionError as error:
        raise DataError(f"{path} is nested too deeply.") from error
    except (yaml.YAMLError, ValueError, AttributeError) as error:  # the last two: ``!!int x``
        raise DataError(f"{path} is not YAML: {' '.join(str(error).split())}.") from error
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise DataError(f"{path} must map names of models to what is known of them.")
    return {_name(name, path): _info(name, known, path) for name, known in found.items()}


def with_model_info(entries: Sequence[Entry], known: Mapping[str, ModelInfo]) -> tuple[Entry, ...]:
    """Return the entries with what is known of their models; younger ones than the data marked.

    A published entry keeps what its source states and `known` does not; its own date counts as its
    release where nothing else does.
    """
    return tuple(_with_info(entry, known.get(entry.model)) for entry in entries)


def not_on_the_board(entries: Sequence[Entry], known: Mapping[str, ModelInfo]) -> list[str]:
    """Return a sentence for each model of the file that no entry is called."""
    names = sorted({entry.model for entry in entries})
    return [
        f"no entry is called {name!r}{nearest(name, names)}" for name in known if name not in names
    ]


def is_after(released: str, published: str) -> bool:
    """Return whether something is known to be younger: its earliest day after the other's month.

    Both are YYYY, YYYY-MM or YYYY-MM-DD. ``2025`` is not known to be after ``2025-05``.
    """
    length = min(len(released), len(published))
    return released[:length] > published[:length]


def _with_info(entry: Entry, known: ModelInfo | None) -> Entry:
    info = entry.info
    if known is not None:
        given = {name: getattr(known, name) for name in _FIELDS}
        info = replace(info, **{name: value for name, value in given.items() if value is not None})
    released = info.released or (entry.date if entry.origin == "published" else "")
    data = DATA_PUBLISHED.get(entry.task)
    after = bool(released and data and is_after(released, data))
    return replace(entry, info=info, after_data=after)


def _name(name: object, path: Path) -> str:
    if not isinstance(name, str) or not name.strip():
        raise DataError(f"{path}: {name!r} is no name of a model; put it in quotes.")
    return name


def _info(name: str, found: object, path: Path) -> ModelInfo:
    where = f"{path}: {name!r}"
    if not isinstance(found, Mapping):
        raise DataError(f"{where} must be a mapping with fields such as organisation.")
    for key in found:
        if key not in _FIELDS:
            raise DataError(f"{where} has no field {key!r}{nearest(str(key), _FIELDS)}")
    values = {key: _value(where, key, value) for key, value in found.items() if value is not None}
    return ModelInfo(**values)


def _value(where: str, key: str, value: object) -> Any:
    if key == "open_weights":
        if not isinstance(value, bool):
            raise DataError(
                f"{where}: open_weights must be yes or no, without quotes, not {_shown(value)}."
            )
        return value
    if key == "released":
        text = _shown(value).strip("'")
        if not _DATE.fullmatch(text) or not _is_day(f"{text}-01-01"[:10]):
            raise DataError(f"{where}: released must be YYYY, YYYY-MM or YYYY-MM-DD, not {text!r}.")
        return text
    if not isinstance(value, str) or not value.strip():
        raise DataError(f"{where}: {key} must be text, not {_shown(value)}; put it in quotes.")
    if key == "link" and not value.startswith(("https://", "http://")):
        raise DataError(
            f"{where}: link must be an address that starts with https://, not {_shown(value)}."
        )
    return value.strip()


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _shown(value: object) -> str:
    """Return a value for a sentence; of a list the type alone: aliases can make it endless."""
    return repr(value) if isinstance(value, str | int | float) else type(value).__name__


def _strict_loader() -> Any:
    """Return a safe loader that refuses a key given twice, which YAML's own lets win.

    Dates stay text, so that one that is none is told as such.
    """
    import yaml

    class Strict(yaml.SafeLoader):
        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
            seen: set[Hashable] = set()
            for key, _ in node.value:
                name = self.construct_object(key, deep=True)
                if isinstance(name, str) and name in seen:
                    raise yaml.YAMLError(f"{name!r} is there twice")
                if isinstance(name, str):
                    seen.add(name)
            return super().construct_mapping(node, deep)

    Strict.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in known if not tag.endswith(":timestamp")]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return Strict
