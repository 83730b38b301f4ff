"""The plots of image runs: equal bytes, the page's colours, what stands where."""

import math
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from rbench.leaderboards.image_figures import figures
from rbench.leaderboards.image_numbers import groups
from rbench.leaderboards.image_plots import Mark, curve_plot, drawable, marks_plot, series
from rbench.leaderboards.report_svg import PALETTE
from tests.leaderboards.image_runs import results, row

HOSTILE = "</svg><script>alert(1)</script> $\\frac{$ \x00 名字"
MARKS = (
    Mark("a", 10.0, "10", 8.0, 12.0, 1),
    Mark("b", 1.0, "1", 0.001, 2.0, 8),
    Mark("c", 0.0, "0", x=16),
)


def curve(**changes: Any) -> str:
    one = series("flow", MARKS, 0, joined=True)
    levels = [Mark(HOSTILE, 0.4, "0.4"), Mark("zero", 0.0, "0")]
    return curve_plot([replace(one, **changes)], levels, 'a "title" <', "across", "up")


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter("text")]


@pytest.mark.parametrize("draw", [curve, lambda: marks_plot(MARKS, "marks")])
def test_plots_are_the_same_bytes_and_fit_a_strict_page(draw: Any) -> None:
    svg = draw()
    assert svg == draw()
    assert "style" not in svg and "xmlns" not in svg and "<metadata" not in svg
    colours = set(re.findall(r'(?:fill|stroke)="(#?\w+)"', svg)) - {"none"}
    assert colours <= set(PALETTE.values())


def test_labels_are_text_and_never_mathematics_or_markup() -> None:
    svg = curve()
    assert "<script" not in svg
    assert any(text.startswith("</svg><script>") for text in texts(svg))


def test_evaluations_are_ticks_and_what_is_zero_is_left_out() -> None:
    found = texts(curve())
    assert {"1", "8"} <= set(found)
    assert "16" not in found
    assert "zero" not in found
    assert [mark.label for mark in drawable(MARKS)] == ["a", "b"]


def test_one_interval_that_reaches_almost_to_zero_does_not_flatten_the_curve() -> None:
    heights = [float(t) for t in texts(curve()) if re.fullmatch(r"[\d.]+", t)]
    assert min(heights) > 0.01


def test_a_narrow_range_still_has_two_ticks_or_more() -> None:
    marks = [Mark("a", 17.0, "17"), Mark("b", 31.0, "31")]
    ticks = [text for text in texts(marks_plot(marks, "")) if text in ("15", "20", "30")]
    assert len(ticks) >= 2


def test_one_value_alone_can_be_drawn() -> None:
    assert "3.3" in texts(marks_plot([Mark("a", 3.3, "3.3")], ""))
    assert "no value" in texts(marks_plot([Mark("a", None, "no value")], ""))
    assert math.isfinite(len(curve(marks=())))


def test_series_differ_in_colour_and_shape() -> None:
    looks = [(s.colour, s.marker) for s in (series("x", (), i, joined=False) for i in range(36))]
    assert len(set(looks)) == 36


def found_figures(
    runs: list[dict[str, Any]], seconds: dict[str, float | None] | None = None
) -> Any:
    return figures(groups(runs), seconds or {})


def test_settings_of_one_checkpoint_are_one_line_and_baselines_are_levels() -> None:
    runs = [
        results("zoo/flow", 9.0, 1),
        results("zoo/flow", 1.0, 8),
        results("zoo/other", 2.0, 1),
        results("baseline/test", 0.4, None),
    ]
    first = found_figures(runs)[0]
    assert first.title == "Fréchet distance against evaluations"
    assert [name for _, _, name in first.key] == ["zoo/flow", "zoo/other"]
    assert "baseline/test" in texts(first.svg)
    assert "A line joins" in first.caption and "Dashed" in first.caption


def test_two_samplers_of_one_checkpoint_are_two_lines() -> None:
    runs = [results("zoo/flow", 1.0, k, run_id=f"shapes/{s}-{k}") for s in "ab" for k in (1, 2)]
    for run in runs:
        run["settings"]["sampler"] = run["run_id"][7]
    first = found_figures(runs)[0]
    assert [name for _, _, name in first.key] == ["zoo/flow sampler=a", "zoo/flow sampler=b"]


def test_models_without_an_identity_are_points_of_their_own() -> None:
    runs = [results("python:f", 1.0, k, identity=None) for k in (1, 2)]
    first = found_figures(runs)[0]
    assert [name for _, _, name in first.key] == ["python:f steps=1", "python:f steps=2"]


def test_time_has_a_curve_where_it_was_measured() -> None:
    runs = [results(steps=1), results(steps=2)]
    seconds = {run["run_id"]: 0.01 * i for i, run in enumerate(runs, 1)}
    titles = [figure.title for figure in found_figures(runs, seconds)]
    assert "Fréchet distance against time" in titles
    assert "Fréchet distance against time" not in [f.title for f in found_figures(runs)]


def test_a_value_of_zero_is_named_in_the_caption() -> None:
    runs = [results(steps=1), results(steps=2), results("baseline/train", 0.0, None)]
    assert "(zero or less): baseline/train" in found_figures(runs)[0].caption


def test_every_representation_has_a_figure_of_all_runs() -> None:
    rows = [row("frechet", 1.0, on="a"), row("frechet", 2.0, on="b"), row("precision", 0.5)]
    runs = [results("zoo/x", rows=rows), results("zoo/y", rows=rows)]
    titles = [figure.title for figure in found_figures(runs)]
    assert titles == ["Fréchet distance on a", "Fréchet distance on b"]


def test_representations_of_one_run_are_compared_by_their_ratio_to_the_test_images() -> None:
    rows = [row("frechet", 1.0), *(row("frechet-ratio", 2.0, on=on) for on in "ab")]
    (figure,) = found_figures([results(rows=rows)])
    assert {"a", "b"} <= set(texts(figure.svg))
    assert found_figures([results()]) == []
