"""The rule as one who is asked: grades a final answer on this machine, without a judge."""

import asyncio
from collections.abc import Mapping, Sequence

from rbench.errors import UsageError
from rbench.harness.types import Call, Json, Reply
from rbench.metrics.answers.algebra import Algebra, AlgebraError
from rbench.metrics.answers.grade import grade_quickly
from rbench.metrics.answers.rule import RULE_VERSION, rule_options


class RuleGrader:
    """An `Answerer` for the role "rule".

    A request holds ``answer``, ``gold``, ``rule`` (`RuleOptions.protocol`) and, where the question
    has inline options, ``options``, a mapping of letter to text. The reply's text is "1" for a
    right answer and "0" for a wrong one. A grade that cannot be had is a reply with ``error``.
    """

    identity: Mapping[str, Json] | None
    settings: Mapping[str, Json]
    batch: int = 1
    max_concurrency: int | None = 2
    reads_images = False

    def __init__(self) -> None:
        self.identity = {"rule": RULE_VERSION}
        self.settings = {}
        self._algebra = Algebra()

    async def answer(self, calls: Sequence[Call]) -> Sequence[Reply]:
        """Grade each call's answer. Raises nothing: what fails is in `Reply.error`."""
        return [await asyncio.to_thread(self._grade, call.ask.request) for call in calls]

    async def close(self) -> None:
        """End the process that does algebra, if there is one."""
        await asyncio.to_thread(self._algebra.close)

    def _grade(self, request: Mapping[str, Json]) -> Reply:
        answer, gold, options = request["answer"], request["gold"], request.get("options")
        try:
            rule = rule_options(request["rule"])
            right = grade_quickly(answer, gold, options, rule)
            if right is None:
                right = self._algebra.equal(answer, gold, rule, options)
        except (AlgebraError, UsageError) as error:
            return Reply(error=str(error))
        return Reply(text="1" if right else "0")
