"""From entries to a board: a group for every protocol of a task, ranked once."""

from collections.abc import Iterator, Sequence

from rbench.leaderboards.entries import Board, Column, Entry, Figure, Group, Ranked
from rbench.leaderboards.protocol_words import differences, is_published, title
from rbench.leaderboards.tiers import PairTest, tiers

ORDER_ONLY = "No interval: the order alone means little."
_STATUSES = ("complete", "not comparable", "incomplete", "superseded", "withdrawn")


def build_board(
    entries: Sequence[Entry], *, test: PairTest | None = None, command: str = ""
) -> Board:
    """Return the board of these entries; their order changes nothing.

    A group holds one protocol. Groups of runs stand before those of published figures, and the
    fullest of each before the others; every group says how its protocol differs from that of the
    task's first. `test` tells runs apart by their samples (see `tiers`). Raises `ValueError`
    where two entries have one key.
    """
    if len({entry.key for entry in entries}) < len(entries):
        raise ValueError("two entries of a board have the same key")
    tasks = sorted({entry.task for entry in entries})
    return Board({task: tuple(_groups(task, entries, test)) for task in tasks}, command)


def _groups(task: str, entries: Sequence[Entry], test: PairTest | None) -> Iterator[Group]:
    found: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.key):
        if entry.task == task:
            found.setdefault(entry.protocol_id, []).append(entry)
    ordered = sorted(found.values(), key=_first_groups_first)
    first = ordered[0][0].protocol
    for members in ordered:
        protocol = members[0].protocol
        ranked, below = _ranked(members, test)
        yield Group(
            task=task,
            protocol_id=members[0].protocol_id,
            title=title(task, protocol),
            differs=() if members is ordered[0] else differences(protocol, first),
            columns=_columns(members),
            ranked=ranked,
            below=below,
        )


def _first_groups_first(members: Sequence[Entry]) -> tuple[bool, bool, int, str]:
    complete = sum(entry.status == "complete" for entry in members)
    protocol = members[0].protocol
    return (is_published(protocol), "variants of" in protocol, -complete, members[0].protocol_id)


def _ranked(
    members: Sequence[Entry], test: PairTest | None
) -> tuple[tuple[Ranked, ...], tuple[Ranked, ...]]:
    fit = [entry for entry in members if entry.status == "complete" and _has_value(entry)]
    fit.sort(key=_by_value)
    places = tiers(fit, test) if fit else []
    ranked = [
        Ranked(entry, place.tier, place.best, "" if place.tier is not None else ORDER_ONLY)
        for entry, place in zip(fit, places, strict=True)
    ]
    chosen = {entry.key for entry in fit}
    rest = [entry for entry in members if entry.key not in chosen]
    rest.sort(
        key=lambda entry: (_STATUSES.index(entry.status), not _has_value(entry), _by_value(entry))
    )
    return tuple(ranked), tuple(Ranked(entry, None, why=_why(entry)) for entry in rest)


def _headline(entry: Entry) -> Figure | None:
    return None if entry.headline is None else entry.figures.get(entry.headline)


def _has_value(entry: Entry) -> bool:
    figure = _headline(entry)
    return figure is not None and figure.value is not None


def _by_value(entry: Entry) -> tuple[float, int, str]:
    """Return what sorts the best first; of published equals the first in its source."""
    figure = _headline(entry)
    order = entry.source.order if entry.source else 0
    if figure is None or figure.value is None:
        return 0.0, order, entry.key
    return -figure.value if figure.higher_is_better else figure.value, order, entry.key


def _why(entry: Entry) -> str:
    """Say why an entry is not ranked."""
    if entry.status in ("withdrawn", "superseded"):
        return entry.history[-1] if entry.history else entry.status
    if entry.status != "complete":
        return entry.status
    figure = _headline(entry)
    if entry.headline is None:
        return "it has no number that ranks"
    name = " ".join(filter(None, entry.headline))
    if figure is None:
        return f"{name} is missing"
    return f"{name} has no value" + (f": {figure.note}" if figure.note else "")


def _columns(members: Sequence[Entry]) -> tuple[Column, ...]:
    """Return the columns of all members, the headline first."""
    headlines = [entry.headline for entry in members if entry.headline is not None]
    return tuple(dict.fromkeys([*headlines, *(c for entry in members for c in entry.figures)]))
