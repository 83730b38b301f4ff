"""Lists, tuples, sets, intervals and named values."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from rbench.metrics.answers.number import read_number
from rbench.metrics.answers.rule import NeedsAlgebra
from rbench.metrics.answers.words import is_wordy

_OPEN, _CLOSE = "([{", ")]}"
_SEPARATOR = re.compile(
    r"[,;]\s*(?:(?:and|or)(?![a-z])|和|或者?|及)?|(?<![a-z])(?:and|or)(?![a-z])|(?<=[^\u4e00-\u9fff])(?:和|或者?)"
    r"|(?<=[\u4e00-\u9fff])或者?|∪|→|-+>",
    re.IGNORECASE,
)
_JOINED = re.compile(r"and|or|和|或|及|∪", re.IGNORECASE)
_NAMED = re.compile(r"(?P<name>[A-Za-zα-ωΑ-Ω∠△][\w'_()∠△° ]{0,20}?) ?= ?(?P<value>[^=]+)")
_POINT = re.compile(
    r"(?:[A-Z]['′]?(?:_?\d)?|(?:[A-Za-z]\w{0,3}'?|\([a-z], ?[a-z](?:, ?[a-z])?\)) ?=) ?"
    r"(?P<tuple>\([^()]*,.*\))"
)
_PATH = re.compile(r"(?:\d{1,3}|[A-Z]\d?)(?: ?(?:-+>?|→) ?(?:\d{1,3}|[A-Z]\d?)){2,}")
_MEMBER = re.compile(r"[A-Za-z] ?∈ ?(?P<set>[\[({].*)", re.DOTALL)
_MOST_UNORDERED = 40
_MOST_ITEMS = 300


@dataclass(frozen=True, slots=True)
class Sequence:
    """Two or more items, or a braced one. `brackets` is "()", "[)", ... or "" for a bare list."""

    items: tuple[str, ...]
    brackets: str
    ordered: bool
    names: tuple[str, ...] = ()
    path: bool = False


@lru_cache(maxsize=1024)
def read_sequence(text: str) -> Sequence | None:
    """Read a list in the notation of `plain_math`; None for a single value.

    Ordered are tuples, bare lists of words joined by commas, as the moves of a game are, and
    what arrows join. The name of a point, as in P(3, 4), is not compared.
    Unordered are sets, bare lists of numbers or letters, and whatever "and" or "or" joins.
    """
    if member := _MEMBER.fullmatch(text):
        text = member["set"].strip()
    if (point := _POINT.fullmatch(text)) and closes_at_end(point["tuple"]):
        text = point["tuple"]
    brackets = ""
    inside = text
    if text[:1] in _OPEN and text and text[-1] in _CLOSE and closes_at_end(text):
        brackets = text[0] + text[-1]
        inside = text[1:-1].strip()
    if "±" in inside and not brackets:
        lone = _NAMED.fullmatch(inside)
        value = lone["value"] if lone else inside
        if value.startswith("±") and not any(sign in value for sign in ",;"):
            return Sequence((value[1:].strip(), f"-{value[1:].strip()}"), "", ordered=False)
    pieces = _split(inside)
    if pieces is None:
        return None
    items, joints = pieces
    if brackets == "{}" and len(items) == 1 and items[0]:
        return Sequence(tuple(items), brackets, ordered=False)
    if len(items) < 2 or not all(items):
        return None
    items = _with_both_signs(items)
    named = [_NAMED.fullmatch(item) for item in items]
    if all(named):
        names = tuple(m["name"].strip() for m in named if m)
        values = tuple(m["value"].strip() for m in named if m)
        if len(set(names)) == len(names):
            return Sequence(values, "", ordered=True, names=names)
        return Sequence(values, "", ordered=len(set(names)) > 1)
    items = [named[0]["value"], *items[1:]] if named[0] and not brackets else items
    by_word = any(_JOINED.search(joint) for joint in joints)
    words = all(is_wordy(item) and len(item) > 1 for item in items)
    path = any(joint[-1:] in ("→", ">") for joint in joints)
    ordered = path or brackets not in ("", "{}") or (not brackets and words and not by_word)
    return Sequence(tuple(items), brackets, ordered=ordered, path=path)


def _with_both_signs(items: list[str]) -> list[str]:
    both: list[str] = []
    for item in items:
        if item[0] == "±":
            both += [item[1:].strip(), f"-{item[1:].strip()}"]
        else:
            both.append(item)
    return both


def closes_at_end(text: str) -> bool:
    """Tell whether the bracket that opens the text is closed by its last sign."""
    depth = 0
    for position, sign in enumerate(text):
        depth += (sign in _OPEN) - (sign in _CLOSE)
        if depth == 0:
            return position == len(text) - 1
    return False


def _split(text: str) -> tuple[list[str], list[str]] | None:
    """Split at the separators outside all brackets."""
    depths, depth = [], 0
    for sign in text:
        depth += (sign in _OPEN) - (sign in _CLOSE)
        depths.append(depth)
    items: list[str] = []
    joints: list[str] = []
    start = 0
    for joint in _SEPARATOR.finditer(text):
        if depths[joint.start()] != 0:
            continue
        if joint[0] == "" or len(items) >= _MOST_ITEMS:
            return None
        items.append(text[start : joint.start()].strip())
        joints.append(joint[0])
        start = joint.end()
    items.append(text[start:].strip())
    return items, joints


def paths_match(answer: str, gold: str) -> bool | None:
    """Compare two paths, such as A-B-C with ABC or 1→2→3 with 1, 2, 3; None for no paths.

    Three stops or more are no difference: A-B-C is not A-C-B, though subtracting says so.
    """
    ours, theirs = _stops(answer), _stops(gold)
    if ours is None or theirs is None:
        return None
    if not (_PATH.fullmatch(answer) or _PATH.fullmatch(gold)):
        return None
    return ours == theirs


def _stops(text: str) -> list[str] | None:
    if _PATH.fullmatch(text):
        return re.findall(r"\w+", text)
    if re.fullmatch("[A-Z]{3,}", text):
        return [*text]
    listed = read_sequence(text)
    return None if listed is None else [*listed.items]


def sequences_match(answer: Sequence, gold: Sequence, equal: Callable[[str, str], bool]) -> bool:
    """Tell whether two lists are the same. `equal` compares an answer's item with a gold's.

    Brackets tell intervals apart, so they count where both sides have two items in them.
    """
    if len(answer.items) != len(gold.items):
        return False
    both_pairs = len(gold.items) == 2 and _is_pair(answer) and _is_pair(gold)
    if both_pairs and answer.brackets != gold.brackets:
        return False
    if gold.names and answer.names and set(gold.names) == set(answer.names):
        values = dict(zip(answer.names, answer.items, strict=True))
        return all(equal(values[n], g) for n, g in zip(gold.names, gold.items, strict=True))
    if gold.names and answer.names:
        return False
    in_order = all(equal(a, g) for a, g in zip(answer.items, gold.items, strict=True))
    if in_order or gold.ordered or answer.path or (answer.ordered and answer.brackets):
        return in_order
    if len(gold.items) > _MOST_UNORDERED:
        return False
    return _matched(answer.items, gold.items, equal)


def _is_pair(sequence: Sequence) -> bool:
    return sequence.brackets not in ("", "{}")


def _matched(
    answers: tuple[str, ...], golds: tuple[str, ...], equal: Callable[[str, str], bool]
) -> bool:
    """Tell whether the items can be paired off: augmenting paths, as rounding is not transitive."""
    partner: dict[int, int] = {}
    alike = [[i for i, a in enumerate(answers) if equal(a, gold)] for gold in golds]

    def place(gold: int, seen: set[int]) -> bool:
        for answer in alike[gold]:
            if answer not in seen:
                seen.add(answer)
                if answer not in partner or place(partner[answer], seen):
                    partner[answer] = gold
                    return True
        return False

    return all(place(gold, set()) for gold in range(len(golds)))


def is_one_number(text: str) -> bool:
    """Tell whether commas in the text may part thousands: "100,200" is a number or a list."""
    try:
        return "," in text and read_number(text) is not None
    except NeedsAlgebra:
        return False
