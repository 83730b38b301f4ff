"""The journal of a run: whole lines, of questions that are there, for the prompts of now."""

from collections import Counter, deque
from collections.abc import Sequence
from pathlib import Path

from rbench.harness.canonical import request_digest
from rbench.harness.journal import CallKey, Entry
from rbench.harness.replay import NOT_ASKED
from rbench.harness.types import Item, Sample
from rbench.harness.verify.checks import Check, differs, unchecked, verified

_SHOWN = 5


def journal(path: Path, entries: Sequence[Entry], items: Sequence[Item]) -> Check:
    """Check that all lines are of questions of the run; a torn last line is no fault."""
    known = {item.id for item in items}
    strange = Counter(entry.item for entry in entries if entry.item not in known)
    if strange:
        return differs(
            "journal",
            f"{sum(strange.values())} lines are of questions that items.jsonl does not hold: "
            f"{_some(list(strange))}",
        )
    text = f"{len(entries)} calls"
    torn = torn_bytes(path)
    if torn:
        text += (
            f"; the last line is torn ({torn} bytes), as a killed run leaves it, and is passed over"
        )
    return verified("journal", text)


def torn_bytes(path: Path) -> int:
    """Return the length of an unfinished last line."""
    if not path.exists():
        return 0
    with path.open("rb") as file:
        last = deque(file, maxlen=1)
    return sum(len(line) for line in last if not line.endswith(b"\n"))


def requests(entries: Sequence[Entry], samples: Sequence[Sample]) -> Check:
    """Check that every reply was given to the prompt that the task makes now."""
    kept: dict[CallKey, Entry] = {e.key: e for e in entries if e.role == "model"}
    matched, other, ungraded = 0, [], 0
    for sample in samples:
        matched += len(sample.replies)
        if sample.score.why != NOT_ASKED or len(sample.asks) == len(sample.replies):
            continue
        ask = sample.asks[-1]
        if ask.role != "model":
            ungraded += 1
            continue
        entry = kept.get((sample.item.id, sample.repeat, len(sample.replies)))
        if entry is not None and entry.request != request_digest(ask.role, ask.request):
            other.append(f"{sample.item.id} (repeat {sample.repeat})")
    if other:
        return differs(
            "requests",
            f"{len(other)} replies are to other prompts than the task makes now: {_some(other)}",
        )
    if ungraded:
        return unchecked(
            "requests", f"{ungraded} replies have no grade for what the task asks its graders now"
        )
    return verified("requests", f"{matched} replies to the very requests that the task makes")


def answered(samples: Sequence[Sample]) -> int:
    """Return how many samples have all their replies."""
    return sum(sample.score.why != NOT_ASKED for sample in samples)


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
