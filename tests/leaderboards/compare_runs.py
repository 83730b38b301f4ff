"""Runs of scripted models, for the tests of comparisons."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import rbench
from rbench.harness.types import Call, Reply
from tests.harness.fakes import Scripted


class Quick(Scripted):
    """Passes for one of rbench's adapters, whose source is not hashed for every run."""

    __module__ = "rbench.scripted"


RIGHT, WRONG, ERROR = "right", "wrong", "error"


def scripted(name: str, outcomes: Mapping[tuple[str, int], str]) -> Quick:
    """Return a model that answers as told by (item, repeat); right where nothing is told."""

    def reply(call: Call) -> Reply:
        outcome = outcomes.get((call.item.id, call.repeat), RIGHT)
        if outcome == ERROR:
            return Reply(error="500 from the server")
        gold = call.item.data["gold"]
        wrong = "A" if gold != "A" else "B"
        return Reply(text=f"ANSWER: {gold if outcome == RIGHT else wrong}")

    return Quick(reply, identity={"model": name})


def skilled(name: str, skill: float) -> Quick:
    """Return a model that is right where a question is easier than its `skill`, with some luck."""

    def reply(call: Call) -> Reply:
        hard = random.Random(call.item.cluster).random()
        luck = random.Random(f"{name} {call.item.id} {call.repeat}").random()
        gold = call.item.data["gold"]
        wrong = "A" if gold != "A" else "B"
        return Reply(text=f"ANSWER: {gold if 0.7 * hard + 0.3 * luck < skill else wrong}")

    return Quick(reply, identity={"model": name})


def run_of(model: Any, out: Path, task: str = "rbench-t-mini", **options: Any) -> rbench.SavedRun:
    """Run a model and return its run."""
    (run,) = rbench.evaluate(task, model=model, out=out, **options)
    assert isinstance(run, rbench.SavedRun)
    return run
