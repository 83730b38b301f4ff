"""The loop that answers a cell: units in, journal lines out.

A unit goes round by round: every sample of it that asks something is answered in the same call
of the adapter, so that a local batch is always the same batch. A round of which one reply is
missing in the journal is done again whole. Graders are asked one request at a time, and the same
request once: a grade never depends on its company.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rbench.errors import CostLimitReached, ModelError, RbenchError
from rbench.harness.calls import Calls
from rbench.harness.canonical import request_digest
from rbench.harness.journal import Entry, Journal
from rbench.harness.plan import SampleKey, Unit
from rbench.harness.replay import NOT_ASKED
from rbench.harness.types import Answerer, Ask, Blobs, Call, Item, QaTask, Reply, Role, Score


@dataclass(slots=True)
class Counts:
    """Live counts of a run, for displays. `done` includes `resumed`; `tokens` are the model's."""

    total: int = 0
    resumed: int = 0
    done: int = 0
    no_answer: int = 0
    truncated: int = 0
    errored: int = 0
    tokens: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Sample:
    """One sample on its way: what was replied so far, and the score once it has one."""

    item: Item
    repeat: int
    replies: list[Reply]
    score: Score | None = None


class Loop:
    """Answers the units of one cell and journals every reply.

    `answerers` has one per role; a sample that asks what is not in the journal of a role that is
    not there stays *errored*, not asked yet. `calls` is what the journal held at the start.
    `on_entries` is told of every new entry. A `CostLimitReached` that it raises ends the run when
    the calls under way have come back; any other error ends it at once, and the calls in flight
    with it.
    """

    def __init__(
        self,
        task: QaTask,
        answerers: Mapping[Role, Answerer],
        journal: Journal,
        calls: Calls,
        *,
        seed: int,
        wanted: Iterable[SampleKey],
        counts: Counts,
        on_entries: Callable[[Sequence[Entry]], None],
        blobs: Blobs | None = None,
    ) -> None:
        self._task = task
        self._items = {item.id: item for item in task.items}
        self._answerers = answerers
        self._journal = journal
        self._calls = calls
        self._seed = seed
        self._wanted = frozenset(wanted)
        self._counts = counts
        self._on_entries = on_entries
        self._blobs = blobs
        self._grading: dict[tuple[Role, str], asyncio.Lock] = {}
        self._graded: dict[tuple[Role, str], Reply] = {}

    async def run(self, units: Iterable[Unit], concurrency: int) -> None:
        """Answer all units, at most `concurrency` at a time. The first failure ends the rest."""
        pending = deque(units)
        limits: list[CostLimitReached] = []

        async def work() -> None:
            try:
                while pending:
                    await self._answer_unit(pending.popleft())
            except CostLimitReached as limit:
                pending.clear()  # what is under way is paid for: it is waited for and kept
                limits.append(limit)
            except BaseException:
                pending.clear()  # at once, before another worker takes its next unit
                raise

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(concurrency, len(pending))):
                    group.create_task(work())
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None
        if limits:
            raise limits[-1]

    async def _answer_unit(self, unit: Unit) -> None:
        samples = [_Sample(self._items[item_id], repeat, []) for item_id, repeat in unit.samples]
        while True:
            answering: list[tuple[_Sample, Ask]] = []
            grading: list[tuple[_Sample, Ask]] = []
            for sample in samples:
                if sample.score is None:
                    step = self._task.step(sample.item, sample.replies)
                    if isinstance(step, Score):
                        sample.score = step
                    elif not self._can_answer(sample, step):
                        sample.score = Score("errored", why=NOT_ASKED)
                    elif step.role == "model":
                        answering.append((sample, step))
                    else:
                        grading.append((sample, step))
            if not answering and not grading:
                break
            if answering:
                await self._round(answering)
            if grading:
                grades = (self._grade(sample, ask) for sample, ask in grading)
                for failure in await asyncio.gather(*grades, return_exceptions=True):
                    if failure is not None:  # the others have come back by now, and are kept
                        raise failure
        for sample in samples:
            self._count(sample)

    def _can_answer(self, sample: _Sample, ask: Ask) -> bool:
        return ask.role in self._answerers or self._journalled([(sample, ask)]) is not None

    async def _round(self, group: Sequence[tuple[_Sample, Ask]]) -> None:
        """Give every sample of the group the model's reply: from the journal if all are there."""
        replies = self._journalled(group) or await self._answer("model", group)
        for (sample, _), reply in zip(group, replies, strict=True):
            sample.replies.append(reply)
            if reply.error is not None:
                sample.score = Score("errored", why=reply.error)

    async def _grade(self, sample: _Sample, ask: Ask) -> None:
        """Give one sample its grade: from the journal, or from another that asked the same."""
        key = (ask.role, request_digest(ask.role, ask.request))
        async with self._grading.setdefault(key, asyncio.Lock()):
            reply = self._graded.get(key)
            if reply is None:
                found = self._journalled([(sample, ask)]) or await self._answer(
                    ask.role, [(sample, ask)]
                )
                reply = self._graded[key] = found[0]
        sample.replies.append(reply)

    def _journalled(self, group: Sequence[tuple[_Sample, Ask]]) -> Sequence[Reply] | None:
        replies = []
        for sample, ask in group:
            entry = self._calls.find(sample.item.id, sample.repeat, len(sample.replies), ask)
            if entry is None or entry.reply.error is not None:
                return None
            replies.append(entry.reply)
        return replies

    async def _answer(self, role: Role, group: Sequence[tuple[_Sample, Ask]]) -> Sequence[Reply]:
        calls = [
            Call(sample.item, sample.repeat, len(sample.replies), ask, self._seed, self._blobs)
            for sample, ask in group
        ]
        replies = await self._attempt(self._answerers[role], calls)
        entries = [
            Entry(c.item.id, c.repeat, c.ordinal, role, request_digest(role, c.ask.request), reply)
            for c, reply in zip(calls, replies, strict=True)
        ]
        self._journal.append(entries)
        for entry in entries if role == "model" else ():
            for kind, count in entry.reply.usage.items():
                self._counts.tokens[kind] = self._counts.tokens.get(kind, 0) + count
        self._on_entries(entries)
        return replies

    async def _attempt(self, answerer: Answerer, calls: Sequence[Call]) -> Sequence[Reply]:
        """Ask. The sample boundary: what an adapter did not foresee costs its samples only."""
        try:
            replies = await answerer.answer(calls)
        except RbenchError:
            raise
        except Exception as error:  # noqa: BLE001  (the sample boundary)
            return [Reply(error=f"{type(error).__name__}: {error}")] * len(calls)
        if len(replies) != len(calls) or not all(isinstance(r, Reply) for r in replies):
            raise ModelError(
                f"the adapter answered {len(calls)} calls with {type(replies).__name__} of "
                f"{len(replies)}, and not with a list of as many Reply."
            )
        return [_checked(reply) for reply in replies]

    def _count(self, sample: _Sample) -> None:
        if (sample.item.id, sample.repeat) not in self._wanted or sample.score is None:
            return
        self._counts.done += 1
        match sample.score.outcome:
            case "no_answer":
                self._counts.no_answer += 1
            case "truncated":
                self._counts.truncated += 1
            case "errored":
                self._counts.errored += 1


def _checked(reply: Reply) -> Reply:
    """Refuse scores that are no numbers: nothing can be ranked by them."""
    for kind, scores in reply.option_scores.items():
        for letter, score in scores.items():
            if not math.isfinite(score):
                return Reply(error=f"the {kind} of option {letter} is {score}, not a number")
    return reply
