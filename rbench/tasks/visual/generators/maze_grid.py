"""The grid behind a maze: cells, passages between them, numbered exits, and where all that lies.

Cells are ``(row, column)`` from the top left; pixels are ``(x, y)``, y down.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rbench.harness.types import Json

Cell: TypeAlias = tuple[int, int]

MARGIN = 32
"""Pixels around the maze; the numbers of the exits stand there."""
WALL = 2
"""Width of a wall in pixels."""
_EXTENT = 320

SIDES: Mapping[str, Cell] = {"top": (-1, 0), "right": (0, 1), "bottom": (1, 0), "left": (0, -1)}


@dataclass(frozen=True, slots=True)
class Grid:
    """A maze of ``size`` x ``size`` cells.

    `right[r][c]` is "1" where a passage leads from (r, c) to (r, c + 1), `down[r][c]` where one
    leads to (r + 1, c). Exit number i + 1 is the opening in the side ``exits[i][1]`` of the cell
    ``exits[i][0]``.
    """

    size: int
    right: Sequence[str]
    down: Sequence[str]
    start: Cell
    exits: Sequence[tuple[Cell, str]]

    @classmethod
    def from_scene(cls, scene: Mapping[str, Json]) -> "Grid":
        """Read a scene."""
        exits = tuple(((row, column), side) for row, column, side in scene["exits"])
        row, column = scene["start"]
        return cls(scene["size"], scene["right"], scene["down"], (row, column), exits)

    def to_scene(self) -> Mapping[str, Json]:
        """Write a scene."""
        return {
            "size": self.size,
            "right": list(self.right),
            "down": list(self.down),
            "start": list(self.start),
            "exits": [[row, column, side] for (row, column), side in self.exits],
        }

    def cells(self) -> Iterator[Cell]:
        """Yield all cells, row by row."""
        return ((r, c) for r in range(self.size) for c in range(self.size))

    def is_open(self, cell: Cell, other: Cell) -> bool:
        """Whether no wall stands between two neighbours."""
        (r, c), (s, d) = min(cell, other), max(cell, other)
        return self.right[r][c] == "1" if r == s and d == c + 1 else self.down[r][c] == "1"

    def neighbours(self, cell: Cell) -> Iterator[Cell]:
        """Yield the cells that a passage leads to."""
        r, c = cell
        if c + 1 < self.size and self.right[r][c] == "1":
            yield r, c + 1
        if r + 1 < self.size and self.down[r][c] == "1":
            yield r + 1, c
        if c and self.right[r][c - 1] == "1":
            yield r, c - 1
        if r and self.down[r - 1][c] == "1":
            yield r - 1, c

    @property
    def step(self) -> int:
        """Side of a cell in pixels, wall to wall (from the middle of one to that of the next)."""
        return _EXTENT // self.size

    @property
    def side(self) -> int:
        """Side of the picture in pixels."""
        return self.step * self.size + 2 * MARGIN

    def corner(self, row: int, column: int) -> tuple[int, int]:
        """Return the pixel at the upper left corner of a cell, in the middle of the walls."""
        return MARGIN + column * self.step, MARGIN + row * self.step

    def middle(self, cell: Cell) -> tuple[float, float]:
        """Return the pixel in the middle of a cell."""
        x, y = self.corner(*cell)
        return x + self.step / 2, y + self.step / 2

    def label(self, number: int) -> tuple[float, float]:
        """Return the pixel around which the number of an exit stands, from 1."""
        cell, side = self.exits[number - 1]
        (x, y), (down, right) = self.middle(cell), SIDES[side]
        reach = self.step / 2 + 15
        return x + right * reach, y + down * reach
