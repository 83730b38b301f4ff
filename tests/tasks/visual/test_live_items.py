"""Draws of questions: balanced, none twice, the same by any number of processes."""

import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from rbench.errors import DataError, RunDirectoryError, UsageError
from rbench.harness.blobs import TemporaryBlobs
from rbench.tasks.visual import drawing
from rbench.tasks.visual.draw_plan import balanced, draw_plan, read_kinds
from rbench.tasks.visual.drawing import draw_questions
from rbench.tasks.visual.drawn_question import DrawnQuestion, Place, draw_question
from rbench.tasks.visual.generators import GENERATORS, generator
from rbench.tasks.visual.live_items import content_sha256, live_items
from rbench.tasks.visual.question import LEVELS

SOLID = draw_question(Place("solid", 1, 0), 0)[0]
QUICK = ("solid", "lens", "stacked_cubes")


def fake(scenes: Mapping[tuple[str, int], Sequence[str]], asked: list[int] | None = None):  # type: ignore[no-untyped-def]
    """Return a draw whose scenes are those given, over and over."""

    def draw(places: Sequence[Place]) -> Mapping[Place, DrawnQuestion]:
        if asked is not None:
            asked.append(len(places))
        found = {}
        for place in places:
            names = scenes[place.kind, place.level]
            name = names[place.number % len(names)]
            found[place] = replace(SOLID, place=place, scene_sha256=name)
        return found

    return draw


def test_categories_then_kinds_then_levels_take_turns() -> None:
    kinds = tuple(GENERATORS)
    plan = balanced(kinds, LEVELS, 1200)
    categories = [generator(kind).category for kind, _ in plan]
    assert categories[:5] == ["math", "physics", "counting", "game", "math"]
    assert {*Counter(categories).values()} == {300}
    of_kind = Counter(kind for kind, _ in plan)
    assert {of_kind[k] for k in ("overlapping_shapes", "stacked_cubes", "triangles")} == {100}
    assert {of_kind[kind] for kind in kinds} == {75, 100}
    for kind in kinds:
        levels = Counter(level for name, level in plan if name == kind)
        assert {*levels} == {*LEVELS} and max(levels.values()) - min(levels.values()) <= 1


def test_a_small_draw_has_every_kind_and_every_level() -> None:
    plan = balanced(tuple(GENERATORS), LEVELS, 48)
    assert {kind for kind, _ in plan} == {*GENERATORS}
    levels = Counter(level for _, level in plan)
    assert {*levels} == {*LEVELS} and max(levels.values()) - min(levels.values()) <= 3


@pytest.mark.parametrize("n", [1, 7, 30])
def test_the_larger_draw_begins_with_the_smaller(n: int) -> None:
    scenes = {
        ("solid", level): [*"aabacbd"] + [f"{level}{i}" for i in range(60)] for level in (1, 2)
    }
    larger = draw_plan(balanced(("solid",), (1, 2), 40), fake(scenes))
    assert draw_plan(balanced(("solid",), (1, 2), n), fake(scenes)) == larger[:n]


def test_a_scene_that_was_there_is_passed_over() -> None:
    scenes = {("solid", 1): [*"aabbbc"], ("lens", 1): [*"axyz"]}
    plan = [("solid", 1), ("solid", 1), ("lens", 1), ("solid", 1)]
    questions = draw_plan(plan, fake(scenes))
    # Of another kind, the same scene is another question.
    assert [(q.place.kind, q.place.number) for q in questions] == [
        ("solid", 0),
        ("solid", 2),
        ("lens", 0),
        ("solid", 5),
    ]


def test_a_scene_of_another_level_is_passed_over_too() -> None:
    questions = draw_plan(
        [("solid", 1), ("solid", 2)], fake({("solid", 1): ["a"], ("solid", 2): ["a", "b"]})
    )
    assert [q.scene_sha256 for q in questions] == ["a", "b"]


def test_a_kind_that_is_used_up_ends_in_a_sentence() -> None:
    asked: list[int] = []
    with pytest.raises(UsageError, match=r"solid has only 3 different questions of level 1 in \d+"):
        draw_plan([("solid", 1)] * 5, fake({("solid", 1): [*"abc"]}, asked))
    assert 100 < sum(asked) < 500


@pytest.mark.parametrize("text", ["maze,resistors", " resistors, maze ", "maze,resistors,maze,"])
def test_kinds_are_read_in_their_own_order(text: str) -> None:
    assert read_kinds(text) == ("resistors", "maze")


def test_all_kinds_are_all() -> None:
    assert read_kinds("all") == tuple(GENERATORS)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("maces", "did you mean 'maze'"), ("", "names none"), (" , ", "names none")],
)
def test_kinds_that_are_none_end_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        read_kinds(text)


def test_a_question_depends_on_its_place_and_seed_alone() -> None:
    place = Place("stacked_cubes", 3, 7)
    one, content = draw_question(place, 1)
    assert draw_question(place, 1) == (one, content)
    assert draw_question(place, 2)[0].scene != one.scene
    assert draw_question(replace(place, number=8), 1)[0].scene != one.scene
    picture = generator("stacked_cubes").render(one.scene)
    assert Image.open(BytesIO(content)).convert("RGB").tobytes() == picture.tobytes()
    assert (one.width, one.height) == picture.size


def test_processes_draw_what_one_draws() -> None:
    places = [Place(kind, level, i) for kind in QUICK for level in (1, 5) for i in range(3)]
    one, two = TemporaryBlobs(), TemporaryBlobs()
    alone = draw_questions(places, 11, one, processes=1)
    shared = draw_questions(places, 11, two, processes=2)
    assert dict(alone) == dict(shared)
    assert {*alone} == {*places}
    for question in shared.values():
        assert two.read(question.blob) == one.read(question.blob)


def test_a_process_that_fails_ends_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match=r"ended early: .*no kind of visual question 'nothing'"):
        draw_questions([Place("nothing", 1, i) for i in range(2)], 0, TemporaryBlobs(), processes=2)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(DataError, match="ended early: killed"):
        draw_questions([Place("solid", 1, i) for i in range(2)], 0, TemporaryBlobs(), processes=2)


def test_a_full_disk_ends_all_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    start = drawing._start

    def watched(errors):  # type: ignore[no-untyped-def]
        started.append(start(errors))
        return started[-1]

    class Full(TemporaryBlobs):
        def write(self, content: bytes, suffix: str) -> str:
            raise RunDirectoryError("no space")

    monkeypatch.setattr(drawing, "_start", watched)
    with pytest.raises(RunDirectoryError, match="no space"):
        draw_questions([Place("solid", 1, i) for i in range(40)], 0, Full(), processes=2)
    assert [child.returncode is not None for child in started] == [True, True]


def test_a_few_questions_need_no_process() -> None:
    assert drawing._processes(drawing.LEAST_PER_PROCESS * 2 - 1) < 2
    assert drawing._processes(10**6) <= 16


def test_both_languages_share_cluster_picture_and_answer() -> None:
    blobs = TemporaryBlobs()
    plan = balanced(QUICK, LEVELS, 9)
    items = live_items(draw_plan(plan, lambda p: draw_questions(p, 3, blobs)), "both")
    assert [item.id for item in items[:6]] == [
        *("math/en/1", "math/zh/1", "physics/en/1", "physics/zh/1"),
        *("counting/en/1", "counting/zh/1"),
    ]
    assert len({item.id for item in items}) == len(items) == 18
    for english, chinese in zip(items[::2], items[1::2], strict=True):
        assert english.cluster == chinese.cluster == english.id.replace("/en", "")
        assert english.blobs == chinese.blobs
        differing = {key for key in english.data if english.data[key] != chinese.data[key]}
        assert differing <= {"question", "language", "how_to_draw"}
        assert english.data["question"] != chinese.data["question"]


def test_the_content_hash_sees_every_part() -> None:
    changes: list[dict[str, object]] = [
        {"text": {"en": "x", "zh": "y"}},
        {"answer": "z"},
        {"choices": ("q",)},
        {"scene_sha256": "0"},
        {"pixels_sha256": "0"},
        {"version": "99"},
        {"how_to_draw": {"en": "x", "zh": "y"}},
        {"place": Place("solid", 2, 0)},
    ]
    hashes = {content_sha256([replace(SOLID, **change)]) for change in changes}  # type: ignore[arg-type]
    assert len(hashes | {content_sha256([SOLID])}) == 1 + len(changes)
    moved = replace(SOLID, pixels_sha256="0", blob="elsewhere.png")
    assert content_sha256([moved], pixels=False) == content_sha256([SOLID], pixels=False)
