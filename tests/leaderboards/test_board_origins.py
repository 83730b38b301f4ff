"""What every format of a table must say: where its rows come from, what is wrong, its command."""

import csv
import io
import json
import re

import pyarrow.parquet as pq
import pytest

from rbench.leaderboards.board import build_board
from rbench.leaderboards.board_table_csv import board_csv, csv_cell
from rbench.leaderboards.board_table_json import board_json
from rbench.leaderboards.board_table_latex import LINES, board_latex
from rbench.leaderboards.board_table_md import board_md, escape
from rbench.leaderboards.board_table_parquet import board_parquet
from rbench.leaderboards.entries import Board, Origin
from rbench.leaderboards.make_board import make_board
from tests.leaderboards.board_entries import COLUMN, entry, figure, published

COMMAND = "rbench leaderboard runs --kept board"
ORIGINS: tuple[Origin, ...] = ("run", "re-run", "re-scored", "self-reported")


@pytest.fixture(scope="module")
def board() -> Board:
    ours = [entry(o, 0.9 - i / 10, 0.01, origin=o) for i, o in enumerate(ORIGINS)]
    return build_board([*ours, published("paper"), published("paper too", 40)], command=COMMAND)


def cells(text: str, model: str) -> list[str]:
    """Return the cells of the row of a model in Markdown, in front of it the tier, if any."""
    rows = [[c.strip() for c in line.split("|")] for line in text.splitlines() if line[:1] == "|"]
    (found,) = [row for row in rows if model in (row[1], row[2].removesuffix(" §"))]
    return found


def test_markdown_names_the_origin_of_every_row(board: Board) -> None:
    text = board_md(board)
    for origin in ("run", "re-run", "re-scored"):
        assert cells(text, origin)[-3] == origin
    assert cells(text, "self-reported")[-3] == "**self-reported**"
    assert "| self-reported § |" in text and "§ self-reported: the figures are its sender's" in text
    assert cells(text, "paper")[-3] == "published"
    assert "| tier" not in text.partition("as published")[2]  # nobody has one there


def test_latex_names_the_origin_of_every_row(board: Board) -> None:
    text = board_latex(board)
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    for origin in ("run", "re-run", "re-scored"):
        assert any(row.split(" & ")[1] == origin == row.split(" & ")[-2] for row in rows)
    assert r"self-reported$^{\S}$" in text and "its sender's; those who keep" in text
    assert "All: n: 400; origin: published" in text


def test_records_name_the_origin_and_the_command(board: Board) -> None:
    rows = list(csv.DictReader(io.StringIO(board_csv(board))))
    assert [row["origin"] for row in rows] == [*ORIGINS, "published", "published"]
    assert {row["command"] for row in rows} == {COMMAND}
    table = pq.read_table(io.BytesIO(board_parquet(board))).to_pylist()
    assert [row["origin"] for row in table] == [row["origin"] for row in rows]
    assert {row["command"] for row in table} == {COMMAND}
    values = json.loads(board_json(board))
    origins = [r["origin"] for group in values["tasks"]["quiz"] for r in group["ranked"]]
    assert origins == [row["origin"] for row in rows] and values["command"] == COMMAND


def test_the_command_is_in_text_too(board: Board) -> None:
    assert f"Made by: `{COMMAND}`" in board_md(board)
    assert f"% Made by: {COMMAND}" in board_latex(board)


def test_the_history_of_an_entry_is_in_markdown_csv_and_json() -> None:
    gone = entry("a", status="withdrawn", history=("D: taken in.", "E: withdrawn: a bug."))
    here = build_board([gone, entry("b")])
    assert "History:\n\n- a: D: taken in. E: withdrawn: a bug." in board_md(here)
    row = next(r for r in csv.DictReader(io.StringIO(board_csv(here))) if r["model"] == "a")
    assert row["history"] == "D: taken in. E: withdrawn: a bug."
    below = json.loads(board_json(here))["tasks"]["quiz"][0]["below"]
    assert below[0]["history"] == list(gone.history)


def test_findings_stand_beside_the_figure_in_every_format() -> None:
    here = make_board(task="rbench-v", command="x").board
    sentence = "The categories give 5.98 (48 of 803); the source prints 7.7"
    text = board_md(here)
    number = re.search(rf"^(\d+)\. Qwen2.5-Omni-7B: overall accuracy: {re.escape(sentence)}",
                       text, re.MULTILINE)  # fmt: skip
    assert number is not None and f"7.7 \\[{number[1]}\\]" in text
    rows = csv.DictReader(io.StringIO(board_csv(here)))
    (row,) = [r for r in rows if sentence in r["findings"]]
    assert (row["model"], row["printed"]) == ("Qwen2.5-Omni-7B", "7.7")
    assert sentence in board_json(here)
    noted = re.search(r"7\.7\$\^\{(\d+)\}\$", board_latex(here))
    assert noted is not None
    assert rf"$^{{{noted[1]}}}$ Qwen2.5-Omni-7B: overall accuracy: {sentence}" in board_latex(here)


@pytest.mark.parametrize("text", ["a|b", "$x$", "~~x~~", "&lt;b&gt;", "[x](y)", "<b>", "a\nb", "`"])
def test_markup_is_escaped_in_markdown(text: str) -> None:
    shown = escape(text)
    assert "\n" not in shown
    assert re.sub(r"\\([\\`*_\[\]<>|#&~$])", r"\1", shown) == text.replace("\n", " ")
    assert not re.search(r"(?<!\\)[|$~&<\[`]", shown)


@pytest.mark.parametrize("text", ["\uff1d1+1", " =1+1", "\n=1"])
def test_formulas_behind_a_blank_or_in_wide_letters_are_neutralised(text: str) -> None:
    assert str(csv_cell(text)).startswith("'")


def test_long_latex_tables_go_on_in_another_with_the_same_title() -> None:
    long = build_board([published(f"m{i:03}", 90 - i / 10, i + 1) for i in range(LINES + 3)])
    text = board_latex(long)
    assert text.count(r"\begin{table}") == text.count(r"\bottomrule") == 2
    assert text.count("(continued)}") == 1 and text.count("m0") == LINES + 3


def test_a_note_stands_below_the_part_of_a_latex_table_that_needs_it() -> None:
    noted = {COLUMN: figure(0.9, findings=("They do not agree.",))}
    text = board_latex(build_board([entry("a", figures=noted), entry("b", 0.1, 0.01)]))
    assert r"\textbf{90.0}$^{1}$" in text
    assert text.index(r"$^{1}$ a: overall accuracy: They do") > text.index(r"\end{tabular}")
