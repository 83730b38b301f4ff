"""Scores a route that was drawn into a maze.

The route must lead from the start's cell to the cell of the right exit through open passages.
Tolerances, in pixels of the picture:

- A cell is marked by red pixels in its core, which begins `TOLERANCE` pixels beside its walls;
  so much may a line run over a wall without passing it. Beside the start's letter and the right
  exit, any red within the walls will do.
- Gaps of up to `GAP` pixels in a line do not count.
- A wall is passed where red leads from the core of one cell to that of the next, more than
  `TOLERANCE` pixels from the ends of that wall.
- Cells off the route may be marked: `STRAY_CELLS`, or `STRAY` of the route where that is more.
- No piece of wall, one cell long, may be missing or new unless red hides it.
"""

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from rbench.tasks.visual.drawn import DrawingRefused, Marks, Mask, read_marks
from rbench.tasks.visual.generators.maze_grid import SIDES, WALL, Cell, Grid
from rbench.tasks.visual.generators.maze_solvers import exits_in_the_same_part
from rbench.tasks.visual.question import DrawnScore

if TYPE_CHECKING:
    from PIL import Image

T = TypeVar("T", bound=np.generic)

TOLERANCE = 2
GAP = 2
STRAY_CELLS = 2
STRAY = 0.1

_LABEL = 9  # pixels around the number of an exit
_THERE = 0.6  # of a piece of wall must be seen for it to stand
_ALL = np.ones((3, 3), np.bool_)  # pixels that touch at a corner hang together


def score_route(grid: Grid, picture: "Image.Image", drawing: "Image.Image") -> DrawnScore:
    """Score a drawing of a route: 1 for right, or 0 and why."""
    try:
        marks = read_marks(picture, drawing)
        _check_walls(grid, marks)
        _check_route(grid, marks)
    except DrawingRefused as refusal:
        return DrawnScore(0.0, str(refusal))
    return DrawnScore(1.0)


def _check_walls(grid: Grid, marks: Marks) -> None:
    for cell, side in _pieces(grid):
        seen, hidden = _seen(grid, marks, cell, side)
        if _stands(grid, cell, side):
            if (seen | hidden).mean() < _THERE:
                raise DrawingRefused(f"the wall at the {side} of {_place(cell)} is gone")
        elif seen.mean() >= _THERE:
            raise DrawingRefused(f"there is a new wall at the {side} of {_place(cell)}")


def _check_route(grid: Grid, marks: Marks) -> None:
    red = marks.red
    (right,) = exits_in_the_same_part(grid)
    goal = grid.exits[right - 1][0]
    marked = _marked(grid, red)
    for cell, other in _neighbours(grid, marked):
        if not grid.is_open(cell, other) and _passes_wall(grid, red, cell, other):
            raise DrawingRefused(
                f"the red line passes the wall between {_place(cell)} and {_place(other)}"
            )
    way = _way(grid, _marked(grid, marks.faint) | {grid.start, goal}, goal)
    if way is None or not _hang_together(grid, marks.faint, goal):
        raise DrawingRefused(f"the red line does not lead from S to exit {right}")
    for number, (cell, _) in enumerate(grid.exits, 1):
        if number != right and (cell in marked or _around_label(grid, red, number).any()):
            raise DrawingRefused(f"exit {number} is marked, too")
    stray = len(marked - set(way))
    if stray > max(STRAY_CELLS, STRAY * len(way)):
        raise DrawingRefused(f"{stray} cells off the route are marked, too")


def _marked(grid: Grid, red: Mask) -> set[Cell]:
    return {cell for cell in grid.cells() if _core(grid, red, cell, cell).sum() >= grid.step / 4}


def _way(grid: Grid, marked: set[Cell], goal: Cell) -> list[Cell] | None:
    """Return the shortest way over marked cells, from the start to the goal."""
    came_from: dict[Cell, Cell | None] = {grid.start: None}
    waiting = deque([grid.start])
    while waiting:
        cell = waiting.popleft()
        if cell == goal:
            way = [cell]
            while (before := came_from[way[-1]]) is not None:
                way.append(before)
            return way
        for other in grid.neighbours(cell):
            if other in marked and other not in came_from:
                came_from[other] = cell
                waiting.append(other)
    return None


def _hang_together(grid: Grid, red: Mask, goal: Cell) -> bool:
    """Whether a red line that no wall interrupts leads from the start's cell to the goal."""
    free = np.ones_like(red)
    half = WALL // 2
    for cell, side in _pieces(grid):
        if _stands(grid, cell, side):
            (x0, y0), (x1, y1) = grid.corner(*cell), grid.corner(cell[0] + 1, cell[1] + 1)
            x0, x1 = {"left": (x0, x0), "right": (x1, x1)}.get(side, (x0, x1))
            y0, y1 = {"top": (y0, y0), "bottom": (y1, y1)}.get(side, (y0, y1))
            free[y0 - half : y1 + half, x0 - half : x1 + half] = False
    # The filter grows a line by half of GAP: never from one side of a wall to the other.
    labels, _ = ndimage.label(ndimage.maximum_filter(red & free, GAP + 1) & free, _ALL)
    here, there = (set(_area(grid, labels, cell, cell, half).flat) for cell in (grid.start, goal))
    return bool((here & there) - {0})


def _passes_wall(grid: Grid, red: Mask, cell: Cell, other: Cell) -> bool:
    """Whether red leads straight from the core of one cell to that of the next."""
    edge = WALL // 2 + TOLERANCE
    area = _core(grid, red, cell, other)
    area = area.T if cell[0] == other[0] else area  # one cell above the other
    half = len(area) // 2
    labels, _ = ndimage.label(area, _ALL)
    above, below = set(labels[: half - edge].flat), set(labels[half + edge :].flat)
    return bool((above & below) - {0})


def _core(grid: Grid, red: Mask, first: Cell, last: Cell) -> Mask:
    """Return the red from one cell to another, without the edges that a line may run over."""
    return _area(grid, red, first, last, WALL // 2 + TOLERANCE)


def _area(grid: Grid, mask: NDArray[T], first: Cell, last: Cell, edge: int) -> NDArray[T]:
    (x0, y0), (x1, y1) = grid.corner(*first), grid.corner(last[0] + 1, last[1] + 1)
    return mask[y0 + edge : y1 - edge, x0 + edge : x1 - edge]


def _neighbours(grid: Grid, marked: set[Cell]) -> Iterator[tuple[Cell, Cell]]:
    for r, c in sorted(marked):
        for other in ((r, c + 1), (r + 1, c)):
            if other in marked:
                yield (r, c), other


def _around_label(grid: Grid, red: Mask, number: int) -> Mask:
    x, y = (round(value) for value in grid.label(number))
    return red[max(0, y - _LABEL) : y + _LABEL, max(0, x - _LABEL) : x + _LABEL]


def _pieces(grid: Grid) -> Iterator[tuple[Cell, str]]:
    """Yield every place of a piece of wall once."""
    for r, c in grid.cells():
        yield (r, c), "bottom"
        yield (r, c), "right"
        if r == 0:
            yield (r, c), "top"
        if c == 0:
            yield (r, c), "left"


def _stands(grid: Grid, cell: Cell, side: str) -> bool:
    down, right = SIDES[side]
    other = (cell[0] + down, cell[1] + right)
    if min(other) >= 0 and max(other) < grid.size:
        return not grid.is_open(cell, other)
    return (cell, side) not in grid.exits


def _seen(grid: Grid, marks: Marks, cell: Cell, side: str) -> tuple[Mask, Mask]:
    """Return along a piece of wall, but for its ends, where ink is seen and where red hides it."""
    (x0, y0), (x1, y1) = grid.corner(*cell), grid.corner(cell[0] + 1, cell[1] + 1)
    edge = WALL // 2 + TOLERANCE
    if side in ("top", "bottom"):
        y = y0 if side == "top" else y1
        area, across = (slice(y - edge, y + edge), slice(x0 + edge, x1 - edge)), 0
    else:
        x = x0 if side == "left" else x1
        area, across = (slice(y0 + edge, y1 - edge), slice(x - edge, x + edge)), 1
    seen: Mask = np.any(marks.ink[area], axis=across)
    hidden: Mask = np.any(marks.covered[area], axis=across)
    return seen, hidden


def _place(cell: Cell) -> str:
    return f"row {cell[0] + 1}, column {cell[1] + 1}"
