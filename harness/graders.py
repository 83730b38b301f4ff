"""Who grades: the judge, another model, and the graders that a task brings along."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from rbench.harness.models import Model
from rbench.harness.pacing import Paced
from rbench.harness.prices import Price
from rbench.harness.types import Answerer, GradedTask, Json, QaTask, Role


@dataclass(frozen=True)
class Judge:
    """The model that judges, what it costs, and how many calls of it may be under way.

    `nonce` stands for the identity of a judge that has none: its verdicts are not used again.
    """

    model: Model
    price: Price | None = None
    concurrency: int | None = None
    nonce: str = ""

    @property
    def described(self) -> Mapping[str, Json]:
        """What a task is told of it: label, identity, settings."""
        identity = self.model.identity
        return {
            "label": self.model.label,
            "identity": {"nonce": self.nonce} if identity is None else dict(identity),
            "settings": dict(self.model.answerer.settings),
        }


def graders_of(
    task: QaTask, judge: Judge | None, stack: AsyncExitStack, *, max_retries: int
) -> Mapping[Role, Answerer]:
    """Return who answers for the roles other than the model's.

    Those of this machine are closed with `stack`; the judge, who may serve several runs, is not.
    """
    graders: dict[Role, Answerer] = {}
    if isinstance(task, GradedTask):
        graders |= task.graders()
        for grader in graders.values():
            stack.push_async_callback(grader.close)
    if judge is not None:
        graders["judge"] = Paced(
            judge.model.answerer, limit=judge.concurrency, max_retries=max_retries
        )
    return graders
