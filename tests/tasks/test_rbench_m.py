"""R-Bench-M on data of its shape: what is asked, what the keys hold, and what is refused."""

import json
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from rbench.errors import DataError, UsageError
from rbench.harness.canonical import digest
from rbench.harness.types import Ask, Item, PicturedTask, Reply, Sample, Score, TaskInput
from rbench.tasks.choice import ChoiceTask
from rbench.tasks.picture_options import BLIND_WARNING, PictureOptions
from rbench.tasks.prompt import render
from rbench.tasks.rbench_m import PICTURE_PROMPTS, RBenchM
from rbench.tasks.rbench_t import PROMPTS, RBenchTOptions
from rbench.tasks.rbench_t_mini import RBenchTMini
from tests.harness.choice_files import Rows
from tests.harness.picture_files import drawing, encoded, pictured_rows, write_pictured

COUNT = 4


def load(folder: Path, rows: Mapping[str, Rows] | None = None, **options: Any) -> ChoiceTask:
    """Write rows of R-Bench-M where `--data` finds them, and load the task."""
    layout = "{config}.jsonl"
    write_pictured(folder, pictured_rows(COUNT) if rows is None else rows, layout)
    return RBenchM.load(PictureOptions(**options), TaskInput(data=folder))


def ask(task: ChoiceTask, item: Item) -> Ask:
    step = task.step(item, [])
    assert isinstance(step, Ask)
    return step


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_picture_stands_before_the_question_in_both_languages(
    tmp_path: Path, language: str
) -> None:
    task = load(tmp_path)
    item = next(item for item in task.items if item.subset == language)
    (message,) = ask(task, item).request["messages"]
    picture, text = message["content"]
    assert picture == {"type": "image", "index": 0}
    question, options = item.data["question"], item.data["options"]
    assert text == {
        "type": "text",
        "text": render(PICTURE_PROMPTS[language], question, options),
    }
    assert {"en": "picture", "zh": "图片"}[language] in text["text"].split("\n")[0]
    cloze = ask(task, item).request["cloze"]["messages"][0]["content"]
    assert cloze[0] == picture and question in cloze[1]["text"]


def test_the_pictures_are_the_published_ones_and_the_task_holds_them(tmp_path: Path) -> None:
    rows = pictured_rows(COUNT)
    task = load(tmp_path, rows)
    assert isinstance(task, PicturedTask) and task.sees and task.blobs is not None
    for item in task.items:
        given = rows[item.subset][int(item.cluster) - 1]["image"]
        (name,) = item.blobs
        assert task.blobs.read(name) == given
        assert item.data["picture"] == {"width": 64, "height": 48}


def test_the_languages_may_show_different_pictures(tmp_path: Path) -> None:
    rows = pictured_rows(COUNT)
    rows["zh"][0]["image"] = encoded(drawing(99))
    task = load(tmp_path, rows)
    first = {item.subset: item.blobs for item in task.items if item.cluster == "1"}
    second = {item.subset: item.blobs for item in task.items if item.cluster == "2"}
    assert first["en"] != first["zh"] and second["en"] == second["zh"]
    assert len(task.warnings) == 2  # both of them say that this is not the whole set


def test_without_pictures_it_is_a_blind_baseline_that_says_nothing_of_a_picture(
    tmp_path: Path,
) -> None:
    seeing, blind = load(tmp_path), load(tmp_path, images="omit")
    for item in blind.items:
        (message,) = ask(blind, item).request["messages"]
        assert message["content"] == render(
            PROMPTS[item.subset], item.data["question"], item.data["options"]
        )
        cloze = ask(blind, item).request["cloze"]["messages"][0]["content"]
        assert "picture" not in cloze and "图片" not in cloze
    assert not blind.sees and BLIND_WARNING in blind.warnings
    assert blind.asked()["images"] == "omit" and seeing.asked()["images"] == "show"
    assert blind.asked()["data"] == seeing.asked()["data"]
    assert [item.blobs for item in blind.items] == [item.blobs for item in seeing.items]


def test_the_cap_is_in_the_protocol_and_not_in_the_hash_of_the_content(tmp_path: Path) -> None:
    whole, small = load(tmp_path), load(tmp_path, max_side=32)
    assert whole.asked()["pictures"] == {
        "conversion": "rbench-picture/1",
        "max_side": 2048,
        "resampling": "lanczos",
    }
    assert small.asked()["pictures"]["max_side"] == 32
    assert small.items[0].data["picture"] == {"width": 32, "height": 24}
    assert small.asked()["data"] == whole.asked()["data"]
    assert any("4 of 4 pictures were larger than max_side" in text for text in small.warnings)


def test_the_hash_of_the_content_is_of_the_published_bytes(tmp_path: Path) -> None:
    image = drawing(1)
    rows = pictured_rows(COUNT)
    before = load(tmp_path / "a", rows).data["content_sha256"]
    write_pictured(tmp_path / "b", rows, "{config}/test.parquet")
    parquet = RBenchM.load(PictureOptions(), TaskInput(data=tmp_path / "b"))
    assert parquet.data["content_sha256"] == before
    rows["zh"][0]["image"] = encoded(image, compress_level=0)  # the same pixels, other bytes
    assert load(tmp_path / "c", rows).data["content_sha256"] != before


def test_a_question_with_four_options_shows_four_and_counts_as_four(tmp_path: Path) -> None:
    rows = pictured_rows(COUNT)
    for language in rows:
        rows[language][2] |= {"E": None, "F": " "}
    task = load(tmp_path, rows)
    (item,) = [item for item in task.items if item.id == "en/3"]
    text = ask(task, item).request["messages"][0]["content"][1]["text"]
    assert "(A, B, C, D)" in text and "\nD. " in text and "\nE." not in text
    samples = [Sample(i, 0, (), (), Score("scored", {"correct": 1.0})) for i in task.items]
    (chance,) = [
        row.value
        for row in task.rows(samples, tolerate_errors=False)
        if (row.subset, row.metric) == ("en", "chance")
    ]
    assert chance == pytest.approx(float(Fraction(3, 6 * 4) + Fraction(1, 4 * 4)))


def test_a_reply_is_scored_as_in_the_text_half(tmp_path: Path) -> None:
    task = load(tmp_path)
    score = task.step(task.items[0], [Reply(text="So it is.\nANSWER: B")])
    assert score == Score("scored", {"correct": 1.0, "strict": 1.0}, answer="B")


def test_a_run_is_scored_again_without_the_data(tmp_path: Path) -> None:
    task = load(tmp_path, max_side=40)
    state = json.loads(json.dumps(task.state()))
    restored = RBenchM.restore(tuple(task.items), state)
    assert restored.blobs is None and restored.sees
    assert restored == replace(task, blobs=None)
    assert restored.asked() == task.asked() and restored.state() == task.state()
    assert ask(restored, task.items[1]) == ask(task, task.items[1])


def test_a_prompt_file_is_used_for_its_language(tmp_path: Path) -> None:
    own = tmp_path / "own.txt"
    own.write_text("Look.\n{question}\n{A}\n{B}\n{C}\n{D}\n{E}\n{F}\n")
    write_pictured(tmp_path, pictured_rows(COUNT), "{config}.jsonl")
    given = TaskInput(data=tmp_path, prompt_files={"en": own})
    task = RBenchM.load(PictureOptions(), given)
    assert task.asked()["prompt"] == "file"
    assert task.prompts == {"en": own.read_text().removesuffix("\n"), "zh": PICTURE_PROMPTS["zh"]}


@pytest.mark.parametrize("content", [None, b"", b"\x89PNG\r\n\x1a\nbroken", b"GIF89a"])
def test_a_missing_or_broken_picture_is_named_by_file_row_and_column(
    tmp_path: Path, content: bytes | None
) -> None:
    rows = pictured_rows(COUNT)
    rows["zh"][2]["image"] = content
    with pytest.raises(DataError) as raised:
        load(tmp_path, rows)
    start = f"{tmp_path / 'rbench-m_zh.jsonl'}, row 3, column 'image': "
    assert str(raised.value).startswith(start)
    assert ("is blank" if not content else "not a picture in base64 (") in str(raised.value)


def test_every_broken_picture_is_named(tmp_path: Path) -> None:
    rows = pictured_rows(COUNT)
    for row in rows["en"]:
        row["image"] = row["image"][:-30]
    with pytest.raises(DataError) as raised:
        load(tmp_path, rows)
    assert str(raised.value).count("column 'image': a damaged picture (") == COUNT


def test_a_cap_at_which_nothing_can_be_seen_is_refused() -> None:
    with pytest.raises(UsageError, match="max_side=8 shows nothing of a picture"):
        RBenchM.load(PictureOptions(max_side=8), TaskInput())


def test_what_text_questions_are_asked_with_is_what_it_was() -> None:
    task = RBenchTMini.load(RBenchTOptions(), TaskInput())
    assert not task.sees and task.blobs is None
    # Of the release before pictures: another value would part old runs from new ones.
    assert digest(task.asked()) == (
        "389a3c2e30e0bf06a7b00e041d24cf3610e5fa23fb69161c074e72875f37d8d6"
    )
    assert digest(task.state()) == (
        "32f608ef7197be351c1c79578c14f266425acee7035227840cf564382d3284d7"
    )
