"""From a record of Every Eval Ever to a self-reported entry.

What rbench wrote comes back as it was, with its protocol, and may share a ranking with runs of the
same protocol; what others wrote makes a group of its own, of what its source states. Either way
nothing was checked but the form.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

from rbench.errors import DataError
from rbench.harness.canonical import digest
from rbench.harness.types import Json
from rbench.leaderboards.entries import Column, Entry, ModelInfo, Source
from rbench.leaderboards.every_eval_ever.fields import Fields, read_object
from rbench.leaderboards.every_eval_ever.figures import figures_of
from rbench.leaderboards.every_eval_ever.own_details import own_entry
from rbench.leaderboards.every_eval_ever.schema import (
    PREFIX,
    READ,
    RECORD,
    UNKNOWN,
)
from rbench.leaderboards.protocol_words import PUBLISHED, RANKED_BY, STATED_BY

_RELATIONSHIPS = ("first_party", "third_party", "collaborative", "other")
_ARGUMENTS = ("temperature", "top_p", "top_k", "max_tokens", "reasoning")
_UNFIT = re.compile(r"[^\w.+-]+")
_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d)")
_EPOCH = re.compile(r"\d{9,10}(\.\d+)?")
_MOST_NAME = 200


def read_entry(path: Path) -> Entry:
    """Return the entry that a record states. Its origin is ``self-reported``.

    Raises `DataError` for a file that is no record of a version that is read, with the field.
    """
    record = read_object(path)
    _refuse_other(record)
    source = record.within("source_metadata", required=True)
    source.choice("source_type", ("documentation", "evaluation_run"))
    source.choice("evaluator_relationship", _RELATIONSHIPS)
    if f"{PREFIX}protocol" in source.within("additional_details").values:
        return own_entry(record)
    return _stated(record, source)


def _refuse_other(record: Fields) -> None:
    if "interaction_type" in record.values:
        raise DataError(f"{record.where} is a sample; give the aggregate record beside it.")
    if not isinstance(record.values.get("schema_version"), str):
        raise DataError(
            f"{record.where} is no record of Every Eval Ever: schema_version is no text such as "
            f"0.3.0; runs of rbench are given as folders."
        )
    version = record.text("schema_version")
    if not version.startswith(READ):
        known, said = " and ".join(f"{start}x" for start in READ), version[:_MOST_NAME]
        raise DataError(
            f"{record.where} has schema_version {said!r}, and this rbench reads {known}."
        )


def _stated(record: Fields, source: Fields) -> Entry:
    model = record.within("model_info", required=True)
    identifier = model.text("id", _MOST_NAME)
    task = _task(record, identifier)
    figures = figures_of(record, task)
    headline = next(iter(figures))
    protocol = _protocol(record, source, headline)
    name = _slug(identifier)
    known = digest([record.text("evaluation_id"), protocol[STATED_BY]])[:12]
    return Entry(
        key=f"{task}/{name}-{known}",
        task=task,
        model=identifier,
        origin="self-reported",
        status="complete",
        protocol_id=digest(protocol)[:12],
        protocol=protocol,
        settings=_settings(record),
        figures=figures,
        headline=headline,
        date=_day(record.text_or("evaluation_timestamp")),
        info=_info(model),
        source=_source(record, source),
        notes=(_stated_by(source),),
    )


def _task(record: Fields, identifier: str) -> str:
    """Return the name of the benchmark: how the id of an evaluation begins."""
    whole = record.text("evaluation_id")
    name = whole.partition(f"/{identifier}/")[0] if f"/{identifier}/" in whole else ""
    name = name or whole.partition("/")[0]
    return _slug(name)


def _slug(name: str) -> str:
    found = _UNFIT.sub("-", name).strip("-.")[:100].rstrip("-.")
    return found or UNKNOWN


def _protocol(record: Fields, source: Fields, headline: Column) -> dict[str, Json]:
    """Return what is stated of how it was measured; only equal statements share a ranking."""
    library = record.within("eval_library")  # schemas 0.2 may have none
    name, version = library.text_or("name"), library.text_or("version")
    data = {
        result.within("source_data", required=True).text_or("dataset_name")
        for result in record.each("evaluation_results")
    }
    places = [source.text_or("source_name"), source.text("source_organization_name")]
    by = dict.fromkeys(place for place in places if place not in ("", UNKNOWN))
    known = [part for part in (name, version) if part not in ("", UNKNOWN)]
    stated: dict[str, Json] = {
        STATED_BY: ", ".join(by) or UNKNOWN,
        "library": " ".join(known),
        "data": ", ".join(sorted(data - {""})),
    }
    kept = {key: value for key, value in stated.items() if value}
    return {PUBLISHED: True, **kept, RANKED_BY: " ".join(filter(None, headline))}


def _settings(record: Fields) -> dict[str, Json]:
    first = next(record.each("evaluation_results"))
    arguments = first.within("generation_config").within("generation_args").values
    return {
        name: arguments[name]
        for name in _ARGUMENTS
        if isinstance(arguments.get(name), (int, float, bool))
    }


def _info(model: Fields) -> ModelInfo:
    details = model.within("additional_details").values
    weights = {"open_weights": True, "closed_weights": False}
    availability = details.get("model_availability")
    developer = model.text_or("developer", most=_MOST_NAME)
    return ModelInfo(
        organisation=None if developer in ("", UNKNOWN) else developer,
        open_weights=weights.get(availability) if isinstance(availability, str) else None,
    )


def _source(record: Fields, source: Fields) -> Source:
    places = [source.text_or("source_organization_url")]
    for result in record.each("evaluation_results"):
        found = result.within("source_data").values.get("url")
        places += [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
    addresses = (one for one in places if one.startswith(("https://", "http://")))
    return Source(
        paper=source.text_or("source_name") or source.text("source_organization_name"),
        table="",
        repository="",
        commit="",
        url=next(addresses, ""),
        evidence=RECORD + source.text("evaluator_relationship").replace("_", " "),
        order=0,
    )


def _stated_by(source: Fields) -> str:
    words = {"other": "in an unstated relationship to the model"}
    relationship = source.choice("evaluator_relationship", _RELATIONSHIPS)
    said = words.get(relationship, f"as {relationship.replace('_', ' ')}")
    name = source.text("source_organization_name")
    return f"Stated by {'somebody' if name == UNKNOWN else name}, {said}."


def _day(text: str) -> str:
    """Return the day of a time in ISO form or in seconds since 1970; empty for anything else."""
    if _DAY.match(text):
        return text[:10]
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(float(text), UTC).date().isoformat()
    return ""
