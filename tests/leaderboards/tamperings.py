"""Kinds of tampering with a run: the hand, the check that finds it, and what that names."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.leaderboards.tampering import change_json, change_lines, drop_line, line_in, set_in


def right_answer(run: Path) -> None:
    """Turn every reply into the right one, which moves the accuracy to 1."""
    golds = {}
    for line in (run / "items.jsonl").read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        golds[item["id"]] = item["data"]["gold"]

    def change(lines: list[Any]) -> None:
        for line in lines:
            line["reply"]["text"] = f"ANSWER: {golds[line['item']]}"

    change_lines(run, "calls.jsonl", change)


def _another_question(plan: dict[str, Any]) -> None:
    plan["selection"]["en/999"] = plan["selection"].pop("en/1")


TAMPERINGS: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "a value of a row": (
        set_in("results.json", "rows", 0, "value", to=0.99),
        "results",
        "rows[0] (en accuracy).value: 0.99",
    ),
    "an end of an interval": (
        set_in("results.json", "rows", 0, "ci_low", to=0.98),
        "results",
        ".ci_low: 0.98 stands",
    ),
    "the count of errors": (
        set_in("results.json", "outcomes", "errored", to=3),
        "results",
        "outcomes.errored: 3 stands there, 0 comes out (-3)",
    ),
    "a warning taken away": (
        set_in("results.json", "warnings", to=["all is well"]),
        "results",
        "warnings[0]",
    ),
    "the model's name in the results": (
        set_in("results.json", "model", to="openai/gpt-9"),
        "results",
        "model:",
    ),
    "results with the plan's model": (
        set_in("plan.json", "model", to="openai/gpt-9"),
        "run id",
        "run_id",
    ),
    "a setting": (
        set_in("plan.json", "settings", to={"temperature": 1.0}),
        "answer key",
        "answer_key",
    ),
    "a question that the plan asks": (
        lambda run: change_json(run, "plan.json", _another_question),
        "selection",
        "items.jsonl does not hold what the plan asks: en/999",
    ),
    "a question that the plan does not ask": (
        lambda run: change_json(run, "plan.json", lambda plan: plan["selection"].pop("en/1")),
        "selection",
        "the results are of more than the plan asks: en/1",
    ),
    "the hash of the results": (
        set_in("results.json", "sha256", to="0" * 64),
        "hash",
        "results.json has not the hash that it names",
    ),
    "the seed": (set_in("plan.json", "seed", to=5), "answer key", "answer_key"),
    "the identity": (
        set_in("plan.json", "identity", "version", to="2"),
        "answer key",
        "answer_key",
    ),
    "the hash of the data": (
        set_in("plan.json", "asked", "data", "content_sha256", to="0" * 64),
        "prompts",
        "asked.data.content_sha256",
    ),
    "the words of a prompt": (
        set_in("plan.json", "task_state", "prompts", "en", to="Say A. {question}"),
        "prompts",
        "asked.prompt_sha256.en",
    ),
    "the extraction": (
        set_in("plan.json", "scored", "extraction", to="kinder 1"),
        "score key",
        "score_key",
    ),
    "the score key": (set_in("plan.json", "score_key", to="0" * 64), "score key", "score_key"),
    "the protocol's id": (
        set_in("plan.json", "protocol_id", to="0" * 12),
        "protocol",
        'protocol_id: "000000000000"',
    ),
    "a field of the protocol": (
        set_in("plan.json", "protocol", "repeats", to=5),
        "protocol",
        "protocol.repeats: 5 stands there, 1",
    ),
    "a question": (
        line_in("items.jsonl", 3, "data", "question", to="Easy?"),
        "data",
        'items."en/4".data.question',
    ),
    "a reference answer": (line_in("items.jsonl", 0, "data", "gold", to="Z"), "data", 'gold: "Z"'),
    "a question taken away": (drop_line("items.jsonl", 7), "data", "nothing"),
    "a question asked": (
        line_in("items.jsonl", 0, "data", "question", to="Easy?"),
        "requests",
        "1 replies are to other prompts than the task makes now: en/1",
    ),
    "a call taken away": (drop_line("calls.jsonl", 0), "results", "outcomes.errored: 0"),
    "replies made right": (right_answer, "results", "rows[0] (en accuracy).value"),
    "the hash of a request": (
        line_in("calls.jsonl", 1, "request", to="0" * 16),
        "requests",
        "other prompts",
    ),
    "a call of another question": (
        line_in("calls.jsonl", 1, "item", to="en/999"),
        "journal",
        "items.jsonl does not hold: en/999",
    ),
}
