import json
from typing import Any

import pytest

from rbench.harness.types import Ask, GradedTask, Item, JudgedTask, PicturedTask, Reply, Score
from rbench.tasks.final_answer import FinalAnswerTask
from rbench.tasks.final_answer_prompt import PROMPTS
from tests.tasks.answer_fakes import JUDGE, answered, make_task, no_one, question, says

MAZE = question(
    3,
    "4",
    category="game",
    kind="maze",
    version="2",
    scene={"walls": [1, 2]},
    choices=["2", "4", "7"],
    level="3",
    how_to_draw="Draw the way in red.",
)
ITEM = question(1, "64")


def first_ask(task: FinalAnswerTask, item: Item) -> Ask:
    ask = task.step(item, [])
    assert isinstance(ask, Ask)
    return ask


def score(reply: Reply, item: Item = ITEM, **answers: Any) -> Score:
    task = make_task([item], draw="drawing" in answers)
    roles = {"model": lambda ask: reply, "rule": no_one, "judge": no_one, **answers}
    return answered(task, item, roles).score


def test_it_is_what_the_engine_asks_for() -> None:
    task = make_task([ITEM])
    assert isinstance(task, GradedTask)
    assert isinstance(task, JudgedTask)
    assert isinstance(task, PicturedTask)


def test_pictures_stand_before_the_text_in_their_order() -> None:
    item = question(1, "64", pictures=2)
    (message,) = first_ask(make_task([item]), item).request["messages"]
    *pictures, text = message["content"]
    assert pictures == [{"type": "image", "index": 0}, {"type": "image", "index": 1}]
    assert text["type"] == "text"
    assert item.data["question"] in text["text"]
    assert text["text"] == PROMPTS["en/picture"].replace("{question}", item.data["question"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_question_without_a_picture_is_plain_text_that_speaks_of_none(language: str) -> None:
    item = question(1, "64", pictures=0, language=language)
    (message,) = first_ask(make_task([item]), item).request["messages"]
    assert message["content"] == PROMPTS[language].replace("{question}", item.data["question"])
    words = message["content"].replace(item.data["question"], "")
    assert "picture" not in words.lower()
    assert "图" not in words


def test_omitted_pictures_leave_the_words_of_a_question_without_one() -> None:
    task = make_task([ITEM], images="omit")
    (message,) = first_ask(task, ITEM).request["messages"]
    assert message["content"] == PROMPTS["en"].replace("{question}", ITEM.data["question"])
    assert not task.sees
    assert make_task([ITEM]).sees
    assert not make_task([question(1, "64", pictures=0)]).sees
    assert task.asked()["images"] == "omit"


def test_a_system_prompt_stands_first() -> None:
    task = make_task([ITEM], system_prompt="Be brief.")
    assert first_ask(task, ITEM).request["messages"][0] == {
        "role": "system",
        "content": "Be brief.",
    }


def test_a_guess_knows_its_choices_where_there_are_any() -> None:
    inline = question(2, "B", options={"A": "duck", "B": "fish"})
    task = make_task([ITEM, MAZE, inline])
    assert "choices" not in first_ask(task, ITEM).request
    assert first_ask(task, MAZE).request["choices"] == ["2", "4", "7"]
    assert first_ask(task, inline).request["choices"] == ["A", "B"]
    request = first_ask(task, MAZE).request
    guess = request["answer_prefix"] + "4" + request["answer_suffix"]
    assert score(Reply(text=guess), MAZE).values["correct"] == 1


def test_a_question_that_looks_like_a_template_is_left_alone() -> None:
    item = question(1, "1")
    item = Item(item.id, item.subset, item.cluster, {**item.data, "question": "{question} {A}"})
    (message,) = first_ask(make_task([item], images="omit"), item).request["messages"]
    assert message["content"].count("{question} {A}") == 1


@pytest.mark.parametrize(
    ("text", "correct"),
    [
        ("So\n\\boxed{64}", 1.0),
        ("first \\boxed{64}, no:\n\\boxed{63}", 0.0),
        ("The answer is 64.", 1.0),
        ("\\boxed{\\text{64}}", 1.0),
    ],
)
def test_the_rule_grades_at_once_what_needs_no_algebra(text: str, correct: float) -> None:
    found = score(Reply(text=text))
    assert found.outcome == "scored"
    assert found.values == {"correct": correct, "rule": correct}
    assert not found.failed


@pytest.mark.parametrize(
    ("reply", "outcome", "why"),
    [
        (Reply(text=None), "no_answer", "empty"),
        (Reply(text=" \n"), "no_answer", "empty"),
        (Reply(text="<think>\\boxed{64}"), "no_answer", "unfinished thoughts"),
        (Reply(text="\\boxed{64}", finish="length"), "truncated", "stopped by length"),
        (Reply(text="\\boxed{64}", finish="content_filter"), "no_answer", "filtered"),
        (Reply(text="\\boxed{64}", finish="refusal"), "no_answer", "refusal"),
        (Reply(finish="context_length"), "no_answer", "longer than the model's context"),
        (Reply(reasoning="\\boxed{64}"), "no_answer", "empty"),
    ],
)
@pytest.mark.parametrize("judged", [False, True])
def test_what_is_no_answer_is_wrong_for_every_grader_and_asks_none(
    reply: Reply, outcome: str, why: str, judged: bool
) -> None:
    task = make_task([ITEM], judge=JUDGE if judged else None)
    sample = answered(task, ITEM, {"model": lambda ask: reply, "judge": no_one, "rule": no_one})
    graders = ["correct", "rule", "judge"] if judged else ["correct", "rule"]
    assert sample.score == Score(outcome, dict.fromkeys(graders, 0.0), why=why)  # type: ignore[arg-type]


def test_a_reply_that_states_no_answer_says_so() -> None:
    found = score(Reply(text="I really could not say."))
    assert (found.outcome, found.answer) == ("no_answer", None)
    assert found.values == {"correct": 0.0, "rule": 0.0}
    assert found.why


ROOT = question(5, "x^2+2x+1")


@pytest.mark.parametrize(("said", "value"), [("1", 1.0), ("0", 0.0)])
def test_what_needs_algebra_is_asked_of_the_rule(said: str, value: float) -> None:
    sample = answered(
        make_task([ROOT]), ROOT, {"model": says("\\boxed{(x+1)^2}"), "rule": says(said)}
    )
    assert [ask.role for ask in sample.asks] == ["model", "rule"]
    request = sample.asks[1].request
    assert (request["answer"], request["gold"]) == ("(x+1)^2", "x^2+2x+1")
    assert request["rule"] == make_task([ROOT]).scored()["rule"]
    assert sample.score.values == {"correct": value, "rule": value}


def test_a_rule_that_failed_is_an_errored_grade_and_no_wrong_answer() -> None:
    sample = answered(
        make_task([ROOT]),
        ROOT,
        {"model": says("\\boxed{(x+1)^2}"), "rule": says(None, error="took too long")},
    )
    assert sample.score.outcome == "errored"
    assert sample.score.values == {}
    assert sample.score.failed == {"rule": "took too long"}


def test_the_step_is_pure() -> None:
    task = make_task([ROOT], judge=JUDGE)
    replies = [Reply(text="\\boxed{(x+1)^2}"), Reply(text="1"), Reply(text="x")]
    for n in range(len(replies) + 1):
        assert task.step(ROOT, replies[:n]) == task.step(ROOT, replies[:n])


def test_a_drawing_is_asked_for_in_the_prompt_and_only_where_there_is_one() -> None:
    drawn, plain = make_task([MAZE], draw=True), make_task([MAZE])
    assert "Draw the way in red." in str(first_ask(drawn, MAZE).request["messages"])
    assert "Draw the way in red." not in str(first_ask(plain, MAZE).request["messages"])
    assert first_ask(make_task([ITEM], draw=True), ITEM) == first_ask(make_task([ITEM]), ITEM)
    assert drawn.asked()["draw"] is True
    assert "draw" not in plain.asked()


def test_a_reply_without_the_drawing_has_drawn_nothing_right() -> None:
    found = score(Reply(text="\\boxed{4}"), MAZE, drawing=no_one)
    assert found.values == {"correct": 1.0, "rule": 1.0, "drawing": 0.0}
    assert found.why == "drawing: no picture in the reply"


def test_a_drawing_is_graded_beside_the_final_answer() -> None:
    asked: list[Ask] = []

    def draw(ask: Ask) -> Reply:
        asked.append(ask)
        return Reply(text=json.dumps({"value": 0, "why": "crosses a wall"}))

    reply = Reply(text="\\boxed{4}", blobs=("a.png", "b.png"))
    found = score(reply, MAZE, drawing=draw)
    assert found.values == {"correct": 1.0, "rule": 1.0, "drawing": 0.0}
    assert (found.outcome, found.why) == ("scored", "drawing: crosses a wall")
    assert asked == [
        Ask(
            "drawing",
            {
                "generator": "maze",
                "version": "2",
                "scene": {"walls": [1, 2]},
                "drawing": "b.png",
            },
        )
    ]


def test_a_picture_alone_has_no_final_answer_but_its_drawing_is_graded() -> None:
    reply = Reply(text=None, blobs=("a.png",))
    found = score(reply, MAZE, drawing=says('{"value": 1, "why": ""}'))
    assert found.outcome == "no_answer"
    assert found.values == {"correct": 0.0, "rule": 0.0, "drawing": 1.0}


def test_a_drawing_that_could_not_be_graded_leaves_the_answer_its_score() -> None:
    reply = Reply(text="\\boxed{4}", blobs=("a.png",))
    found = score(reply, MAZE, drawing=says(None, error="no such blob"))
    assert (found.outcome, found.values) == ("scored", {"correct": 1.0, "rule": 1.0})
    assert found.failed == {"drawing": "no such blob"}


def test_declared_help_and_drawings_are_kept_apart_and_the_plain_case_says_nothing() -> None:
    plain = make_task([ITEM])
    declared = make_task([ITEM], declared={"best_of": 4, "tools": "python"})
    assert "declared" not in plain.asked()
    assert declared.asked()["declared"] == {"best_of": 4, "tools": "python"}


def test_the_judge_the_tolerance_and_its_temperatures_enter_what_is_scored() -> None:
    plain = make_task([ITEM])
    others = [
        make_task([ITEM], rule={"relative_tolerance": 0.01}),
        make_task([ITEM], judge=JUDGE),
        make_task([ITEM], judge={**JUDGE, "settings": {}}),
        make_task([ITEM], judge=JUDGE, temperatures=(0.0,)),
    ]
    seen = [json.dumps(task.scored(), sort_keys=True) for task in (plain, *others)]
    assert len(set(seen)) == len(seen)
    assert plain.scored()["judge"] is None
    assert all(task.asked() == plain.asked() for task in others)


def test_a_judge_can_be_taken_and_left() -> None:
    task = make_task([ITEM])
    judged = task.with_judge(JUDGE, None)
    assert judged.scored()["judge"]["label"] == "openai/some"
    assert judged.with_judge(None, None).scored() == task.scored()


@pytest.mark.parametrize(
    "task",
    [
        make_task([MAZE, ITEM]),
        make_task(
            [MAZE],
            judge=JUDGE,
            temperatures=(0.0, None),
            draw=True,
            images="omit",
            declared={"best_of": 2, "tools": None},
            rule={"relative_tolerance": 0.5},
            pictures={"conversion": "x/1"},
            system_prompt="s",
            warnings=("w",),
        ),
    ],
)
def test_a_task_comes_back_from_its_state(task: FinalAnswerTask) -> None:
    state = json.loads(json.dumps(task.state()))
    back = FinalAnswerTask(name=task.name, version=task.version, items=task.items, **state)
    assert back.asked() == task.asked()
    assert back.scored() == task.scored()
    assert back.state() == task.state()
    assert back.step(MAZE, []) == task.step(MAZE, [])
    replies = [Reply(text="It is 4.", blobs=("a.png",))]
    assert back.step(MAZE, replies) == task.step(MAZE, replies)


def test_graders_are_those_that_may_be_asked() -> None:
    assert set(make_task([MAZE]).graders()) == {"rule"}
    assert set(make_task([MAZE], draw=True).graders()) == {"rule", "drawing"}
