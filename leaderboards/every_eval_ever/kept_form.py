"""Records of Every Eval Ever in a kept leaderboard: self-reported, and nothing of them checked."""

from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from rbench.errors import DataError
from rbench.harness.canonical import digest
from rbench.harness.plan import SCHEMA_VERSION
from rbench.harness.types import Json
from rbench.harness.verify.made_with import rbench_version
from rbench.leaderboards.entries import Entry, Figure, ModelInfo, Source
from rbench.leaderboards.every_eval_ever.read import read_entry
from rbench.leaderboards.kept.record import Event, KeptRun
from rbench.leaderboards.published_entries import published_entries
from rbench.leaderboards.published_rows import published_tasks

KIND = "every-eval-ever"
"""The ``kind`` of such results, as ``images`` is that of a run of images."""

UNCHECKED = "Read from a record of Every Eval Ever; nothing of it was checked but its form."


def taken_in_record(path: Path, *, today: str) -> KeptRun:
    """Return what is kept of a record; nothing is written.

    Raises `DataError` for what is no record (see `read_entry`), and for the record of a published
    figure that rbench has itself.
    """
    entry = read_entry(path)
    name = entry.key.partition("/")[2]
    published = published_entries(entry.task) if entry.task in published_tasks() else ()
    if any(name == other.key for other in published):
        raise DataError(f"{path} adds nothing: it is the published entry {name} of rbench.")
    results = _results(entry)
    return KeptRun(
        key=entry.key,
        origin="self-reported",
        rbench=rbench_version(),
        verification={"outcome": "unchecked", "sentence": UNCHECKED, "checks": {}},
        files={path.name: sha256(path.read_bytes()).hexdigest()},
        replies_sha256=None,
        results_sha256=digest(results),
        results=results,
        costs={},
        date=entry.date,
        history=(Event(today, "added", "taken in as self-reported, not verified"),),
    )


def stated_entry(results: Mapping[str, Json]) -> Entry:
    """Return the entry that was kept. Raises `KeyError` or `TypeError` for other results."""
    figures = {(one["subset"], one["metric"]): _figure(one) for one in results["figures"]}
    headline, source = results["headline"], results["source"]
    return Entry(
        key=results["run_id"],
        task=results["task"],
        model=results["model"],
        origin="self-reported",
        status=results["status"],
        protocol_id=results["protocol_id"],
        protocol=results["protocol"],
        settings=results["settings"],
        figures=figures,
        headline=None if headline is None else (headline[0], headline[1]),
        evaluations=results["evaluations"],
        date=results["date"],
        info=ModelInfo(**results["info"]),
        source=None if source is None else Source(**source),
        notes=tuple(results["notes"]),
    )


def _results(entry: Entry) -> dict[str, Json]:
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": KIND,
        "run_id": entry.key,
        "task": entry.task,
        "model": entry.model,
        "status": entry.status,
        "protocol_id": entry.protocol_id,
        "protocol": dict(entry.protocol),
        "settings": dict(entry.settings),
        "figures": [
            {"subset": subset, "metric": metric, **asdict(figure)}
            for (subset, metric), figure in entry.figures.items()
        ],
        "headline": None if entry.headline is None else list(entry.headline),
        "evaluations": entry.evaluations,
        "date": entry.date,
        "info": asdict(entry.info),
        "source": None if entry.source is None else asdict(entry.source),
        "notes": list(entry.notes),
    }


def _figure(stated: Mapping[str, Json]) -> Figure:
    values = {name: value for name, value in stated.items() if name not in ("subset", "metric")}
    return Figure(**{**values, "findings": tuple(values["findings"])})
