"""How the numbers of image runs are picked, grouped and shown."""

from typing import Any

import pytest

from rbench.leaderboards.image_names import run_names
from rbench.leaderboards.image_numbers import (
    Reading,
    depth,
    evaluations_text,
    factors_text,
    groups,
    headline_line,
    interval_text,
    own_settings,
    set_settings,
    settings_text,
    spread_text,
    value_text,
)
from tests.leaderboards.image_runs import PROTOCOL, results, row


@pytest.mark.parametrize(
    ("value", "low", "high", "text", "interval"),
    [
        (0.0952345, 0.0781, 0.1123, "0.095", "0.078 – 0.112"),
        (3.6593, 3.626, 3.693, "3.659", "3.626 – 3.693"),
        (9.974, 9.838, 10.110, "9.97", "9.84 – 10.11"),
        (1.7, 1.68, 1.72, "1.700", "1.680 – 1.720"),
        (312.4, 250.0, 380.0, "312", "250 – 380"),
        (12.3456, None, None, "12.35", "–"),
        (0.0012651, None, None, "0.001265", "–"),
        (-0.000325, None, None, "-0.0003250", "–"),
        (0.99999, None, None, "1.000", "–"),
        (123456.7, None, None, "123457", "–"),
        (0.0, 0.0, 0.0, "0", "0 – 0"),
        (None, None, None, "–", "–"),
    ],
)
def test_a_value_has_as_many_decimals_as_its_interval_bears(
    value: float | None, low: float | None, high: float | None, text: str, interval: str
) -> None:
    found = row("frechet", value, ci_low=low, ci_high=high)
    assert (value_text(found), interval_text(found)) == (text, interval)


def test_a_fraction_has_three_decimals_and_a_spread_those_of_its_mean() -> None:
    assert value_text(row("precision", 0.75)) == "0.750"
    mean = row("frechet", 1.7213, statistic="mean", ci_low=None, ci_high=None, spread=0.0213)
    assert (value_text(mean), spread_text(mean)) == ("1.721", "0.021")
    assert (value_text(None), interval_text(None), spread_text(None)) == ("–", "–", "–")


@pytest.mark.parametrize(
    ("counted", "text", "deep"),
    [
        ({}, "–", None),
        ({"network": {"depth": 32, "work": 32.0}}, "32", 32),
        ({"network": {"depth": 6, "work": 120.0}}, "6 (work 120)", 6),
        ({"decoder": {"depth": 1, "work": 1}, "network": {"depth": 2, "work": 2}},
         "2 + decoder 1", 2),
        ({"a": {"depth": 1, "work": 1}, "b": {"depth": 9, "work": 9.5}},
         "a 1 + b 9 (work 9.5)", 9),
    ],
)  # fmt: skip
def test_evaluations_are_depth_and_work_where_they_differ(
    counted: dict[str, Any], text: str, deep: float | None
) -> None:
    run = results(evaluations=counted)
    assert (evaluations_text(run), depth(run)) == (text, deep)


def test_runs_share_a_table_only_under_one_protocol_of_one_evaluator() -> None:
    other = {"id": "bbbbbbbbbbbb", "protocol": {**PROTOCOL, "quantise": "floor"}}
    runs = [
        results("zoo/a"),
        results("zoo/b", protocols={"pixels": other}),
        results("zoo/c", rows=[row("frechet", 1.0), row("frechet", 2.0, evaluator="classifier")]),
    ]
    found = [(g.evaluator, g.protocol_id, [r["model"] for r in g.runs]) for g in groups(runs)]
    assert found == [
        ("pixels", "aaaaaaaaaaaa", ["zoo/a", "zoo/c"]),
        ("pixels", "bbbbbbbbbbbb", ["zoo/b"]),
        ("classifier", "aaaaaaaaaaaa", ["zoo/c"]),
    ]


def test_the_frechet_distance_is_the_headline_wherever_it_stands() -> None:
    rows = [row("precision", 0.5), row("frechet", 1.0, on="b"), row("frechet", 2.0, on="a")]
    (group,) = groups([results(rows=rows)])
    assert group.headline == Reading("frechet", "b")
    assert [group.heading(r) for r in group.readings] == ["frechet (b)", "frechet (a)", "precision"]


def several_sets() -> list[dict[str, Any]]:
    """Return rows of two sets, with their mean and their minimum after all values."""
    values = [
        row(metric, value, repeat=i)
        for i, value in enumerate((1.0, 3.0))
        for metric in ("frechet", "kernel")
    ]
    over = {"repeat": None, "ci_low": None, "ci_high": None}
    means = [row(m, 2.0, statistic="mean", spread=1.4, **over) for m in ("frechet", "kernel")]
    return [*values, *means, row("frechet", 1.0, statistic="minimum", **over)]


def test_of_several_sample_sets_the_mean_ranks_and_the_minimum_is_labelled() -> None:
    run = results(rows=several_sets())
    (group,) = groups([run])
    assert [line.sample_set for line in group.lines] == ["mean of 2 sets", "minimum of 2 sets"]
    assert headline_line(group, run).cells[group.headline]["value"] == 2.0
    everything = [(line.sample_set, len(line.cells)) for line in group.all_lines]
    assert everything == [
        ("mean of 2 sets", 2),
        ("minimum of 2 sets", 1),
        ("set 1 of 2", 2),
        ("set 2 of 2", 2),
    ]


def test_the_only_sample_set_needs_no_label() -> None:
    (group,) = groups([results()])
    assert [line.sample_set for line in group.all_lines] == [""]


def test_a_setting_that_never_differs_is_said_once() -> None:
    runs = [results(steps=1), results(steps=2), results(steps=None)]
    own, shared = own_settings(runs)
    assert shared == {"batch": 64}
    assert own == [{"sampler": "euler", "steps": 1}, {"sampler": "euler", "steps": 2}, {}]
    runs[0]["settings"]["batch"] = 8
    assert own_settings(runs)[1] == {}
    assert own_settings(runs[:1])[1] == {}


def test_settings_are_short_and_on_one_line() -> None:
    settings = {"sigmas": [80.0, 0.821], "heun": True, "name": "a\n b", "guidance": 1.50}
    assert settings_text(settings) == "sigmas=80/0.821, heun=yes, name=a b, guidance=1.5"


def test_runs_of_one_model_are_told_apart_by_what_differs() -> None:
    runs = [results(steps=1), results(steps=2), results("zoo/other", steps=9)]
    assert run_names(runs) == ["zoo/flow steps=1", "zoo/flow steps=2", "zoo/other"]
    samplers = [results(settings={"eta": i, "sampler": s}) for i, s in enumerate(("ddim", "deq"))]
    assert run_names(samplers) == ["zoo/flow sampler=ddim", "zoo/flow sampler=deq"]
    grid = [
        results(settings={"sampler": s, "steps": k, "eta": k}) for s in ("a", "b") for k in (1, 2)
    ]
    assert run_names(grid)[1] == "zoo/flow sampler=a, steps=2"
    twins = [results(run_id="shapes/x-1"), results(run_id="shapes/x-2")]
    assert run_names(twins) == ["zoo/flow (1)", "zoo/flow (2)"]


def test_settings_that_a_sampler_has_anyway_are_left_out_and_steps_never() -> None:
    def shown(**settings: object) -> dict[str, object]:
        return set_settings({"settings": settings})

    euler = {"sampler": "euler", "steps": 32, "noise_scale": 1.0, "guidance": 1.0, "times": None}
    assert shown(**euler, dtype="float32") == {"sampler": "euler", "steps": 32}
    assert shown(**{**euler, "guidance": 2.0}, dtype="bfloat16") == {
        "sampler": "euler", "steps": 32, "guidance": 2.0, "dtype": "bfloat16",
    }  # fmt: skip
    assert shown(temperature=0.5) == {"temperature": 0.5}


def test_evaluations_are_shown_by_their_factors() -> None:
    def shown(depth: float, work: float, **settings: object) -> str:
        return factors_text(
            {"settings": settings, "evaluations": {"network": {"depth": depth, "work": work}}}
        )

    assert shown(99, 198, sampler="heun", steps=50) == "50 x 1.98 x 2"
    assert shown(2, 2, sampler="consistency", sigmas="80,0.821") == "2 x 1 x 1"
    assert shown(8, 200, sampler="deq-ddim", steps=25) == "8 x 1 x 25"
    assert factors_text({"settings": {}, "evaluations": {}}) == "–"
