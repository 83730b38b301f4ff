"""Records that rbench wrote: the entry as it was, from the details."""

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import get_args

from rbench.errors import DataError
from rbench.harness.canonical import digest
from rbench.harness.protocol_shape import protocol_misfit
from rbench.harness.types import Json
from rbench.leaderboards.entries import Column, Entry, Figure, ModelInfo, Origin, Source, Status
from rbench.leaderboards.every_eval_ever.fields import Fields
from rbench.leaderboards.every_eval_ever.figures import figures_of
from rbench.leaderboards.every_eval_ever.schema import PREFIX

_STATUSES: tuple[Status, ...] = ("complete", "incomplete", "not comparable")
_NAME = re.compile(r"[\w+][\w.~+@ -]{0,199}")
_DATE = re.compile(r"(\d{4}(-\d\d(-\d\d)?)?)?")
_PROTOCOL_ID = 12
_MOST_NAME = 300


def own_entry(record: Fields) -> Entry:
    """Return the entry behind a record of rbench's, as self-reported.

    Raises `DataError` for a detail that is wrong, and for a protocol whose id is another one's.
    """
    details = record.within("source_metadata").within("additional_details")
    task = details.text(f"{PREFIX}task")
    if not _NAME.fullmatch(task):
        details.wrong(f"{PREFIX}task", "the name of a task")
    details.choice(f"{PREFIX}origin", get_args(Origin))
    date = details.text_or(f"{PREFIX}date")
    if not _DATE.fullmatch(date):
        details.wrong(f"{PREFIX}date", "YYYY, YYYY-MM or YYYY-MM-DD")
    protocol = _mapping(details, "protocol")
    protocol_id = digest(protocol)[:_PROTOCOL_ID]
    if details.text(f"{PREFIX}protocol_id") != protocol_id:
        details.wrong(f"{PREFIX}protocol_id", f"that of the protocol, {protocol_id}")
    misfit = protocol_misfit(protocol)
    if misfit:
        raise DataError(f"{details.where}: of {PREFIX}protocol, {misfit}.")
    figures = figures_of(record, task)
    return Entry(
        key=_key(details, task),
        task=task,
        model=record.within("model_info", required=True).text("name", _MOST_NAME),
        origin="self-reported",
        status=_status(details),
        protocol_id=protocol_id,
        protocol=protocol,
        settings=_mapping(details, "settings"),
        figures=figures,
        headline=_headline(details, figures),
        evaluations=details.text_or(f"{PREFIX}evaluations"),
        date=date,
        info=_info(details),
        source=_source(details),
        notes=_notes(details),
    )


def _key(details: Fields, task: str) -> str:
    """Return the entry's key; of a published entry with its task before, as all kept ones have."""
    key = details.text(f"{PREFIX}key")
    whole = key if "/" in key else f"{task}/{key}"
    folder, _, name = whole.partition("/")
    if folder != task or not _NAME.fullmatch(name):
        details.wrong(f"{PREFIX}key", f"the key of an entry of {task}, such as {task}/model-1a2b")
    return whole


def _status(details: Fields) -> Status:
    found = details.choice(f"{PREFIX}status", _STATUSES)
    return next(status for status in _STATUSES if status == found)


def _mapping(details: Fields, name: str) -> Mapping[str, Json]:
    found = details.json_in(f"{PREFIX}{name}", {})
    if not isinstance(found, dict):
        details.wrong(f"{PREFIX}{name}", "an object as JSON")
    return found


def _headline(details: Fields, figures: Mapping[Column, Figure]) -> Column | None:
    found = details.json_in(f"{PREFIX}headline")
    if found is None:
        return None
    if isinstance(found, list) and len(found) == 2 and all(isinstance(one, str) for one in found):
        return found[0], found[1]
    details.wrong(f"{PREFIX}headline", "a subset and a metric, as JSON")


def _notes(details: Fields) -> tuple[str, ...]:
    found = details.json_in(f"{PREFIX}notes", [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        details.wrong(f"{PREFIX}notes", "a list of texts, as JSON")
    return tuple(found)


def _info(details: Fields) -> ModelInfo:
    stated = Fields(_mapping(details, "info"), f"{details.where}: {PREFIX}info")
    weights = None if stated.values.get("open_weights") is None else stated.flag("open_weights")
    return ModelInfo(
        organisation=stated.text_or("organisation") or None,
        released=stated.text_or("released") or None,
        parameters=stated.text_or("parameters") or None,
        open_weights=weights,
        link=stated.text_or("link") or None,
    )


def _source(details: Fields) -> Source | None:
    found = _mapping(details, "source")
    if not found:
        return None
    stated = Fields(found, f"{details.where}: {PREFIX}source")
    texts = {field.name: stated.text_or(field.name) for field in fields(Source)[:-1]}
    return Source(**texts, order=stated.count("order"))
