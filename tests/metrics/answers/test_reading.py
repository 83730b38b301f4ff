"""The final answer of a reply is the last box, else the last stated answer; nothing is guessed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbench.metrics.answers.boxes import last_box
from rbench.metrics.answers.reading import AnswerReading, read_answer


def read_table() -> Iterator[tuple[str, str, str]]:
    for line in Path(__file__).with_name("readings.txt").read_text(encoding="utf-8").split("\n"):
        if line and line[0] != "#" and not line.endswith("]"):
            reply, _, expected = line.rpartition(" => ")
            how, _, answer = expected.partition(": ")
            yield reply.replace("⏎", "\n"), how, answer


def test_the_table_of_replies_is_read_as_it_says() -> None:
    wrong = []
    for reply, how, answer in read_table():
        wanted = AnswerReading(None, why=answer) if how == "none" else AnswerReading(answer, how)
        if read_answer(reply) != wanted:
            wrong.append((reply, read_answer(reply)))
    assert wrong == []


def test_the_table_of_replies_is_long() -> None:
    assert len({reply for reply, _, _ in read_table()}) > 75


@pytest.mark.parametrize("text", [None, "", "  \n "])
def test_a_blank_reply_has_no_answer(text: str | None) -> None:
    assert read_answer(text) == AnswerReading(None, why="empty")


@given(st.text(st.characters(codec="utf-8", exclude_characters="{}\\"), min_size=1, max_size=40))
def test_what_is_put_into_the_last_box_is_read_from_it(content: str) -> None:
    content = "1" + content + "2"
    reply = f"Let us see \\boxed{{0}}.\nThus \\[\\boxed{{{content}}}\\] as shown."
    assert read_answer(reply).answer == content


@given(st.recursive(st.just("1"), lambda inner: inner.map(lambda s: f"{{{s}}}{{2}}"), max_leaves=8))
def test_nested_braces_belong_to_the_box(content: str) -> None:
    assert last_box(f"\\boxed{{{content}}} and }} {{") == (content, "")


@given(
    st.lists(
        st.sampled_from(
            ["\\boxed", "{", "}", "answer", "Answer:", " is ", "答案", "是", "\n", "5", "<think>",
             "</think>", "\\", "$", "**", "?", ".", "Question:", "not", "\\{", "x", "\ud800"]
        ),
        max_size=40,
    )
)  # fmt: skip
def test_no_text_raises_and_every_reading_says_why_or_how(pieces: list[str]) -> None:
    reading = read_answer("".join(pieces))
    assert (reading.answer is None) == bool(reading.why) == (not reading.how)
    assert reading.answer is None or reading.answer.strip()


@pytest.mark.parametrize("piece", ["\\boxed{", "\\boxed{}", "boxed ", "{", "answer is ", "答案是"])
def test_the_work_does_not_grow_with_the_square_of_the_text(piece: str) -> None:
    # A hundred kilobytes: quadratic work would take this test past any patience.
    reading = read_answer(piece * (100_000 // len(piece)))
    assert reading.answer is None or len(reading.answer) <= 2000
