"""Verifying runs of questions: honest ones pass, every kind of tampering is found and named."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

import rbench
from rbench.errors import RunDirectoryError
from rbench.leaderboards.verify import verify_run
from tests.leaderboards.tampering import (
    change_json,
    check,
    copied,
    files_of,
    outcomes,
    said,
    set_in,
)
from tests.leaderboards.tamperings import TAMPERINGS

CHECKS = ("run id", "answer key", "protocol", "journal", "data", "prompts", "score key",
          "requests", "results")  # fmt: skip


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of 8 questions, asked in two sessions and scored again."""
    out = tmp_path_factory.mktemp("runs")
    for limit in (2, 4):
        (run,) = rbench.evaluate("rbench-t-mini", model="baseline/uniform", limit=limit, out=out)
    assert isinstance(run, rbench.SavedRun)
    run.write_scores()
    return run.path


@pytest.fixture
def run(honest: Path, tmp_path: Path) -> Path:
    return copied(honest, tmp_path)


def test_an_honest_run_is_verified_after_resuming_and_scoring(run: Path) -> None:
    verification = verify_run(run)
    assert outcomes(verification) == dict.fromkeys(CHECKS, "verified")
    assert (verification.outcome, verification.reason) == ("verified", "")
    assert verification.sentence == f"rbench-t-mini/{run.name} is verified."


def test_verifying_writes_nothing(run: Path) -> None:
    before = files_of(run)
    verify_run(run)
    (run / "results.json").unlink()
    after = files_of(run)
    verify_run(run)
    assert files_of(run) == after
    assert {k for k in before if k not in after} == {str(run / "results.json")}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_and_named(run: Path, name: str) -> None:
    change, where, text = TAMPERINGS[name]
    change(run)
    verification = verify_run(run)
    assert verification.outcome == "differs"
    assert check(verification, where).outcome == "differs"
    assert text in said(verification, where)
    assert "that is not the reason" in verification.reason


def test_every_leaf_of_the_results_counts(run: Path) -> None:
    rng = random.Random(0)
    original = json.loads((run / "results.json").read_text(encoding="utf-8"))
    leaves = [*_leaves(original)]
    # What only says how many errors are tolerated is the run's own choice.
    leaves = [path for path in leaves if path != ("max_error_rate",)]
    for path in rng.sample(leaves, 20):
        (run / "results.json").write_text(json.dumps(original), encoding="utf-8")
        set_in("results.json", *path, to={"not": "this"})(run)
        assert verify_run(run).outcome == "differs", path


def _leaves(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict) and value:
        return [p for k, v in value.items() for p in _leaves(v, (*at, k))]
    if isinstance(value, list) and value:
        return [p for i, v in enumerate(value) for p in _leaves(v, (*at, i))]
    return [at]


def test_files_of_anything_give_checks_and_no_traceback(run: Path) -> None:
    rng = random.Random(1)
    plan = json.loads((run / "plan.json").read_text(encoding="utf-8"))
    leaves = [p for p in _leaves(plan) if p not in (("schema_version",), ("kind",))]
    values = [None, -1, 1e308, "text", [], {}, [[]], {"a": 1}, True, "../../x", 10**30]
    tops = [(name,) for name in plan if name not in ("schema_version",)]
    for path in [*tops, *rng.sample(leaves, 20)]:
        (run / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        value = rng.choice(values)
        set_in("plan.json", *path, to=value)(run)
        verification = verify_run(run)
        assert verification.checks and verification.sentence


@pytest.mark.parametrize("line", ['{"id": 1}', "[]", "null", "no JSON", '"\\ud800"', "{}"])
@pytest.mark.parametrize("name", ["items.jsonl", "calls.jsonl"])
def test_a_broken_line_is_named(run: Path, name: str, line: str) -> None:
    lines = (run / name).read_text(encoding="utf-8").splitlines()
    (run / name).write_text("\n".join([line, *lines]) + "\n", encoding="utf-8")
    verification = verify_run(run)
    assert verification.outcome == "differs"
    assert name in said(verification, name.partition(".")[0].replace("calls", "journal"))


def test_a_torn_tail_of_the_journal_is_fine(run: Path) -> None:
    with (run / "calls.jsonl").open("ab") as file:
        file.write(b'{"item": "en/1", "rep')
    verification = verify_run(run)
    assert verification.outcome == "verified"
    assert "the last line is torn (21 bytes)" in said(verification, "journal")


def test_an_unfinished_run_says_how_far_it_is(run: Path) -> None:
    (run / "results.json").unlink()
    lines = (run / "calls.jsonl").read_text(encoding="utf-8").splitlines()
    (run / "calls.jsonl").write_text("\n".join(lines[:3]) + "\n", encoding="utf-8")
    verification = verify_run(run)
    assert verification.outcome == "unchecked"
    assert "not finished, 3 of 8 samples are answered" in said(verification, "results")
    assert verification.sentence.endswith("cannot be verified; not checked: results.")


def test_a_larger_plan_than_the_results_is_told(run: Path) -> None:
    def more(plan: dict[str, Any]) -> None:
        plan["selection"]["en/5"] = 1

    change_json(run, "plan.json", more)
    verification = verify_run(run)
    assert verification.outcome == "verified"
    assert "of 8 samples, and the plan asks for 9" in said(verification, "results")


@pytest.mark.parametrize("name", ["plan.json", "results.json"])
def test_another_schema_version_is_told_and_not_guessed_at(run: Path, name: str) -> None:
    set_in(name, "schema_version", to=7)(run)
    verification = verify_run(run)
    assert verification.outcome == "unchecked"
    assert f"{name} has schema version 7, and this rbench reads 1" in said(verification, "schema")
    assert "with the rbench that made the run" in said(verification, "schema")


def test_a_renamed_folder_is_named(run: Path) -> None:
    renamed = run.rename(run.with_name("gpt-9-000000000000"))
    assert "'gpt-9-000000000000'" in said(verify_run(renamed), "run id")


def test_another_version_of_rbench_is_named_as_a_reason(run: Path) -> None:
    set_in("results.json", "seed", to=9)(run)
    set_in("env.json", "sessions", 0, "packages", "rbench", to="0.0.7")(run)
    verification = verify_run(run)
    assert "rbench 0.0.7, 0.1.0, and this is 0.1.0: that may be the reason" in verification.reason
    (run / "env.json").unlink()
    assert "does not say which rbench" in verify_run(run).reason


def test_a_model_without_an_identity_has_a_key_that_cannot_be_checked(tmp_path: Path) -> None:
    (made,) = rbench.evaluate(
        "rbench-t-mini", model=lambda prompt: "ANSWER: A", limit=1, out=tmp_path
    )
    verification = verify_run(made.path)
    assert verification.outcome == "verified"
    assert check(verification, "answer key").outcome == "unchecked"
    assert verification.sentence.endswith("is verified; not checked: answer key.")


def test_tolerated_errors_are_told(tmp_path: Path) -> None:
    def fails(prompt: str) -> str:
        raise ValueError("no")

    (made,) = rbench.evaluate("rbench-t-mini", model=fails, limit=1, out=tmp_path)
    verification = verify_run(made.path)
    assert verification.outcome == "verified"
    assert "incomplete: 2 samples errored" in said(verification, "results")


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="is not a run"):
        verify_run(tmp_path)
    for content in ("{}", "[]", "[" * 3000 + "]" * 3000, "no JSON"):
        (tmp_path / "plan.json").write_text(content, encoding="utf-8")
        with pytest.raises(RunDirectoryError, match=r"plan\.json"):
            verify_run(tmp_path)
