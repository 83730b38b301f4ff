"""The published figures of R-Bench and RBench-V, against figures typed again."""

import pytest

from rbench.leaderboards.published_rows import published_rows

PAGE = "evalmodels/evalmodels.github.io"


def official(task: str, subset: str) -> dict[str, float]:
    """Return the authors' figures by system, in the order of the page."""
    rows = [r for r in published_rows(task) if r.evidence == "official" and r.subset == subset]
    assert [row.order for row in rows] == list(range(1, len(rows) + 1))
    return {row.system: row.value for row in rows}


@pytest.mark.parametrize(
    ("task", "systems", "subsets", "others"),
    [("rbench-t", 25, 3, 15), ("rbench-m", 15, 3, 0), ("rbench-v", 29, 6, 25)],
)
def test_the_files_hold_the_authors_tables_and_then_the_figures_of_others(
    task: str, systems: int, subsets: int, others: int
) -> None:
    rows = published_rows(task)
    evidence = [row.evidence for row in rows]
    assert evidence == ["official"] * systems * subsets + ["other paper"] * others
    assert {row.repository for row in rows if row.evidence == "official"} == {PAGE}
    assert {(row.unit, row.direction, row.metric) for row in rows} == {("%", "up", "accuracy")}


def test_r_bench_t_is_in_the_order_of_the_page_which_is_not_that_of_the_scores() -> None:
    mean = official("rbench-t", "mean")
    assert list(mean.items())[:6] == [
        ("OpenAI GPT-5", 76.9),
        ("JoyAI 1.0", 76.3),
        ("DeepSeek-V3.1-Think", 75.9),
        ("Seed1.6", 74.4),
        ("DeepSeek-V3.1", 74.9),
        ("GLM-4.5", 73.7),
    ]
    assert list(mean.items())[-1] == ("Llama-3.1-8B", 24.9)
    assert official("rbench-t", "en")["o1-mini"] == 64.0
    assert official("rbench-t", "zh")["o1-mini"] == 59.9
    assert round(sum(mean.values()), 1) == 1543.7


def test_dates_of_the_page_are_written_out() -> None:
    dates = {row.system: row.date for row in published_rows("rbench-t")}
    assert (dates["GLM-4.5"], dates["MiniMax-Text-01"]) == ("2025-07-28", "2025-01-14")


def test_r_bench_m_has_its_fifteen_systems() -> None:
    mean, en, zh = (official("rbench-m", subset) for subset in ("mean", "en", "zh"))
    assert (mean["Seed-1.6"], en["Seed-1.6"], zh["Seed-1.6"]) == (63.3, 62.4, 64.2)
    assert (mean["Gemini1.5-Pro"], en["Gemini1.5-Pro"], zh["Gemini1.5-Pro"]) == (35.7, 35.9, 35.5)
    assert list(mean)[-2:] == ["Qwen2.5-7B", "Llama3.2V-11B-Instruct"]
    noted = {row.system for row in published_rows("rbench-m") if row.note}
    assert noted == {"Qwen2.5-72B", "Qwen2.5-7B"}


def test_rbench_v_has_every_category_of_its_twenty_nine_rows() -> None:
    names = ("overall", "overall without math", "math", "physics", "counting", "game")
    tables = {name: official("rbench-v", name) for name in names}
    lines = {system: [tables[n][system] for n in names] for system in tables["overall"]}
    assert lines["Human Expert"] == [82.3, 81.7, 84.7, 69.4, 81.0, 89.1]
    assert lines["DreamPRM-1.5 (GPT-5-mini)"] == [31.3, 26.0, 50.0, 38.9, 24.6, 19.6]
    assert lines["OpenAI o3"] == [25.8, 19.5, 48.3, 20.4, 22.1, 17.1]
    assert lines["LLaVA-OneVision-72B"] == [9.0, 8.9, 9.1, 4.5, 4.6, 14.5]
    assert lines["Qwen2.5-Omni-7B"] == [7.7, 4.5, 11.4, 1.9, 2.1, 7.7]
    assert list(lines)[-2:] == ["InternVL-3-14B", "Qwen2.5-Omni-7B"]
    asked = {row.subset: row.samples for row in published_rows("rbench-v") if row.samples}
    assert [asked[name] for name in names] == ["803", "627", "176", "157", "195", "275"]


def test_a_row_that_is_not_one_reply_says_so() -> None:
    rows = [r for r in published_rows("rbench-v") if r.system.startswith("DreamPRM")]
    assert len(rows) == 6
    assert all("best of 4" in row.protocol and "*" in row.note for row in rows)


def test_figures_of_other_harnesses_say_how_they_differ() -> None:
    others = [
        row
        for task in ("rbench-t", "rbench-v")
        for row in published_rows(task)
        if row.evidence != "official"
    ]
    assert all(row.protocol and "nother" in row.note for row in others)
    tools = {(r.system, r.protocol): r.value for r in others if not r.subset}
    assert tools["GPT-4o", "no tools"] == 42.0
    assert tools["Gemini 2.5 Flash", "with tools"] == 75.8
    assert tools["AgentFrontier-30B-A3B (CPT+RFT)", "with tools"] == 77.1
    canvas = {(r.system, r.protocol, r.subset): r.value for r in others if r.subset}
    assert canvas["Gemini2.5-pro", "chain of thought", "overall"] == 30.0
    assert canvas["Gemini2.5-pro", "Canvas-CoT", "physics"] == 48.3
    assert canvas["GPT-5-mini", "chain of thought", "counting"] == 16.9
    assert canvas["OpenAI GPT-5", "Canvas-CoT", "overall"] == 32.4
