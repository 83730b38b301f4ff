"""Boards: one protocol a ranking, what differs in words, what is below and why."""

import random
from dataclasses import replace
from typing import Any

import pytest

from rbench.errors import UsageError
from rbench.leaderboards.board import ORDER_ONLY, build_board
from rbench.leaderboards.board_table_md import board_md
from rbench.leaderboards.entries import Entry, Figure
from rbench.leaderboards.image_entries import image_entries
from rbench.leaderboards.make_board import make_board
from tests.leaderboards.board_entries import COLUMN, PROTOCOL, entry, figure, published
from tests.leaderboards.image_runs import PROTOCOL as IMAGES
from tests.leaderboards.image_runs import results, row

OTHER = {"protocol_id": "cccccccccccc", "protocol": {**PROTOCOL, "prompt": "q"}}


def test_a_ranking_holds_one_protocol_and_the_fullest_comes_first() -> None:
    entries = [entry("a", 0.2), entry("b", 0.9, **OTHER), entry("c", 0.6, **OTHER)]
    first, second = build_board(entries).groups["quiz"]
    assert [ranked.entry.model for ranked in first.ranked] == ["b", "c"]
    assert [ranked.entry.model for ranked in second.ranked] == ["a"]
    assert first.differs == () and second.differs == ("prompt: p instead of q",)
    assert second.ranked[0].tier == 1


def test_incomplete_entries_do_not_make_a_group_the_first() -> None:
    cut = [entry(m, 0.9, status="incomplete", **OTHER) for m in "bcd"]
    first, _ = build_board([entry("a", 0.2), *cut]).groups["quiz"]
    assert [ranked.entry.model for ranked in first.ranked] == ["a"]


def test_published_groups_stand_after_runs_however_full() -> None:
    page = [published(f"m{i}", 50.0 + i, i + 1) for i in range(5)]
    first, second = build_board([*page, entry("a", 0.2)]).groups["quiz"]
    assert [ranked.entry.model for ranked in first.ranked] == ["a"]
    assert [ranked.entry.model for ranked in second.ranked] == ["m4", "m3", "m2", "m1", "m0"]
    assert {(r.tier, r.best, r.why) for r in second.ranked} == {(None, False, ORDER_ONLY)}
    assert any(difference.startswith("not stated: ") for difference in second.differs)


def test_published_equals_keep_the_order_of_their_source() -> None:
    page = [published("z", 50.0, 1), published("a", 50.0, 2)]
    (group,) = build_board(page).groups["quiz"]
    assert [ranked.entry.model for ranked in group.ranked] == ["z", "a"]


def test_what_has_no_rank_is_below_with_the_reason() -> None:
    withdrawn = entry("w", 0.9, status="withdrawn", history=("Withdrawn: a wrong key.",))
    bounds = {COLUMN: figure(None, None, low=0.4, high=0.6)}
    entries = [
        entry("a", 0.5),
        withdrawn,
        entry("i", status="incomplete", figures=bounds),
        entry("n", status="not comparable"),
        entry("s", status="superseded"),
        entry("l", figures={("en", "accuracy"): figure()}),
        entry("e", figures={COLUMN: figure(None, None, note="no values")}),
        entry("h", headline=None, figures={}),
    ]
    (group,) = build_board(entries).groups["quiz"]
    assert [ranked.entry.model for ranked in group.ranked] == ["a"]
    assert {ranked.entry.model: ranked.why for ranked in group.below} == {
        "w": "Withdrawn: a wrong key.",
        "i": "incomplete",
        "n": "not comparable",
        "s": "superseded",
        "l": "overall accuracy is missing",
        "e": "overall accuracy has no value: no values",
        "h": "it has no number that ranks",
    }
    assert all(ranked.tier is None and not ranked.best for ranked in group.below)
    assert group.below[-1].entry.model == "w"


def test_what_has_no_rank_stands_in_the_order_of_its_values() -> None:
    few = [entry(m, v, status="not comparable") for m, v in (("a", 0.2), ("b", 0.7))]
    (group,) = build_board(few).groups["quiz"]
    assert [ranked.entry.model for ranked in group.below] == ["b", "a"]


def test_the_order_of_the_entries_changes_nothing() -> None:
    entries = [
        *(entry(f"m{i}", 0.5) for i in range(4)),
        *(entry(f"o{i}", 0.1 * i, **OTHER) for i in range(4)),
        *(published(f"p{i}", 50.0, i + 1) for i in range(4)),
        entry("t", task="another"),
    ]
    before = build_board(entries)
    for seed in range(5):
        random.Random(seed).shuffle(entries)
        assert build_board(entries) == before
    assert list(before.groups) == ["another", "quiz"]


def test_leaving_entries_of_other_groups_out_moves_no_tier() -> None:
    ours = [entry("a", 0.6), entry("b", 0.5)]
    alone = build_board(ours).groups["quiz"][0]
    mixed = build_board([*ours, entry("c", 0.1, **OTHER), published()]).groups["quiz"][0]
    assert (mixed.ranked, mixed.below) == (alone.ranked, alone.below)


def test_columns_are_those_of_all_members_with_the_headline_first() -> None:
    first = entry("a", figures={("en", "accuracy"): figure(), COLUMN: figure()})
    second = entry("b", figures={COLUMN: figure(), ("zh", "accuracy"): figure()})
    (group,) = build_board([first, second]).groups["quiz"]
    assert group.columns == (COLUMN, ("en", "accuracy"), ("zh", "accuracy"))


def test_two_entries_of_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="same key"):
        build_board([entry("a"), replace(entry("b"), key=entry("a").key)])


def shapes(model: str, value: float, **changes: object) -> Entry:
    (found,) = image_entries(results(model, value, **changes), path=None)
    return found


def test_lower_distances_rank_higher_and_equal_ones_share_a_tier() -> None:
    entries = [shapes("zoo/c", 3.0), shapes("zoo/a", 1.0), shapes("zoo/b", 1.0)]
    (group,) = build_board(entries).groups["shapes"]
    assert [(r.tier, r.entry.model) for r in group.ranked] == [
        (1, "zoo/a"), (1, "zoo/b"), (3, "zoo/c"),
    ]  # fmt: skip
    assert [ranked.best for ranked in group.ranked] == [True, True, False]


def test_a_higher_score_ranks_higher_where_the_headline_is_one() -> None:
    def scored(model: str, value: float) -> Entry:
        higher = row("inception-score", value, unit="score", higher_is_better=True)
        return shapes(model, value, rows=[higher])

    (group,) = build_board([scored("zoo/a", 5.0), scored("zoo/b", 9.0)]).groups["shapes"]
    assert [ranked.entry.model for ranked in group.ranked] == ["zoo/b", "zoo/a"]


def test_evaluators_have_rankings_of_their_own() -> None:
    other = {"id": "bbbbbbbbbbbb", "protocol": {**IMAGES, "evaluator": "classifier"}}
    protocols = {"pixels": {"id": "aaaaaaaaaaaa", "protocol": IMAGES}, "classifier": other}
    both = [row("frechet", 9.0), row("frechet", 1.0, evaluator="classifier")]
    of_both = image_entries(results("zoo/c", rows=both, protocols=protocols), path=None)
    first, second = build_board([shapes("zoo/a", 2.0), *of_both]).groups["shapes"]
    assert [r.entry.model for r in first.ranked] == ["zoo/a", "zoo/c"]
    assert (first.title, second.title) == ("shapes: pixels", "shapes: classifier")
    assert second.differs == ("evaluator: classifier instead of pixels",)


def test_without_runs_the_board_is_that_of_the_published_figures() -> None:
    assert set(make_board(task="rbench-v").board.groups) == {"rbench-v"}
    assert len(make_board().board.groups) > 10
    with pytest.raises(UsageError, match=r"'rbench-x'.*did you mean"):
        make_board(task="rbench-x")
    with pytest.raises(UsageError, match="no entry of it"):
        make_board(task="rbench-v", published=False)


def test_kept_entries_stand_beside_the_published_ones_of_their_task() -> None:
    kept = entry("a", task="rbench-v", origin="self-reported")
    groups = make_board(kept=[kept]).board.groups
    assert list(groups) == ["rbench-v"] and len(groups["rbench-v"]) > 1
    alone = make_board(kept=[kept], published=False).board.groups["rbench-v"]
    assert [r.entry.origin for group in alone for r in group.ranked] == ["self-reported"]


def test_a_figure_without_a_value_is_no_figure_of_zero() -> None:
    missing = entry("a", figures={COLUMN: Figure(None, "fraction", True)})
    (group,) = build_board([missing, entry("b", 0.0)]).groups["quiz"]
    assert [ranked.entry.model for ranked in group.ranked] == ["b"]


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"unit": "%", "value": 80.0}, "overall accuracy in %, larger is better"),
        ({"higher_is_better": False}, "overall accuracy in fraction, smaller is better"),
    ],
)
def test_a_number_of_another_kind_is_not_ranked(stated: dict[str, Any], words: str) -> None:
    odd = entry("a", figures={COLUMN: replace(figure(0.9), **stated)}, origin="self-reported")
    (group,) = build_board([odd, entry("b", 0.5), entry("c", 0.4)]).groups["quiz"]
    assert [ranked.entry.model for ranked in group.ranked] == ["b", "c"]
    (below,) = group.below
    said = "overall accuracy in fraction, larger is better"
    assert below.why == f"its number is {words}, where the others have {said}"


def test_one_column_ranks_a_group_whatever_an_entry_names() -> None:
    part = ("math", "accuracy")
    odd = entry("a", figures={COLUMN: figure(0.1), part: figure(0.9)}, headline=part)
    gone = entry("d", headline=("nowhere", "accuracy"))
    (group,) = build_board([odd, gone, entry("b", 0.5), entry("c", 0.4)]).groups["quiz"]
    assert [ranked.entry.model for ranked in group.ranked] == ["b", "c"]
    assert {ranked.entry.model for ranked in group.below} == {"a", "d"}
    assert group.columns == (COLUMN, part)
    assert "nowhere accuracy is missing" in board_md(build_board([odd, gone]))
