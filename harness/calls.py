"""`Calls`: the journal looked up, the model's replies by call and the grades by what was asked."""

from collections.abc import Iterable

from rbench.harness.canonical import request_digest
from rbench.harness.journal import CallKey, Entry
from rbench.harness.types import Ask


class Calls:
    """The entry that counts of every call: the last one.

    A failure never replaces an answer to the same request: when a batch is done again and the
    model is gone, what it had answered stays. A grade belongs to its request and not to a
    sample: whoever asks a judge the same again gets what it said.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._replies: dict[CallKey, Entry] = {}
        self._grades: dict[tuple[str, str], Entry] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Take an entry that is later than all before."""
        if entry.role == "model":
            known = self._replies.get(entry.key)
            if _replaces(entry, known):
                self._replies[entry.key] = entry
        elif _replaces(entry, self._grades.get((entry.role, entry.request))):
            self._grades[entry.role, entry.request] = entry

    def find(self, item: str, repeat: int, ordinal: int, ask: Ask) -> Entry | None:
        """Return the entry for this very request, if there is one; it may be a failure."""
        if ask.role != "model":
            return self._grades.get((ask.role, request_digest(ask.role, ask.request)))
        entry = self._replies.get((item, repeat, ordinal))
        if entry is None:  # nothing to compare with, so nothing is hashed
            return None
        return entry if entry.request == request_digest(ask.role, ask.request) else None


def _replaces(entry: Entry, known: Entry | None) -> bool:
    return (
        known is None
        or entry.reply.error is None
        or known.reply.error is not None
        or known.request != entry.request
    )
