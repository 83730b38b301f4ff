"""From entries to a board: a group for every protocol of a task, ranked once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from rbench.leaderboards.entries import Board, Column, Entry, Figure, Group, Ranked
from rbench.leaderboards.protocol_words import differences, is_published, titles
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
    named = titles(task, {members[0].protocol_id: members[0].protocol for members in ordered})
    for members in ordered:
        protocol = members[0].protocol
        ranked, below = _ranked(members, test)
        yield Group(
            task=task,
            protocol_id=members[0].protocol_id,
            title=named[members[0].protocol_id],
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
    able = [entry for entry in members if entry.status == "complete" and _has_value(entry)]
    by = _most_common(map(_ranked_by, able))
    fit = [entry for entry in able if _ranked_by(entry) == by]
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
    return tuple(ranked), tuple(Ranked(entry, None, why=_why(entry, by)) for entry in rest)


_RankedBy: TypeAlias = tuple[Column, str, bool | None]


def _ranked_by(entry: Entry) -> _RankedBy | None:
    """Return what an entry's value is: its column, unit and direction; None without a figure."""
    figure = _headline(entry)
    if figure is None or entry.headline is None:
        return None
    return entry.headline, figure.unit, figure.higher_is_better


def _most_common(kinds: Iterable[_RankedBy | None]) -> _RankedBy | None:
    """Return what most are ranked by; entries that others state may be of another kind."""
    counted = Counter(kind for kind in kinds if kind is not None)
    return min(counted, key=lambda kind: (-counted[kind], str(kind)), default=None)


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


def _why(entry: Entry, by: _RankedBy | None) -> str:
    """Say why an entry is not in a ranking by this."""
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
    if figure.value is not None and by is not None:
        return f"its number is {_of(_ranked_by(entry))}, where the others have {_of(by)}"
    return f"{name} has no value" + (f": {figure.note}" if figure.note else "")


def _of(kind: _RankedBy | None) -> str:
    """Say what a number is: ``mean accuracy in %, larger is better``."""
    if kind is None:
        return "nothing"
    column, unit, higher = kind
    way = {True: "larger is better", False: "smaller is better", None: "no better direction"}
    name = " ".join(filter(None, column))
    return f"{name}{f' in {unit}' if unit else ''}, {way[higher]}"


def _columns(members: Sequence[Entry]) -> tuple[Column, ...]:
    """Return the columns of all members, first what ranks most of them, then other headlines."""
    by = _most_common(map(_ranked_by, members))
    first = [] if by is None else [by[0]]
    headlines = [entry.headline for entry in members if _headline(entry) and entry.headline]
    figures = (column for entry in members for column in entry.figures)
    return tuple(dict.fromkeys([*first, *headlines, *figures]))
