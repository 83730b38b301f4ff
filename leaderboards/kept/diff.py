"""What differs between two boards: entries, figures, status, tiers."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rbench.harness.types import Json
from rbench.leaderboards.kept.sides import BoardLine, Numbers, Side

Kind: TypeAlias = Literal["figure", "status", "tier", "about"]

_COMPARED = (
    "value", "unit", "ci_low", "ci_high", "low", "high", "spread", "n", "clusters", "no_answer",
    "truncated", "errored",
)  # fmt: skip
"""The fields of a figure that are compared; what is said about it is not."""

_ABOUT = ("model", "task", "protocol_id", "origin")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing of an entry that changed.

    `what` is ``status``, ``tier``, a field of `_ABOUT`, or of a figure ``overall accuracy`` with
    ``: ci_low`` and the like behind where it is not the value. `by` is new less old, in `unit`.
    """

    kind: Kind
    key: str
    task: str
    model: str
    what: str
    old: Json
    new: Json
    by: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class BoardDiff:
    """All that differs, sorted by key; `same` counts the entries that do not."""

    old: str
    new: str
    added: tuple[BoardLine, ...]
    removed: tuple[BoardLine, ...]
    changes: tuple[Change, ...]
    same: int
    faults: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether anything does, or could not be read."""
        return bool(self.added or self.removed or self.changes or self.faults)


def board_diff(old: Side, new: Side) -> BoardDiff:
    """Compare two boards, entry by entry, by their keys.

    Numbers must be equal. Published figures count only where both are exported boards: folders
    hold none. That a run at hand is a kept entry on the other side is no difference.
    """
    both = old.exported and new.exported
    first = {k: v for k, v in old.lines.items() if both or v.origin != "published"}
    second = {k: v for k, v in new.lines.items() if both or v.origin != "published"}
    common = sorted(first.keys() & second.keys())
    changes = [change for key in common for change in _changes(first[key], second[key])]
    changed = {change.key for change in changes}
    return BoardDiff(
        old=old.name,
        new=new.name,
        added=tuple(second[key] for key in sorted(second.keys() - first.keys())),
        removed=tuple(first[key] for key in sorted(first.keys() - second.keys())),
        changes=tuple(changes),
        same=sum(key not in changed for key in common),
        faults=(*old.faults, *new.faults),
    )


def _changes(old: BoardLine, new: BoardLine) -> Iterator[Change]:
    def change(kind: Kind, what: str, before: Json, after: Json, unit: str = "") -> Change:
        by = _apart(before, after) if kind == "figure" else None
        return Change(kind, new.key, new.task, new.model, what, before, after, by, unit)

    for name in _ABOUT:
        before, after = getattr(old, name), getattr(new, name)
        if before != after and not (name == "origin" and "run" in (before, after)):
            yield change("about", name, before, after)
    if old.status != new.status:
        yield change("status", "status", old.status, new.status)
    if old.tier != new.tier:
        yield change("tier", "tier", old.tier, new.tier)
    for column in dict.fromkeys([*old.figures, *new.figures]):
        name = " ".join(filter(None, column))
        before, after = old.figures.get(column), new.figures.get(column)
        if before is None or after is None:
            yield change("figure", name, _value(before), _value(after), _unit(after or before))
            continue
        for field in _COMPARED:
            if before.get(field) != after.get(field):
                what = name if field == "value" else f"{name}: {field}"
                yield change("figure", what, before.get(field), after.get(field), _unit(after))


def _value(figure: Numbers | None) -> Json:
    """Return a figure's value, or why there is none."""
    if figure is None:
        return "not there"
    return "no value" if figure.get("value") is None else figure["value"]


def _unit(figure: Numbers | None) -> str:
    return str((figure or {}).get("unit") or "")


def _apart(old: Json, new: Json) -> float | None:
    numbers = [v for v in (old, new) if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) < 2:
        return None
    by = float(new) - float(old)
    return by if math.isfinite(by) else None
