"""The tables of a task's page: origin, history, notes beside figures, links, scales, words."""

import json
import re
from pathlib import Path

import pytest

from rbench.leaderboards.board import build_board
from rbench.leaderboards.board_cells import main_columns
from rbench.leaderboards.entries import Board, Entry, Group
from rbench.leaderboards.make_board import make_board
from rbench.leaderboards.published_rows import published_tasks
from rbench.leaderboards.site.addresses import Addresses
from rbench.leaderboards.site.column_words import metric_words
from rbench.leaderboards.site.interval_bars import bar, scale_of
from rbench.leaderboards.site.standing import Standing, standings
from rbench.leaderboards.site.task_table import ShownLine, shown_table, table_title
from tests.leaderboards.board_entries import COLUMN, entry, figure, published
from tests.leaderboards.site.boards import written

NOWHERE = Addresses({}, {})


@pytest.fixture(scope="module")
def published_board() -> Board:
    return make_board(command="x").board


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    entries = [
        entry("good", 0.9, origin="re-run", history=("D: taken in as re-run.",)),
        entry("said", 0.8, origin="self-reported", history=("D: taken in as self-reported.",)),
        entry("gone", 0.7, origin="re-run", status="withdrawn",
              history=("D: taken in.", "E: withdrawn: a bug.")),
        entry("old", 0.6, origin="re-run", status="superseded",
              history=("D: taken in.", "E: superseded by quiz/good.")),
    ]  # fmt: skip
    folder = written(build_board(entries, command="x"), tmp_path_factory.mktemp("site"))
    return (folder / "quiz" / "index.html").read_text()


def row(page: str, model: str) -> str:
    found = re.search(rf'<tr data-origin[^>]*data-key="quiz/{model}-0001".*?</tr>', page, re.DOTALL)
    assert found is not None
    return found[0]


def test_every_row_names_its_origin_and_links_to_its_history(page: str) -> None:
    for model, sentence in (
        ("good", "D: taken in as re-run."), ("gone", "E: withdrawn: a bug."),
        ("old", "E: superseded by quiz/good."),
    ):  # fmt: skip
        address = re.search(r'<a href="#([^"]+)" rel="noreferrer">re-run</a>', row(page, model))
        assert address is not None
        entry_of_list = page.partition(f'<li id="{address[1]}">')[2].partition("</ol>")[0]
        assert f"<strong>{model}</strong>" in entry_of_list
        assert f"<li>{sentence}</li>" in entry_of_list


def test_a_self_reported_row_cannot_be_mistaken(page: str) -> None:
    assert "§" in row(page, "said") and 'rel="noreferrer">self-reported</a></strong>' in row(
        page, "said"
    )
    assert "§" not in row(page, "good")
    assert "§ self-reported: the figures are its sender&#39;s" in page


def test_what_is_withdrawn_stands_below_the_line_with_its_reason(page: str) -> None:
    assert "Not ranked: superseded, withdrawn." in page
    below = page.partition('<tbody class="below">')[2].partition("</tbody>")[0]
    assert "gone" in below and "old" in below and "good" not in below
    note = re.search(r"#(g-\w+-note-\d+)", row(page, "gone"))
    assert note is not None
    assert "E: withdrawn: a bug." in page.partition(f'id="{note[1]}"')[2].partition("</li>")[0]


def test_notes_stand_beside_the_figure_that_they_are_about() -> None:
    said = {COLUMN: figure(), ("math", "accuracy"): figure(0.3, findings=("Odd.",))}
    (group,) = build_board([entry("a", figures=said, notes=("N.",)), entry("b")]).groups["quiz"]
    table = shown_table(group, NOWHERE, frozenset())
    names = [heading.name for heading in table.headings]
    (line,) = [line for line in table.lines if line.cells[1].text == "a"]
    noted = {name: cell.notes for name, cell in zip(names, line.cells, strict=True) if cell.notes}
    assert noted == {"math % ↑": (1,), "model": (2,)}


def test_every_table_has_files_of_its_own(published_board: Board, tmp_path: Path) -> None:
    groups = published_board.groups["rbench-v"]
    folder = written(Board({"rbench-v": groups}, "made by this"), tmp_path) / "rbench-v"
    text = (folder / "index.html").read_text()
    for group in groups:
        place = f"table-{group.protocol_id}"
        values = json.loads((folder / f"{place}.json").read_text())
        assert values["command"] == "made by this"
        assert [g["title"] for g in values["tasks"]["rbench-v"]] == [group.title]
        assert f'href="{place}.json"' in text and f'href="{place}.csv"' in text
        assert (folder / f"{place}.csv").read_text().count("made by this") > 0


def lines_of(group: Group) -> tuple[ShownLine, ...]:
    table = shown_table(group, NOWHERE, frozenset())
    return (*table.lines, *table.below)


def test_every_published_row_of_every_task_links_to_its_source(published_board: Board) -> None:
    assert set(published_board.groups) == set(published_tasks()) and len(published_tasks()) == 21
    for groups in published_board.groups.values():
        for group in groups:
            for line in lines_of(group):
                assert line.origin == "published"
                assert re.match(r"https?://", line.cells[-1].link or ""), line.key


def test_every_finding_stands_beside_its_figure_or_its_entry(published_board: Board) -> None:
    found = 0
    for group in (g for groups in published_board.groups.values() for g in groups):
        table = shown_table(group, NOWHERE, frozenset())
        lines = {line.key: line for line in (*table.lines, *table.below)}
        for ranked in (*group.ranked, *group.below):
            entry = ranked.entry
            noted = {n for cell in lines[entry.key].cells for n in cell.notes}
            said = " ".join(table.remarks[n - 1].sentence for n in noted)
            findings = [f for one in entry.figures.values() for f in one.findings]
            assert all(finding in said for finding in findings), (entry.model, findings)
            found += len(findings)
    assert found > 30


def test_every_column_of_figures_is_explained(published_board: Board) -> None:
    for task, groups in published_board.groups.items():
        for column in {column for group in groups for column in main_columns(group)}:
            assert metric_words(column), (task, column)


def test_titles_of_a_task_are_distinct_on_its_page(published_board: Board) -> None:
    for task, groups in published_board.groups.items():
        assert len({group.title for group in groups}) == len(groups), task


def test_the_title_of_a_table_says_what_it_is_without_repeating_the_task() -> None:
    alone = build_board([entry("a")]).groups["quiz"]
    assert [table_title(group) for group in alone] == ["Ranking"]
    twice = {**entry().protocol, "repeats": 2}
    two = build_board([entry("a"), entry("b", protocol_id="b", protocol=twice)]).groups["quiz"]
    assert {table_title(g) for g in two} == {"Ranking, repeats: 1", "Ranking, repeats: 2"}
    (printed,) = build_board([published()]).groups["quiz"]
    assert table_title(printed) == "overall accuracy, as published: 400 samples"


def distances(*values: float) -> list[Entry]:
    return [
        entry(f"m{i}", figures={COLUMN: figure(v, None, unit="distance", higher_is_better=False)})
        for i, v in enumerate(values)
    ]


def test_distances_far_apart_stand_on_a_logarithmic_scale() -> None:
    (group,) = build_board(distances(0.1, 1.0, 10.0)).groups["quiz"]
    scale = scale_of(group, COLUMN)
    assert scale is not None and scale.text == "0.1 to 10, logarithmic"
    assert [scale.place(value) for value in (0.1, 1.0, 10.0)] == [5.0, 48.0, 91.0]
    assert scale.place(-1.0) == scale.place(0.1)  # an interval that reaches below
    assert 'cx="48"' in bar(scale, group.ranked[1], COLUMN, "1")


@pytest.mark.parametrize("values", [(1.0, 2.0, 10.0), (0.0, 1.0, 100.0), (-1.0, 1.0, 100.0)])
def test_near_values_and_those_at_zero_stand_on_a_linear_one(values: tuple[float, ...]) -> None:
    (group,) = build_board(distances(*values)).groups["quiz"]
    scale = scale_of(group, COLUMN)
    assert scale is not None and not scale.logarithmic


def test_how_a_run_stands_is_known_by_its_folder() -> None:
    gone = entry("a", path="p", status="withdrawn", origin="re-run", history=("D.", "E."))
    other = entry("a", key="quiz/a-0001@z", path="p", origin="re-run", history=("D.",))
    found = standings([other, gone, entry("b", path="q")])
    assert found == {"p": Standing("re-run", "withdrawn", ("D.", "E."))}
    assert found["p"].out and not Standing().out
