"""Records as they are written: valid for their own validator, always the same, nothing invented."""

import json
import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from rbench.harness.saved_run import SavedRun
from rbench.leaderboards.entries import Entry, Figure, ModelInfo, Source
from rbench.leaderboards.every_eval_ever.aggregate import aggregate
from rbench.leaderboards.every_eval_ever.facts import RunFacts
from rbench.leaderboards.every_eval_ever.write import write_every_eval_ever
from rbench.leaderboards.image_entries import image_entries
from rbench.leaderboards.make_board import make_board
from rbench.leaderboards.published_entries import published_entries
from rbench.leaderboards.published_rows import published_tasks
from rbench.leaderboards.report_page import CANARY
from tests.leaderboards import image_runs
from tests.leaderboards.compare_runs import ERROR, run_of, scripted
from tests.leaderboards.every_eval_ever.made import own, own_published, written
from tests.leaderboards.every_eval_ever.peer import errors, records, warnings


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> SavedRun:
    """Return a run of 8 samples, one of which errored."""
    model = scripted("clever", {("en/2", 0): ERROR})
    return run_of(model, tmp_path_factory.mktemp("runs"), limit=4, max_error_rate=0.5)


def exported(folder: Path, run: SavedRun) -> Path:
    write_every_eval_ever(make_board([run], published=False).board, folder, runs=[run])
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in records(folder)}


def aggregate_in(folder: Path) -> Any:
    (file,) = [file for file in records(folder) if file.suffix == ".json"]
    return json.loads(file.read_bytes())


def test_a_run_with_its_samples_is_valid(tmp_path: Path, run: SavedRun) -> None:
    folder = exported(tmp_path, run)
    assert [file.suffix for file in records(folder)] == [".json", ".jsonl"]
    assert errors(folder) == []


def test_the_judge_can_say_no(tmp_path: Path, run: SavedRun) -> None:
    folder = exported(tmp_path, run)
    file = next(file for file in records(folder) if file.suffix == ".json")
    record = json.loads(file.read_bytes())
    record["evaluation_results"][0]["score_details"]["score"] = 2
    record["detailed_evaluation_results"]["total_rows"] = 3
    record["surprise"] = 1
    file.write_text(json.dumps(record), encoding="utf-8")
    assert len(errors(folder)) >= 3


def test_equal_input_gives_equal_bytes(tmp_path: Path, run: SavedRun) -> None:
    first = contents(exported(tmp_path / "a", run))
    assert first == contents(exported(tmp_path / "b", run))
    assert first == contents(exported(tmp_path / "a", run))  # over what is there


def test_a_sample_is_a_line_and_one_that_errored_is_none(tmp_path: Path, run: SavedRun) -> None:
    folder = exported(tmp_path, run)
    record = aggregate_in(folder)
    samples = next(file for file in records(folder) if file.suffix == ".jsonl")
    rows = [json.loads(line) for line in samples.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == record["detailed_evaluation_results"]["total_rows"] == 7
    assert [row["sample_id"] for row in rows] == [
        sample.item.id for sample in run.samples if sample.score.outcome != "errored"
    ]
    headline = next(
        result
        for result in record["evaluation_results"]
        if result["evaluation_result_id"] == rows[0]["evaluation_result_id"]
    )
    right = sum(row["evaluation"]["score"] for row in rows)
    assert headline["score_details"]["score"] == pytest.approx(right / 8)
    assert rows[0]["input"]["raw"] == run.samples[0].item.data["question"]
    assert rows[0]["output"]["raw"] == [run.samples[0].replies[0].text]
    assert all(row["metadata"]["canary"] == CANARY for row in rows)


def test_questions_that_may_not_be_passed_on_stay(
    tmp_path: Path, run: SavedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rbench.leaderboards.every_eval_ever import write

    exported(tmp_path, run)  # what an earlier export wrote goes too
    monkeypatch.setattr(write, "may_be_passed_on", lambda task: False)
    found = write.write_every_eval_ever(
        make_board([run], published=False).board, tmp_path, runs=[run]
    )
    text = "".join(content.decode() for content in contents(tmp_path).values())
    assert run.samples[0].item.data["question"] not in text
    assert "detailed_evaluation_results" not in aggregate_in(tmp_path)
    assert "does not allow to pass the questions on" in found.remarks[-1]
    assert errors(tmp_path) == []


@pytest.mark.parametrize(
    ("journal", "why"), [(b"", "none of them was scored"), (b"{", "not a journal line")]
)
def test_a_run_whose_samples_cannot_be_read_goes_out_without(
    tmp_path: Path, run: SavedRun, journal: bytes, why: str
) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(run.path, damaged)
    (damaged / "calls.jsonl").write_bytes(journal + b"\n" if journal else b"")
    again = SavedRun(damaged)
    board = make_board([again], published=False).board
    found = write_every_eval_ever(board, tmp_path / "out", runs=[again])
    assert (found.records, found.sample_files) == (1, 0)
    assert why in found.remarks[0]
    assert errors(tmp_path / "out") == []


@pytest.mark.parametrize(("task", "allowed"), [("rbench-t", False), ("rbench-t-mini", True)])
def test_the_data_card_decides(task: str, allowed: bool) -> None:
    from rbench.leaderboards.every_eval_ever.instances import may_be_passed_on

    assert may_be_passed_on(task) is allowed
    assert not may_be_passed_on("nobody/knows.py@Task")


def test_published_figures_are_valid(tmp_path: Path) -> None:
    kinds: dict[object, Entry] = {}
    for task in published_tasks():
        for one in published_entries(task):
            kinds.setdefault((task, *one.figures, one.source and one.source.evidence), one)
    found = written(tmp_path, *kinds.values())
    assert found.records == len(kinds) == len(records(tmp_path))
    assert errors(tmp_path) == []
    assert all("names no datastore directory" in one for one in warnings(tmp_path))


def test_runs_of_images_are_valid(tmp_path: Path) -> None:
    (made,) = image_entries(image_runs.results("zoo/flow", 3.5), path=None)
    written(tmp_path, made)
    assert errors(tmp_path) == warnings(tmp_path) == []
    config = aggregate_in(tmp_path)["evaluation_results"][0]["metric_config"]
    assert config["lower_is_better"] is True
    assert (config["min_score"], config["max_score"]) == (0, "Infinity")


def test_a_known_developer_leaves_nothing_to_warn_of(tmp_path: Path) -> None:
    found = written(tmp_path, own(info=ModelInfo("Acme", "2025-01-02", "7B", False, "https://a.b")))
    assert (warnings(tmp_path), found.remarks) == ([], [])
    info = aggregate_in(tmp_path)["model_info"]
    assert (info["id"], info["developer"]) == ("Acme/m", "Acme")
    assert info["additional_details"]["model_availability"] == "closed_weights"


def test_what_is_not_known_is_called_so(tmp_path: Path) -> None:
    found = written(tmp_path, own())
    assert "name no developer" in found.remarks[0]
    record = aggregate_in(tmp_path)
    assert record["retrieved_timestamp"] == "unknown"
    assert record["eval_library"] == {"name": "rbench", "version": "unknown"}
    assert record["source_metadata"]["evaluator_relationship"] == "other"
    assert record["model_info"]["additional_details"] == {
        "deployment_type": "unknown",
        "model_availability": "unknown",
    }


def test_the_facts_of_the_run_stand_in_the_record(tmp_path: Path, run: SavedRun) -> None:
    record = aggregate_in(exported(tmp_path, run))
    details = record["source_metadata"]["additional_details"]
    assert record["eval_library"]["version"] == version("rbench")
    assert details["rbench_run_id"] == run.results["run_id"]
    assert json.loads(details["rbench_protocol"]) == run.results["protocol"]
    overall = record["evaluation_results"][0]["score_details"]
    assert overall["details"]["rbench_errored"] == "1"
    assert overall["uncertainty"]["confidence_interval"]["confidence_level"] == 0.95


def test_by_whose_word_a_published_figure_is() -> None:
    for evidence, relationship in [
        ("paper", "first_party"),
        ("other paper", "third_party"),
        ("official", "third_party"),
        ("notes", "other"),
    ]:
        source = Source("2505.16770", "table 1", "", "", "https://a.b", evidence, 1)
        record = aggregate(own_published(source=source), RunFacts())
        assert record["source_metadata"]["evaluator_relationship"] == relationship
        assert record["eval_library"] == {"name": "unknown", "version": "unknown"}


def test_what_was_withdrawn_since_goes(tmp_path: Path) -> None:
    written(tmp_path, own())
    assert len(records(tmp_path)) == 1
    written(tmp_path, own(status="withdrawn"))
    assert records(tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": "withdrawn"}, "which is withdrawn"),
        ({"status": "superseded"}, "which is superseded"),
        ({"figures": {("overall", "accuracy"): Figure(None, "fraction", True)}}, "has no value"),
    ],
)
def test_what_has_no_place_is_left_out_and_said(
    tmp_path: Path, changes: dict[str, Any], why: str
) -> None:
    found = written(tmp_path, own(**changes))
    assert (found.records, records(tmp_path)) == (0, [])
    assert why in found.remarks[0]


def test_odd_texts_stay_valid(tmp_path: Path) -> None:
    odd = "a\ud800b <script>\x00\u202e 模型 =cmd"
    written(tmp_path, own(model=f"openai/{odd}", notes=(odd,), settings={"stop": odd}))
    assert errors(tmp_path) == []


def test_the_package_is_not_needed(
    tmp_path: Path, run: SavedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [one for one in sys.modules if one.partition(".")[0] == "every_eval_ever"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "every_eval_ever", None)
    assert records(exported(tmp_path, run))
