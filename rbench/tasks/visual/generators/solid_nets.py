"""Nets of a cube: the eleven shapes, and two ways to fold one."""

from collections.abc import Mapping
from typing import TypeAlias

Cell: TypeAlias = tuple[int, int]  # column, row; rows count downwards
Vector: TypeAlias = tuple[int, int, int]

# The eleven nets, up to turning and flipping over. A row of cells a line.
SHAPES: tuple[tuple[str, ...], ...] = (
    ("#...", "####", "#..."),
    ("#...", "####", ".#.."),
    ("#...", "####", "..#."),
    ("#...", "####", "...#"),
    (".#..", "####", ".#.."),
    (".#..", "####", "..#."),
    ("##..", ".###", ".#.."),
    ("##..", ".###", "..#."),
    ("##..", ".###", "...#"),
    ("###..", "..###"),
    ("##..", ".##.", "..##"),
)

UP: Vector = (0, 0, 1)
EAST: Vector = (1, 0, 0)
NORTH: Vector = (0, 1, 0)

_STEPS: tuple[Cell, ...] = ((1, 0), (-1, 0), (0, 1), (0, -1))


def cells_of(shape: tuple[str, ...], *, quarter_turns: int, flipped: bool) -> list[Cell]:
    """Return the cells of a shape, turned and flipped, from column 0 and row 0 on."""
    cells = [(x, y) for y, row in enumerate(shape) for x, mark in enumerate(row) if mark == "#"]
    if flipped:
        cells = [(-x, y) for x, y in cells]
    for _ in range(quarter_turns):
        cells = [(-y, x) for x, y in cells]
    left, top = min(x for x, _ in cells), min(y for _, y in cells)
    return sorted((x - left, y - top) for x, y in cells)


def fold(cells: list[Cell]) -> dict[Cell, Vector]:
    """Fold by turning a frame of vectors over each edge; return the outward normal of each cell.

    The net is seen from outside. The first cell looks up, its right side is east and its upper
    side is north.
    """
    frames: dict[Cell, tuple[Vector, Vector, Vector]] = {cells[0]: (UP, EAST, NORTH)}
    waiting = [cells[0]]
    while waiting:
        x, y = waiting.pop()
        normal, right, up = frames[x, y]
        over = {
            (x + 1, y): (right, _minus(normal), up),
            (x - 1, y): (_minus(right), normal, up),
            (x, y - 1): (up, right, _minus(normal)),
            (x, y + 1): (_minus(up), right, normal),
        }
        for cell, frame in over.items():
            if cell in cells and cell not in frames:
                frames[cell] = frame
                waiting.append(cell)
    return {cell: frame[0] for cell, frame in frames.items()}


def _minus(v: Vector) -> Vector:
    return (-v[0], -v[1], -v[2])


# A die as six names: top, bottom, north, south, east, west. A roll permutes their places.
ROLLS: Mapping[Cell, tuple[int, int, int, int, int, int]] = {
    (1, 0): (5, 4, 2, 3, 0, 1),
    (-1, 0): (4, 5, 2, 3, 1, 0),
    (0, -1): (3, 2, 0, 1, 4, 5),
    (0, 1): (2, 3, 1, 0, 4, 5),
}


def rolled(die: tuple[str, ...], step: Cell) -> tuple[str, ...]:
    """Return the die after it was tipped over one edge."""
    return tuple(die[place] for place in ROLLS[step])


def wrapped(letters: Mapping[Cell, str], start: Cell) -> tuple[str, ...]:
    """Fold by rolling a blank die over the net, whose letters stick to it; return the die.

    It stands on the cell `start`, so that this letter is at the bottom; what sticks to it is seen
    from outside as in a mirror, which is set right by exchanging east and west.
    """
    places = ("top", "bottom", "north", "south", "east", "west")
    name_of: dict[str, str] = {}
    seen = {start}
    waiting: list[tuple[Cell, tuple[str, ...]]] = [(start, places)]
    while waiting:
        cell, die = waiting.pop()
        name_of[die[1]] = letters[cell]
        for step in _STEPS:
            following = (cell[0] + step[0], cell[1] + step[1])
            if following in letters and following not in seen:
                seen.add(following)
                waiting.append((following, rolled(die, step)))
    die = tuple(name_of[place] for place in places)
    return (*die[:4], die[5], die[4])
