"""What protocols have in common and where they differ, field by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rbench.harness.types import Json
from rbench.leaderboards.image_numbers import Group
from rbench.leaderboards.report_page import flatten
from rbench.leaderboards.tables import NOTHING

_LONG = 48


@dataclass(frozen=True, slots=True)
class Comparison:
    """Protocols side by side.

    Attributes:
        names: of the columns: evaluator, and the protocol's id where the evaluator has several.
        same: (field, text) that all share.
        differing: (field, a text for each column).
    """

    names: tuple[str, ...]
    same: tuple[tuple[str, str], ...]
    differing: tuple[tuple[str, tuple[str, ...]], ...]


def compare_protocols(groups: Sequence[Group]) -> Comparison:
    """Lay the protocols of several groups side by side."""
    evaluators = [group.evaluator for group in groups]
    names = [
        group.evaluator
        if evaluators.count(group.evaluator) == 1
        else f"{group.evaluator} ({group.protocol_id})"
        for group in groups
    ]
    flat = [dict(flatten(_readable(group.protocol))) for group in groups]
    same, differing = [], []
    for field in dict.fromkeys(name for fields in flat for name in fields):
        texts = tuple(fields.get(field, NOTHING) for fields in flat)
        if len(set(texts)) == 1:
            same.append((field, texts[0]))
        else:
            differing.append((field, texts))
    return Comparison(tuple(names), tuple(same), tuple(differing))


def difference_text(protocols: Sequence[Mapping[str, Json]]) -> str:
    """Name the fields in which protocols differ, with the values where these are short."""
    flat = [dict(flatten(_readable(protocol))) for protocol in protocols]
    found = []
    for field in dict.fromkeys(name for fields in flat for name in fields):
        values = list(dict.fromkeys(fields.get(field, NOTHING) for fields in flat))
        if len(values) > 1:
            text = " / ".join(values)
            found.append(f"{field} ({text})" if len(text) <= _LONG else field)
    return ", ".join(found)


def _readable(protocol: Mapping[str, Json]) -> dict[str, Json]:
    """Give every metric a field of its own, called by its name."""
    named = dict(protocol)
    metrics = named.pop("metrics", [])
    if not all(isinstance(metric, Mapping) for metric in metrics):
        return dict(protocol)
    for metric in metrics:
        options = metric.get("options") or "no options"
        named[f"{metric['metric']} on {metric['on']}"] = options
    return named
