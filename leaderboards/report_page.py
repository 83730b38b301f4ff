"""What every page has in common: its templates, its content policy, and how values are shown.

A page asks for nothing from anywhere, runs no script but its own (its policy names script and
style by hash), and treats all text as hostile: models and users wrote it.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rbench.harness.types import Json
from rbench.leaderboards.report_text import breakable, seconds_text, visible

if TYPE_CHECKING:
    import jinja2

CANARY = "rbench canary 5b1f0c7e-92d4-4e0b-a6c3-8f27d1e94a60"
"""Stands on every page, so that a training corpus that swallowed one can be told."""

_DURATIONS = {
    "latency_seconds": "latency",
    "wall_seconds": "wall time",
    "seconds": "time",
    "sessions": "sessions",
}
"""Names in costs.json under which everything is seconds -> their words."""


def write_page(path: Path, html: str) -> None:
    """Write a page, whole or not at all."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(html, encoding="utf-8", newline="\n")
    temporary.replace(path)


def flatten(values: Mapping[str, Json], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield (name in words, text) for every leaf of nested mappings: ``data, content sha256``."""
    for key, value in values.items():
        name = prefix + key.replace("_", " ")
        if isinstance(value, Mapping) and value:
            yield from flatten(value, f"{name}, ")
        else:
            yield name, _leaf(value)


def flatten_costs(costs: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield (name, text) as `flatten` does, durations in the unit that suits each."""
    for key, value in costs.items():
        if key in _DURATIONS:
            yield from flatten({_DURATIONS[key]: _durations(value)})
        else:
            yield from flatten({key: value})


def _durations(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {name: _durations(part) for name, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_durations(part) for part in value]
    return seconds_text(value) if isinstance(value, int | float) else value


def _leaf(value: Json) -> str:
    if value is None or value == {} or value == []:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence) and all(isinstance(v, str | int | float) for v in value):
        return ", ".join(map(_leaf, value))
    return json.dumps(value, ensure_ascii=False, default=str)


def page_environment() -> "jinja2.Environment":
    """Return the templates, with every text escaped and what cannot be seen spelt out."""
    import jinja2

    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Escaping comes after: what no file can hold and what turns the text is spelt out.
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    pages.filters["breakable"] = breakable
    return pages


def content_policy(style: str, script: str) -> str:
    """Return the content policy of a page with this one style and this one script."""

    def source(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    return (
        f"default-src 'none'; script-src {source(script)}; style-src {source(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
