"""What a kept leaderboard says of a run: where it comes from, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rbench.leaderboards.entries import Entry, Origin, Status


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands on the board; `history` is oldest first, a sentence each."""

    origin: Origin = "run"
    status: Status = "complete"
    history: tuple[str, ...] = ()

    @property
    def out(self) -> bool:
        """Whether it was withdrawn or superseded."""
        return self.status in ("withdrawn", "superseded")


def standings(entries: Sequence[Entry]) -> Mapping[str, Standing]:
    """Return how runs stand by their folder, of those of which anything is known.

    A run of images has an entry for every evaluator; what became of any is said once.
    """
    found: dict[str, Standing] = {}
    for entry in sorted(entries, key=lambda entry: entry.key):
        if entry.path is None or not entry.history:
            continue
        old = found.get(entry.path)
        said = (*(old.history if old else ()), *entry.history)
        status = old.status if old is not None and old.out else entry.status
        found[entry.path] = Standing(entry.origin, status, tuple(dict.fromkeys(said)))
    return found
