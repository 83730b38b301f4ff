"""Whether a protocol has the form that rbench gives it: tables and pages say it in words."""

from collections.abc import Iterator, Mapping

from rbench.harness.types import Json


def protocol_misfit(protocol: Json) -> str:
    """Say which part of a protocol is not as rbench writes it; "" where all are.

    Only the form of what is read part by part is looked at: a protocol is open, and a stranger's
    may state anything else.
    """
    if not isinstance(protocol, Mapping):
        return "it is no mapping"
    return next(_wrong(protocol), "")


def _wrong(protocol: Mapping[str, Json]) -> Iterator[str]:
    for name, parts in {"rule": ("version",), "declared": ("best_of", "tools")}.items():
        if name in protocol:
            found = protocol[name]
            if not isinstance(found, Mapping) or not found.keys() >= set(parts):
                yield f"{name} is no mapping with {' and '.join(parts)}"
    reference = protocol.get("reference")
    if reference is not None and not isinstance(reference, Mapping):
        yield "reference is no mapping"
    metrics = protocol.get("metrics", [])
    if not isinstance(metrics, list):
        yield "metrics is no list"
    elif not all(map(_is_metric, metrics)):
        yield "metrics does not name of each the metric and what it is measured on"


def _is_metric(one: Json) -> bool:
    return (
        isinstance(one, Mapping)
        and isinstance(one.get("metric"), str)
        and isinstance(one.get("on"), str)
        and isinstance(one.get("options") or {}, Mapping)
    )
