"""The leaderboard with image runs in it."""

import csv
import io
from typing import Any

from rbench.leaderboards.board import leaderboard
from tests.leaderboards.image_runs import PROTOCOL, results, row
from tests.leaderboards.test_image_tables import cells


def questions(model: str = "openai/m", value: float = 0.5) -> dict[str, Any]:
    common = {"low": value, "high": value, "n": 10, "no_answer": 0, "truncated": 0, "errored": 0}
    found = {"subset": "en", "metric": "accuracy", "value": value, "ci_low": 0.1, "ci_high": 0.9}
    return {
        "task": "quiz", "model": model, "protocol_id": "q", "status": "complete",
        "protocol": {"samples": 10, "repeats": 1, "prompt": "p", "response": "r"},
        "settings": {"temperature": 0}, "run_id": f"quiz/{model}-1", "rows": [{**found, **common}],
    }  # fmt: skip


def records(runs: list[dict[str, Any]]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(leaderboard(runs, "csv"))))


def test_lower_distances_rank_higher_and_equal_ones_share_a_rank() -> None:
    text = leaderboard([results("zoo/c", 3.0), results("zoo/a", 1.0), results("zoo/b", 1.0)], "md")
    ranks = [(cells(text, str(n))[0], cells(text, str(n))[1]) for n in (1, 3)]
    assert ranks == [("1", "zoo/a"), ("3", "zoo/c")]
    assert text.count("\n| 1 ") == 2
    assert "lower is better" in text


def test_a_higher_score_ranks_higher_where_the_headline_is_one() -> None:
    def scored(model: str, value: float) -> dict[str, Any]:
        return results(
            model, rows=[row("inception-score", value, unit="score", higher_is_better=True)]
        )

    text = leaderboard([scored("zoo/a", 5.0), scored("zoo/b", 9.0)], "md")
    assert cells(text, "1")[1] == "zoo/b"
    assert "higher is better" in text


def test_protocols_and_evaluators_have_rankings_of_their_own() -> None:
    other = {"id": "bbbbbbbbbbbb", "protocol": {**PROTOCOL, "samples": 500}}
    both = [row("frechet", 9.0), row("frechet", 1.0, evaluator="classifier")]
    text = leaderboard(
        [results("zoo/a", 2.0), results("zoo/b", 1.0, protocols={"pixels": other}),
         results("zoo/c", rows=both)],
        "md",
    )  # fmt: skip
    assert text.count("## shapes: pixels") == 2
    assert text.count("## shapes: classifier") == 1
    assert text.count("\n| 1 ") == 3


def test_what_is_incomplete_not_comparable_or_without_a_value_has_no_rank() -> None:
    runs = [
        results("zoo/a", 9.0),
        results("zoo/b", 1.0, status="incomplete"),
        results("zoo/c", rows=[row("frechet", 1.0, comparable=False)]),
        results("zoo/d", None),
    ]
    text = leaderboard(runs, "md")
    places = {cells(text, place)[1]: place for place in ("1", "incomplete", "not comparable", "–")}
    assert "Not comparable with published numbers" in text
    assert places == {"zoo/a": "1", "zoo/b": "incomplete", "zoo/c": "not comparable", "zoo/d": "–"}
    assert [r["rank"] for r in records(runs) if r["metric"] == "frechet"] == ["1", "", "", ""]


def test_what_has_no_rank_stands_in_the_order_of_its_values() -> None:
    def few(model: str, value: float) -> dict[str, Any]:
        return results(model, rows=[row("frechet", value, comparable=False)])

    lines = leaderboard([few("zoo/a", 9.0), few("zoo/b", 1.0)], "md").splitlines()
    assert [line.split("|")[2].strip() for line in lines if line.startswith("| not")] == [
        "zoo/b",
        "zoo/a",
    ]


def test_the_csv_has_a_line_a_number_with_settings_and_evaluations() -> None:
    first, second, _ = records([results(steps=2)])
    assert (first["metric"], first["rank"], first["value"]) == ("frechet", "1", "1.5")
    assert (first["evaluations"], first["evaluations_work"]) == ("2.0", "2.0")
    assert first["settings"] == "batch=64, sampler=euler, steps=2"
    assert (second["metric"], second["rank"]) == ("precision", "")


def test_boards_of_questions_are_the_same_with_and_without_image_runs() -> None:
    alone = leaderboard([questions()], "md")
    mixed = leaderboard([results(), questions()], "md")
    assert mixed.startswith(alone + "\n\n## shapes: pixels")
    columns = leaderboard([questions()], "csv").splitlines()[0]
    assert columns == (
        "task,protocol_id,rank,model,subset,metric,value,ci_low,ci_high,low,high,n,no_answer,"
        "truncated,errored,status,settings,run_id"
    )


def test_a_csv_of_both_kinds_has_the_columns_of_both() -> None:
    first, second, *_ = records([results(), questions()])
    assert (first["task"], first["subset"], first["evaluator"]) == ("quiz", "en", "")
    assert (second["task"], second["subset"], second["evaluator"]) == ("shapes", "", "pixels")


def test_no_runs_give_an_empty_board() -> None:
    assert leaderboard([], "md") == ""
    assert len(leaderboard([], "csv").splitlines()) == 1
