"""What is found when published figures are recomputed."""

from dataclasses import replace
from fractions import Fraction

import pytest

from rbench.errors import DataError
from rbench.leaderboards.check_published import findings
from rbench.leaderboards.check_published_sources import SAME
from rbench.leaderboards.printed_figure import figure, is_cut_to, numbers, rounds_to, span, step
from rbench.leaderboards.published_rows import PublishedRow, published_rows, published_tasks

SIX = ("inception-v3", "convnextv2-b", "dinov2-l", "mae-l", "siglip2-so400m", "clip-l")


def row(task: str, subset: str, printed: str, **changes: object) -> PublishedRow:
    """Return a row of a made-up table."""
    blank = published_rows("rbench-m")[0]
    plain = replace(
        blank, task=task, system="A", subset=subset, printed=printed, value=numbers(printed)[0],
        order=1, unit="", evaluator="", samples="", date="", note="", protocol="",
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def said(rows: list[PublishedRow]) -> dict[str, str]:
    """Return the sentences by subset and metric."""
    return {(r.subset or r.metric): " ".join(s) for r, s in findings(rows).items()}


@pytest.mark.parametrize(
    ("printed", "found", "last"),
    [
        ("7.7", (7.7,), Fraction(1, 10)),
        ("1.70", (1.7,), Fraction(1, 100)),
        ("~3.6", (3.6,), Fraction(1, 10)),
        ("5,800 MB", (5800.0,), Fraction(1)),
        ("2.3-3.6x", (2.3, 3.6), Fraction(1, 10)),
        ("-.37", (-0.37,), Fraction(1, 100)),
        ("<2.9", (2.9,), Fraction(1, 10)),
    ],
)
def test_a_printed_figure_is_read_with_its_last_digit(
    printed: str, found: tuple[float, ...], last: Fraction
) -> None:
    assert numbers(printed) == found
    assert step(printed) == last


def test_rounding_and_cutting_are_told_apart() -> None:
    assert span("7.7") == (Fraction("7.65"), Fraction("7.75"))
    assert rounds_to(Fraction("9.25"), "9.2") and rounds_to(Fraction("9.25"), "9.3")
    assert not rounds_to(Fraction("9.2504"), "9.2") and is_cut_to(Fraction("9.2504"), "9.2")
    assert not is_cut_to(Fraction("9.2504"), "9.3") and not is_cut_to(Fraction("9.3"), "9.2")
    with pytest.raises(DataError, match="'none'"):
        figure("none")


def test_a_mean_of_two_languages_is_checked_within_rounding() -> None:
    good = [row("rbench-t", s, p) for s, p in (("mean", "76.9"), ("en", "77.4"), ("zh", "76.5"))]
    assert said(good) == {}
    bad = [replace(good[0], printed="76.7", value=76.7), *good[1:]]
    assert said(bad) == {"mean": "The mean of en and zh is 76.95; the source prints 76.7."}


@pytest.mark.parametrize(
    ("task", "whole", "means"),
    [
        ("rbench-t", "mean", 25),
        ("rbench-m", "mean", 15),
        ("hpsv2", "average", 10),
        ("geneval", "overall", 6),
    ],
)
def test_all_means_of_languages_and_styles_fit_and_others_would_not(
    task: str, whole: str, means: int
) -> None:
    rows = published_rows(task)
    off = [replace(r, printed="99.00", value=99.0) if r.subset == whole else r for r in rows]
    assert [len(_of_means(list(some))) for some in (rows, off)] == [0, means]


def test_the_mean_of_runs_is_checked_against_the_runs_of_its_source() -> None:
    rows = published_rows("segmentation")
    assert _of_means(list(rows)) == []
    off = [replace(r, printed="49.8", value=49.8) if "mean of" in r.version else r for r in rows]
    assert _of_means(off) == ["The mean of the 3 runs is 49.57; the source prints 49.8."]


def _of_means(rows: list[PublishedRow]) -> list[str]:
    return [s for line in findings(rows).values() for s in line if s.startswith("The mean of")]


def test_rbench_v_has_twenty_one_exact_rows_six_nearly_and_two_that_do_not_fit() -> None:
    rows = [r for r in published_rows("rbench-v") if r.evidence == "official"]
    found = findings(rows)
    means = {r.system: s for r, s in found.items() if r.subset.startswith("overall")}
    wrong = {name for name, s in means.items() if "do not agree" in " ".join(s)}
    assert len({r.system for r in rows} - set(means)) == 21
    assert wrong == {"Qwen2.5-Omni-7B", "JT-VL-Chat-Thinking-20251015"}
    assert len(means) - len(wrong) == 6
    assert means["Qwen2.5-Omni-7B"] == (
        "The categories give 5.98 (48 of 803); the source prints 7.7, the figure of its category "
        "game. They do not agree.",
    )
    assert means["JT-VL-Chat-Thinking-20251015"] == (
        "The categories give 8.13 (51 of 627); the source prints 8.3. They do not agree.",
    )
    assert means["InternVL-3-38B"][0].endswith("prints 10.0, cut rather than rounded.")


def test_no_line_of_rbench_v_escapes_the_check_of_its_micro_means() -> None:
    rows = published_rows("rbench-v")
    lines = [r for r in rows if r.subset == "overall"]
    off = [replace(r, printed="99.9", value=99.9) if r in lines else r for r in rows]
    said = [s for line in findings(off).values() for s in line if "They do not agree" in s]
    assert len([s for s in said if "prints 99.9" in s]) == len(lines) == 34


def test_two_scores_of_rbench_m_are_cut_rather_than_rounded() -> None:
    found = {(r.system, r.subset): s for r, s in findings(published_rows("rbench-m")).items()}
    assert found == {
        ("OpenAI o1", "zh"): ("353 of 665 are 53.08; the source prints 53.0, cut.",),
        ("Qwen2.5-7B", "en"): ("131 of 665 are 19.70; the source prints 19.6, cut.",),
    }
    assert findings(published_rows("rbench-t")) == {}


def test_one_category_score_of_the_authors_is_no_share() -> None:
    rows = [r for r in published_rows("rbench-v") if r.evidence == "official"]
    shares = {
        (r.system, r.subset): s for r, s in findings(rows).items() if "overall" not in r.subset
    }
    assert shares == {
        ("Qwen2.5-Omni-7B", "game"): (
            "No number of right answers among 275 gives 7.7: 7.3, 7.6, 8.0 are near.",
        )
    }


def test_the_table_of_canvas_cot_does_not_follow_from_its_categories() -> None:
    rows = [r for r in published_rows("rbench-v") if r.evidence != "official"]
    wholes = {
        (r.system, r.protocol): s[0] for r, s in findings(rows).items() if r.subset == "overall"
    }
    assert wholes["GPT-5-mini", "chain of thought"].startswith("The categories give 23.91 ")
    assert wholes["Gemini2.5-pro", "Canvas-CoT"].startswith("The categories give 33.25 ")
    assert ("Gemini2.5-pro", "chain of thought") not in wholes


def fdr_rows(ratios: str, six: str, raw: str = "", system: str = "A") -> list[PublishedRow]:
    """Return a line of FD-loss's tables."""
    cells = [("fdr6", six)]
    cells += zip([f"fdr/{name}" for name in SIX], ratios.split(), strict=False)
    cells += zip([f"fd/{name}" for name in SIX], raw.split(), strict=False)
    return [
        row("imagenet256", "", printed, metric=metric, evaluator="fd-loss", system=system)
        for metric, printed in cells
    ]


def test_fdr_is_the_mean_of_its_ratios() -> None:
    assert said(fdr_rows("1.37 1.15 5.43 6.25 15.33 11.68", "6.87")) == {}
    assert said(fdr_rows("1.37 1.15 5.43 6.25 15.33 11.68", "6.95")) == {
        "fdr6": "The mean of its six ratios is 6.87; printed 6.95."
    }


def test_fdr_follows_from_raw_distances_over_the_normalisers_that_the_tables_imply() -> None:
    raw = "2.00 100.00 50.00 0.2000 6.00 60.00"
    divisors = (1.6774, 56.868, 14.1854, 0.04284, 0.60489, 5.6047)
    exact = sum(float(x) / d for x, d in zip(raw.split(), divisors, strict=True)) / 6
    assert said(fdr_rows("", f"{exact:.2f}", raw)) == {}
    assert "have the mean" in said(fdr_rows("", f"{exact + 0.1:.2f}", raw))["fdr6"]


def test_a_ratio_is_checked_against_its_distance_and_says_which_normaliser_it_needs() -> None:
    fid = row("imagenet256", "", "1.97", metric="fid", evaluator="fd-loss")
    ratio = row("imagenet256", "", "1.18", metric="fdr/inception-v3", evaluator="fd-loss")
    assert said([fid, ratio]) == {}
    assert (
        "is 1.17; printed 1.28"
        in said([fid, replace(ratio, printed="1.28", value=1.28)])["fdr/inception-v3"]
    )
    mae = [
        row("imagenet256", "", "0.2000", metric="fd/mae-l", evaluator="fd-loss"),
        row("imagenet256", "", "4.67", metric="fdr/mae-l", evaluator="fd-loss"),
    ]
    assert said(mae)["fdr/mae-l"].endswith("0.04284 only, not with the released 0.04.")


def test_the_rounded_normalisers_are_named_and_the_others_are_not() -> None:
    found = findings(published_rows("imagenet256"))
    rough = {r.metric: s[0] for r, s in found.items() if s[0].startswith("Rounded")}
    assert set(rough) == {"fd/mae-l", "fd/siglip2-so400m"}
    assert "0.035 to 0.045 print alike (±12.5 %)" in rough["fd/mae-l"]
    assert "7.1 % larger" in rough["fd/mae-l"]
    assert not any("The mean of its six" in s for line in found.values() for s in line)


def test_two_sources_that_differ_are_said_at_both() -> None:
    here = row("made-up", "x", "84.8", paper="2605.21488", repository="", table="main table")
    there = replace(here, printed="87.4", value=87.4, paper="2510.04871", table="table 4")
    assert list(findings([here, there]).values()) == [
        ("Elsewhere: 87.4 (arXiv 2510.04871, table 4).",),
        ("Elsewhere: 84.8 (arXiv 2605.21488, main table).",),
    ]
    for same in (
        replace(there, value=84.8, printed="84.8"),
        replace(there, version="small"),
        replace(there, subset="y"),
        replace(there, steps="50"),
        replace(there, paper=here.paper, table=here.table),
    ):
        assert findings([here, same]) == {}
    assert findings([replace(here, evaluations="1"), replace(there, evaluations="2")]) == {}


def test_unstated_evaluations_are_not_held_against_a_figure_that_the_other_source_has_too() -> None:
    one = row("made-up", "", "34.24", evaluations="1", paper="a", repository="", table="t")
    two = replace(one, printed="20.30", value=20.3, evaluations="2")
    unstated = replace(one, evaluations="", paper="b")
    assert findings([one, two, unstated]) == {}
    assert len(findings([two, unstated])) == 2


@pytest.mark.parametrize(
    ("task", "metric", "printed"),
    [
        ("parti-prompts", "imagereward", {"0.930", "0.938"}),
        ("sudoku", "exact-accuracy", {"84.8", "87.4"}),
        ("imagenet64", "fid", {"2.42", "2.23"}),
    ],
)
def test_the_known_pairs_are_said_at_both_rows(task: str, metric: str, printed: set[str]) -> None:
    found = findings(published_rows(task))
    pair = {
        r.printed: " ".join(s)
        for r, s in found.items()
        if r.metric == metric and r.printed in printed
    }
    assert set(pair) == printed
    for one in printed:
        (other,) = printed - {one}
        assert f"Elsewhere: {other} (" in pair[one]


def test_one_checkpoint_under_four_evaluators_names_them_all() -> None:
    found = findings(published_rows("imagenet256"))
    (sentence,) = next(
        s for r, s in found.items()
        if (r.system, r.metric, r.printed, r.evaluator) == ("iMF-XL/2", "fid", "1.70", "imf")
    )  # fmt: skip
    assert sentence.count("1.72 (") == 1, "one value, with all its places"
    assert "1.72 (Lyy-iiis/imeanflow, README, column of the paper; arXiv 2601.22158" in sentence
    assert "1.82 (arXiv 2604.28190, table 4, fd-loss)" in sentence


def test_names_that_are_taken_for_one_system_stand_in_the_files() -> None:
    for task, names in SAME.items():
        present = {(r.system, r.version) for r in published_rows(task)}
        assert set(names) | set(names.values()) <= present


def test_a_value_that_is_not_printed_is_said() -> None:
    wrong = replace(row("made-up", "x", "7.7"), value=7.0)
    assert said([wrong]) == {"x": "The source prints 7.7, and the value here is 7."}
    fraction = replace(row("made-up", "x", "0.827"), value=82.7, unit="%")
    assert said([fraction]) == {}
    assert "82.7" in said([replace(fraction, unit="")])["x"]


def test_nothing_is_corrected_and_findings_belong_to_rows() -> None:
    for task in published_tasks():
        rows = published_rows(task)
        assert set(findings(rows)) <= set(rows)
        assert not any("the value here is" in s for line in findings(rows).values() for s in line)
