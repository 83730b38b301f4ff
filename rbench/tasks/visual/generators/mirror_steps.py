"""`step_through`: light in a box of mirrors, followed from cell to cell."""

from collections.abc import Sequence
from dataclasses import dataclass

_UP, _RIGHT, _DOWN, _LEFT = range(4)
_MOVES = ((0, -1), (1, 0), (0, 1), (-1, 0))  # (dx, dy), y down
_TURNS = {
    "/": (_RIGHT, _UP, _LEFT, _DOWN),
    "\\": (_LEFT, _DOWN, _RIGHT, _UP),
}
_TURNS |= {"z": _TURNS["/"], "n": _TURNS["\\"]}


@dataclass(frozen=True, slots=True)
class Passage:
    """What light does: the openings it leaves by, and how much there was to follow.

    `states` counts pairs of cell and direction, `halves` the half-transparent mirrors met,
    `crossed` are the cells it came through, as (row, column).
    """

    exits: frozenset[int]
    states: int
    halves: int
    crossed: Sequence[tuple[int, int]]


def port_cell(port: int, size: int) -> tuple[int, int, tuple[int, int]]:
    """Return row and column of an opening's cell, and the direction (dx, dy) inwards.

    Openings are counted clockwise from the top left corner, from 0 to 4 * size - 1.
    """
    side, i = divmod(port, size)
    j = size - 1 - i
    r, c = ((0, i), (i, size - 1), (size - 1, j), (j, 0))[side]
    return r, c, _MOVES[(side + 2) % 4]


def step_through(cells: Sequence[Sequence[str]], entry: int) -> Passage:
    """Follow the light that enters at the opening `entry` (signs: see `MirrorMaze`)."""
    size = len(cells)
    r, c, inwards = port_cell(entry, size)
    waiting = [(r, c, _MOVES.index(inwards))]
    seen: set[tuple[int, int, int]] = set()
    exits: set[int] = set()
    while waiting:
        state = r, c, direction = waiting.pop()
        if not (0 <= r < size and 0 <= c < size):
            exits.add(_port(r, c, size))
            continue
        if state in seen:
            continue
        seen.add(state)
        sign = cells[r][c]
        ways = [] if sign == "#" else [direction]
        if sign in _TURNS:
            turned = _TURNS[sign][direction]
            ways = [turned, direction] if sign in "zn" else [turned]
        for way in ways:
            dx, dy = _MOVES[way]
            waiting.append((r + dy, c + dx, way))
    crossed = sorted({(r, c) for r, c, _ in seen})
    halves = sum(cells[r][c] in "zn" for r, c in crossed)
    return Passage(frozenset(exits), len(seen), halves, crossed)


def _port(r: int, c: int, size: int) -> int:
    if r < 0:
        return c
    if c >= size:
        return size + r
    if r >= size:
        return 3 * size - 1 - c
    return 4 * size - 1 - r
