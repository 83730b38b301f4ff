"""Multiple-choice rows: what loads, what is refused and in which words, and what the hash means."""

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rbench.errors import DataError
from rbench.harness.cards import Column, card_names, load_card
from rbench.harness.data import Loaded, SourceRow, load_rows
from rbench.tasks.choice_rows import ChoiceData, choice_items
from tests.harness.choice_files import LETTERS, Rows, both, small_card, write_folder

CARD = load_card("rbench-t")


def read(rows: Mapping[str, Rows], order: random.Random | None = None) -> ChoiceData:
    """Validate rows as if they had been read from two files, perhaps in another order."""
    loaded = {}
    for name, given_rows in rows.items():
        shuffled = order.sample(given_rows, len(given_rows)) if order else given_rows
        loaded[name] = [SourceRow(r, f"{name}.jsonl", i) for i, r in enumerate(shuffled, start=1)]
    return choice_items(Loaded(loaded, "folder", None, ()), CARD)


texts = st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1).filter(str.strip)


@st.composite
def data_sets(draw: st.DrawFn) -> dict[str, Rows]:
    """Valid rows in two languages, with two to six options at any letters."""
    rows: dict[str, Rows] = {"en": [], "zh": []}
    for index in draw(st.lists(st.integers(0, 5000), min_size=1, max_size=5, unique=True)):
        letters = sorted(draw(st.sets(st.sampled_from(LETTERS), min_size=2)))
        gold = draw(st.sampled_from(letters))
        for language in rows:
            blank = st.sampled_from([None, "", "  ", "\u3000"])
            options = {x: draw(texts if x in letters else blank) for x in LETTERS}
            row = {"index": index, "question": draw(texts), **options, "answer": gold}
            rows[language].append(row)
    return rows


@given(data_sets(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_neither_the_items_nor_the_hash(
    rows: dict[str, Rows], order: random.Random
) -> None:
    straight, shuffled = read(rows), read(rows, order)
    assert straight.items == shuffled.items
    assert straight.content_sha256 == shuffled.content_sha256
    assert straight.chance == shuffled.chance


@settings(max_examples=15, deadline=None)
@given(data_sets())
def test_parquet_and_json_lines_of_the_same_rows_have_one_hash(rows: dict[str, Rows]) -> None:
    expected = read(rows)
    card = small_card(len(rows["en"]))
    for layout in ("{config}/test-00000-of-00001.parquet", "{config}/test.jsonl"):
        with TemporaryDirectory() as folder:
            write_folder(Path(folder), rows, layout)
            data = choice_items(load_rows(card, data=Path(folder)), card)
        assert data.items == expected.items
        assert data.content_sha256 == expected.content_sha256


@given(data_sets())
def test_items_hold_what_the_rows_say(rows: dict[str, Rows]) -> None:
    data = read(rows)
    by_index = {name: {row["index"]: row for row in given} for name, given in rows.items()}
    assert [item.id for item in data.items] == [
        f"{language}/{index}" for language in rows for index in sorted(by_index[language])
    ]
    for item in data.items:
        row = by_index[item.subset][int(item.cluster)]
        assert item.cluster == str(row["index"])
        assert item.data == {
            "question": row["question"],
            "options": {x: row[x] for x in LETTERS if row[x] and row[x].strip()},
            "gold": row["answer"],
            "subject": None,
        }


@given(data_sets())
def test_chance_is_the_mean_of_one_over_the_number_of_options(rows: dict[str, Rows]) -> None:
    chance = read(rows).chance
    for language, given_rows in rows.items():
        counts = [sum(bool(r[x] and r[x].strip()) for x in LETTERS) for r in given_rows]
        exact = sum(Fraction(1, count) for count in counts) / len(counts)
        assert math.isclose(chance[language], exact, rel_tol=1e-15)


def test_the_chance_of_r_bench_m_is_reproduced() -> None:
    rows = both(665)
    for subset_rows in rows.values():
        subset_rows[294] |= {"E": None, "F": ""}
    assert round(100 * read(rows).chance["en"], 2) == 16.68


@given(data_sets(), st.data())
def test_any_change_of_content_changes_the_hash(rows: dict[str, Rows], data: st.DataObject) -> None:
    before = read(rows).content_sha256
    row = data.draw(st.sampled_from(rows["en"]))
    column = data.draw(st.sampled_from(["question", row["answer"]]))
    row[column] += "."
    assert read(rows).content_sha256 != before


@pytest.mark.parametrize("other", [1, 1.0, "1", " 1 "])
def test_an_index_may_be_a_number_in_one_language_and_text_in_the_other(other: Any) -> None:
    rows = both(3)
    expected = read(rows)
    rows["zh"][0]["index"] = other
    assert read(rows) == expected


def test_items_stand_numbers_first_in_numeric_order_then_texts() -> None:
    rows = both(9)
    order = [-3, "2", "007", 10, " 11 ", "B", "a", "a10", "a2"]
    for language in rows:
        for row, index in zip(rows[language], order, strict=True):
            row["index"] = index
    rows["en"].reverse()
    ids = [item.id for item in read(rows).items]
    clusters = ["-3", "2", "007", "10", "11", "B", "a", "a10", "a2"]
    assert ids == [f"{language}/{cluster}" for language in rows for cluster in clusters]


def test_an_index_of_very_many_digits_has_a_place() -> None:
    rows = both(2)
    for language in rows:
        rows[language][0]["index"] = "9" * 5000
    assert [item.cluster for item in read(rows).items[:2]] == ["2", "9" * 5000]


def test_the_embedded_questions_stand_in_the_order_of_their_numbers() -> None:
    card = load_card("rbench-t-mini")
    ids = [item.id for item in choice_items(load_rows(card), card).items]
    assert ids == [f"{language}/{n}" for language in ("en", "zh") for n in range(1, 73)]


def test_blanks_around_the_gold_letter_load() -> None:
    rows = both(2)
    expected = read(rows)
    rows["en"][1]["answer"] = " B\n"
    assert read(rows) == expected


def test_subject_and_level_are_kept_where_the_data_has_them() -> None:
    rows = both(2)
    for row in (*rows["en"], *rows["zh"]):
        row |= {"subject": "Physics", "level": "easy"}
    rows["en"][1] |= {"subject": " ", "level": None}
    first, *_ = read(rows).items
    assert (first.data["subject"], first.data["level"]) == ("Physics", "easy")
    rows["zh"][1] |= {"subject": None, "level": ""}
    _, second, *_ = read(rows).items
    assert second.data["subject"] is None and "level" not in second.data


def test_translations_share_the_subject_and_level_of_the_first_language_that_has_them() -> None:
    rows = both(3)
    for row in rows["en"][:2]:
        row |= {"subject": "Math", "level": "easy"}
    for row in rows["zh"]:
        row |= {"subject": "数学", "level": "简单"}
    groups = {i.id: (i.data["subject"], i.data["level"]) for i in read(rows).items}
    assert groups["en/1"] == groups["zh/1"] == groups["zh/2"] == ("Math", "easy")
    assert groups["en/3"] == groups["zh/3"] == ("数学", "简单")


def test_the_hash_is_of_the_subjects_that_the_rows_give() -> None:
    rows = both(2)
    for row in rows["en"]:
        row["subject"] = "Math"
    without = read(rows)
    rows["zh"][0]["subject"] = "数学"
    assert read(rows).items == without.items
    assert read(rows).content_sha256 != without.content_sha256


def test_one_language_alone_loads() -> None:
    rows = both(2)
    assert [item.id for item in read({"zh": rows["zh"]}).items] == ["zh/1", "zh/2"]


def test_a_gold_whose_text_stands_at_two_letters_is_a_warning_that_names_it() -> None:
    rows = both(3)
    rows["en"][1]["E"] = f" {rows['en'][1]['B']} "
    (warning,) = read(rows).warnings
    assert warning.startswith("en.jsonl: ") and "row 2 (B and E)" in warning
    assert read(both(3)).warnings == ()


def test_two_wrong_options_may_be_alike_without_a_word() -> None:
    rows = both(1)
    rows["en"][0] |= {"C": "same", "D": "same"}
    assert read(rows).warnings == ()


def test_translations_with_other_options_are_a_warning_that_names_them() -> None:
    rows = both(3)
    rows["zh"][2]["F"] = None
    (warning,) = read(rows).warnings
    assert "zh.jsonl, row 3 (ABCDE for ABCDEF)" in warning
    assert read(rows).chance == {"en": 1 / 6, "zh": pytest.approx((1 / 6 + 1 / 6 + 1 / 5) / 3)}


def change(**columns: Any) -> Callable[[dict[str, Rows]], None]:
    """Return what changes columns of the second English row."""
    return lambda rows: rows["en"][1].update(columns)


def lose(column: str) -> Callable[[dict[str, Rows]], None]:
    def fault(rows: dict[str, Rows]) -> None:
        del rows["en"][1][column]

    return fault


FAULTS: list[tuple[Callable[[dict[str, Rows]], None], str]] = [
    (change(answer="G"), "column 'answer': 'G' has no option; the row has A, B, C, D, E, F."),
    (change(B=""), "column 'answer': 'B' has no option; the row has A, C, D, E, F."),
    (change(B=None), "column 'answer': 'B' has no option; the row has A, C, D, E, F."),
    (change(B="\u3000 "), "column 'answer': 'B' has no option; the row has A, C, D, E, F."),
    (change(answer="b"), "column 'answer': 'b' is lower case; write 'B'."),
    (change(answer=" b "), "column 'answer': ' b ' is lower case; write 'B'."),
    (change(answer="AB"), "column 'answer': 'AB' is not one letter."),
    (change(answer="1"), "column 'answer': '1' is not one letter."),
    (change(answer="Ｂ"), "column 'answer': 'Ｂ' is not one letter."),
    (change(answer=" "), "column 'answer': ' ' is blank."),
    (change(answer=None), "column 'answer': None is blank."),
    (change(answer=1), "column 'answer': 1 is not text."),
    (change(question=""), "column 'question': '' is blank."),
    (change(question="\u3000\n"), "column 'question': '\\u3000\\n' is blank."),
    (change(question=None), "column 'question': None is blank."),
    (change(question=["x"]), "column 'question': ['x'] is not text."),
    (change(C=14), "column 'C': 14 is not text."),
    (change(C=b"x"), "column 'C': b'x' is not text."),
    (change(subject=7), "column 'subject': 7 is not text."),
    (change(index=None), "column 'index': None is blank."),
    (change(index=" "), "column 'index': ' ' is blank."),
    (change(index=1.5), "column 'index': 1.5 is not integer or text."),
    (change(index=float("nan")), "column 'index': nan is not integer or text."),
    (change(index=True), "column 'index': True is not integer or text."),
    (change(index="2\x1b[2J"), "column 'index': '2\\x1b[2J' holds a control character."),
    (change(subject="a\nb"), "column 'subject': 'a\\nb' holds a control character."),
    (change(index=1), "column 'index': 1 is also en.jsonl, row 1."),
    (change(index=" 1"), "column 'index': ' 1' is also en.jsonl, row 1."),
    (
        change(A=None, C=None, D="", E=" ", F=None),
        "columns 'A' to 'F': only B is filled, and a choice needs two options.",
    ),
    (
        change(A=None, B="", C=None, D="", E=" ", F=None),
        "columns 'A' to 'F': none is filled, and a choice needs two options.",
    ),
    (lose("question"), "column 'question': it is missing in this row."),
    (lose("D"), "column 'D': it is missing in this row."),
]


@pytest.mark.parametrize(("fault", "message"), FAULTS, ids=[m for _, m in FAULTS])
def test_a_faulty_row_is_named_by_file_row_column_and_value(
    fault: Callable[[dict[str, Rows]], None], message: str
) -> None:
    rows = both(3)
    fault(rows)
    with pytest.raises(DataError) as raised:
        read(rows)
    assert str(raised.value) == f"en.jsonl, row 2, {message}"


def test_languages_that_disagree_on_the_gold_letter_are_refused() -> None:
    rows = both(3)
    rows["zh"][2]["answer"] = "D"
    with pytest.raises(DataError) as raised:
        read(rows)
    assert str(raised.value) == (
        "zh.jsonl, row 3, column 'answer': 'D' is not the 'B' of its translation in "
        "en.jsonl, row 3, index '3'."
    )


def test_languages_that_do_not_join_on_the_index_are_refused_from_both_sides() -> None:
    rows = both(9)
    for row in rows["zh"][2:]:
        row["index"] += 100
    with pytest.raises(DataError) as raised:
        read(rows)
    first, second = str(raised.value).split("\n")
    assert "en.jsonl, column 'index': 3 (row 3), 4 (row 4)" in first and "and 2 more" in first
    assert "for zh.jsonl has no such index. And 1 more:" in first
    assert "zh.jsonl, column 'index': 103 (row 3)" in second


def test_many_faults_are_told_at_once_ten_at_most() -> None:
    rows = both(15)
    for row in rows["en"][:3]:
        row["question"] = ""
    with pytest.raises(DataError) as raised:
        read(rows)
    lines = str(raised.value).split("\n")
    assert lines[0] == "en.jsonl, row 1, column 'question': '' is blank. And 2 more:"
    assert [line.split(",")[1] for line in lines[1:]] == [" row 2", " row 3"]
    for row in rows["en"]:
        row["question"] = ""
    with pytest.raises(DataError, match="And 14 more:") as raised:
        read(rows)
    assert len(str(raised.value).split("\n")) == 10


def test_a_long_value_is_cut_in_the_message() -> None:
    rows = both(2)
    rows["en"][0]["answer"] = "x" * 5000
    with pytest.raises(DataError, match=r"'xxx.*\.\.\. is not one letter") as raised:
        read(rows)
    assert len(str(raised.value)) < 200


def test_no_rows_are_refused() -> None:
    with pytest.raises(DataError, match="the subset 'zh' of rbench-t has no rows"):
        read({"en": both(1)["en"], "zh": []})


def test_the_content_hash_of_the_card_is_held_against_the_data() -> None:
    rows = both(2)
    right = read(rows).content_sha256
    loaded = {n: [SourceRow(r, n, i) for i, r in enumerate(rows[n], start=1)] for n in rows}
    hub, folder = (Loaded(loaded, source, None, ()) for source in ("hub", "folder"))
    assert choice_items(hub, replace(CARD, content_sha256=right)).warnings == ()
    wrong = replace(CARD, content_sha256="0" * 64)
    with pytest.raises(DataError, match=f"content hash is {right} where the card says 0000"):
        choice_items(hub, wrong)
    assert "content hash" in choice_items(folder, wrong).warnings[0]
    half = Loaded({"en": loaded["en"]}, "hub", None, ())
    assert choice_items(half, wrong).warnings == ()


def test_the_data_that_comes_with_rbench_is_valid_and_has_the_hash_of_its_card() -> None:
    with_files = [card for card in map(load_card, card_names()) if card.package_files]
    assert "rbench-t-mini" in {card.name for card in with_files}
    for card in with_files:
        data = choice_items(load_rows(card), card)
        assert data.content_sha256 == card.content_sha256
        assert data.warnings == ()


def test_the_warnings_of_the_loader_are_passed_on() -> None:
    rows = {"en": [SourceRow(both(1)["en"][0], "en.jsonl", 1)]}
    assert choice_items(Loaded(rows, "folder", None, ("few rows",)), CARD).warnings == ("few rows",)


def test_a_card_without_choices_is_refused() -> None:
    loaded = Loaded({"en": []}, "folder", None, ())
    columns = {name: c for name, c in CARD.columns.items() if name != "answer"}
    with pytest.raises(DataError, match="has no column 'answer', so asks no choices"):
        choice_items(loaded, replace(CARD, columns=columns))
    columns = {**CARD.columns, "C": Column(("integer",), True, True)}
    with pytest.raises(DataError, match="must declare the column 'C' as text"):
        choice_items(loaded, replace(CARD, columns=columns))
