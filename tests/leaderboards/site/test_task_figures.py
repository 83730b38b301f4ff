"""The plots of a task: which are drawn for which entries, what they say, where names stand."""

import math
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rbench.leaderboards.board import build_board
from rbench.leaderboards.entries import Entry, Group, ModelInfo
from rbench.leaderboards.image_entries import image_entries
from rbench.leaderboards.make_board import make_board
from rbench.leaderboards.site.plot_labels import Box, place_labels, tail
from rbench.leaderboards.site.task_figures import PageFigure, task_figures, top_plot
from tests.leaderboards.board_entries import COLUMN, entry, figure, published
from tests.leaderboards.image_runs import results, row

COSTS = {"calls": 400, "tokens": {"output": 4000}, "latency_seconds": {"mean": 1.5}}


def group(*entries: Entry) -> Group:
    return build_board(entries).groups["quiz"][0]


def drawn(here: Group) -> dict[str, PageFigure]:
    return {one.title: one for one in task_figures(here)}


def desc(one: PageFigure) -> str:
    root = ElementTree.fromstring(str(one.svg))
    assert root.get("role") == "img" and root.get("aria-label")
    return next(root.iter("desc")).text or ""


def priced(**changes: object) -> Group:
    return group(
        *(
            entry(f"m{i}", 0.3 + i / 10, costs={**COSTS, "dollars": 0.5 * 2**i, **changes})
            for i in range(4)
        )
    )


def test_scores_are_drawn_against_dollars_and_seconds_where_costs_are_known() -> None:
    found = drawn(priced(latency_seconds={"mean": 2.0}))
    assert "Score against dollars" in found and "Score against seconds" not in found
    one = found["Score against dollars"]
    assert "US dollars for the run" in one.svg and "accuracy % ↑" in one.svg
    assert "without those of a judge" in one.caption
    assert desc(one) == "m3: 60.0; m2: 50.0; m1: 40.0; m0: 30.0"
    seconds = group(*(entry(f"m{i}", costs={"latency_seconds": {"mean": i + 1}}) for i in range(3)))
    assert "seconds a call, mean" in drawn(seconds)["Score against seconds"].svg


@pytest.mark.parametrize("dollars", [None, 0, -1, "1", True, float("nan")])
def test_unknown_or_absurd_costs_are_not_drawn(dollars: object) -> None:
    assert "Score against dollars" not in drawn(priced(dollars=dollars))


def test_of_images_seconds_are_those_of_an_image() -> None:
    entries = []
    for i in range(3):
        costs = {"measured": {"seconds_per_image_at_batch_1": 0.01 * 4**i,
                              "parameters": {"network": 10**i}}}  # fmt: skip
        run = results(rows=[row("frechet", 1.0 + i)], run_id=f"digits/m{i}")
        entries += image_entries(run, costs=costs, path=None)
    task = entries[0].task
    found = drawn(build_board(entries).groups[task][0])
    assert "seconds an image, one at a time" in found["Score against seconds"].svg
    assert "Score against parameters" in found


def test_amounts_that_hardly_differ_are_not_drawn() -> None:
    def sized(*sizes: str) -> Group:
        return group(*(entry(f"m{s}", info=ModelInfo(parameters=s)) for s in sizes))

    assert "Score against parameters" not in drawn(sized("55.7M", "56.4M", "56M"))
    assert "Score against parameters" in drawn(sized("50M", "56.4M", "75M"))


def test_distances_far_apart_are_drawn_on_a_logarithmic_axis() -> None:
    values = [0.07, 0.5, 9.9]
    made = [
        entry(f"m{i}", evaluations=str(4**i),
              figures={COLUMN: figure(v, None, unit="distance", higher_is_better=False)})
        for i, v in enumerate(values)
    ]  # fmt: skip
    svg = drawn(group(*made))["Score against evaluations"].svg
    dots = re.findall(r'<use [^>]*x="([\d.]+)" y="([\d.]+)"', svg)
    low, middle, high = sorted({(float(x), float(y)) for x, y in dots if float(y) < 255})
    wanted = math.log(values[2] / values[1]) / math.log(values[1] / values[0])
    assert (middle[1] - high[1]) / (low[1] - middle[1]) == pytest.approx(wanted, rel=0.01)


def test_entries_of_one_name_are_told_apart_in_plots() -> None:
    made = [entry("m", 0.5, key=f"m-{n}", evaluations=str(n)) for n in (1, 4, 16)]
    said = desc(drawn(group(*made))["Score against evaluations"])
    assert "m (1 evaluation): 50.0" in said and "m (16 evaluations): 50.0" in said


def test_a_map_says_which_direction_is_better_and_what_is_mapped() -> None:
    two = {("arc-1", "accuracy"): figure(0.4), ("arc-2", "accuracy"): figure(0.1)}
    made = [
        published(f"m{i}", 50 - i, i + 1, figures={k: replace(v, unit="%") for k, v in two.items()},
                  headline=("arc-1", "accuracy"))
        for i in range(3)
    ]  # fmt: skip
    found = drawn(group(*made))
    assert "By representation" not in found
    assert "Higher is better." in found["By subset"].caption


def test_bars_are_told_apart_by_numbers_too() -> None:
    board = make_board(task="imagenet256").board
    groups = board.groups["imagenet256"]
    several = next(g for g in groups if sum(m.startswith("fdr/") for _, m in g.columns) > 1)
    one = drawn(several)["Representation by representation"]
    shown = min(6, len(several.ranked))
    for number in range(1, shown + 1):
        assert f">{number} ■ " in one.caption and f">{number}</text>" in one.svg
    assert "inception-" in one.svg and "v3" in one.svg and "…" not in one.svg
    assert "multiple of real images" in one.svg


def test_the_chart_of_the_index_has_as_many_lines_as_it_says() -> None:
    chart = top_plot(group(*(entry(f"m{i}", 0.1 * i) for i in range(1, 9))))
    assert chart is not None and "the first 5" in chart


PLACES = st.lists(
    st.tuples(st.floats(0, 400), st.floats(0, 230), st.text("abcdefg -", min_size=1, max_size=40)),
    min_size=1, max_size=30,
)  # fmt: skip


@given(PLACES)
def test_names_cover_neither_dots_nor_each_other_nor_leave_the_plot(
    made: list[tuple[float, float, str]],
) -> None:
    inside = Box(-10, -10, 420, 250)
    found = place_labels([(x, y) for x, y, _ in made], [name for *_, name in made], inside, 12)
    assert len(found) <= 12
    for i, label in enumerate(found):
        assert inside.holds(label.box)
        assert not any(label.box.meets(other.box) for other in found[:i])
        for at, (x, y, _) in enumerate(made):
            if at != label.at:
                assert not (label.box.left < x < label.box.right
                            and label.box.bottom < y < label.box.top)  # fmt: skip


def test_a_dot_alone_bears_its_name_to_its_right() -> None:
    (label,) = place_labels([(10.0, 10.0)], ["m"], Box(0, 0, 100, 100), 3)
    assert (label.text, label.dx, label.ha) == ("m", 7.0, "left")


@pytest.mark.parametrize(
    ("dates", "shown"),
    [(("2024-06", "2024-08", "2024-10"), {"2024-06", "2024-07", "2024-08", "2024-09", "2024-10"}),
     (("2019", "2022-06", "2025"), {"2020", "2022", "2024"}),
     (("2023-01", "2024-01", "2025-01"), {"2023-01", "2023-07", "2024-01", "2024-07", "2025-01"}),
     (("2024-05-03", "2024-05-04", "2024-05-05"), {"2024-05"})],
)  # fmt: skip
def test_dates_are_months_or_years(dates: tuple[str, ...], shown: set[str]) -> None:
    made = (published(f"m{i}", 50.0 + i, i, date=date) for i, date in enumerate(dates))
    root = ElementTree.fromstring(str(drawn(group(*made))["Score against date"].svg))
    texts = {text.text for text in root.iter("text")}
    assert {t for t in texts if t and re.fullmatch(r"\d{4}(-\d\d|\.\d+)?", t)} == shown


@pytest.mark.parametrize(
    ("name", "label"),
    [("laboratory/a-model-of-some-length", "…/a-model-of-some-length"), ("lab/model", "lab/model"),
     ("DiT-XL/2 (2 evaluations, table 6)", "DiT-XL/2 (2 evaluations, table 6)"),
     ("RAFT (lab/deq-flow, README, table)", "RAFT (lab/deq-flow, README, table)")],
)  # fmt: skip
def test_a_long_name_is_cut_after_its_lab_and_nowhere_else(name: str, label: str) -> None:
    assert tail(name) == label
