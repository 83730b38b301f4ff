"""Comparisons as text: a table and sentences in plain words, JSON, or CSV."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from rbench.harness.types import Json
from rbench.leaderboards.compare_words import amount, p_text, sentences, value_text
from rbench.leaderboards.compared import Compared, ComparedRuns
from rbench.leaderboards.csv_cell import csv_cell
from rbench.leaderboards.report_text import visible
from rbench.leaderboards.tables import NOTHING, table

Style = Literal["md", "json", "csv"]


def compared_text(compared: ComparedRuns, style: Style) -> str:
    """Return all comparisons, the same bytes for the same runs.

    ``md`` is a table for questions, one for images, a paragraph for each comparison, and what is
    to be known of several; ``json`` holds everything; ``csv`` has a line for each comparison, with
    texts that a spreadsheet would take for a formula behind an apostrophe.
    """
    if style == "json":
        return json.dumps(compared.to_json(), ensure_ascii=False, indent=1)
    if style == "csv":
        return _csv(compared)
    return "\n\n".join(map(visible, _markdown(compared)))


def _markdown(compared: ComparedRuns) -> Iterator[str]:
    questions = [one for one in compared.comparisons if one.attrition is not None]
    images = [one for one in compared.comparisons if one.attrition is None]
    percent = f"{100 * compared.level:g} % interval"
    if questions:
        headings = [
            "task", "subset", "A", "B", "metric", "n", "clusters", "A %", "B %", "A - B", percent,
            "both", "only A", "only B", "neither", "p", "p (Holm)", "test",
        ]  # fmt: skip
        yield table(headings, [_question(one) for one in questions], left=5, tail=1)
    if images:
        headings = [
            "task", "measured by", "A", "B", "metric", "n", "A value", "B value", "A - B",
            percent, "p", "p (Holm)", "test",
        ]  # fmt: skip
        yield table(headings, [_image(one) for one in images], left=5, tail=1)
    often = Counter(note for one in compared.comparisons for note in one.notes)
    for one in compared.comparisons:
        own = (note for note in one.notes if often[note] == 1)
        yield " ".join([*sentences(one, compared.tests), *own])
    shared = [note for note, count in often.items() if count > 1]
    if shared or compared.notes:
        yield "\n".join(f"- {note}" for note in [*shared, *compared.notes])


def _question(one: Compared) -> list[str]:
    counts = one.counts
    kinds = ("both", "only_first", "only_second", "neither")
    return [
        *_head(one),
        str(one.n),
        str(one.clusters),
        *_values(one),
        *(NOTHING if counts is None else f"{getattr(counts, kind):.4g}" for kind in kinds),
        p_text(one.p_value),
        p_text(one.adjusted_p),
        one.test,
    ]


def _image(one: Compared) -> list[str]:
    tests = p_text(one.p_value), p_text(one.adjusted_p), one.test
    return [*_head(one), str(one.n), *_values(one), *tests]


def _head(one: Compared) -> tuple[str, ...]:
    return tuple(map(_cell, (one.task, one.on, one.first, one.second, one.metric)))


def _values(one: Compared) -> tuple[str, ...]:
    interval = NOTHING
    if one.low is not None and one.high is not None:
        interval = f"{amount(one, one.low, sign=True)} – {amount(one, one.high, sign=True)}"
    difference = NOTHING if one.difference is None else amount(one, one.difference, sign=True)
    return value_text(one, one.first_value), value_text(one, one.second_value), difference, interval


def _cell(text: str) -> str:
    """Keep a name from breaking the table."""
    return " ".join(text.split()).replace("|", "\\|")


def _csv(compared: ComparedRuns) -> str:
    out = io.StringIO()
    records = [_record(one, compared.tests) for one in compared.comparisons]
    writer = csv.DictWriter(out, list(records[0]) if records else ["task"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue().rstrip("\n")


def _record(one: Compared, tests: int) -> dict[str, str | int | float]:
    """Return one comparison as flat columns; texts are harmless in a spreadsheet."""
    found: dict[str, Json] = {
        name: getattr(one, name)
        for name in (
            "task", "on", "metric", "unit", "first", "second", "first_value", "second_value",
            "difference", "low", "high", "level", "method", "standard_error", "test", "p_value",
            "adjusted_p",
        )
    }  # fmt: skip
    found |= {"tests": tests, "better": one.better, "n": one.n, "clusters": one.clusters}
    for kind in ("both", "only_first", "only_second", "neither"):
        found[kind] = None if one.counts is None else getattr(one.counts, kind)
    found |= {"odds_ratio": one.odds_ratio, "cohens_h": one.cohens_h}
    lost = one.attrition
    for name in ("errored_first", "errored_second", "not_asked_first", "not_asked_second"):
        found[name] = None if lost is None else getattr(lost, name)
    seen = one.outlook[0] if one.outlook and one.difference else None
    found["power"] = None if seen is None else seen.power
    found["needed"] = None if seen is None else seen.needed
    planned: Sequence[Json] = [o for o in one.outlook if o is not seen] or [None] * 3
    for points, outlook in zip((1, 2, 5), planned, strict=True):
        found[f"power_{points}_points"] = None if outlook is None else outlook.power
        found[f"needed_{points}_points"] = None if outlook is None else outlook.needed
    found |= {"first_run": one.first_run, "second_run": one.second_run}
    found["notes"] = " ".join(one.notes)
    return {name: csv_cell(value) for name, value in found.items()}
