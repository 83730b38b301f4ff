"""Out and in again: the same figures, under the same protocol, and self-reported for ever."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rbench.leaderboards.entries import Entry, Figure, ModelInfo, Source
from rbench.leaderboards.every_eval_ever.aggregate import aggregate
from rbench.leaderboards.published_entries import published_entries
from tests.leaderboards.every_eval_ever.made import back, fitting, own, own_published

_numbers = st.floats(allow_nan=False, allow_infinity=False)
_counts = st.none() | st.integers(0, 10**9)
_texts = st.text(max_size=30).filter(lambda text: not text or bool(text.strip()))
_names = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@st.composite
def _figures(draw: st.DrawFn) -> Figure:
    low, high = sorted((draw(_numbers), draw(_numbers)))
    interval = draw(st.booleans())
    return Figure(
        value=draw(_numbers),
        unit=draw(st.sampled_from(["", "%", "fraction", "distance", "ratio", "px", "kappa", "x"])),
        higher_is_better=draw(st.sampled_from([True, False, None])),
        n=draw(_counts),
        clusters=draw(_counts),
        ci_low=low if interval else None,
        ci_high=high if interval else None,
        ci_method=draw(_texts),
        low=draw(st.none() | _numbers),
        high=draw(st.none() | _numbers),
        spread=draw(st.none() | _numbers),
        no_answer=draw(_counts),
        truncated=draw(_counts),
        errored=draw(_counts),
        note=draw(_texts),
        printed=draw(_texts),
        findings=tuple(draw(st.lists(_texts, max_size=2))),
    )


@st.composite
def _entries(draw: st.DrawFn) -> Entry:
    columns = draw(
        st.lists(st.tuples(st.just("") | _names, _names), min_size=1, max_size=4, unique=True)
    )
    values = st.none() | st.booleans() | st.integers() | _numbers | _texts
    return fitting(
        Entry(
            key="quiz/made-0001",
            task="quiz",
            model=draw(_names.filter(lambda name: "/" not in name and ":" not in name)),
            origin=draw(st.sampled_from(["run", "re-run", "re-scored", "published"])),
            status=draw(st.sampled_from(["complete", "incomplete", "not comparable"])),
            protocol_id="",
            protocol=draw(st.dictionaries(_names, values, min_size=1, max_size=3)),
            settings=draw(st.dictionaries(_names, values, max_size=3)),
            figures={column: draw(_figures()) for column in columns},
            headline=draw(st.sampled_from([None, *columns])),
            evaluations=draw(_texts),
            date=draw(st.sampled_from(["", "2025", "2025-05", "2025-05-06"])),
            info=draw(
                st.builds(
                    ModelInfo,
                    organisation=st.none() | _names,
                    parameters=st.none() | _names,
                    open_weights=st.none() | st.booleans(),
                )
            ),
            source=draw(
                st.none()
                | st.builds(
                    Source, _names, _texts, _texts, _texts, _names, _names, st.integers(0, 99)
                )
            ),
            notes=tuple(draw(st.lists(_texts, max_size=2))),
        )
    )


@settings(max_examples=40, deadline=None)
@given(_entries())
def test_what_goes_out_comes_in_again(
    tmp_path_factory: pytest.TempPathFactory, made: Entry
) -> None:
    found = back(tmp_path_factory.mktemp("record"), made)
    assert found == replace(made, origin="self-reported")


@pytest.mark.parametrize("task", ["rbench-v", "imagenet64", "implicit-models", "sudoku"])
def test_published_figures_come_in_again_to_the_last_word(tmp_path: Path, task: str) -> None:
    for made in published_entries(task):
        found = back(tmp_path, made)
        key = f"{task}/{made.key}"
        assert found == replace(made, origin="self-reported", key=key)


def test_the_second_time_out_is_like_the_first(tmp_path: Path) -> None:
    for made in (own(), own_published()):
        first = back(tmp_path, made)
        second = back(tmp_path, first)
        assert second == first
        assert aggregate(second) == aggregate(first)


def test_a_figure_without_a_value_is_named_and_does_not_come_back(tmp_path: Path) -> None:
    missing = Figure(None, "fraction", True, low=0.25, high=0.5, note="2 of 4 errored")
    made = own(figures={**own().figures, ("math", "accuracy"): missing})
    details = aggregate(made)["source_metadata"]["additional_details"]
    assert details["rbench_without_value"] == '{"math accuracy":"2 of 4 errored"}'
    assert list(back(tmp_path, made).figures) == [("overall", "accuracy")]
