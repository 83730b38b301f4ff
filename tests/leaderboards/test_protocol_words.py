"""The differences of protocols in words."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rbench.leaderboards.protocol_words import differences, summary, title, titles
from tests.leaderboards.image_runs import PROTOCOL as IMAGES

JUDGE = {"label": "openai/gpt-4o", "prompts_sha256": "a" * 64, "temperature": 0}
QUESTIONS: Mapping[str, Any] = {
    "task": "rbench-v",
    "task_version": "1",
    "data": {"hub": "R-Bench/R-Bench-V", "content_sha256": "1" * 64},
    "prompt": "rbench",
    "prompt_sha256": {"en": "2" * 64, "en/picture": "3" * 64},
    "images": "show",
    "pictures": {"conversion": "rbench-picture/1", "max_side": 2048},
    "system_prompt": None,
    "response": "generate",
    "rule": {"version": "1", "relative_tolerance": 0.0},
    "judge": JUDGE,
    "samples": 803,
    "selection_sha256": "4" * 64,
    "repeats": 1,
}
PUBLISHED = {
    "published": True,
    "samples": 803,
    "evaluator": "GPT-4o extracts and judges",
    "protocol": "one reply",
    "ranked by": "overall accuracy",
}


def changed(**changes: Any) -> Mapping[str, Any]:
    return {**QUESTIONS, **changes}


def test_a_protocol_does_not_differ_from_itself() -> None:
    assert differences(QUESTIONS, QUESTIONS) == ()
    assert differences(IMAGES, IMAGES) == ()
    assert differences(PUBLISHED, PUBLISHED) == ()


def test_another_judge_is_named_and_one_that_is_missing_is_none() -> None:
    assert differences(changed(judge=None), QUESTIONS) == ("judge: none instead of openai/gpt-4o",)
    other = changed(judge={**JUDGE, "label": "local/qwen"})
    assert differences(other, QUESTIONS) == ("judge: local/qwen instead of openai/gpt-4o",)
    warm = changed(judge={**JUDGE, "temperature": 1})
    assert differences(warm, QUESTIONS) == ("judge, temperature: 1 instead of 0",)


def test_pictures_are_shown_or_left_out_and_what_follows_is_not_said() -> None:
    blind = changed(images="omit", prompt_sha256={"en": "9" * 64}, pictures={"conversion": None})
    assert differences(blind, QUESTIONS) == ("pictures: left out instead of shown",)


def test_other_references_are_named_once() -> None:
    adm = {"name": "ADM train", "split": "train", "images_sha256": "1" * 64}
    jit = {"name": "JiT", "split": "train", "images_sha256": "2" * 64}
    found = differences({**IMAGES, "reference": adm}, {**IMAGES, "reference": jit})
    assert found == ("reference statistics: ADM train instead of JiT",)


def test_one_reference_with_other_content_shows_the_hashes() -> None:
    one, other = ({"name": "ADM train", "images_sha256": c * 64} for c in "12")
    found = differences({**IMAGES, "reference": one}, {**IMAGES, "reference": other})
    assert found == ("reference statistics, images sha256: 11111111 instead of 22222222",)


def test_metrics_are_told_one_by_one() -> None:
    more = [*IMAGES["metrics"], {"metric": "kernel", "on": "gray/8:pixels", "options": {"m": 3}}]  # type: ignore[misc]
    found = differences({**IMAGES, "metrics": more}, IMAGES)
    assert found == ("kernel on gray/8:pixels: m 3 instead of none",)


def test_fewer_samples_imply_another_selection() -> None:
    found = differences(changed(samples=10, selection_sha256="9" * 64), QUESTIONS)
    assert found == ("samples: 10 instead of 803",)
    found = differences(changed(selection_sha256="9" * 64), QUESTIONS)
    assert found == ("selection of questions: 99999999 instead of 44444444",)


def test_of_a_published_protocol_what_is_stated_is_compared_and_the_rest_listed() -> None:
    found = differences(PUBLISHED, QUESTIONS)
    assert found[:2] == (
        "judge: GPT-4o extracts and judges instead of openai/gpt-4o",
        "as stated: one reply instead of none",
    )
    assert found[2].startswith("not stated: version of the task, data, prompt")
    assert len(found) == 3 and "samples" not in " ".join(found)


def test_two_published_protocols_say_not_stated() -> None:
    other = {"published": True, "evaluator": "fd-loss", "ranked by": "overall accuracy"}
    assert differences(other, PUBLISHED) == (
        "samples: not stated instead of 803",
        "evaluator: fd-loss instead of GPT-4o extracts and judges",
        "as stated: not stated instead of one reply",
    )


def test_variants_say_what_they_are_variants_of() -> None:
    found = differences({**PUBLISHED, "variants of": "arXiv 1, table 2"}, PUBLISHED)
    assert found == ("variants of: arXiv 1, table 2",)


def test_long_and_hostile_values_stay_on_a_line() -> None:
    (found,) = differences(changed(system_prompt="a\nb\u202e" + "c" * 500), QUESTIONS)
    assert "\n" not in found and "\u202e" not in found and len(found) < 200


@given(st.sampled_from(sorted(set(QUESTIONS) - {"task"})))
def test_every_field_that_differs_is_told(field: str) -> None:
    assert differences(changed(**{field: "another"}), QUESTIONS) != ()


def test_titles_and_summaries_name_what_a_reader_asks_for() -> None:
    assert title("rbench-v", QUESTIONS) == "rbench-v"
    assert title("shapes", IMAGES) == "shapes: pixels"
    assert title("rbench-v", PUBLISHED) == (
        "rbench-v, overall accuracy, as published: 803 samples; GPT-4o extracts and judges; "
        "one reply"
    )
    text = summary(changed(images="omit", declared={"best_of": 4, "tools": None}))
    for part in ("samples: 803", "graded by: judge openai/gpt-4o", "left out (blind", "best of 4"):
        assert part in text
    assert "rule 1" in summary(changed(judge=None))
    assert "reference statistics: shapes train" in summary(IMAGES)


def test_groups_of_one_title_say_what_differs() -> None:
    found = titles("rbench-v", {"a": QUESTIONS, "b": changed(judge=None), "p": PUBLISHED})
    assert found["a"] == "rbench-v, judge: openai/gpt-4o"
    assert found["b"] == "rbench-v, judge: none"
    assert found["p"] == title("rbench-v", PUBLISHED)
    assert titles("rbench-v", {"a": QUESTIONS}) == {"a": "rbench-v"}


def test_a_title_names_no_more_than_it_must() -> None:
    other = changed(samples=10, selection_sha256="9" * 64, repeats=2)
    found = titles("t", {"a": QUESTIONS, "b": other})
    assert found == {"a": "t, samples: 803", "b": "t, samples: 10"}


def test_what_words_cannot_tell_apart_bears_its_id() -> None:
    one, other = ({**QUESTIONS, "system_prompt": "x" * 100 + end} for end in "ab")
    found = titles("t", {"1" * 12: one, "2" * 12: other})
    assert found["1" * 12].endswith("protocol 111111111111")
    assert len({*found.values()}) == 2


@given(st.sampled_from(sorted(set(QUESTIONS) - {"task"})), st.sampled_from(["other", 7]))
def test_a_title_names_the_one_field_that_differs(field: str, value: Any) -> None:
    label = differences(changed(**{field: value}), QUESTIONS)[0].partition(":")[0]
    found = titles("t", {"a": QUESTIONS, "b": changed(**{field: value})})
    assert found["a"] != found["b"]
    assert all(label.partition(", ")[0] in text for text in found.values())


VALUES = st.none() | st.booleans() | st.integers(0, 3) | st.text(max_size=80) | st.just(JUDGE)
FIELDS = st.sampled_from(
    ["samples", "judge", "prompt", "repeats", "selection_sha256", "evaluator", "published",
     "ranked by", "protocol", "reference", "odd field"]
)  # fmt: skip


@given(st.lists(st.dictionaries(FIELDS, VALUES, max_size=6), min_size=2, max_size=8))
def test_titles_of_one_task_are_distinct(made: list[dict[str, Any]]) -> None:
    found = titles("t", {f"{i:012}": protocol for i, protocol in enumerate(made)})
    assert len({*found.values()}) == len(made)
