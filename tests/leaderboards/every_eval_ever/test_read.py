"""Records of others: what they state comes in, and every wrong field is named in one sentence."""

import json
from pathlib import Path
from typing import Any

import pytest
from every_eval_ever.converters.lm_eval.adapter import LMEvalAdapter

from rbench.errors import DataError
from rbench.harness.canonical import digest
from rbench.leaderboards.entries import Figure
from rbench.leaderboards.every_eval_ever.aggregate import aggregate
from rbench.leaderboards.every_eval_ever.fields import MOST_BYTES, MOST_ITEMS
from rbench.leaderboards.every_eval_ever.read import read_entry
from tests.leaderboards.every_eval_ever.made import file_of, own, stated
from tests.leaderboards.every_eval_ever.peer import errors


def first(record: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = record["evaluation_results"][0]
    return found


def test_what_another_states_comes_in_as_stated(tmp_path: Path) -> None:
    found = read_entry(file_of(tmp_path, stated()))
    assert (found.task, found.model, found.origin) == ("gsm8k", "acme/m-1", "self-reported")
    assert found.figures == {
        ("", "exact_match"): Figure(
            0.625, "fraction", True, n=400, ci_low=0.5, ci_high=0.75, ci_method="bootstrap"
        )
    }
    assert found.protocol == {
        "published": True,
        "stated by": "A leaderboard, Somebody",
        "library": "lm_eval 0.4.9",
        "data": "gsm8k",
        "ranked by": "exact_match",
    }
    assert (found.settings, found.date) == ({"temperature": 0.5}, "2026-02-03")
    assert (found.info.organisation, found.info.open_weights) == ("Acme", True)
    assert found.source is not None and found.source.url == "https://example.org/board"
    assert found.notes == ("Stated by Somebody, as third party.",)


def test_the_example_is_one_that_the_validator_takes(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "gsm8k" / "acme" / "m-1"
    folder.mkdir(parents=True)
    path = folder / "0b6a1a56-5b64-4d43-9c2b-0a1b2c3d4e5f.json"
    path.write_text(json.dumps(stated()), encoding="utf-8")
    assert errors(tmp_path) == []


def test_what_its_own_converter_wrote_comes_in(tmp_path: Path) -> None:
    scores = {"alias": "gsm8k", "exact_match,none": 0.5, "exact_match_stderr,none": 0.05}
    config = {"task": "gsm8k", "dataset_path": "gsm8k", "output_type": "generate_until"}
    harness = {
        "results": {"gsm8k": scores},
        "group_subtasks": {"gsm8k": []},
        "configs": {"gsm8k": config},
        "n-samples": {"gsm8k": {"original": 100, "effective": 100}},
        "higher_is_better": {"gsm8k": {"exact_match": True}},
        "config": {"model": "hf", "model_args": "pretrained=acme/m-1"},
        "date": 1770000000.0,
        "model_name": "acme/m-1",
        "lm_eval_version": "0.4.9",
    }
    path = tmp_path / "results_2026-02-03.json"
    path.write_text(json.dumps(harness), encoding="utf-8")
    (log,) = LMEvalAdapter().transform_from_file(
        path, {"source_organization_name": "Acme", "evaluator_relationship": "first_party"}
    )
    record = file_of(tmp_path, log.model_dump_json(exclude_none=True))
    found = read_entry(record)
    (figure,) = found.figures.values()
    assert (found.model, figure.value, figure.higher_is_better) == ("acme/m-1", 0.5, True)
    assert "standard error 0.05" in figure.note
    assert found.notes == ("Stated by Acme, as first party.",)


def test_an_interval_at_another_level_is_no_interval_of_ours(tmp_path: Path) -> None:
    for level, word in ((0.9, "90 %"), (None, "unstated level")):
        record = stated()
        interval = first(record)["score_details"]["uncertainty"]["confidence_interval"]
        interval["confidence_level"] = level
        (figure,) = read_entry(file_of(tmp_path, record)).figures.values()
        assert figure.ci_low is None and figure.note == f"interval at {word}: 0.5 to 0.75"


def test_an_interval_where_version_0_2_0_has_it_is_read(tmp_path: Path) -> None:
    record = stated(schema_version="0.2.0")
    first(record)["score_details"] = {"score": 0.5, "confidence_interval": {"lower": 0, "upper": 1}}
    (figure,) = read_entry(file_of(tmp_path, record)).figures.values()
    assert figure.note == "interval at unstated level: 0 to 1"


def test_two_results_of_one_name_are_told_apart(tmp_path: Path) -> None:
    record = stated()
    record["evaluation_results"] *= 2
    found = read_entry(file_of(tmp_path, record))
    assert list(found.figures) == [("", "exact_match"), ("", "exact_match (2)")]


def test_other_sources_are_other_protocols(tmp_path: Path) -> None:
    here = read_entry(file_of(tmp_path, stated()))
    record = stated()
    record["source_metadata"]["source_name"] = "Another leaderboard"
    there = read_entry(file_of(tmp_path, record))
    assert here.protocol_id != there.protocol_id
    assert here.key != there.key


def test_a_date_in_seconds_is_one(tmp_path: Path) -> None:
    made = read_entry(file_of(tmp_path, stated(evaluation_timestamp="1761001924.0")))
    assert made.date == "2025-10-20"
    assert read_entry(file_of(tmp_path, stated(evaluation_timestamp="soon"))).date == ""


ABSENT: Any = object()
_SOURCE = ("source_metadata",)
_FIRST = ("evaluation_results", 0)
_CONFIG, _SCORE = (*_FIRST, "metric_config"), (*_FIRST, "score_details")
_INTERVAL = (*_SCORE, "uncertainty", "confidence_interval")
_DETAILS = ("source_metadata", "additional_details")


def changed(record: Any, place: tuple[str | int, ...], value: Any) -> Any:
    """Set a field of a record, or take it out."""
    inner = record
    for part in place[:-1]:
        inner = inner[part]
    if value is ABSENT:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return record


BROKEN: list[tuple[tuple[str | int, ...], Any, str]] = [
    (("schema_version",), "1.0", "schema_version '1.0', and this rbench reads 0.2.x and 0.3.x"),
    (("schema_version",), ABSENT, "no record of Every Eval Ever: schema_version is no text"),
    (("schema_version",), 1, "runs of rbench are given as folders"),
    (("interaction_type",), "single_turn", "is a sample; give the aggregate record"),
    (_SOURCE, ABSENT, "source_metadata is missing; it must be an object"),
    ((*_SOURCE, "evaluator_relationship"), "me", "evaluator_relationship is 'me'; it must be one"),
    ((*_SOURCE, "evaluator_relationship"), [], "evaluator_relationship is []; it must be one of"),
    ((*_SOURCE, "source_organization_name"), " ", "a text that is not empty"),
    (("evaluation_id",), 7, "evaluation_id is 7; it must be a text"),
    (("model_info",), [1], "model_info is [1]; it must be an object"),
    (("model_info", "id"), "x" * 300, "id has 300 characters; 200 may be"),
    (("evaluation_results",), [], "evaluation_results is []; it must be a list that"),
    (("evaluation_results",), ["a"], "evaluation_results[0] must be an object"),
    (("evaluation_results",), [{}] * (MOST_ITEMS + 1), "5,001 items; 5,000 may be"),
    (_CONFIG, ABSENT, "metric_config is missing"),
    ((*_CONFIG, "lower_is_better"), "no", "lower_is_better is 'no'; it must be true or false"),
    ((*_CONFIG, "min_score"), True, "min_score is True; it must be a number"),
    ((*_SCORE, "score"), "0.5", "score is '0.5'; it must be a number"),
    ((*_SCORE, "score"), True, "score is True; it must be a number"),
    ((*_SCORE, "score"), 1.5, "score is 1.5; it must be between min_score and max_score"),
    ((*_INTERVAL, "lower"), 0.9, "lower is 0.9; it must be at most upper, which is 0.75"),
    ((*_SCORE, "uncertainty", "num_samples"), "many", "num_samples is 'many'"),
]


@pytest.mark.parametrize(("place", "value", "sentence"), BROKEN)
def test_a_wrong_field_is_named(
    tmp_path: Path, place: tuple[str | int, ...], value: Any, sentence: str
) -> None:
    with pytest.raises(DataError) as caught:
        read_entry(file_of(tmp_path, changed(stated(), place, value)))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value) and "record.json" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("protocol", '{"task": "other"}', "rbench_protocol_id is '"),
        ("protocol", "{", "rbench_protocol is not JSON"),
        ("protocol", "[1]", "rbench_protocol is '[1]'; it must be an object as JSON"),
        ("protocol", "[" * 100_000, "is nested too deeply"),
        ("key", "other/m-1", "it must be the key of an entry of quiz"),
        ("key", "quiz/../../x", "it must be the key of an entry of quiz"),
        ("task", "../quiz", "it must be the name of a task"),
        ("status", "withdrawn", "rbench_status is 'withdrawn'"),
        ("date", "soon", "it must be YYYY, YYYY-MM or YYYY-MM-DD"),
        ("headline", "[1, 2]", "a subset and a metric, as JSON"),
        ("settings", '{"temperature": 1e999}', "the number 1e999 is too large"),
        ("notes", "[1]", "a list of texts, as JSON"),
        ("info", '{"open_weights": "yes"}', "open_weights is 'yes'"),
    ],
)
def test_a_wrong_detail_of_rbench_is_named(
    tmp_path: Path, name: str, text: str, sentence: str
) -> None:
    record = changed(aggregate(own()), (*_DETAILS, f"rbench_{name}"), text)
    with pytest.raises(DataError) as caught:
        read_entry(file_of(tmp_path, record))
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    "part", [{"rule": 3}, {"declared": {}}, {"metrics": "frechet"}, {"reference": "train"}]
)
def test_a_protocol_that_no_table_can_say_is_refused(tmp_path: Path, part: dict[str, Any]) -> None:
    protocol = {"task": "quiz", **part}
    record = changed(aggregate(own()), (*_DETAILS, "rbench_protocol"), json.dumps(protocol))
    record = changed(record, (*_DETAILS, "rbench_protocol_id"), digest(protocol)[:12])
    with pytest.raises(DataError, match=f"of rbench_protocol, {next(iter(part))} "):
        read_entry(file_of(tmp_path, record))


@pytest.mark.parametrize("count", [-1, 2**64, 1e300])
def test_what_nobody_can_count_is_named(tmp_path: Path, count: float) -> None:
    record = changed(stated(), (*_SCORE, "uncertainty", "num_samples"), count)
    with pytest.raises(DataError, match=r"num_samples is .*; it must be a count, 0 to"):
        read_entry(file_of(tmp_path, record))


def test_a_large_whole_number_is_float64_as_in_every_table(tmp_path: Path) -> None:
    record = changed(stated(), (*_SCORE, "score"), 10**20)
    config = first(record)["metric_config"]
    del config["max_score"]
    (figure,) = read_entry(file_of(tmp_path, record)).figures.values()
    assert figure.value == 1e20 and isinstance(figure.value, float)


def test_a_count_that_is_none_is_named(tmp_path: Path) -> None:
    record = changed(aggregate(own()), (*_SCORE, "details", "rbench_n"), '"x"')
    with pytest.raises(DataError, match="n is 'x'"):
        read_entry(file_of(tmp_path, record))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is not JSON"),
        ("[1]", "must hold one JSON object"),
        ('{"a": NaN}', "NaN is no number of JSON"),
        ('{"a": 1, "a": 2}', "it names 'a' twice"),
        ('{"a": ' + "9" * 5000 + "}", "is not JSON"),
        ("[" * 100_000, "is nested too deeply"),
        (json.dumps(stated()).replace("0.625", "1e999"), "the number 1e999 is too large"),
        (json.dumps(stated()).replace("0.625", "9" * 400), "99… is too large"),
        ('{"a": -' + "9" * 400 + "}", "99… is too large"),
    ],
)
def test_what_is_no_record_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(DataError) as caught:
        read_entry(file_of(tmp_path, text))
    assert sentence in str(caught.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_entry(tmp_path / "absent.json")
    path = tmp_path / "large.json"
    path.write_bytes(b" " * (MOST_BYTES + 1))
    with pytest.raises(DataError, match="larger than 8 MB"):
        read_entry(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="not UTF-8"):
        read_entry(path)
