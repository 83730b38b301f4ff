"""From an entry to a record of Every Eval Ever: one JSON file, without the file."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields

from rbench.harness.canonical import canonical_json
from rbench.harness.types import Json
from rbench.leaderboards.entries import Column, Entry, Figure
from rbench.leaderboards.every_eval_ever.data_source import source_data
from rbench.leaderboards.every_eval_ever.facts import RunFacts
from rbench.leaderboards.every_eval_ever.metric_words import metric_config
from rbench.leaderboards.every_eval_ever.names import epoch_of, model_id, of_a_paper
from rbench.leaderboards.every_eval_ever.schema import (
    ENTRY_TEXTS,
    ENTRY_VALUES,
    LIBRARY,
    PREFIX,
    RECORD,
    UNKNOWN,
    VERSION,
    Relationship,
)
from rbench.leaderboards.kept.read import SELF_REPORTED
from rbench.leaderboards.protocol_words import STATED_BY
from rbench.leaderboards.report_text import short_name

_RELATIONSHIPS: Mapping[str, Relationship] = {
    "official": "third_party",
    "paper": "first_party",
    "other paper": "third_party",
    f"{RECORD}first party": "first_party",
    f"{RECORD}third party": "third_party",
    f"{RECORD}collaborative": "collaborative",
}
"""By whose word a published figure is. Nobody says who ran a run: that is ``other``."""

_OWN_RUNS = ("run", "re-run", "re-scored")
_LOCAL = ("baseline/", "hf/", "zoo/")
"""Adapters that run a model on the machine that evaluates it."""

_STATED = frozenset({"value", "higher_is_better", "unit", "ci_low", "ci_high", "ci_method"})
"""Fields of a `Figure` that the schema has a place for; the others are details."""

_ARGUMENTS: Mapping[str, tuple[type, ...]] = {
    "temperature": (int, float),
    "top_p": (int, float),
    "top_k": (int, float),
    "max_tokens": (int,),
}


def aggregate(entry: Entry, facts: RunFacts | None = None) -> dict[str, Json]:
    """Return the record of an entry as JSON values.

    Figures without a value have no place in the schema: the details name them. An entry without
    any value makes a record without results, which says nothing.
    """
    known = facts or RunFacts()
    identifier = model_id(entry)
    when, _ = epoch_of(entry)
    found: dict[str, Json] = {
        "schema_version": VERSION,
        "evaluation_id": f"{entry.task}/{identifier}/{when}/{entry.key}",
        "retrieved_timestamp": when,
        "source_metadata": _source_metadata(entry, known),
        "eval_library": _library(entry, known),
        "model_info": _model_info(entry, identifier),
        "evaluation_results": [
            _result(entry, column, figure)
            for column, figure in entry.figures.items()
            if figure.value is not None
        ],
    }
    if entry.date and not of_a_paper(entry):
        found["evaluation_timestamp"] = entry.date
    return found


def result_id(column: Column) -> str:
    """Return what names a figure inside its record: ``overall:accuracy``."""
    return ":".join(column)


def result_name(task: str, column: Column) -> str:
    """Return the name of an evaluation: the task, and the subset where there is one."""
    return f"{task}.{column[0]}" if column[0] else task


def _source_metadata(entry: Entry, facts: RunFacts) -> dict[str, Json]:
    source = entry.source
    evidence = source.evidence if source else ""
    name = LIBRARY if source is None else ", ".join(filter(None, [source.paper, source.table]))
    return {
        "source_name": name or (source.url if source else LIBRARY),
        "source_type": "evaluation_run" if entry.origin in _OWN_RUNS else "documentation",
        "source_organization_name": UNKNOWN,
        "evaluator_relationship": _RELATIONSHIPS.get(evidence, "other"),
        "additional_details": dict(_details(entry, facts)),
    }


def _details(entry: Entry, facts: RunFacts) -> Iterator[tuple[str, str]]:
    for name in ENTRY_TEXTS:
        if getattr(entry, name):
            yield f"{PREFIX}{name}", getattr(entry, name)
    for name in ENTRY_VALUES:
        value = getattr(entry, name)
        if name == "notes":  # what the origin says is not said twice
            value = [note for note in value if not note.startswith(SELF_REPORTED)]
        if name in ("info", "source") and value is not None:
            value = {key: part for key, part in asdict(value).items() if part not in (None, "")}
        if value:
            yield f"{PREFIX}{name}", canonical_json(value)
    missing = {
        " ".join(filter(None, column)): figure.note
        for column, figure in entry.figures.items()
        if figure.value is None
    }
    if missing:
        yield f"{PREFIX}without_value", canonical_json(missing)
    yield f"{PREFIX}timestamp_is", epoch_of(entry)[1]
    for name, text in asdict(facts).items():
        if text and text != UNKNOWN:
            yield f"{PREFIX}{name}" if name != LIBRARY else f"{PREFIX}version", text
    if entry.source is not None and entry.source.url:
        yield "url", entry.source.url
    if entry.source is not None:
        yield "evidence", entry.source.evidence


def _library(entry: Entry, facts: RunFacts) -> dict[str, Json]:
    if entry.origin in _OWN_RUNS:
        return {"name": LIBRARY, "version": facts.rbench}
    return {"name": UNKNOWN, "version": UNKNOWN}


def _model_info(entry: Entry, identifier: str) -> dict[str, Json]:
    info = entry.info
    weights = {True: "open_weights", False: "closed_weights", None: UNKNOWN}[info.open_weights]
    here = entry.origin in _OWN_RUNS and entry.model.startswith(_LOCAL)
    details = {
        "deployment_type": "self_deployed" if here else UNKNOWN,
        "model_availability": weights,
    }
    for name in ("released", "parameters", "link"):
        if getattr(info, name):
            details[name] = getattr(info, name)
    found: dict[str, Json] = {
        "name": short_name(entry.model),
        "id": identifier,
        "additional_details": details,
    }
    if info.organisation:
        found["developer"] = info.organisation
    return found


def _result(entry: Entry, column: Column, figure: Figure) -> dict[str, Json]:
    score: dict[str, Json] = {"score": figure.value, "details": dict(_figure_details(figure))}
    uncertainty = _uncertainty(figure)
    if uncertainty:
        score["uncertainty"] = uncertainty
    namespace = "" if STATED_BY in entry.protocol else f"{LIBRARY}."
    found: dict[str, Json] = {
        "evaluation_result_id": result_id(column),
        "evaluation_name": result_name(entry.task, column),
        "source_data": source_data(entry.task),
        "metric_config": metric_config(column, figure, namespace),
        "score_details": score,
    }
    config = _generation_config(entry.settings)
    if config:
        found["generation_config"] = config
    return found


def _figure_details(figure: Figure) -> Iterator[tuple[str, str]]:
    for field in fields(Figure):
        value = getattr(figure, field.name)
        if field.name not in _STATED and value not in (None, "", ()):
            name = f"{PREFIX}{field.name}"
            yield name, value if isinstance(value, str) else canonical_json(value)
    if figure.ci_method and figure.ci_low is None:
        yield f"{PREFIX}ci_method", figure.ci_method


def _uncertainty(figure: Figure) -> dict[str, Json]:
    found: dict[str, Json] = {}
    if figure.ci_low is not None and figure.ci_high is not None:
        found["confidence_interval"] = {
            "lower": figure.ci_low,
            "upper": figure.ci_high,
            "confidence_level": 0.95,
            **({"method": figure.ci_method} if figure.ci_method else {}),
        }
        if figure.n is not None:
            found["num_samples"] = figure.n
    return found


def _generation_config(settings: Mapping[str, Json]) -> dict[str, Json]:
    arguments = {
        name: settings[name]
        for name, kinds in _ARGUMENTS.items()
        if isinstance(settings.get(name), kinds) and not isinstance(settings[name], bool)
    }
    rest = {
        name: value if isinstance(value, str) else canonical_json(value)
        for name, value in settings.items()
        if name not in arguments
    }
    found: dict[str, Json] = {}
    if arguments:
        found["generation_args"] = arguments
    if rest:
        found["additional_details"] = rest
    return found
