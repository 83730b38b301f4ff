"""Protocols in words: what one is, and how two of them differ.

A protocol of a run names every choice; a published one only what its source states. So a field
that a run lacks is "none", and one that a source lacks is "not stated".
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rbench.harness.types import Json
from rbench.leaderboards.report_text import visible

PUBLISHED = "published"
"""Marks the protocol of published figures: what is not in it is not stated."""

RANKED_BY = "ranked by"
STATED_BY = "stated by"
"""In the protocol of what came in as a record of Every Eval Ever: by whom (see that package)."""

_ASIDE = ("variants of", "measured by")
"""What stands alone: the usual is not said of the others."""

_LABELS = {
    "task_version": "version of the task",
    "prompt_sha256": "text of the prompt",
    "choosing_sha256": "text of the choices",
    "selection_sha256": "selection of questions",
    "images": "pictures",
    "pictures": "making of the pictures",
    "reference": "reference statistics",
    "spec": "images",
    "quantise": "quantised by",
    "protocol": "as stated",
}
_VALUES = {("images", "show"): "shown", ("images", "omit"): "left out"}
_IMPLIED = {
    "prompt": ("text of the prompt",),
    "samples": ("selection of questions",),
    "pictures": ("making of the pictures", "text of the prompt", "text of the choices"),
    "reference statistics": ("reference statistics",),
    "judge": ("judge",),
    "evaluator": ("preset",),
    "data": ("data", "selection of questions"),
}
"""Where the first differs, further parts of the others follow from it and are left out."""

_NAMES = ("name", "label", "version")
_DIGEST = re.compile(r"[0-9a-f]{16,}")
_LONG = 60


def is_published(protocol: Mapping[str, Json]) -> bool:
    """Return whether this is the protocol of published figures, as far as it is stated."""
    return bool(protocol.get(PUBLISHED))


def differences(protocol: Mapping[str, Json], first: Mapping[str, Json]) -> tuple[str, ...]:
    """Return how `protocol` differs from `first`: ``judge: none instead of openai/gpt-4o``.

    What a published protocol does not state of a run's is listed once, at the end.
    """
    mine, other = _words(protocol, first), _words(first, protocol)
    labels = dict.fromkeys([*other, *mine])
    open_ends = is_published(protocol) and not is_published(first)
    differing = [label for label in labels if mine.get(label) != other.get(label)]
    if open_ends:
        silent = [label for label in differing if label not in mine]
        said = [label for label in differing if label in mine]
    else:
        silent, said = [], _without_implied(differing)
    absent = "not stated" if is_published(protocol) else "none"
    absent_first = "not stated" if is_published(first) else "none"
    found = [
        f"{label}: {mine[label]}"
        if label in _ASIDE and label in mine and label not in other
        else _difference(label, mine.get(label, absent), other.get(label, absent_first))
        for label in said
    ]
    heads = dict.fromkeys(label.partition(", ")[0] for label in silent)
    heads_said = {label.partition(", ")[0] for label in mine}
    listed = [head for head in heads if head not in heads_said]
    return (*found, *([f"not stated: {', '.join(listed)}"] if listed else []))


def titles(task: str, protocols: Mapping[str, Mapping[str, Json]]) -> Mapping[str, str]:
    """Return the headings of the groups of a task, by protocol id, all different.

    Those that one heading would fit say in what they differ: ``rbench-v, judge: none``. Where
    words cannot tell them apart, they bear the protocol's id.
    """
    alike: dict[str, list[str]] = {}
    for id_, protocol in protocols.items():
        alike.setdefault(title(task, protocol), []).append(id_)
    found = {
        id_: f"{heading}{words}"
        for heading, ids in alike.items()
        for id_, words in _apart({id_: protocols[id_] for id_ in ids}).items()
    }
    counted = Counter(found.values())
    return {
        id_: words if counted[words] == 1 else f"{words}, protocol {id_}"
        for id_, words in found.items()
    }


def _apart(protocols: Mapping[str, Mapping[str, Json]]) -> Mapping[str, str]:
    """Return by id the words that tell protocols apart: as few fields as will do."""
    described = {id_: _words(protocol, protocol) for id_, protocol in protocols.items()}
    labels = dict.fromkeys(label for words in described.values() for label in words)
    absent = "not stated" if any(map(is_published, protocols.values())) else "none"
    differing = [
        label for label in labels if len({words.get(label) for words in described.values()}) > 1
    ]
    chosen: list[str] = []

    def told(labels: Sequence[str]) -> Mapping[str, str]:
        return {
            id_: "".join(f", {label}: {_brief(words.get(label, absent))}" for label in labels)
            for id_, words in described.items()
        }

    for label in sorted(differing, key=lambda label: label not in _without_implied(differing)):
        if len({*told([*chosen, label]).values()}) > len({*told(chosen).values()}):
            chosen.append(label)
    return told(chosen)


def title(task: str, protocol: Mapping[str, Json]) -> str:
    """Return the heading of a group that stands alone: ``rbench-v``, ``digits: pixels``."""
    if is_published(protocol):
        stated = [_published_part(key, value) for key, value in protocol.items()]
        listed = "; ".join(filter(None, stated)) or "nothing stated"
        who = f"as stated by {protocol[STATED_BY]}" if STATED_BY in protocol else "as published"
        return f"{task}, {protocol.get(RANKED_BY)}, {who}: {listed}"
    if "evaluator" in protocol:
        return f"{task}: {visible(str(protocol['evaluator']))}"
    return task


def summary(protocol: Mapping[str, Json]) -> str:
    """Return in a line what is equal in all rows of a ranking."""
    if is_published(protocol):
        return "as far as it is stated"
    if "evaluator" in protocol:
        on = dict.fromkeys(metric["on"] for metric in protocol.get("metrics", []))
        reference = (protocol.get("reference") or {}).get("name")
        return (
            f"{protocol.get('samples')} samples, labels: {protocol.get('labels')}, "
            f"quantised by: {protocol.get('quantise')}, on {', '.join(on) or 'nothing'}, "
            f"reference statistics: {reference or 'none'}"
        )
    return ", ".join(_of_questions(protocol))


def _of_questions(protocol: Mapping[str, Json]) -> Iterator[str]:
    for field in ("samples", "repeats", "prompt", "response"):
        yield f"{field}: {protocol.get(field)}"
    if "extraction" in protocol:
        yield f"extraction: {protocol['extraction']}"
    if protocol.get("images") == "omit":
        yield "pictures: left out (blind baseline)"
    if "rule" in protocol:
        judge = protocol.get("judge")
        grader = (
            f"rule {protocol['rule']['version']}" if judge is None else f"judge {_named(judge)}"
        )
        yield f"graded by: {grader}"
    if "declared" in protocol:
        declared = protocol["declared"]
        yield f"declared: best of {declared['best_of']}, tools: {declared['tools'] or 'none'}"


def _published_part(key: str, value: Json) -> str:
    if key in (PUBLISHED, RANKED_BY, STATED_BY):
        return ""
    if key == "samples":
        return f"{value:,} samples" if isinstance(value, int) else str(value)
    return str(value) if key in ("protocol", "evaluator") else f"{_label(key)}: {value}"


def _words(protocol: Mapping[str, Json], beside: Mapping[str, Json]) -> dict[str, str]:
    """Return every field by its label, as the words to compare with those of `beside`."""
    alike = is_published(protocol) == is_published(beside)
    found: dict[str, str] = {}
    for key, value in protocol.items():
        if key in (PUBLISHED, "task", "metrics") or (key == RANKED_BY and not alike):
            continue
        label = _label(key)
        if key == "evaluator" and not alike and ("judge" in protocol or "judge" in beside):
            label = "judge"  # of final answers, that is what the stated evaluator is
        elif not alike and key == "judge":
            value = None if value is None else _named(value)
        found |= dict(_leaves(label, key, value))
    for metric in protocol.get("metrics", []):
        options = metric.get("options") or {}
        shown = ", ".join(f"{k} {_text(v)}" for k, v in options.items())
        found[f"{metric['metric']} on {metric['on']}"] = shown or "measured"
    return found


def _leaves(label: str, key: str, value: Json) -> Iterator[tuple[str, str]]:
    if not isinstance(value, Mapping):
        yield label, _VALUES.get((key, str(value)), _text(value))
        return
    named = next((name for name in _NAMES if isinstance(value.get(name), str)), None)
    if named is not None:
        yield label, _text(value[named])
    for inner, part in value.items():
        if inner != named:
            yield from _leaves(f"{label}, {inner.replace('_', ' ')}", inner, part)


def _without_implied(labels: Sequence[str]) -> list[str]:
    dropped = [part for label in labels for part in _IMPLIED.get(label, ())]
    return [
        label
        for label in labels
        if not any(
            label.startswith(f"{part}, ") or (label == part and part not in _IMPLIED)
            for part in dropped
        )
    ]


def _difference(label: str, mine: str, other: str) -> str:
    if _DIGEST.fullmatch(mine) and _DIGEST.fullmatch(other):
        return f"{label}: {mine[:8]} instead of {other[:8]}"
    return f"{label}: {_short(mine)} instead of {_short(other)}"


def _brief(text: str) -> str:
    return text[:8] if _DIGEST.fullmatch(text) else _short(text)


def _label(key: str) -> str:
    return _LABELS.get(key, key.replace("_", " "))


def _named(value: Json) -> str:
    """Return the name of what is described by a mapping."""
    if not isinstance(value, Mapping):
        return _text(value)
    return next((_text(value[name]) for name in _NAMES if value.get(name)), "unnamed")


def _text(value: Json) -> str:
    if value is None or value in ("", [], {}):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_text, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_text(v)}" for k, v in value.items())
    return " ".join(visible(str(value)).split())


def _short(text: str) -> str:
    return f"{text[:_LONG]}…" if len(text) > _LONG else text
