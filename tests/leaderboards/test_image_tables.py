"""What is printed of image runs."""

from typing import Any

from rbench.leaderboards.image_costs import bytes_text, cost_cells, large, parameters_text, plain
from rbench.leaderboards.image_remarks import shared_remarks
from rbench.leaderboards.image_tables import cost_table, image_tables, results_text
from tests.leaderboards.image_runs import PROTOCOL, costs, results, row
from tests.leaderboards.test_image_numbers import several_sets


def cells(text: str, line: str) -> list[str]:
    """Return the cells of the table line that starts with `line`."""
    found = next(one for one in text.splitlines() if one.startswith(f"| {line}"))
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_a_line_has_model_settings_evaluations_value_interval_other_metrics_and_n() -> None:
    text = image_tables([results(), results("baseline/noise", 40.0, None)])
    assert cells(text, "model") == [
        "model", "settings", "evaluations", "frechet", "95 % interval", "precision", "recall", "n",
    ]  # fmt: skip
    assert cells(text, "zoo/flow") == [
        "zoo/flow", "sampler=euler, steps=1, batch=64", "1", "1.50", "1.35 – 1.65", "0.750",
        "0.500", "1000",
    ]  # fmt: skip
    assert cells(text, "baseline/noise")[1:4] == ["–", "–", "40.0"]
    assert text.startswith("pixels on gray/8:pixels (protocol aaaaaaaaaaaa)")


def test_what_is_not_comparable_is_marked_and_explained() -> None:
    rows = [row("frechet", 1.5, comparable=False), row("frechet-infinity", 1.2, comparable=False)]
    text = image_tables([results(rows=rows, samples=600, protocol_samples=1000)])
    assert "1.50*" in cells(text, "zoo/flow")
    assert (
        "* Not comparable with published numbers: 600 samples where the protocol has 1000" in text
    )
    assert "frechet-infinity estimates" in text
    assert "*" not in image_tables([results()])


def test_several_sample_sets_give_labelled_rows_with_their_spread() -> None:
    text = image_tables([results(rows=several_sets())])
    assert cells(text, "zoo/flow")[2:] == [
        "mean of 2 sets", "1", "2.0", "–", "1.4", "2.0", "1000",
    ]  # fmt: skip
    assert "minimum of 2 sets" in text
    assert "set 1 of 2" not in text


def test_protocols_of_one_evaluator_are_never_in_one_table_and_their_difference_is_named() -> None:
    other = {"id": "bbbbbbbbbbbb", "protocol": {**PROTOCOL, "quantise": "floor"}}
    text = image_tables([results(), results("zoo/b", protocols={"pixels": other})])
    assert text.count("| model") == 2
    assert "stand under 2 protocols, which differ in quantise (round / floor)" in text


def test_costs_have_units_and_name_the_settings_of_twins() -> None:
    runs = [(results(steps=1), costs(0.0015)), (results(steps=2), costs())]
    text = results_text([*runs, (results("baseline/test", 0.4, None), {"measured": None})])
    assert cells(text.partition("Costs")[2], "zoo/flow steps=1") == [
        "zoo/flow steps=1", "1 x 1 x 1", "560 k", "1.23 M", "1.5 ms", "1234", "64", "50 MiB",
        "a CPU, 1 thread",
    ]  # fmt: skip
    assert "baseline/test" not in text.partition("Costs")[2]
    assert cost_table([("m", results(), {"measured": None}), ("n", results(), {})]) is None


def test_counts_are_shown_with_three_digits_and_a_prefix() -> None:
    assert [large(n) for n in (0, 999, 1000, 999_600, 1.2345e12)] == [
        "0", "999", "1 k", "1 M", "1.23 T",
    ]  # fmt: skip
    assert [plain(n) for n in (0.01234, 99.94, 99.96, 12345.6)] == [
        "0.0123",
        "99.9",
        "100",
        "12346",
    ]
    assert [bytes_text(n) for n in (-5, 2048, 3 * 1024**3)] == ["< 1 MiB", "< 1 MiB", "3 GiB"]
    assert parameters_text({"decoder": 49e6, "network": 676e6}) == "676 M + decoder 49 M"
    assert cost_cells(results("baseline/test", 0.4, None), {}) == ["–"] * 8


def remarks_of(run: Any) -> list[str]:
    return [remark for remark, _ in shared_remarks([run], ["m"])]


def test_remarks_say_what_is_missing_clipped_or_not_deterministic() -> None:
    changes: dict[str, Any] = {
        "status": "incomplete",
        "outcomes": {"scored": 250, "no_answer": 0, "truncated": 0, "errored": 750},
        "generated": {"values": 10, "quantise": "round", "clipped_share": 0.00123},
        "spot_check": {"index": 3, "same_bits": False, "largest_difference": 2.0},
        "warnings": ["mind the gap"],
        "rows": [row("frechet", None, note="too few")],
    }
    first, clipped, spot, absent, warning = remarks_of(results(**changes))
    assert first == "INCOMPLETE: 250 of 1000 samples were made; the same command goes on."
    assert clipped.startswith("0.123 % of the values lay outside")
    assert spot.startswith("not deterministic: sample 3, made again in another batch, differs by")
    assert absent == "no frechet on gray/8:pixels (pixels): too few"
    assert warning == "warning: mind the gap"
    assert remarks_of(results()) == []
    assert remarks_of(results(spot_check=None)) == []


def test_a_remark_that_several_runs_share_is_said_once() -> None:
    names = ["a", "b", "c", "d", "e"]
    runs = [results(warnings=["w", *(["few"] if i < 2 else []), *(["most"] if i else [])])
            for i in range(5)]  # fmt: skip
    assert shared_remarks(runs, names) == [
        ("warning: w", "all"),
        ("warning: few", "a, b"),
        ("warning: most", "4 of 5 runs"),
    ]
    assert shared_remarks(runs[:1], ["a"])[0] == ("warning: w", "a")


def test_what_many_runs_clipped_is_one_remark_with_its_range() -> None:
    runs = [results(generated={"clipped_share": share}) for share in (0.1, 0.2, 0.3, 0.4, 0.0)]
    ((remark, whose),) = shared_remarks(runs, list("abcde"))
    assert (remark[:12], whose) == ("10 to 40 % o", "4 of 5 runs")
    assert [whose for _, whose in shared_remarks(runs[:3], list("abc"))] == list("abc")


def test_every_task_has_its_tables() -> None:
    text = results_text([(results(), {}), (results(task="other"), {})])
    assert text.startswith("shapes\n\npixels")
    assert "\n\nother\n\npixels" in text
