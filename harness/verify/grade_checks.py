"""The kept grades of the graders on this machine, given again: the rule's, and of drawings."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from rbench.harness.canonical import request_digest
from rbench.harness.event_loop import run_to_end
from rbench.harness.graders import graders_of
from rbench.harness.types import Ask, Blobs, Call, GradedTask, QaTask, Reply, Sample
from rbench.harness.verify.checks import Check, differs, unchecked, verified

_SHOWN = 5


def grades(task: QaTask, samples: Sequence[Sample], blobs: Blobs) -> Check | None:
    """Check that the graders say again what they said; None where none on this machine did.

    Verdicts of a judge, who is another model, are taken as they are.
    """
    if not isinstance(task, GradedTask):
        return None
    kept: dict[tuple[str, str], tuple[Sample, Ask, Reply]] = {}
    for sample in samples:
        for ask, reply in zip(sample.asks, sample.replies, strict=False):
            if ask.role not in ("model", "judge") and reply.error is None:
                kept[ask.role, request_digest(ask.role, ask.request)] = (sample, ask, reply)
    if not kept:
        return None
    again = run_to_end(_again(task, kept, blobs))
    other, failed = [], []
    for key, (sample, ask, reply) in kept.items():
        now = again.get(key)
        if now is None or now.error is not None:
            failed.append("no such grader" if now is None else str(now.error))
        elif now.text != reply.text:
            other.append(
                f"{sample.item.id} ({ask.role}: {reply.text} stands, {now.text} comes out)"
            )
    if other:
        more = f" and {len(other) - _SHOWN} more" if len(other) > _SHOWN else ""
        return differs(
            "grades", f"{len(other)} grades come out otherwise: {', '.join(other[:_SHOWN])}{more}"
        )
    if failed:
        return unchecked(
            "grades", f"{len(failed)} of {len(kept)} grades could not be given again: {failed[0]}"
        )
    return verified("grades", f"{len(kept)} grades given again on this machine are the same")


async def _again(
    task: QaTask, kept: Mapping[tuple[str, str], tuple[Sample, Ask, Reply]], blobs: Blobs
) -> dict[tuple[str, str], Reply]:
    found = {}
    async with AsyncExitStack() as stack:
        graders = graders_of(task, None, stack, max_retries=0)
        for key, (sample, ask, _) in kept.items():
            grader = graders.get(ask.role)
            if grader is None:
                continue
            call = Call(sample.item, sample.repeat, 0, ask, 0, blobs)
            (found[key],) = await grader.answer([call])
    return found
