"""rbench-v-live and rbench-v-mini: what is loaded, what a run keeps, what is refused."""

import json
from collections import Counter
from functools import cache
from io import BytesIO

import pytest
from PIL import Image

from rbench.errors import UsageError
from rbench.harness.cards import load_card
from rbench.harness.options import build
from rbench.harness.types import (
    Ask,
    GradedTask,
    Item,
    PicturedTask,
    Reply,
    Score,
    TaskInput,
)
from rbench.tasks.final_answer import BLIND_WARNING, FinalAnswerTask
from rbench.tasks.rbench_v_live import RENDERER, RBenchVLive, RBenchVLiveOptions
from rbench.tasks.rbench_v_mini import QUESTIONS, SEED, RBenchVMini, RBenchVMiniOptions
from rbench.tasks.visual.draw_plan import balanced, draw_plan
from rbench.tasks.visual.drawing import draw_questions
from rbench.tasks.visual.generators import GENERATORS, generator
from rbench.tasks.visual.live_items import content_sha256
from rbench.tasks.visual.question import LEVELS

MINI_TEXT_SHA256 = "d59e8e3223a70adb1ca17854fa2e4081ba9c5b91fa3cf675689da3bc01750c96"


def live(**given: object) -> FinalAnswerTask:
    return RBenchVLive.load(build(RBenchVLiveOptions, given, "rbench-v-live"), TaskInput())


@cache
def mini(**given: object) -> FinalAnswerTask:
    return RBenchVMini.load(build(RBenchVMiniOptions, given, "rbench-v-mini"), TaskInput())


def key(item: Item) -> tuple[object, ...]:
    return item.id, json.dumps(dict(item.data), sort_keys=True), item.blobs


def prompt(task: FinalAnswerTask, item: Item) -> str:
    ask = task.step(item, [])
    assert isinstance(ask, Ask)
    content = ask.request["messages"][-1]["content"]
    return content if isinstance(content, str) else str(content[-1]["text"])


def test_the_mini_draw_has_every_kind_and_level_in_both_languages() -> None:
    items = mini().items
    assert len(items) == 2 * QUESTIONS
    assert Counter(item.subset for item in items) == dict.fromkeys(
        ("math", "physics", "counting", "game"), QUESTIONS // 2
    )
    assert {item.data["kind"] for item in items} == {*GENERATORS}
    assert {item.data["level"] for item in items} == {str(level) for level in LEVELS}
    assert Counter(item.data["language"] for item in items) == {"en": QUESTIONS, "zh": QUESTIONS}


def test_the_questions_of_the_mini_draw_are_always_the_same() -> None:
    task = mini()
    plan = balanced(tuple(GENERATORS), LEVELS, QUESTIONS)
    assert task.blobs is not None
    blobs = task.blobs
    questions = draw_plan(plan, lambda places: draw_questions(places, SEED, blobs))
    assert content_sha256(questions) == task.data["content_sha256"]
    assert content_sha256(questions, pixels=False) == MINI_TEXT_SHA256


def test_every_answer_of_the_mini_draw_is_that_of_the_second_solver() -> None:
    for item in mini().items[::2]:
        assert generator(item.data["kind"]).solve(item.data["scene"]) == item.data["gold"]


def test_every_picture_is_that_of_its_scene() -> None:
    task = mini()
    assert task.blobs is not None
    for item in task.items[::10]:
        read = Image.open(BytesIO(task.blobs.read(item.blobs[0])))
        picture = generator(item.data["kind"]).render(item.data["scene"])
        assert read.convert("RGB").tobytes() == picture.tobytes()
        assert item.data["picture"] == {"width": picture.width, "height": picture.height}


def test_the_larger_draw_begins_with_the_smaller() -> None:
    small, large = live(n=9, seed=5), live(n=30, seed=5)
    assert [key(i) for i in large.items[:9]] == [key(i) for i in small.items]
    assert small.data["content_sha256"] != large.data["content_sha256"]


def test_a_seed_gives_the_same_draw_and_another_seed_another() -> None:
    one, again, other = live(n=15, seed=5), live(n=15, seed=5), live(n=15, seed=6)
    assert one.asked() == again.asked()
    assert [key(i) for i in one.items] == [key(i) for i in again.items]
    scenes = [json.dumps(i.data["scene"]) for i in (*one.items, *other.items)]
    assert len({*scenes}) == 30


def test_no_question_comes_twice() -> None:
    items = live(n=160, kinds="stacked_cubes,solid", level=1).items
    assert len({json.dumps(i.data["scene"], sort_keys=True) for i in items}) == 160


def test_a_level_and_kinds_are_those_asked_for() -> None:
    task = live(n=12, level=3, kinds="maze,resistors", language="zh")
    assert Counter(i.data["kind"] for i in task.items) == {"maze": 6, "resistors": 6}
    assert {(i.data["level"], i.data["language"]) for i in task.items} == {("3", "zh")}
    assert [i.id for i in task.items[:3]] == ["physics/zh/1", "game/zh/1", "physics/zh/2"]
    assert {**task.asked()["data"], "content_sha256": ""} == {
        "generator": "rbench-v-live",
        "seed": 20260101,
        "level": "3",
        "n": 12,
        "language": "zh",
        "kinds": ["resistors", "maze"],
        "content_sha256": "",
    }
    assert task.asked()["pictures"] == {"renderer": RENDERER}


def test_the_model_sees_the_picture_and_guesses_from_the_choices() -> None:
    task = mini()
    ask = task.step(task.items[0], [])
    assert isinstance(ask, Ask)
    picture, text = ask.request["messages"][-1]["content"]
    assert picture == {"type": "image", "index": 0}
    assert task.items[0].data["question"] in text["text"]
    assert task.items[0].data["gold"] in ask.request["choices"]
    assert isinstance(task, PicturedTask) and task.sees


def test_without_pictures_it_is_a_blind_baseline() -> None:
    task = mini(images="omit")
    assert not task.sees
    assert BLIND_WARNING in task.warnings
    assert task.asked()["images"] == "omit"
    ask = task.step(task.items[0], [])
    assert isinstance(ask, Ask) and isinstance(ask.request["messages"][-1]["content"], str)


def test_a_drawing_is_asked_for_only_where_one_can_be_drawn() -> None:
    plain, drawing = mini(), mini(draw=True)
    assert isinstance(drawing, GradedTask)
    assert {*drawing.graders()} == {"rule", "drawing"} > {*plain.graders()}
    longer = {
        other.data["kind"]
        for one, other in zip(plain.items, drawing.items, strict=True)
        if len(prompt(drawing, other)) > len(prompt(plain, one))
    }
    assert longer == {name for name in GENERATORS if hasattr(generator(name), "how_to_draw")}
    assert longer >= {"maze", "connect_dots"}


@pytest.mark.parametrize("entry", [RBenchVLive, RBenchVMini])
def test_a_run_is_restored_from_its_items_and_its_state(
    entry: type[RBenchVLive] | type[RBenchVMini],
) -> None:
    task = live(n=5) if entry is RBenchVLive else mini()
    state = json.loads(json.dumps(task.state()))
    items = tuple(
        Item(i.id, i.subset, i.cluster, json.loads(json.dumps(dict(i.data))), i.blobs)
        for i in task.items
    )
    restored = entry.restore(items, state)
    assert restored.blobs is None
    assert (restored.name, restored.version) == (task.name, task.version)
    assert restored.asked() == task.asked() and restored.scored() == task.scored()
    assert restored.step(items[0], []) == task.step(task.items[0], [])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"n": 0}, "n=0 is no number of questions"),
        ({"n": -3}, "n=-3 is no number of questions"),
        ({"level": 6}, "level=6 is not one of 1, 2, 3, 4, 5, all"),
        ({"language": "fr"}, "language='fr' is not one of en, zh, both"),
        ({"kinds": "mazes"}, "'mazes'; did you mean 'maze'"),
        ({"seed": "soon"}, "seed='soon' is not an integer"),
        ({"difficulty": 3}, "has no option 'difficulty'"),
    ],
)
def test_bad_options_end_in_a_sentence(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        live(**given)


@pytest.mark.parametrize("entry", [RBenchVLive, RBenchVMini])
def test_the_card_says_that_it_is_free(entry: type[RBenchVLive] | type[RBenchVMini]) -> None:
    card = load_card(entry.card)
    assert (card.name, card.licence, card.redistribute) == (entry.name, "Apache-2.0", True)
    assert [*card.subsets] == ["math", "physics", "counting", "game"]


def test_the_card_counts_the_mini_draw() -> None:
    found = Counter(item.subset for item in mini().items if item.data["language"] == "en")
    assert found == {
        name: subset.rows for name, subset in load_card("rbench-v-mini").subsets.items()
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_the_dots_show_may_be_said_by_letter_or_by_name(language: str) -> None:
    task = live(n=3, kinds="connect_dots", language=language)
    for item in task.items:
        options, gold = item.data["options"], item.data["gold"]
        assert list(options) == item.data["choices"]
        for answer in (gold, options[gold], f"{gold}: {options[gold]}"):
            score = task.step(item, [Reply(text=f"\\boxed{{{answer}}}")])
            assert isinstance(score, Score)
            assert score.values["correct"] == 1.0, answer
