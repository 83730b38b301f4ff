"""Rows of RBench-V: the items, the hash, and what is refused in which words."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rbench.errors import DataError
from rbench.harness.cards import load_card
from rbench.harness.data import load_rows
from rbench.tasks.rbench_v_rows import VisualData, visual_items
from tests.harness.choice_files import Rows, write_jsonl
from tests.harness.picture_files import drawing, encoded, expecting, visual_rows, write_rows


def read(folder: Path, rows: Rows, name: str = "full.jsonl") -> VisualData:
    """Write the rows where `--data` finds them, and validate them."""
    write_rows(folder / name, rows)
    card = expecting("rbench-v", len(rows))
    return visual_items(load_rows(card, data=folder), card)


def one(folder: Path, **columns: Any) -> VisualData:
    """Validate one row, with some columns as given."""
    return read(folder, [{**visual_rows(1)[0], **columns}])


def test_items_stand_by_category_and_are_numbered_in_the_order_of_rows(tmp_path: Path) -> None:
    rows = visual_rows(23)
    data = read(tmp_path, rows)
    expected = [
        (f"{category.lower()}/{number}", row)
        for category in ("Math", "Physics", "Counting", "Game")
        for number, row in enumerate((r for r in rows if r["catagory"] == category), start=1)
    ]
    assert [item.id for item in data.items] == [name for name, _ in expected]
    for item, (name, row) in zip(data.items, expected, strict=True):
        assert (item.subset, item.cluster) == (row["catagory"].lower(), name)
        picture = {"picture": {"width": 64, "height": 48}} if row["image"] else {}
        assert item.data == {
            "question": row["question"],
            "gold": row["answer"],
            "category": item.subset,
            "language": "en",
            **picture,
        }
        assert len(item.blobs) == (row["image"] is not None)
    assert data.warnings == ()


def test_forty_questions_without_a_picture_are_legal(tmp_path: Path) -> None:
    rows = visual_rows(200)
    data = read(tmp_path, rows)
    assert Counter(bool(item.blobs) for item in data.items) == {True: 160, False: 40}


def test_parquet_and_json_lines_are_the_same_data(tmp_path: Path) -> None:
    rows = visual_rows(12)
    text = read(tmp_path / "a", rows)
    table = read(tmp_path / "b", rows, "data/full-00000-of-00001.parquet")
    assert (text.items, text.content_sha256) == (table.items, table.content_sha256)


def test_the_hash_is_of_what_is_published(tmp_path: Path) -> None:
    rows = visual_rows(4)
    before = read(tmp_path / "a", rows).content_sha256
    card = expecting("rbench-v", 4)
    small = visual_items(load_rows(card, data=tmp_path / "a", max_side=32), card)
    assert small.content_sha256 == before
    assert small.items[0].data["picture"] == {"width": 32, "height": 24}
    assert small.warnings == (
        "rbench-v: 4 of 4 pictures were larger than max_side and are shown smaller.",
    )
    for place, column, value in (
        ("b", "question", "What else?"),
        ("c", "answer", "0"),
        ("d", "catagory", "game"),
        ("e", "image", None),
        ("f", "image", encoded(drawing(1), compress_level=0)),
    ):
        changed = [{**rows[0], column: value}, *rows[1:]]
        assert read(tmp_path / place, changed).content_sha256 != before


@pytest.mark.parametrize("given", ["Math", " math ", "MATH\n"])
def test_the_category_is_stripped_and_in_lower_case(tmp_path: Path, given: str) -> None:
    (item,) = one(tmp_path, catagory=given).items
    assert (item.id, item.subset, item.data["category"]) == ("math/1", "math", "math")


def test_inline_options_are_read_and_the_question_stays_as_published(tmp_path: Path) -> None:
    question = " What does this represent?\n\nA: Duck B: Fish C: Dog"
    (item,) = one(tmp_path, question=question, answer=" A ").items
    assert item.data["question"] == question
    assert item.data["options"] == {"A": "Duck", "B": "Fish", "C": "Dog"}
    assert item.data["gold"] == "A"


def test_a_gold_letter_without_options_is_kept(tmp_path: Path) -> None:
    (item,) = one(tmp_path, question="Which piece fits?", answer="C").items
    assert item.data["gold"] == "C" and "options" not in item.data


def test_several_frames_are_said(tmp_path: Path) -> None:
    frames = [drawing(number) for number in (1, 2)]
    content = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])
    assert one(tmp_path, image=content).warnings == (
        "rbench-v: 1 of 1 pictures have several frames, of which the first is shown.",
    )


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("catagory", "Chemistry", "'Chemistry' is none of math, physics, counting, game"),
        ("catagory", None, "None is blank"),
        ("question", " ", "' ' is blank"),
        ("answer", "", "'' is blank"),
        ("answer", None, "None is blank"),
        ("answer", 64, "64 is not text"),
        (
            "image",
            b"%PDF-1.7 and what follows",
            "a PDF document, which is not read: make a PNG of it",
        ),
    ],
)
def test_a_fault_is_named_by_file_row_column_and_value(
    tmp_path: Path, column: str, value: Any, fault: str
) -> None:
    rows = visual_rows(20)
    rows[16][column] = value
    with pytest.raises(DataError) as raised:
        read(tmp_path, rows)
    expected = f"{tmp_path / 'full.jsonl'}, row 17, column {column!r}: {fault}."
    assert str(raised.value) == expected


def test_several_faults_are_listed(tmp_path: Path) -> None:
    rows = [{**row, "image": b"x", "answer": " "} for row in visual_rows(8)]
    with pytest.raises(DataError) as raised:
        read(tmp_path, rows)
    message = str(raised.value)
    assert "And 15 more:" in message and len(message.split("\n")) == 10


def test_the_column_is_spelt_as_published_and_no_other_way(tmp_path: Path) -> None:
    rows = [{**row, "image": None} for row in visual_rows(2)]
    write_jsonl(
        tmp_path / "full.jsonl",
        [{("category" if k == "catagory" else k): v for k, v in row.items()} for row in rows],
    )
    with pytest.raises(DataError, match=r"lacks the column 'catagory'.*did you mean 'category'"):
        load_rows(expecting("rbench-v", 2), data=tmp_path)


def test_a_card_of_another_shape_is_refused(tmp_path: Path) -> None:
    write_rows(tmp_path / "full.jsonl", visual_rows(2))
    loaded = load_rows(expecting("rbench-v", 2), data=tmp_path)
    with pytest.raises(DataError, match="'rbench-t' must declare the column 'catagory' as text"):
        visual_items(loaded, load_card("rbench-t"))


def test_data_without_any_picture_are_warned_of(tmp_path: Path) -> None:
    rows = [{**row, "image": None} for row in visual_rows(3)]
    (warning,) = read(tmp_path, rows).warnings
    assert warning == "rbench-v: no question of these data has a picture."
    assert not read(tmp_path, visual_rows(3)).warnings


def test_a_struct_without_bytes_and_path_is_no_missing_picture(tmp_path: Path) -> None:
    row = {**visual_rows(1)[0], "image": {"url": "https://x.test/1.png"}}
    write_jsonl(tmp_path / "full.jsonl", [row])
    card = expecting("rbench-v", 1)
    with pytest.raises(DataError, match="column 'image': a mapping of 'url' where 'bytes' or"):
        visual_items(load_rows(card, data=tmp_path), card)
