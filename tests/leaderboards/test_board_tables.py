"""A board as Markdown, CSV, LaTeX, Parquet and JSON."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import asdict, replace

import pyarrow.parquet as pq
import pytest

from rbench.leaderboards.board import build_board
from rbench.leaderboards.board_records import TYPES, records
from rbench.leaderboards.board_table_csv import board_csv
from rbench.leaderboards.board_table_json import board_json
from rbench.leaderboards.board_table_latex import board_latex
from rbench.leaderboards.board_table_md import board_md, width
from rbench.leaderboards.board_table_parquet import board_parquet
from rbench.leaderboards.csv_cell import csv_cell
from rbench.leaderboards.entries import Board, Entry, Figure, ModelInfo
from rbench.leaderboards.image_entries import image_entries
from rbench.leaderboards.published_entries import published_entries
from tests.leaderboards.board_entries import COLUMN, entry, figure, published
from tests.leaderboards.image_runs import results, row

WRITERS: list[Callable[[Board], str | bytes]] = [
    board_md, board_csv, board_json, board_latex, board_parquet,
]  # fmt: skip
HOSTILE = "=cmd|'/C calc'!A0 <script>alert(1)</script> \\input{x} $x$ `a` | \u202e\x00 é 模型 נמ"


def board(*entries: Entry) -> Board:
    return build_board(list(entries), command="rbench leaderboard runs")


def mixed() -> Board:
    subsets = {
        COLUMN: figure(0.9),
        ("math", "accuracy"): figure(0.8),
        ("level:1", "accuracy"): figure(0.7),
        ("overall", "chance"): figure(0.25, None, higher_is_better=None),
    }
    return board(
        entry("a", figures=subsets),
        entry("b", 0.88),
        entry("c", 0.1, info=ModelInfo("Org", "2025-08"), after_data=True),
        entry("d", status="incomplete", figures={COLUMN: figure(None, None, low=0.52, high=0.64)}),
        published("GPT", 71.5, notes=("A note.",)),
        *image_entries(results(), path=None),
    )


def lines_of(text: str, model: str) -> list[list[str]]:
    """Return the cells of the rows of a model; a table without tiers begins with it."""
    found = [[c.strip() for c in line.split("|")[1:-1]] for line in text.splitlines()]
    return [
        cells for cells in found
        if len(cells) > 2 and (cells[0].startswith(model) or cells[1].startswith(model))
    ]  # fmt: skip


def test_the_same_board_gives_the_same_bytes() -> None:
    for write in WRITERS:
        assert write(mixed()) == write(mixed())


def test_an_empty_board_is_empty_and_its_csv_has_a_header() -> None:
    empty = build_board([])
    assert board_md(empty) == ""
    assert board_csv(empty).split(",") == list(TYPES)
    assert json.loads(board_json(empty))["tasks"] == {}
    assert pq.read_table(io.BytesIO(board_parquet(empty))).num_rows == 0
    assert r"\begin" not in board_latex(empty)


def test_markdown_marks_the_best_and_what_cannot_be_told_apart_from_it() -> None:
    text = board_md(mixed())
    assert lines_of(text, "a")[0][:2] == ["1", "a"] and "**90.0**" in lines_of(text, "a")[0]
    assert "88.0 †" in lines_of(text, "b")[0] and lines_of(text, "b")[0][0] == "1"
    assert lines_of(text, "c ‡")[0][0] == "3" and "Org" in lines_of(text, "c ‡")[0]
    assert "† cannot be told apart" in text and "‡ released after the data set" in text
    assert "Made by: `rbench leaderboard runs`" in text


def test_markdown_has_intervals_counts_and_bounds() -> None:
    text = board_md(mixed())
    (header,) = [line for line in text.splitlines() if "accuracy % ↑ |" in line and "math" in line]
    for name in ("tier", "model", "95 % interval", "math % ↑", "chance %", "n", "no answer",
                 "errors", "settings", "run"):  # fmt: skip
        assert f" {name} " in header
    assert "level:1" not in text
    assert "85.0 – 95.0" in lines_of(text, "a")[0]
    assert lines_of(text, "d")[0][0] == "incomplete" and "52.0 to 64.0" in lines_of(text, "d")[0]
    assert lines_of(text, "GPT")[0][:2] == ["GPT", "71.5"]
    assert "GPT: A note." in text and "order alone means little" in text


def test_the_first_of_two_equal_values_is_not_preferred() -> None:
    text = board_md(board(entry("a", 0.6), entry("b", 0.6), entry("c", 0.1)))
    assert text.count("**60.0**") == 2 and "†" not in text


def test_every_protocol_says_what_differs() -> None:
    other = entry("z", protocol_id="z", protocol={**entry().protocol, "prompt": "q"})
    text = board_md(board(entry("a"), entry("b"), other))
    assert text.count("## quiz") == 2 and "- prompt: q instead of p" in text


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"), ("+cmd", "'+cmd"), ("-cmd", "'-cmd"), ("@x", "'@x"),
        ("-1.5", "-1.5"), ("+3", "+3"), (-1.5, -1.5), ("a=b", "a=b"), (None, ""), (True, "true"),
        ("\t=1", "'\t=1"), ("\u00a0=1", "'\u00a0=1"), (" \t@x", "' \t@x"), ("\uff1d1", "'\uff1d1"),
    ],
)  # fmt: skip
def test_formulas_are_neutralised_and_numbers_stay(cell: str | float | None, written: str) -> None:
    assert csv_cell(cell) == written


def test_no_cell_of_a_csv_is_a_formula_whatever_runs_are_called() -> None:
    names = [f"{c}x" for c in "=+-@"] + [HOSTILE]
    entries = [entry(n, key=f"={i}", settings={"=a": "@b"}) for i, n in enumerate(names)]
    (header, *lines) = csv.reader(io.StringIO(board_csv(board(*entries))))
    assert len(lines) == len(names)
    for line in lines:
        assert len(line) == len(header)
        for cell in line:
            assert not cell.startswith(("=", "@")) and not re.match(r"[+-]\D", cell)


def test_the_csv_has_a_line_a_number_and_says_things_once() -> None:
    found = list(csv.DictReader(io.StringIO(board_csv(mixed()))))
    ours = [line for line in found if line["model"] == "a"]
    assert [(line["subset"], line["metric"], line["tier"]) for line in ours] == [
        ("overall", "accuracy", "1"), ("math", "accuracy", ""), ("level:1", "accuracy", ""),
        ("overall", "chance", ""),
    ]  # fmt: skip
    assert (ours[0]["value"], ours[0]["direction"], ours[0]["n"]) == ("0.9", "↑", "400")
    (page,) = [line for line in found if line["origin"] == "published"]
    assert (page["printed"], page["url"]) == ("71.5", "https://arxiv.org/abs/1")
    assert page["notes"] == "A note." and page["ci_low"] == "" and page["differs"]


def test_parquet_has_the_records_and_their_types() -> None:
    table = pq.read_table(io.BytesIO(board_parquet(mixed())))
    assert table.column_names == list(TYPES)
    assert table.to_pylist() == list(records(mixed()))
    assert str(table.schema.field("value").type) == "double"
    assert table.schema.metadata[b"rbench_command"] == b"rbench leaderboard runs"


def test_json_holds_every_figure_of_every_entry_and_no_folder() -> None:
    here = board(entry("a", path="/home/me/runs/x"), published())
    text = board_json(here)
    values = json.loads(text)
    assert values["schema"] == "rbench-leaderboard/1" and "/home/me" not in text
    (first, second) = values["tasks"]["quiz"]
    (figures,) = [r["figures"] for r in first["ranked"]]
    expected = {"subset": "overall", "metric": "accuracy", **asdict(entry().figures[COLUMN])}
    assert figures == [json.loads(json.dumps(expected))]
    assert second["ranked"][0]["source"]["table"] == "table 1" and second["differs"]


def test_latex_is_escaped_balanced_and_marked() -> None:
    text = board_latex(board(entry(HOSTILE, 0.9), entry("b_1", 0.89), entry("c%", 0.1)))
    assert r"\textbf{90.0}" in text and r"89.0$^{\dagger}$" in text
    assert r"b\_1" in text and r"c\%" in text and r"\textbackslash{}input" in text
    assert "\\input{" not in text and "<script>" not in text
    assert text.count("{") == text.count("}")
    for rule in ("toprule", "midrule", "bottomrule"):
        assert text.count(rf"\{rule}") == 1
    body = text[text.index(r"\toprule") : text.index(r"\bottomrule")]
    counts = {line.count(" & ") for line in body.splitlines() if line.endswith(r"\\")}
    columns = re.search(r"\\begin\{tabular\}\{((?:[lr]|p\{11em\})+)\}", text)
    assert columns is not None
    assert counts == {len(columns[1].replace("p{11em}", "l")) - 1}
    assert "% Some names read from right to left" in text


def test_hostile_names_do_not_break_a_markdown_table() -> None:
    text = board_md(board(entry(HOSTILE, 0.9), entry("plain", 0.8)))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in rows}) == 1
    assert "<script>" not in text.replace(r"\<", "") and "\u202e" not in text
    assert "\x00" not in text and "\u2068" in text and "\u2069" in text
    assert len({width(line) for line in rows}) == 1


def test_wide_and_combining_letters_are_counted_as_they_are_shown() -> None:
    assert [width(text) for text in ("ab", "模型", "e\u0301", "\u2068נמ\u2069")] == [2, 4, 1, 2]


def test_images_keep_their_decimals_spread_and_evaluations() -> None:
    (group_of_one,) = image_entries(results(steps=2), path=None)
    text = board_md(board(group_of_one))
    (cells,) = lines_of(text, "zoo/flow")
    assert "**1.50**" in cells and "1.35 – 1.65" in cells and "0.750" in cells and "2" in cells
    assert "frechet ↓" in text and "precision ↑" in text
    several = [row("frechet", v, repeat=i) for i, v in enumerate((1.0, 2.0))]
    mean = row("frechet", 1.5, statistic="mean", repeat=None, spread=0.7)
    (entry_of_sets,) = image_entries(results(rows=[*several, mean]), path=None)
    assert "spread" in board_md(board(entry_of_sets))


def test_figures_without_a_number_are_dashes_not_zeros() -> None:
    half = entry("a", figures={COLUMN: figure(), ("en", "accuracy"): figure(0.4)})
    text = board_md(board(half, entry("b")))
    (cells,) = lines_of(text, "b")
    headings = next(line for line in text.splitlines() if "| tier" in line).split("|")
    at = [heading.strip() for heading in headings].index("en % ↑") - 1
    assert cells[at] == "–"


def test_ten_thousand_rows_are_written() -> None:
    page = [
        replace(published(f"m{i}", i / 100, i + 1), figures={COLUMN: Figure(i / 100, "%", True)})
        for i in range(10_000)
    ]
    text = board_csv(build_board(page))
    assert len(text.splitlines()) == 10_001


def test_all_published_tables_can_be_written() -> None:
    whole = build_board([e for t in ("rbench-v", "cifar10") for e in published_entries(t)])
    for write in WRITERS:
        assert len(write(whole)) > 10_000
    text = board_md(whole)
    assert "Qwen2.5-Omni-7B: overall accuracy: The categories give 5.98" in text
