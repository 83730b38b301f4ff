"""The published figures of implicit and reasoning models, against figures typed again."""

import pytest

from rbench.leaderboards.published_rows import published_rows
from tests.leaderboards.published_figures import (
    counts,
    printed,
    systems,
    values_not_printed,
    without_a_source,
)

ROWS_AND_SYSTEMS = {
    "arc-agi": (21, 11),
    "implicit-models": (23, 8),
    "line-art-colorization": (2, 1),
    "linear-probe": (1, 1),
    "maze": (22, 14),
    "medusa": (11, 8),
    "optical-flow": (91, 11),
    "segmentation": (51, 22),
    "sudoku": (39, 20),
}


@pytest.mark.parametrize("task", ROWS_AND_SYSTEMS)
def test_every_row_has_a_source_and_a_value_that_is_printed_there(task: str) -> None:
    rows = published_rows(task)
    assert without_a_source(rows) == []
    assert values_not_printed(rows) == []
    assert [row.order for row in rows] == sorted(row.order for row in rows)


@pytest.mark.parametrize("task", ROWS_AND_SYSTEMS)
def test_the_files_hold_as_many_rows_and_systems_as_the_sources(task: str) -> None:
    assert counts(task) == ROWS_AND_SYSTEMS[task]


def test_optical_flow_has_every_checkpoint_with_its_four_figures() -> None:
    flow, clean, final, kitti = (
        "optical-flow", "sintel-train-clean", "sintel-train-final", "kitti15-train",
    )  # fmt: skip
    assert printed(flow, "DEQ-Flow-B", "epe", clean) == ["1.43", "1.39", "1.435"]
    assert printed(flow, "DEQ-Flow-B", "fl-all", kitti) == ["16.67", "14.18", "15.12"]
    assert printed(flow, "DEQ-Flow-H-1x", "epe", final) == ["2.584", "2.59"]
    assert printed(flow, "DEQ-Flow-H-1x", "within-3px", clean) == ["96.20"]
    assert printed(flow, "DEQ-Flow-H-3x", "epe", kitti) == ["3.863", "3.768", "3.77"]
    assert printed(flow, "DEQ-Flow-H-3x", "within-1px", final) == ["86.74", "86.77"]
    assert printed(flow, "RAFT-H-1x", "fl-all", kitti) == ["16.16", "16.16"]
    assert printed(flow, "RAFT", "fl-all", kitti) == ["17.4"]
    assert printed(flow, "GMA", "epe", clean) == ["1.30"]
    assert printed(flow, "DEQ-Flow-H", "epe", "sintel-test-clean") == ["1.498"]
    assert printed(flow, "DEQ-Flow", "epe", "sintel-test-clean") == ["1.519"]
    assert printed(flow, "RAFT", "fl-all", "kitti15-test") == ["5.10"]
    assert systems(flow)[:5] == [
        "DEQ-Flow-B", "DEQ-Flow-H-1", "DEQ-Flow-H-2", "DEQ-Flow-H-3", "RAFT-H-1x",
    ]  # fmt: skip


def test_errors_are_better_down_and_shares_within_a_distance_up() -> None:
    directions = {row.metric: row.direction for row in published_rows("optical-flow")}
    assert directions["epe"] == directions["fl-all"] == directions["training-memory"] == "down"
    assert directions["within-1px"] == directions["within-5px"] == "up"
    assert {r.direction for r in published_rows("implicit-models") if r.metric == "perplexity"} == {
        "down"
    }


def test_segmentation_has_the_sets_apart() -> None:
    seg, ade = "segmentation", "ade20k-val"
    assert printed(seg, "HamNet R101", "miou", "voc2012-test") == ["85.94", "85.82", "85.81"]
    assert printed(seg, "HamNet R101", "miou", "pascal-context") == ["55.2"]
    assert printed(seg, "HamNet+ R101", "miou", ade) == ["45.57", "46.80"]
    assert printed(seg, "Light-Ham VAN-Huge", "macc", ade) == ["62.61"]
    assert printed(seg, "Light-Ham VAN-Tiny-D256", "aacc", ade) == ["80.52"]
    runs = printed(seg, "Light-Ham VAN-Base", "miou", ade)
    assert runs == ["49.63", "49.6", "49.6", "49.9", "49.2", "48.8"]
    assert printed(seg, "UPerNet-ConvNeXtT", "miou", ade) == ["46.7"]


def test_sudoku_has_both_figures_of_trm_and_each_names_the_other() -> None:
    rows = published_rows("sudoku")
    quoted = next(r for r in rows if r.system == "TRM" and r.table == "main table")
    own = next(r for r in rows if r.system == "TRM-MLP")
    assert (quoted.printed, quoted.evidence, quoted.paper) == ("84.8", "notes", "2605.21488")
    assert (own.printed, own.evidence, own.paper) == ("87.4", "paper", "2510.04871")
    assert "87.4" in quoted.note and "84.8" in own.note


def test_sudoku_stands_as_in_the_sources() -> None:
    extreme = ("exact-accuracy", "sudoku-extreme")
    main = [r for r in published_rows("sudoku") if r.table == "main table"]
    assert [r.printed for r in main] == ["2.6", "55.0", "84.8", "77.6", "86.4", "93.0", "99.8"]
    assert [r.evaluations for r in main[-3:]] == ["16", "64", str(64 * 128)]
    assert printed("sudoku", "weight-tied", *extreme) == ["32.6"]
    depth = [r for r in published_rows("sudoku") if r.table == "ablation of recursion"]
    assert [(r.system, r.printed) for r in depth] == [
        *(("TRM", figure) for figure in ("63.2", "81.9", "87.4", "84.2", "85.8")),
        *(("HRM", figure) for figure in ("46.4", "55.0", "61.6", "62.3", "57.5")),
    ]
    assert printed("sudoku", "EqR", "fewer-evaluations", "sudoku-lite") == ["3.76x"]
    assert [
        (r.system, r.printed)
        for r in published_rows("sudoku")
        if r.table == "a third party's evaluation of released weights"
    ] == [("EqR", "86.52"), ("EqR", "93.15"), ("EqR", "98.85"), ("TRM", "79.32"), ("HRM", "54.9")]


def test_the_two_sets_of_mazes_are_never_mixed() -> None:
    unique, hard = "maze-unique", "maze-hard"
    assert {row.subset for row in published_rows("maze")} == {unique, hard}
    assert printed("maze", "TRM", "exact-accuracy", unique) == ["44.9"]
    assert printed("maze", "TRM-Att", "exact-accuracy", hard) == ["85.3"]
    assert printed("maze", "HRM", "exact-accuracy", unique) == ["0.3"]
    assert printed("maze", "HRM", "exact-accuracy", hard) == ["74.5"]


def test_a_figure_that_is_printed_as_a_fraction_has_its_value_in_per_cent() -> None:
    rows = [r for r in published_rows("maze") if "as a fraction" in r.note]
    assert [(r.printed, r.unit) for r in rows] == [
        (figure, "%") for figure in ("0.827", "0.892", "0.944", "0.000", "0.86")
    ]
    assert [r.value for r in rows] == pytest.approx([82.7, 89.2, 94.4, 0.0, 86.0])


def test_arc_has_both_sets_in_the_order_of_the_source() -> None:
    assert systems("arc-agi", "arc-agi-1") == [
        "DeepSeek R1", "Claude 3.7", "o3-mini-high", "Gemini 2.5 Pro", "Grok-4-thinking",
        "Bespoke Grok-4", "Direct pred", "HRM", "TRM-Att", "TRM-MLP",
    ]  # fmt: skip
    assert printed("arc-agi", "TRM-Att", "accuracy", "arc-agi-1") == ["44.6"]
    assert printed("arc-agi", "TRM-Att", "accuracy", "arc-agi-2") == ["7.8"]
    assert printed("arc-agi", "Bespoke Grok-4", "accuracy", "arc-agi-2") == ["29.4"]
    assert printed("arc-agi", "EqR", "accuracy", "mini-arc") == ["55.28"]


def test_medusa_has_its_speed_ups_and_says_what_a_range_is() -> None:
    assert printed("medusa", "Medusa-1 Vicuna-7B", "speed-up", "mt-bench") == ["2.18x"]
    assert printed("medusa", "Medusa-2 Vicuna-33B", "speed-up", "mt-bench") == ["2.35x"]
    coding = printed("medusa", "Medusa-2 Vicuna-7B", "speed-up", "mt-bench coding")
    assert coding == ["3.29x"]
    ends = [r for r in published_rows("medusa") if r.printed == "2.3-3.6x"]
    assert [r.value for r in ends] == [2.3, 3.6]


def test_implicit_models_have_the_zoo_of_torchdeq_and_the_phantom_gradient() -> None:
    file, wikitext = "implicit-models", "wikitext-103-test"
    assert printed(file, "DEQ-LM", "perplexity", wikitext) == ["22.34", "21.85"]
    assert printed(file, "DEQ-seq", "perplexity", wikitext) == ["23.78", "23.31", "23.67", "23.16"]
    assert printed(file, "MDEQ", "top-1", "imagenet-val") == ["75.7", "75.7", "73.6"]
    assert printed(file, "IGNN", "micro-f1", "ppi-test") == ["98.56", "98.65", "98.83"]
    phantom = printed(file, "MDEQ-Large, phantom gradient", "top-1", "cifar10-test")
    assert phantom == ["95.02", "95.21"]
    assert printed(file, "phantom gradient", "backward-speed-up") == ["~1.7x", "about 2 times"]


def test_sga_and_the_linear_probe_have_what_has_a_source() -> None:
    assert printed("line-art-colorization", "SGA", "fid-improvement") == ["27.21%"]
    assert printed("line-art-colorization", "SGA", "ssim-improvement") == ["25.67%"]
    assert printed("linear-probe", "SimSiam ResNet-18", "top-1", "cifar10-test") == ["91.8"]
