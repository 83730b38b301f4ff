"""Items, replies and judges for the tests of open questions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rbench.harness.types import Ask, Item, Reply, Sample, Score
from rbench.tasks.final_answer import FinalAnswerTask
from rbench.tasks.final_answer_prompt import PROMPTS

JUDGE = {"label": "openai/some", "identity": {"model": "some"}, "settings": {"max_tokens": 64}}
Answer = Callable[[Ask], Reply]


def question(
    number: int, gold: str, *, category: str = "math", pictures: int = 1, **data: Any
) -> Item:
    """An item as the data of RBench-V or a generator gives it."""
    language = data.pop("language", "en")
    cluster = f"{category}/{number}"
    return Item(
        f"{category}/{language}/{number}",
        category,
        cluster,
        {
            "question": f"How many are there in picture {number}?",
            "gold": gold,
            "category": category,
            "language": language,
            **data,
        },
        tuple(f"{i:064x}.png" for i in range(pictures)),
    )


def make_task(items: Sequence[Item], **changes: Any) -> FinalAnswerTask:
    """A task over these items, ours in everything that is not named."""
    given: dict[str, Any] = {
        "name": "t",
        "version": "1",
        "items": items,
        "prompts": PROMPTS,
        "prompt_name": "rbench",
        "data": {"card": "t", "content_sha256": "0"},
        "source": {"from": "folder", "revision": None},
        **changes,
    }
    return FinalAnswerTask(**given)


def answered(
    task: FinalAnswerTask, item: Item, answers: Mapping[str, Answer], repeat: int = 0
) -> Sample:
    """Run one sample by asking these, role by role, as a loop does."""
    asks: list[Ask] = []
    replies: list[Reply] = []
    while isinstance(step := task.step(item, replies), Ask):
        asks.append(step)
        replies.append(answers[step.role](step))
    return Sample(item, repeat, tuple(asks), tuple(replies), step)


def says(text: str | None, **fields: Any) -> Answer:
    """Reply the same to everything."""
    return lambda ask: Reply(text=text, **fields)


def no_one(ask: Ask) -> Reply:
    """Stand for a grader that must not be asked."""
    raise AssertionError(f"nobody should have been asked: {ask}")


def in_turn(*replies: Reply | str) -> Answer:
    """Reply with these, one after the other."""
    waiting = list(replies)

    def answer(ask: Ask) -> Reply:
        reply = waiting.pop(0)
        return Reply(text=reply) if isinstance(reply, str) else reply

    return answer


def is_extraction(ask: Ask) -> bool:
    """Whether the judge is asked for the answer in a reply, and not for a verdict."""
    return "The final answer:" in ask.request["messages"][0]["content"]


def judging(extract: str, *verdicts: Reply | str) -> Answer:
    """A judge that extracts this, then gives these verdicts in turn."""
    verdict = in_turn(*verdicts)
    return lambda ask: Reply(text=extract) if is_extraction(ask) else verdict(ask)


def graded_sample(
    item: Item,
    values: Mapping[str, float],
    *,
    outcome: str = "scored",
    answer: str | None = None,
    failed: Mapping[str, str] | None = None,
    repeat: int = 0,
    reply: Reply | None = None,
    judged: bool = False,
) -> Sample:
    """A sample as the table gets it."""
    asks = [Ask("model", {}), *([Ask("judge", {})] if judged else [])]
    replies = [reply or Reply(text="\\boxed{1}"), *([Reply(text="1")] if judged else [])]
    score = Score(outcome, values, answer=answer, failed=failed or {})  # type: ignore[arg-type]
    return Sample(item, repeat, tuple(asks), tuple(replies), score)
