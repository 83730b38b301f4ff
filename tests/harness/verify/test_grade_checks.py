"""Grades of graders on this machine are given again; a judge's are taken as they are."""

from pathlib import Path

import pytest

from rbench.harness.blobs import BlobFolder
from rbench.harness.types import Call, Reply, Sample, Score
from rbench.harness.verify.grade_checks import grades
from tests.harness.fakes import EchoTask, Scripted, items
from tests.harness.judged_task import JudgedEcho

ITEMS = items(3)


def graded(task: JudgedEcho, rule: Reply) -> list[Sample]:
    """Return samples of replies that all got the same grade of the rule, and a verdict."""
    samples = []
    for item in task.items:
        replies = [Reply(text=f"reply {item.id}"), rule, Reply(text="1")]
        asks = [task.step(item, replies[:n]) for n in range(3)]
        score = task.step(item, replies)
        assert isinstance(score, Score)
        samples.append(Sample(item, 0, tuple(asks), tuple(replies), score))  # type: ignore[arg-type]
    return samples


@pytest.fixture
def blobs(tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path / "blobs")


def test_equal_grades_are_verified_and_the_judge_is_not_asked(blobs: BlobFolder) -> None:
    rule = Scripted(lambda call: Reply(text="1"))
    task = JudgedEcho(ITEMS, rule=rule)
    check = grades(task, graded(task, Reply(text="1")), blobs)
    assert check is not None and check.outcome == "verified"
    assert "3 grades" in check.detail
    assert len(rule.asked) == 3 and rule.closed


def test_an_edited_grade_is_named(blobs: BlobFolder) -> None:
    def strict(call: Call) -> Reply:
        return Reply(text="0" if call.ask.request["answer"] == "reply en/1" else "1")

    task = JudgedEcho(ITEMS, rule=Scripted(strict))
    check = grades(task, graded(task, Reply(text="1")), blobs)
    assert check is not None and check.outcome == "differs"
    assert check.detail.endswith("1 grades come out otherwise: en/1 (rule: 1 stands, 0 comes out)")


def test_grades_that_cannot_be_given_again_are_not_called_wrong(blobs: BlobFolder) -> None:
    task = JudgedEcho(ITEMS, rule=Scripted(lambda call: Reply(error="took longer than 5 s")))
    check = grades(task, graded(task, Reply(text="1")), blobs)
    assert check is not None and check.outcome == "unchecked"
    assert "3 of 3 grades could not be given again: took longer than 5 s" in check.detail


def test_without_grades_there_is_nothing_to_check(blobs: BlobFolder) -> None:
    task = JudgedEcho(ITEMS)
    assert grades(task, graded(task, Reply(error="took longer than 5 s")), blobs) is None
    assert grades(EchoTask(ITEMS), [], blobs) is None
