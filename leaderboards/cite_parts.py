"""Parts of a methods sentence that runs of questions and of images share."""

import re
from collections.abc import Iterator, Mapping, Sequence

from rbench.harness.run_directory import RunDirectory
from rbench.harness.types import Json
from rbench.harness.verify.made_with import rbench_versions
from rbench.leaderboards.cite_escape import plain
from rbench.leaderboards.report_text import short_name
from rbench.leaderboards.tables import Results

_HASH = re.compile(r"[0-9a-f]{40,}")
_DIGITS = 12
_LONG = 120


def short_hash(value: Json) -> str:
    """Return the first digits of a hash, ``none`` where there is none."""
    return "none" if value is None else str(value)[:_DIGITS]


def pairs(values: Mapping[str, Json]) -> str:
    """Return settings as ``temperature 0, max_tokens 4096``; what is not set is left out."""
    return ", ".join(f"{name} {text}" for name, text in _flat(values))


def count(number: int, what: str) -> str:
    """Return ``1 question`` or ``1,094 questions``."""
    return f"{number:,} {what}" if number != 1 else f"1 {what.removesuffix('s')}"


def model_text(results: Results) -> str:
    """Return who was evaluated: name, identity, settings, and as what the server answered."""
    identity, settings = results["identity"], pairs(results["settings"])
    parts = [
        "which does not say which model it is" if identity is None else pairs(identity),
        f"settings: {settings}" if settings else "no settings",
        f"seed {results['seed']}",
    ]
    served = results.get("served", {}).get("model")
    if served:
        parts.append(f"served as {', '.join(f'{name} ({n:,})' for name, n in served.items())}")
    return f"{plain(short_name(str(results['model'])))} ({'; '.join(filter(None, parts))})"


def made_by(run: RunDirectory) -> str:
    """Return the version of rbench behind a run, as far as env.json says."""
    versions = rbench_versions(run)
    if not versions:
        return "rbench (of a version that the run does not record)"
    return f"rbench {' and '.join(versions)}"


def system_prompt_text(prompt: Json) -> str:
    """Return what a sentence says of the system prompt."""
    if prompt is None:
        return "no system prompt"
    text = plain(str(prompt))
    if len(text) > _LONG:
        return f"a system prompt of {len(str(prompt)):,} characters"
    return f'the system prompt "{text}"'


def _flat(values: Mapping[str, Json], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif value is not None:
            yield f"{prefix}{plain(str(name))}", _text(value)


def _text(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "/".join("unset" if part is None else _text(part) for part in value)
    text = short_name(plain(str(value)))
    return text[:_DIGITS] if _HASH.fullmatch(text) else text
