"""The judge that a caller named, opened, and the tasks that it is for."""

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rbench.errors import UsageError
from rbench.evaluation.loaded_task import LoadedTask
from rbench.harness.graders import Judge
from rbench.harness.models import open_model
from rbench.harness.prices import read_price
from rbench.harness.types import JudgedTask


def open_judge(
    judge: Any,
    options: Mapping[str, Any],
    *,
    prices: Path | None = None,
    concurrency: int | None = None,
) -> Judge | None:
    """Return the judge, or None where none is named.

    Raises `UsageError` for a name that is none, and for options without a judge.
    """
    if judge is None:
        if options:
            raise UsageError("--judge-arg is for a judge, and none is named: give --judge MODEL.")
        return None
    model = open_model(judge, options)
    price = read_price(prices, model.label) if prices else None
    nonce = uuid.uuid4().hex if model.identity is None else ""
    return Judge(model, price, concurrency, nonce)


def check_judged(tasks: Sequence[LoadedTask]) -> list[str]:
    """Return a note on every task that needs no judge.

    Raises `UsageError` where none does.
    """
    without = [task.entry for task in tasks if not isinstance(task.task, JudgedTask)]
    if len(without) == len(tasks):
        raise UsageError(f"--judge: {', '.join(without)} is scored without a judge.")
    return [f"{name} is scored without the judge" for name in without]
