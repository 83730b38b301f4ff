"""Remarks beside figures, what became of entries, and names that tell entries apart."""

from hypothesis import given
from hypothesis import strategies as st

from rbench.leaderboards.board import build_board
from rbench.leaderboards.board_remarks import entry_names, histories, numbered, remarks
from rbench.leaderboards.entries import Entry, Group, ModelInfo, Source
from tests.leaderboards.board_entries import COLUMN, entry, figure, published

MATH = ("math", "accuracy")


def group(*entries: Entry) -> Group:
    return build_board(entries).groups["quiz"][0]


def test_a_finding_is_about_its_figure_and_a_note_about_its_entry() -> None:
    found = {COLUMN: figure(findings=("They do not agree.",))}
    here = group(entry("a", figures=found, notes=("A note.",)), entry("b"))
    assert [(r.sentence, r.whose, r.column) for r in remarks(here)] == [
        ("overall accuracy: They do not agree.", "a", COLUMN), ("A note.", "a", None),
    ]  # fmt: skip


def test_a_sentence_stands_once_and_is_of_all_where_it_is_true_of_everyone() -> None:
    (said,) = remarks(group(entry("a", notes=("N.",)), entry("b", notes=("N.",))))
    assert said.whose == "All" and len(said.keys) == 2
    (alone,) = remarks(group(entry("a", notes=("N.",))))
    assert alone.whose == "a"


def test_a_missing_cell_is_explained_beside_it() -> None:
    missing = figure(None, None, note="no question of this kind was asked")
    (said,) = remarks(group(entry("a", figures={COLUMN: figure(), MATH: missing}), entry("b")))
    assert said.column == MATH
    assert said.sentence == "math accuracy: no question of this kind was asked"


def test_what_stands_below_the_line_says_why_once() -> None:
    gone = entry("a", status="withdrawn", history=("2026-01-01: withdrawn: a bug.",))
    (said,) = remarks(group(gone, entry("b")))
    assert said.sentence == "2026-01-01: withdrawn: a bug."
    (unranked,) = remarks(group(entry("a", figures={MATH: figure()}), entry("b")))
    assert unranked.sentence == "Not ranked: overall accuracy is missing."


def test_numbers_are_those_of_the_list() -> None:
    here = group(entry("a", notes=("1.", "2.")), entry("b", notes=("2.", "3.")))
    said = remarks(here)
    about = numbered(said)
    for key, pairs in about.items():
        assert [number for number, _ in pairs] == sorted(number for number, _ in pairs)
        assert all(said[number - 1] is one and key in one.keys for number, one in pairs)
    assert sum(map(len, about.values())) == sum(len(one.keys) for one in said) == 4


def test_history_is_kept_oldest_first_and_of_those_that_have_one() -> None:
    here = group(entry("a", history=("first", "then")), entry("b"))
    (past,) = histories(here)
    assert (past.name, past.sentences) == ("a", ("first", "then"))


def test_entries_of_one_name_are_told_apart_by_what_differs() -> None:
    steps = [entry("m", key=f"k-{n}", evaluations=str(n)) for n in (1, 25)]
    assert set(entry_names(group(*steps)).values()) == {"m (1 evaluation)", "m (25 evaluations)"}
    warm = [entry("m", key=f"k-{t}", settings={"temperature": t}) for t in (0, 1)]
    assert set(entry_names(group(*warm)).values()) == {"m (temperature=0)", "m (temperature=1)"}
    twins = [entry("m", key="quiz/m-aa"), entry("m", key="quiz/m-bb")]
    assert set(entry_names(group(*twins)).values()) == {"m (aa)", "m (bb)"}
    assert entry_names(group(entry("a"), entry("b"))).keys() == {"quiz/a-0001", "quiz/b-0001"}


SOME = st.tuples(
    st.sampled_from(["m", "n"]), st.sampled_from(["", "1", "2"]), st.sampled_from([0, 1])
)


@given(st.lists(SOME, min_size=1, max_size=8))
def test_no_two_entries_of_a_table_share_a_name(made: list[tuple[str, str, int]]) -> None:
    entries = [
        entry(model, key=f"{model}-{i}", evaluations=count, settings={"temperature": warm})
        for i, (model, count, warm) in enumerate(made)
    ]
    names = entry_names(group(*entries))
    assert len(set(names.values())) == len(names) == len(entries)


SIDES = st.tuples(*[st.sampled_from(["", "1", "2", "lone"])] * 6)


@given(st.sets(SIDES, min_size=1, max_size=6))
def test_a_key_stands_in_a_name_only_where_nothing_else_tells(made: set[tuple[str, ...]]) -> None:
    """Of entries that differ in anything that a reader knows, no name bears a hash."""
    entries = [
        published(
            "m", key=f"published-hash{i}", evaluations=evaluations, date=date,
            settings={"guidance": guidance, "steps": steps}, info=ModelInfo(parameters=size),
            source=Source("1", f"table {table}", "", "", "https://a.b", "paper", i),
        )
        for i, (evaluations, date, guidance, steps, size, table) in enumerate(sorted(made))
    ]  # fmt: skip
    names = set(entry_names(group(*entries)).values())
    assert len(names) == len(entries) and not any("hash" in name for name in names)


def test_names_are_told_apart_by_as_little_as_serves() -> None:
    def shown(*entries: Entry) -> list[str]:
        return sorted(entry_names(group(*entries)).values())

    cold, warm = ({"temperature": t, "budget": b} for t, b in ((0, 1), (1, 1)))
    three = [
        entry("m", key="k-1", evaluations="1", settings=cold),
        entry("m", key="k-2", evaluations="2", settings=cold),
        entry("m", key="k-3", evaluations="2", settings=warm),
    ]
    assert shown(*three) == [
        "m (1 evaluation, temperature=0)", "m (2 evaluations, temperature=0)",
        "m (2 evaluations, temperature=1)",
    ]  # fmt: skip
    work = [entry("m", key=f"k-{n}", evaluations=f"2 (work {n})") for n in (4, 8)]
    assert shown(*work) == ["m (work 4)", "m (work 8)"]
    worded = [entry("m", key=f"k-{n}", settings={"steps": f"depth of {n}"}) for n in (4, 8)]
    assert shown(*worded) == ["m (depth of 4)", "m (depth of 8)"]


def test_published_entries_of_one_name_bear_their_source() -> None:
    def printed(key: str, table: str) -> Entry:
        made = published("JiT", key=key)
        assert made.source is not None
        source = type(made.source)("1", table, "", "", made.source.url, "paper", 1)
        return published("JiT", key=key, source=source)

    names = entry_names(group(printed("x", "table 1"), printed("y", "table 2")))
    assert names == {"x": "JiT (table 1)", "y": "JiT (table 2)"}
