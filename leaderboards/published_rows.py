"""Published figures: read from `leaderboards/published/*.csv`, one file per task.

A row is one figure as its source prints it. What the source does not state is empty, and nothing
is corrected: what is found when a figure is recomputed is a finding beside it
(`check_published`).
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal, TypeAlias, get_args

from rbench.errors import DataError, UsageError, nearest

Evidence: TypeAlias = Literal["official", "paper", "other paper", "web", "notes"]
"""Whose word a figure is: the benchmark's own table, the paper that claims it, another paper
that reports it, a page or repository, or third parties' notes."""

Direction: TypeAlias = Literal["up", "down", "none"]

EVIDENCE: tuple[Evidence, ...] = get_args(Evidence)
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One published figure.

    Attributes:
        task: the task's name, that of its file: ``rbench-v``, ``imagenet256``.
        order: the row's place in its source, from 1; figures of one line share it.
        system: as the source names it.
        version: version or checkpoint, where the source tells one.
        subset: ``en``, ``math``, ``mean``, ``overall``; empty where the task has none.
        metric: ``accuracy``, ``fid``, ``fdr6``, ``is`` ...
        value: the figure as a number, in `unit`.
        printed: the figure as the source prints it.
        unit: ``%``, or empty.
        direction: whether larger (``up``) or smaller (``down``) is better.
        evaluations: network evaluations a sample; empty where not stated.
        parameters: as stated, e.g. ``676M``.
        samples: how many samples the figure is over, as stated.
        reference: reference statistics, as stated.
        evaluator: which code or judge measured it, as stated.
        guidance: as stated.
        steps: as stated.
        protocol: what else is stated of how it was measured.
        paper: arXiv number or title.
        table: table, figure, or place within the source.
        repository: ``owner/name``, where the figure was read in one.
        commit: the commit at which it was read.
        url: where a reader finds it.
        evidence: whose word it is.
        date: of the system, as stated: YYYY, YYYY-MM or YYYY-MM-DD.
        note: what a reader must know.
    """

    task: str
    order: int
    system: str
    version: str
    subset: str
    metric: str
    value: float
    printed: str
    unit: str
    direction: Direction
    evaluations: str
    parameters: str
    samples: str
    reference: str
    evaluator: str
    guidance: str
    steps: str
    protocol: str
    paper: str
    table: str
    repository: str
    commit: str
    url: str
    evidence: Evidence
    date: str
    note: str


COLUMNS = tuple(f.name for f in fields(PublishedRow))


def published_tasks() -> tuple[str, ...]:
    """Return the tasks that have published figures, sorted."""
    names = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(".csv") for name in names if name.endswith(".csv")))


def published_rows(task: str) -> tuple[PublishedRow, ...]:
    """Return the published figures of a task in the order of the file.

    Raises `UsageError` for a task without any, `DataError` for a file that is damaged.
    """
    if task not in published_tasks():
        raise UsageError(
            f"there are no published figures of {task!r}{nearest(task, published_tasks())}"
        )
    return _read(task)


@lru_cache
def _read(task: str) -> tuple[PublishedRow, ...]:
    file = _folder() / f"{task}.csv"
    reader = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"), newline=""))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise DataError(f"{file.name}: the columns must be {', '.join(COLUMNS)}.")
    return tuple(_parsed(task, numbered) for numbered in _numbered(reader, file.name))


def _numbered(reader: "csv.DictReader[str]", name: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for row in reader:
        yield f"{name}, line {reader.line_num}", row


def _parsed(task: str, numbered: tuple[str, Mapping[str, str]]) -> PublishedRow:
    where, row = numbered
    texts = {name: (row.get(name) or "").strip() for name in COLUMNS}
    for name in ("system", "metric", "printed", "url", "evidence"):
        if not texts[name]:
            raise DataError(f"{where}: the column {name!r} is empty.")
    if texts["task"] != task:
        raise DataError(f"{where}: the task is {texts['task']!r} in the file of {task!r}.")
    if texts["evidence"] not in EVIDENCE:
        raise DataError(f"{where}: evidence {texts['evidence']!r} is not one of {EVIDENCE}.")
    if texts["direction"] not in get_args(Direction):
        raise DataError(f"{where}: direction {texts['direction']!r} is not up, down or none.")
    if texts["date"] and not _DATE.fullmatch(texts["date"]):
        raise DataError(f"{where}: date {texts['date']!r} is not YYYY[-MM[-DD]].")
    try:
        order, value = int(texts["order"]), float(texts["value"])
    except ValueError as error:
        raise DataError(f"{where}: {error}.") from error
    if order < 1 or not math.isfinite(value):
        raise DataError(f"{where}: order {order} and value {value} make no sense.")
    return PublishedRow(**{**texts, "order": order, "value": value})  # type: ignore[arg-type]


def _folder() -> Traversable:
    return files("rbench.leaderboards.published")
