"""The cells of a task's page: nothing empty, nothing twice, numbers as they are set."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbench.leaderboards.board import build_board
from rbench.leaderboards.board_cells import with_minus
from rbench.leaderboards.board_table_csv import board_csv
from rbench.leaderboards.board_table_latex import board_latex
from rbench.leaderboards.board_table_md import board_md
from rbench.leaderboards.entries import Board, Entry, Figure
from rbench.leaderboards.site.addresses import Addresses
from rbench.leaderboards.site.task_table import ShownTable, grouped, shown_table
from tests.leaderboards.board_entries import COLUMN, entry, figure, published

NOWHERE = Addresses({}, {})


def table_of(*entries: Entry) -> ShownTable:
    (group,) = build_board(entries).groups["quiz"]
    return shown_table(group, NOWHERE, frozenset())


def names(table: ShownTable) -> list[str]:
    return [heading.name for heading in table.headings]


def column(table: ShownTable, name: str) -> list[str]:
    at = names(table).index(name)
    return [line.cells[at].text for line in (*table.lines, *table.below)]


HALVES = st.lists(st.sampled_from([None, 0.05]), min_size=1, max_size=5)


@given(HALVES)
def test_intervals_have_a_column_where_any_entry_has_one(halves: list[float | None]) -> None:
    table = table_of(*(entry(f"m{i}", 0.5, half) for i, half in enumerate(halves)))
    drawn = [cell.bar for line in (*table.lines, *table.below) for cell in line.cells if cell.bar]
    assert ("95 % interval" in names(table)) == any(halves)
    assert (table.scale is not None) == any(halves) == bool(drawn)


@given(HALVES, st.booleans())
def test_no_column_is_empty_and_the_model_is_always_there(
    halves: list[float | None], printed: bool
) -> None:
    made = [
        published(f"m{i}") if printed else entry(f"m{i}", 0.5, half)
        for i, half in enumerate(halves)
    ]
    table = table_of(*made)
    assert "model" in names(table)
    assert all(set(column(table, name)) != {"–"} for name in names(table))


def test_what_all_lines_say_is_said_once_and_sources_stay_in_short() -> None:
    table = table_of(published("a", 2.0, 1), published("b", 1.0, 2))
    said = [(one.heading.name, one.text, one.link) for one in table.common]
    assert said == [
        ("n", "400", None), ("origin", "published", None),
        ("source", "arXiv 2505.16770, table 1", "https://arxiv.org/abs/1"),
    ]  # fmt: skip
    assert names(table) == ["model", "overall accuracy % ↑", "source"]
    cells = [line.cells[-1] for line in table.lines]
    assert {(cell.text, cell.whole, cell.link) for cell in cells} == {
        ("source", "arXiv 2505.16770, table 1", "https://arxiv.org/abs/1")
    }


def test_sources_at_two_places_stand_in_full() -> None:
    one = published("a")
    assert one.source is not None
    other = published("b", source=replace(one.source, url="https://arxiv.org/abs/2"))
    table = table_of(one, other)
    assert column(table, "source") == ["arXiv 2505.16770, table 1"] * 2
    assert [x.heading.name for x in table.common] == ["n", "origin"]


def test_a_line_by_itself_and_an_origin_with_a_history_stay() -> None:
    assert table_of(entry("a")).common == ()
    kept = [entry(name, origin="re-run", history=("D.",)) for name in ("a", "b")]
    assert column(table_of(*kept), "origin") == ["re-run", "re-run"]


def negative() -> Board:
    low = figure(-0.5, 0.25, unit="distance", higher_is_better=False)
    return build_board([entry("m-5", figures={COLUMN: low}), entry("b", figures={COLUMN: low})])


def test_minus_signs_are_true_where_numbers_are_set() -> None:
    (group,) = negative().groups["quiz"]
    lines = shown_table(group, NOWHERE, frozenset()).lines
    line = next(line for line in lines if line.cells[1].text == "m-5")
    assert [cell.text for cell in line.cells[2:4]] == ["−0.50", "−0.75 – −0.25"]
    assert 'aria-label="−0.50, interval −0.75 – −0.25"' in line.cells[3].bar
    assert float(line.cells[2].sort) == -0.5
    assert "$-$0.50" in board_latex(negative()) and "m-5" in board_latex(negative())
    assert all("−" not in text for text in (board_md(negative()), board_csv(negative())))


@given(st.floats(-1e6, 1e6))
def test_a_true_minus_is_the_only_change(value: float) -> None:
    text = f"{value:.3f}"
    assert with_minus(text).replace("−", "-") == text
    assert with_minus(text).startswith("−") == text.startswith("-")


@pytest.mark.parametrize("text", ["FD-5", "a-1", "1e-05", "2024-05", "–", "-"])
def test_a_hyphen_stays(text: str) -> None:
    assert with_minus(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("50000", "50,000"), ("1234567", "1,234,567"), ("9999", "9999"), ("50,000", "50,000"),
     ("12345 (work 67890)", "12,345 (work 67,890)"), ("50000x2", "50000x2"), ("–", "–"),
     ("12345.6", "12345.6")],
)  # fmt: skip
def test_long_counts_are_grouped(text: str, shown: str) -> None:
    assert grouped(text) == shown


def test_counts_are_grouped_on_the_page_alone() -> None:
    made = [entry(f"m{n}", figures={COLUMN: figure(n=n)}) for n in (50000, 10000)]
    table = table_of(*made)
    assert sorted(column(table, "n")) == ["10,000", "50,000"]
    assert {line.cells[names(table).index("n")].sort for line in table.lines} == {"50000", "10000"}
    assert "50,000" not in board_md(build_board(made))


FRACTIONS = st.tuples(st.integers(0, 1000), st.integers(3, 5))


@given(FRACTIONS)
def test_a_printed_fraction_stands_in_the_unit_of_its_column(made: tuple[int, int]) -> None:
    thousandths, places = made
    percent, printed = thousandths / 10, f"{thousandths / 1000:.{places}f}"
    figures = {
        COLUMN: Figure(percent, "%", True, printed=printed),
        ("cells", "accuracy"): Figure(86.0, "%", True, printed="0.86"),
    }
    table = table_of(published("a", figures=figures))
    value, beside = table.lines[0].cells[1:3]
    assert value.text == f"{percent:.{places - 2}f}" and value.whole == f"printed as {printed}"
    assert (beside.text, beside.whole) == ("86", "printed as 0.86")


@pytest.mark.parametrize("printed", ["94.4", "0.5", "0", "94", "~94.4", "94.4 %", "x"])
def test_other_values_stand_as_printed(printed: str) -> None:
    value = {"0.5": 0.5, "0": 0.0}.get(printed, 94.4)
    table = table_of(published("a", figures={COLUMN: Figure(value, "%", True, printed=printed)}))
    assert (table.lines[0].cells[1].text, table.lines[0].cells[1].whole) == (printed, "")
