"""Evaluating, resuming and scoring again are one replay of journalled calls."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rbench.harness.calls import Calls
from rbench.harness.plan import SampleKey
from rbench.harness.types import Ask, Item, QaTask, Reply, Sample, Score

NOT_ASKED = "not asked yet"


def next_step(
    task: QaTask, item: Item, repeat: int, calls: Calls
) -> tuple[tuple[Ask, ...], tuple[Reply, ...], Ask | Score]:
    """Replay one sample as far as the journal goes.

    Returns the asks and replies so far and what comes next. A journalled call counts only for
    the very same request. A failure of the model ends the sample as *errored*; that of a grader
    is the task's to decide about.
    """
    asks: list[Ask] = []
    replies: list[Reply] = []
    while True:
        step = task.step(item, replies)
        if isinstance(step, Score):
            return tuple(asks), tuple(replies), step
        entry = calls.find(item.id, repeat, len(replies), step)
        if entry is None:
            return tuple(asks), tuple(replies), step
        asks.append(step)
        replies.append(entry.reply)
        if entry.reply.error is not None and step.role == "model":
            return tuple(asks), tuple(replies), Score("errored", why=entry.reply.error)


def replay(task: QaTask, wanted: Iterable[SampleKey], calls: Calls) -> Iterator[Sample]:
    """Yield the wanted samples, in the order given. What was not asked yet is *errored*."""
    by_id = {item.id: item for item in task.items}
    for item_id, repeat in wanted:
        item = by_id[item_id]
        asks, replies, step = next_step(task, item, repeat, calls)
        if isinstance(step, Ask):
            asks, step = (*asks, step), Score("errored", why=NOT_ASKED)
        yield Sample(item, repeat, asks, replies, step)


def wanted_samples(items: Sequence[Item], selection: Mapping[str, int]) -> list[SampleKey]:
    """List the selected samples: repeats outermost, items in the task's order."""
    repeats = max(selection.values(), default=0)
    return [(i.id, r) for r in range(repeats) for i in items if selection.get(i.id, 0) > r]
