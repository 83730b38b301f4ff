"""Plots of the report page: equal bytes, the page's colours, text that stays text."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from rbench.leaderboards.report_plots import PALETTE, Bar, Point, accuracy_plot, stacked_plot


def plots() -> list[str]:
    points = [
        Point("英语 <b> & $x$", 0.5, 0.4, 0.6, 0.2),
        Point("\x00\n" + "w" * 60, 0.1, None, None, None),
        Point("none", None, None, None, 0.2),
        Point("open", None, None, None, None, (0.09, 0.146)),
        Point("tolerated", 0.52, 0.4, 0.6, None, (0.52, 0.54)),
    ]
    bars = [Bar("zh", [("right", "right", 9), ("wrong", "wrong", 1)]), Bar("empty", [])]
    return [accuracy_plot(points, 'a "title" <'), stacked_plot(bars, "bars")]


def test_plots_are_the_same_bytes_each_time() -> None:
    assert plots() == plots()


@pytest.mark.parametrize("number", [0, 1])
def test_plots_fit_a_strict_page_and_recolour_with_it(number: int) -> None:
    svg = plots()[number]
    assert "xmlns" not in svg and "style" not in svg and "<metadata" not in svg
    colours = set(re.findall(r'(?:fill|stroke)="(#?\w+)"', svg)) - {"none"}
    assert colours <= set(PALETTE.values())


def test_text_in_plots_stays_text() -> None:
    svg = plots()[0]
    texts = [element.text for element in ElementTree.fromstring(svg).iter("text")]
    assert "英语 <b> & $x$" in texts
    assert "50.0  [40.0, 60.0]" in texts
    assert "no value" in texts
    assert "9.0 to 14.6" in texts
    assert "52.0 (to 54.0)" in texts
    assert any(text and text.startswith("⟨U+0000⟩ www") and text.endswith("…") for text in texts)


def test_parts_of_a_bar_are_told_without_colour() -> None:
    parts = [("right", "right", 80), ("wrong", "wrong", 12), ("errored", "errored", 1)]
    svg = stacked_plot([Bar("en", parts)], "bars")
    texts = [element.text for element in ElementTree.fromstring(svg).iter("text")]
    assert texts[-3:] == ["✓ 80", "✗", "n = 93"]


def test_the_bounds_that_errors_leave_are_drawn_as_dashed_boxes() -> None:
    def boxes(*points: Point) -> list[str]:
        paths = list(ElementTree.fromstring(accuracy_plot(points, "")).iter("path"))
        dashed = [p.attrib for p in paths if "stroke-dasharray" in p.attrib]
        return [p["d"] for p in dashed if p.get("fill") == "none" and p["d"].endswith("z")]

    assert boxes(Point("none", None, None, None, 0.2), Point("all", 0.5, 0.4, 0.6, 0.2)) == []
    open_ended = Point("open", None, None, None, 0.2, (0.25, 0.75))
    (box,) = boxes(open_ended)
    (narrower,) = boxes(replace(open_ended, bounds=(0.25, 0.5)))

    def width(path: str) -> float:
        across = [float(x) for x in re.findall(r"[ML] ([\d.]+)", path)]
        return max(across) - min(across)

    assert width(box) == pytest.approx(2 * width(narrower))
