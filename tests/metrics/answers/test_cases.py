"""Every debatable case is decided as the table says, by the quick path and by the worker."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from rbench.metrics.answers.algebra import Algebra
from rbench.metrics.answers.grade import grade_quickly
from rbench.metrics.answers.rule import RuleOptions

RULE = RuleOptions()


@dataclass(frozen=True)
class Case:
    section: str
    verdict: str
    gold: str
    answer: str
    options: Mapping[str, str] | None


def read_cases() -> Iterator[Case]:
    section, options = "", None
    files = [Path(__file__).with_name(name) for name in ("cases.txt", "cases_as_written.txt")]
    for line in "\n".join(file.read_text(encoding="utf-8") for file in files).split("\n"):
        if line.startswith("["):
            section, options = line.strip("[]"), None
        elif line.startswith("options: "):
            pairs = [pair.split(": ") for pair in line.removeprefix("options: ").split("; ")]
            options = dict(pairs)
        elif line and not line.startswith("#"):
            verdict, _, rest = line.partition(" ")
            gold, _, answer = rest.partition(" || ")
            yield Case(section, verdict, gold, answer, options)


CASES = list(read_cases())


def test_the_table_is_long_and_decides_each_case_once() -> None:
    assert len(CASES) > 700
    keys = [(c.gold, c.answer, bool(c.options)) for c in CASES]
    assert len(set(keys)) == len(keys)
    assert {c.verdict for c in CASES} == {"right", "wrong", "right*", "wrong*"}


@pytest.mark.parametrize("section", sorted({c.section for c in CASES}))
def test_cases_without_a_star_are_decided_quickly(section: str) -> None:
    cases = [c for c in CASES if c.section == section]
    expected = {"right": True, "wrong": False, "right*": None, "wrong*": None}
    grades = [(c, grade_quickly(c.answer, c.gold, c.options, RULE)) for c in cases]
    wrong = [c for c, grade in grades if grade is not expected[c.verdict]]
    assert wrong == []


def test_the_worker_decides_what_takes_algebra() -> None:
    algebra = Algebra()
    try:
        wrong = [
            c
            for c in CASES
            if c.verdict.endswith("*")
            and algebra.equal(c.answer, c.gold, RULE, c.options)
            is not c.verdict.startswith("right")
        ]
    finally:
        algebra.close()
    assert wrong == []
