"""Comparisons as tables, sentences and CSV, from numbers made up."""

import csv
import io
import json
from typing import Any

import pytest

from rbench.leaderboards.compare_text import compared_text
from rbench.leaderboards.compare_words import p_text, sentences
from rbench.leaderboards.compared import Attrition, Compared, ComparedRuns, Outlook
from rbench.metrics.paired import PairCounts

PLANNED = (Outlook(0.01, 0.05, 9000), Outlook(0.02, 0.21, 2250), Outlook(0.05, 0.995, 360))


def one(**changes: Any) -> Compared:
    return Compared(
        **{
            "task": "rbench-t",
            "on": "all",
            "metric": "accuracy",
            "unit": "fraction",
            "higher_is_better": True,
            "first": "A",
            "second": "B",
            "first_run": "rbench-t/a",
            "second_run": "rbench-t/b",
            "first_value": 0.531,
            "second_value": 0.5,
            "difference": 0.031,
            "low": 0.004,
            "high": 0.058,
            "level": 0.95,
            "method": "clustered-t, paired",
            "standard_error": 0.0138,
            "test": "exact McNemar",
            "p_value": 0.01,
            "n": 1000,
            "clusters": 500,
            "counts": PairCounts(450, 81, 50, 419),
            "odds_ratio": 1.62,
            "cohens_h": 0.062,
            "attrition": Attrition(),
            "adjusted_p": 0.03,
            "outlook": (Outlook(0.031, 0.6, 1600), *PLANNED),
            **changes,
        }
    )


def text(*comparisons: Compared, style: Any = "md", notes: tuple[str, ...] = ()) -> str:
    return compared_text(ComparedRuns(comparisons, 0.95, 3, notes), style)


def words(**changes: Any) -> str:
    return " ".join(sentences(one(**changes), 3))


def test_a_difference_is_said_in_points_with_its_interval_and_p() -> None:
    expected = (
        "A is better than B by 3.1 points (0.4 to 5.8), p = 0.03 after Holm over 3 comparisons."
    )
    assert expected in words()
    swapped = words(difference=-0.031, low=-0.058, high=-0.004)
    assert "B is better than A by 3.1 points (0.4 to 5.8)" in swapped
    assert "B is better than A by 3.1" in words(higher_is_better=False)
    assert "after Holm" not in " ".join(sentences(one(), 1))


def test_what_is_not_settled_says_what_would_settle_it() -> None:
    found = words(adjusted_p=0.2)
    assert "A and B cannot be told apart: A is ahead by 3.1 points (0.4 to 5.8), p = 0.2" in found
    assert (
        "About 1600 such questions would be needed to see 3.1 points with a power of 80 %" in found
    )
    assert "these 1000 have 60 %" in found
    assert (
        "1 point: 5 % (9000 would have 80 %); 2 points: 21 % (2250); 5 points: over 99 %" in found
    )


def test_the_effect_is_said_in_words() -> None:
    assert "A is the right one 1.62 times as often (81 to 50)" in words()
    assert "Cohen's h is 0.06, less than what Cohen calls small" in words()
    assert "B is the right one 2 times as often" in words(odds_ratio=0.5)
    assert "A is always the one that is right (3 to 0)" in words(
        odds_ratio=None, counts=PairCounts(5, 3, 0, 2)
    )
    equal = words(difference=0.0, low=None, high=None, adjusted_p=1.0, outlook=())
    assert "cannot be told apart: both are equal." in equal


def test_distances_are_not_points() -> None:
    found = words(
        unit="distance", higher_is_better=False, difference=-0.0735, low=-0.161, high=0.014,
        attrition=None, counts=None, adjusted_p=0.19, outlook=(Outlook(0.0735, 0.19, 1175),), n=300,
    )  # fmt: skip
    assert "A is ahead by 0.0735 (-0.014 to 0.161)" in found
    assert "About 1175 such images would be needed" in found
    assert "point" not in found


@pytest.mark.parametrize(
    ("p", "shown"),
    [(None, "–"), (1.0, "1"), (0.0301, "0.03"), (0.00123, "0.0012"), (1e-9, "<0.0001")],
)
def test_p_values_have_two_digits(p: float | None, shown: str) -> None:
    assert p_text(p) == shown


def test_the_table_has_a_line_for_each_and_notes_of_several_are_said_once() -> None:
    found = text(
        one(notes=("A is incomplete.", "Only here.")),
        one(second="C|x\ny", notes=("A is incomplete.",)),
        notes=("digits has one run.",),
    )
    lines = found.splitlines()
    assert "| p (Holm) |" in lines[0]
    assert lines[2].startswith("| rbench-t | all")
    assert "C\\|x y" in lines[3]
    assert len({line.replace("\\|", "").count("|") for line in lines[:4]}) == 1
    assert found.count("A is incomplete.") == found.count("Only here.") == 1
    assert lines[-2:] == ["- A is incomplete.", "- digits has one run."]


def test_csv_reads_back_and_no_text_is_a_formula() -> None:
    found = text(one(first="=cmd|' /C calc'!A0", difference=-0.1), one(outlook=()), style="csv")
    first, second = csv.DictReader(io.StringIO(found))
    assert first["first"].startswith("'=cmd")
    assert float(first["difference"]) == -0.1
    assert (first["needed"], first["needed_5_points"]) == ("1600", "360")
    assert second["power"] == second["power_1_points"] == ""
    assert (first["only_first"], first["tests"], first["better"]) == ("81", "3", "second")


def test_names_cannot_steer_a_terminal_or_hide_a_formula_behind_space() -> None:
    name = "\u00a0=1+1 \x1b[2J\u202e"
    assert not {"\x1b", "\u202e"} & set(text(one(first=name, notes=(f"{name} is odd.",))))
    (record,) = csv.DictReader(io.StringIO(text(one(first=name), style="csv")))
    assert record["first"] == "'\u00a0=1+1 ⟨U+001B⟩[2J⟨U+202E⟩"


def test_json_holds_everything_and_an_empty_comparison_is_no_error() -> None:
    found = json.loads(text(one(), style="json"))
    assert (found["level"], found["tests"], found["correction"]) == (0.95, 3, "holm")
    assert found["comparisons"][0]["outlook"][1] == {
        "difference": 0.01, "power": 0.05, "needed": 9000,
    }  # fmt: skip
    for style in ("md", "csv", "json"):
        assert isinstance(text(style=style), str)
