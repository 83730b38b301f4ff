"""results.json as a file: its own hash, and what is not such as rbench writes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import rbench
from rbench.errors import RunDirectoryError
from rbench.harness.results_file import misfit, sealed, unsealed
from rbench.harness.run_directory import RunDirectory

Results = dict[str, Any]


@pytest.fixture(scope="module")
def of_questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs")
    (run,) = rbench.evaluate("rbench-t-mini", model="baseline/first", limit=1, out=out)
    return run.path


@pytest.fixture(scope="module")
def of_images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs")
    (run,) = rbench.evaluate("digits", model="baseline/noise", limit=40, costs=False, out=out)
    return run.path


def read(run: Path) -> Results:
    found: Results = json.loads((run / "results.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("kind", ["of_questions", "of_images"])
def test_what_rbench_writes_fits_and_has_its_hash(
    kind: str, request: pytest.FixtureRequest
) -> None:
    run = request.getfixturevalue(kind)
    results, intact = unsealed(read(run))
    assert intact and misfit(results) == ""
    assert RunDirectory(run).read_results() == (results, True)
    assert "sha256" not in rbench.load_run(run).results


def test_a_hash_is_of_all_values_and_of_no_order_or_spacing() -> None:
    content = sealed({"b": [1, 2.5, None], "a": {"值": "\ud800", "2": 1, "10": 2}})
    turned = json.loads(json.dumps(dict(reversed(content.items())), indent=3))
    assert unsealed(turned) == ({"a": content["a"], "b": content["b"]}, True)
    for change in ({"b": [1, 2.5, 0]}, {"c": 1}, {"sha256": "0" * 64}, {"sha256": None}):
        assert not unsealed({**content, **change})[1]
    assert unsealed({"value": 1}) == ({"value": 1}, True)  # written before there was a hash
    assert not unsealed({"value": float("nan"), "sha256": "0" * 64})[1]


def test_a_hand_is_seen(of_questions: Path, tmp_path: Path) -> None:
    content = read(of_questions)
    content["rows"][0]["value"] = 0.99
    (tmp_path / "results.json").write_text(json.dumps(content))
    found = RunDirectory(tmp_path).read_results()
    assert found is not None and not found[1]


CHANGES: dict[str, tuple[Callable[[Results], object], str]] = {
    "no rows": (lambda r: r.pop("rows"), "it lacks rows"),
    "rows of text": (lambda r: r.update(rows="x"), 'rows is "x"'),
    "an empty row": (lambda r: r.update(rows=[{}]), "it lacks rows[0]."),
    "a value of text": (lambda r: r["rows"][1].update(value="<b>"), 'rows[1].value is "<b>"'),
    "no number": (lambda r: r["rows"][0].update(value=float("nan")), "rows[0].value is NaN"),
    "a truth for a number": (lambda r: r["rows"][0].update(n=True), "rows[0].n is true"),
    "a number past float64": (lambda r: r["rows"][0].update(value=10**400), "rows[0].value is 1"),
    "a count past int64": (lambda r: r["rows"][0].update(n=2**64), "rows[0].n is 1844"),
    "an end of text": (lambda r: r["rows"][0].update(ci_low="a"), "rows[0].ci_low"),
    "a list for the model": (lambda r: r.update(model=["x"]), 'model is ["x"]'),
    "a number for the id": (lambda r: r.update(run_id=7), "run_id is 7"),
    "another status": (lambda r: r.update(status="great"), 'status is "great"'),
    "no outcomes": (lambda r: r.update(outcomes={}), "outcomes is {}"),
    "no protocol": (lambda r: r.update(protocol=[]), "protocol is []"),
    "a rule of no version": (lambda r: r["protocol"].update(rule={}), "protocol, rule is no"),
    "metrics of text": (lambda r: r["protocol"].update(metrics="x"), "metrics is no list"),
    "no settings": (lambda r: r.update(settings=None), "settings is null"),
    "a warning": (lambda r: r.update(warnings="all is well"), "warnings is"),
    "a long text": (lambda r: r.update(warnings="\x1b" * 999), "\\u001b\\u..."),
    "the other kind": (lambda r: r.update(kind="images"), "it lacks rows[0].evaluator"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_rbench_does_not_write_is_named(of_questions: Path, tmp_path: Path, name: str) -> None:
    change, said = CHANGES[name]
    results, _ = unsealed(read(of_questions))
    change(results)
    assert said in misfit(results)
    (tmp_path / "results.json").write_text(json.dumps(results))
    with pytest.raises(RunDirectoryError, match=r"is not what rbench writes: .*rbench score"):
        RunDirectory(tmp_path).read_results()


CHANGES_OF_IMAGES: dict[str, tuple[Callable[[Results], object], str]] = {
    "another statistic": (lambda r: r["rows"][0].update(statistic="best"), 'statistic is "best"'),
    "no number of calls": (
        lambda r: r.update(evaluations={"network": {"depth": None, "work": 1}}),
        "evaluations is",
    ),
    "an evaluator's protocol": (
        lambda r: r["protocols"]["pixels"]["protocol"].update(reference=7),
        "of protocols.pixels.protocol, reference is no mapping",
    ),
    "a metric on nothing": (
        lambda r: r["protocols"]["pixels"]["protocol"]["metrics"][0].pop("on"),
        "metrics does not name",
    ),
}


@pytest.mark.parametrize("name", CHANGES_OF_IMAGES)
def test_what_rbench_does_not_write_of_images_is_named(of_images: Path, name: str) -> None:
    change, said = CHANGES_OF_IMAGES[name]
    results, _ = unsealed(read(of_images))
    change(results)
    assert said in misfit(results)


def test_another_schema_version_is_told(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text('{"schema_version": 99}')
    with pytest.raises(RunDirectoryError, match="schema version 99, and this rbench reads 1"):
        RunDirectory(tmp_path).read_results()


@pytest.mark.parametrize(("content", "said"), [("[]", "no mapping"), ("[" * 9999, "too deeply")])
def test_what_is_no_mapping_is_refused(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "env.json").write_text(content)
    with pytest.raises(RunDirectoryError, match=said):
        RunDirectory(tmp_path).read_json("env.json")
