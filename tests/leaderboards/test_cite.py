"""Citing runs: the sentence states the whole protocol, from the run's files alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import rbench
from rbench.harness.canonical import digest
from rbench.leaderboards.cite import cite_run, joined_bibtex
from tests.leaderboards.tampering import change_json, copied


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (run,) = rbench.evaluate(
        "rbench-t-mini",
        model="baseline/uniform",
        limit=4,
        repeats=2,
        seed=7,
        system_prompt="Be brief.",
        out=tmp_path_factory.mktemp("runs"),
    )
    return run.path


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (run,) = rbench.evaluate(
        "digits",
        model="zoo/flow-digits",
        model_options={"sampler": "euler", "steps": 1},
        limit=90,
        costs=False,
        out=tmp_path_factory.mktemp("runs"),
    )
    return run.path


def leaves(value: Any) -> Iterator[Any]:
    """Yield what stands in a protocol; steps from image to input as one hash."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from [digest(part)] if name == "preprocess" else leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part)
    elif value is not None:
        yield value


def test_the_sentence_of_questions_states_the_whole_protocol(questions: Path) -> None:
    run = rbench.load_run(questions)
    text = cite_run(questions).methods
    for value in leaves(run.results["protocol"]):
        known = {2: "each asked 2 times", "generate": "wrote its replies"}.get(value, str(value))
        assert known[:12] in text, value
    assert "8 of its 144 questions (selection sha256" in text
    assert (
        "baseline/uniform (adapter baseline, model uniform, version 1; no settings; seed 7)" in text
    )
    assert "clustered-wilson" in text and "rbench 0.1.0" in text
    for key in ("protocol_id", "run_id"):
        assert run.results[key] in text
    (mean,) = [r for r in run.rows if (r.subset, r.metric) == ("mean", "accuracy")]
    assert mean.value is not None
    assert f"accuracy (mean) is {100 * mean.value:.1f} %" in text
    assert text == " ".join(text.split())


def test_the_sentence_of_images_states_the_whole_protocol(images: Path) -> None:
    run = rbench.load_run(images)
    text = cite_run(images).methods
    protocol = dict(run.results["protocol"])
    spec = protocol.pop("spec")
    assert protocol.pop("labels") == "none" and "without labels" in text
    for value in leaves(protocol):
        assert str(value)[:12] in text, value
    assert f"{spec['height']} x {spec['width']} x {spec['channels']}" in text
    assert "90 images (NOT THE 5,000 OF THE PROTOCOL)" in text
    assert "sampler euler, steps 1" in text and "evaluations per image: 1." in text
    assert run.results["identity"]["weights_sha256"][:12] in text
    assert "weights sha256 none" in text and "block-jackknife-t" in text
    assert "not comparable with others" in text


def test_an_incomplete_run_has_bounds_and_says_so(questions: Path, tmp_path: Path) -> None:
    run = copied(questions, tmp_path)
    (run / "results.json").unlink()
    lines = (run / "calls.jsonl").read_text(encoding="utf-8").splitlines()
    (run / "calls.jsonl").write_text("\n".join(lines[:12]) + "\n", encoding="utf-8")
    citation = cite_run(run)
    assert "THE RUN IS INCOMPLETE: 4 of 16 samples errored or were not asked" in citation.methods
    assert "so there is no value; the accuracy (mean) lies between" in citation.methods
    assert "(incomplete)" in citation.latex and " to " in citation.latex
    assert "& -- &" in citation.latex
    assert ", incomplete}" in citation.bibtex


def test_a_row_has_value_and_interval(questions: Path, images: Path) -> None:
    comment, row = cite_run(questions).latex.splitlines()
    assert comment == r"% Model & Task & Metric & Value & 95\,\% interval & $n$"
    assert row.startswith(r"baseline/uniform & rbench-t-mini & accuracy, mean & ")
    assert row.endswith(r"] & 16 \\") and r"\,\% & [" in row
    _, row = cite_run(images).latex.splitlines()
    assert row.startswith("zoo/flow-digits & digits & frechet on gray/8:pixels (pixels) & ")
    assert row.endswith(r"] & 90 \\")


def test_the_sources_are_those_of_what_the_run_did(questions: Path, images: Path) -> None:
    assert [s.key for s in cite_run(questions).sources] == ["miller2024adding"]
    keys = {s.key for s in cite_run(images).sources}
    assert {"heusel2017gans", "binkowski2018demystifying", "naeem2020reliable"} <= keys
    assert not {"song2020denoising", "jayasumana2024rethinking", "guo2025rbench"} & keys


def test_settings_bring_their_sources(questions: Path, images: Path, tmp_path: Path) -> None:
    run = copied(images, tmp_path)

    def change(results: dict[str, Any]) -> None:
        results["settings"] |= {"sampler": "ddim", "guidance": 1.5}
        results["protocols"]["pixels"]["protocol"]["preset"] = "edm2"

    change_json(run, "results.json", change)
    keys = {s.key for s in cite_run(run).sources}
    assert {"song2020denoising", "ho2022classifier", "karras2024analyzing"} <= keys
    run = copied(questions, tmp_path)
    change_json(run, "results.json", lambda results: results.update(task="rbench-t"))
    assert "guo2025rbench" in {s.key for s in cite_run(run).sources}


def test_several_runs_give_each_source_once(questions: Path, images: Path) -> None:
    citations = [cite_run(questions), cite_run(images), cite_run(questions)]
    entries = joined_bibtex(citations).split("\n\n")
    assert len(entries) == len(set(entries))
    assert sum(entry.startswith("@misc{rbench-") for entry in entries) == 2


def test_json_holds_the_protocol_in_full(questions: Path, images: Path) -> None:
    found = json.loads(json.dumps(cite_run(questions).to_json()))
    assert found["protocol"] == rbench.load_run(questions).results["protocol"]
    assert found["methods"] == cite_run(questions).methods
    found = json.loads(json.dumps(cite_run(images).to_json()))
    assert found["protocols"] == rbench.load_run(images).results["protocols"]


def test_citing_writes_nothing(questions: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in questions.rglob("*")}
    cite_run(questions)
    assert {path: path.stat().st_mtime_ns for path in questions.rglob("*")} == before


HOSTILE = "openai/evil}\n@article{x, title={\\input{/etc/passwd}} & 100% \u202egpt\x1b[31m"


def test_hostile_names_are_text(questions: Path, tmp_path: Path) -> None:
    run = copied(questions, tmp_path)

    def change(results: dict[str, Any]) -> None:
        results |= {"model": HOSTILE, "run_id": f"rbench-t-mini/{HOSTILE}"}
        results["settings"] = {"x": HOSTILE}

    change_json(run, "results.json", change)
    citation = cite_run(run)
    for text in (citation.text, citation.latex, citation.bibtex):
        assert "\x1b" not in text and "\u202e" not in text
    assert len(citation.latex.splitlines()) == 2
    row = citation.latex.splitlines()[1]
    assert row.replace(r"\&", "").count("&") == 5
    assert r"\input" not in citation.latex + citation.bibtex
    assert sum(line.startswith("@") for line in citation.bibtex.splitlines()) == 2
    assert citation.bibtex.count("{") == citation.bibtex.count("}")
