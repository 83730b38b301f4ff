"""A task with a local grader and a judge, for tests of the harness itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rbench.harness.types import Answerer, Ask, Item, Json, Reply, Role, Row, Sample, Score
from tests.harness.fakes import Scripted


@dataclass(frozen=True)
class JudgedEcho:
    """Asks the model, then a rule, then the judge (where there is one) up to `tries` times.

    The grades look at the reply's text only, so that equal replies are equal requests.
    """

    items: Sequence[Item]
    judge: str | None = "j"
    rule: Scripted = field(default_factory=lambda: Scripted(lambda call: Reply(text="1")))
    tries: int = 3
    name: str = "judged-echo"
    version: str = "1"
    warnings: Sequence[str] = ()

    def asked(self) -> Mapping[str, Json]:
        return {}

    def scored(self) -> Mapping[str, Json]:
        return {"judge": self.judge}

    def state(self) -> Mapping[str, Json]:
        return {"judge": self.judge}

    def graders(self) -> Mapping[Role, Answerer]:
        return {"rule": self.rule}

    def with_judge(self, judge: Mapping[str, Json] | None, prompts: Path | None) -> "JudgedEcho":
        return replace(self, judge=None if judge is None else judge["label"])

    def step(self, item: Item, so_far: Sequence[Reply]) -> Ask | Score:
        if not so_far:
            return Ask("model", {"messages": [{"role": "user", "content": item.data["question"]}]})
        reply, *grades = so_far
        if not grades:
            return Ask("rule", {"answer": reply.text})
        rule, *verdicts = grades
        values: dict[str, float] = {}
        failed: dict[str, str] = {}
        if rule.error is None:
            values["rule"] = float(rule.text or 0)
        else:
            failed["rule"] = rule.error
        if self.judge is not None:
            last = verdicts[-1] if verdicts else Reply(text="")
            if last.error is not None:
                failed["judge"] = last.error
            elif last.text in ("0", "1"):
                values["judge"] = float(last.text)
            elif len(verdicts) < self.tries:
                asked = [{"role": "user", "content": f"is {reply.text} right?"}]
                return Ask("judge", {"messages": asked, "judge": self.judge, "try": len(verdicts)})
            else:
                failed["judge"] = f"no verdict in {self.tries} tries"
        headline = "rule" if self.judge is None else "judge"
        if headline in failed:
            return Score("errored", values, why=failed[headline], failed=failed)
        return Score("scored", {"correct": values[headline], **values}, reply.text, failed=failed)

    def rows(self, samples: Sequence[Sample], *, tolerate_errors: bool) -> Sequence[Row]:
        right = sum(s.score.values.get("correct", 0.0) for s in samples)
        return [Row(self.name, "en", "accuracy", right / len(samples), len(samples), 1)]
