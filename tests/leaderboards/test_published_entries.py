"""Published figures as entries: every figure once, grouped by what is stated."""

from collections import Counter
from dataclasses import replace

import pytest

from rbench.errors import UsageError
from rbench.leaderboards.board import build_board
from rbench.leaderboards.published_entries import NOTES, entries_of, published_entries
from rbench.leaderboards.published_rows import published_rows, published_tasks


def test_every_published_figure_is_in_one_entry_with_its_value_and_source() -> None:
    for task in published_tasks():
        rows, entries = published_rows(task), published_entries(task)
        figures = Counter(
            (e.source.order, column, f.value, f.printed)
            for e in entries
            if e.source is not None
            for column, f in e.figures.items()
        )
        assert figures == Counter(
            (row.order, (row.subset, row.metric), row.value, row.printed) for row in rows
        )
        assert all(entry.source is not None and entry.source.url for entry in entries)


def test_keys_are_unique_and_stay_when_a_figure_is_corrected() -> None:
    keys = [entry.key for task in published_tasks() for entry in published_entries(task)]
    assert len(set(keys)) == len(keys)
    rows = published_rows("rbench-v")
    corrected = [replace(row, value=1.0, printed="1.0") for row in rows]
    assert [e.key for e in entries_of(corrected)] == [e.key for e in entries_of(rows)]


def test_published_entries_have_no_interval_and_no_tier() -> None:
    entries = [entry for task in published_tasks() for entry in published_entries(task)]
    assert all(f.ci_low is None for entry in entries for f in entry.figures.values())
    for groups in build_board(entries).groups.values():
        for group in groups:
            assert all(ranked.tier is None and not ranked.best for ranked in group.ranked)
            assert all("order alone means little" in ranked.why for ranked in group.ranked)
            assert group.below == ()


def test_the_page_of_rbench_v_is_a_group_of_27_in_the_order_of_its_values() -> None:
    first, *others = build_board(published_entries("rbench-v")).groups["rbench-v"]
    assert len(first.ranked) == 27
    shown = [(r.entry.model, r.entry.figures["overall", "accuracy"]) for r in first.ranked]
    assert [(m, f.printed) for m, f in shown[:2]] == [("GPT-5-mini", "27.9"), ("OpenAI o3", "25.8")]
    values = [f.value or 0.0 for _, f in shown]
    assert values == sorted(values, reverse=True)
    people = [group for group in others if "people" in group.title]
    assert [r.entry.model for r in people[0].ranked] == ["Human Expert"]
    best_of = [group for group in others if "best of 4" in group.title]
    assert any("best of 4 replies" in difference for difference in best_of[0].differs)


def test_the_two_rows_that_contradict_their_categories_say_so() -> None:
    entries = {entry.model: entry for entry in published_entries("rbench-v")}
    omni = entries["Qwen2.5-Omni-7B"].figures["overall", "accuracy"]
    assert omni.value == 7.7 and any("do not agree" in said for said in omni.findings)
    jt = entries["JT-VL-Chat-Thinking-20251015"].figures["overall without math", "accuracy"]
    assert any("do not agree" in said for said in jt.findings)


def test_sources_of_one_statement_share_a_group_and_references_do_not_mix() -> None:
    groups = build_board(published_entries("imagenet256")).groups["imagenet256"]
    for group in groups:
        stated = {(r.entry.protocol.get("reference"), r.entry.protocol.get("evaluator"),
                   r.entry.protocol.get("samples")) for r in group.ranked}  # fmt: skip
        assert len(stated) == 1
    sources = [{r.entry.source.paper for r in g.ranked if r.entry.source} for g in groups]
    assert any(len(papers) > 1 for papers in sources)
    assert any("reference statistics: JiT train instead of ADM train" in g.differs for g in groups)


def test_ablations_stay_but_never_beside_the_systems() -> None:
    for task in ("imagenet256", "sudoku", "maze"):
        entries = published_entries(task)
        variants = [e for e in entries if "variants of" in e.protocol]
        assert variants
        for entry in entries:
            is_ablation = "ablation" in f"{entry.protocol.get('protocol', '')} {entry.model}"
            assert not is_ablation or entry in variants
        ids = {e.protocol_id for e in variants}
        assert ids.isdisjoint(e.protocol_id for e in entries if e not in variants)


def test_what_was_measured_on_something_else_ranks_by_itself() -> None:
    found = {entry.headline for entry in published_entries("maze")}
    assert {("maze-unique", "exact-accuracy"), ("maze-hard", "exact-accuracy")} <= found
    for entry in published_entries("maze"):
        assert entry.headline in entry.figures


def test_figures_of_third_parties_are_flagged() -> None:
    for task in published_tasks():
        for entry in published_entries(task):
            assert entry.source is not None
            said = [note for note in entry.notes if "third parties' notes" in note]
            assert bool(said) == (entry.source.evidence == "notes")
            assert NOTES not in said or said == [NOTES], "it is said once"


def test_a_figure_of_notes_without_a_word_of_its_own_is_flagged_too() -> None:
    row = next(r for r in published_rows("sudoku") if r.evidence == "notes")
    (entry,) = entries_of([replace(row, note="")])
    assert entry.notes == (NOTES,)
    (entry,) = entries_of([replace(row, note="half of the set")])
    assert entry.notes == ("Half of the set.", NOTES)


def test_a_task_without_published_figures_is_refused() -> None:
    with pytest.raises(UsageError, match="no published figures of 'digits'"):
        published_entries("digits")
