"""The reader of published figures, and what holds for every published file."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from rbench.errors import DataError, UsageError
from rbench.leaderboards import published_rows as module
from rbench.leaderboards.published_rows import COLUMNS, published_rows, published_tasks
from tests.leaderboards.published_figures import values_not_printed, without_a_source

ROW = {
    "task": "made-up",
    "order": "1",
    "system": "A, with a comma",
    "metric": "accuracy",
    "value": "7.7",
    "printed": "7.7",
    "unit": "%",
    "direction": "up",
    "url": "https://example.org/table",
    "evidence": "web",
    "date": "2025-07-28",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(module, "_folder", lambda: tmp_path)
    module._read.cache_clear()
    yield tmp_path
    module._read.cache_clear()


def write(folder: Path, header: str = ",".join(COLUMNS), **changes: str) -> None:
    cells = {**dict.fromkeys(COLUMNS, ""), **ROW, **changes}
    line = ",".join(f'"{cells[name]}"' for name in COLUMNS)
    (folder / "made-up.csv").write_text(f"{header}\n{line}\n", encoding="utf-8")


def test_a_row_is_read_as_it_stands(folder: Path) -> None:
    write(folder)
    assert published_tasks() == ("made-up",)
    (row,) = published_rows("made-up")
    assert (row.system, row.value, row.printed, row.order) == ("A, with a comma", 7.7, "7.7", 1)
    assert row.note == row.evaluations == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": ""}, "'url' is empty"),
        ({"evidence": ""}, "'evidence' is empty"),
        ({"system": " "}, "'system' is empty"),
        ({"task": "other"}, "'other'"),
        ({"evidence": "hearsay"}, "'hearsay'"),
        ({"direction": "sideways"}, "'sideways'"),
        ({"date": "2025-7-28"}, "'2025-7-28'"),
        ({"value": "seven"}, "'seven'"),
        ({"value": "nan"}, "nan"),
        ({"order": "0"}, "order 0"),
    ],
)
def test_a_damaged_row_is_named_with_its_line(
    folder: Path, changes: dict[str, str], said: str
) -> None:
    write(folder, **changes)
    with pytest.raises(DataError, match=re.escape(said)) as caught:
        published_rows("made-up")
    assert "made-up.csv, line 2" in str(caught.value)


def test_another_header_is_refused(folder: Path) -> None:
    write(folder, header="task,value")
    with pytest.raises(DataError, match="columns must be task, order"):
        published_rows("made-up")


def test_a_task_without_figures_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="rbench-v"):
        published_rows("rbench-w")


@pytest.mark.parametrize("task", published_tasks())
def test_every_figure_has_a_source_that_a_reader_can_follow(task: str) -> None:
    rows = published_rows(task)
    assert rows and without_a_source(rows) == []
    assert values_not_printed(rows) == []
    assert [row for row in rows if row.evidence == "notes" and not row.note] == []
    assert [row for row in rows if row.commit and not row.repository] == []


@pytest.mark.parametrize("task", published_tasks())
def test_no_figure_stands_twice(task: str) -> None:
    rows = published_rows(task)
    assert len(set(rows)) == len(rows)


@pytest.mark.parametrize("task", published_tasks())
def test_a_metric_has_one_direction_and_one_unit(task: str) -> None:
    kinds = defaultdict(set)
    for row in published_rows(task):
        kinds[row.metric].add((row.direction, row.unit))
    assert {metric: kind for metric, kind in kinds.items() if len(kind) > 1} == {}
