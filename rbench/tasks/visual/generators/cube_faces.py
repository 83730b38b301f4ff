"""Unit cubes seen along a diagonal: where their faces are in the picture, and which are seen.

A cube (i, j, k) reaches from there to (i + 1, j + 1, k + 1). In the picture i points down to the
right, j down to the left and k up, all at the same length; the viewer sees a cube's top, the side
to the right (towards greater i) and that to the left (towards greater j).
"""

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import Literal, TypeAlias

from rbench.tasks.visual.canvas import Colour, Point

Cube: TypeAlias = tuple[int, int, int]
Side: TypeAlias = Literal["top", "right", "left"]

BESIDE: Mapping[Side, Cube] = {"top": (0, 0, 1), "right": (1, 0, 0), "left": (0, 1, 0)}
"""Where the cube is that covers a face."""
COLOURS: Mapping[Side, Colour] = {
    "top": (240, 240, 240),
    "right": (130, 150, 175),
    "left": (185, 200, 215),
}
_CORNERS: Mapping[Side, tuple[Cube, ...]] = {
    "top": ((0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)),
    "right": ((1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0)),
    "left": ((0, 1, 0), (0, 1, 1), (1, 1, 1), (1, 1, 0)),
}
_MARGIN = 20
_LARGEST_EDGE = 60.0


def cubes_of(heights: Sequence[Sequence[int]]) -> list[Cube]:
    """Return the cubes of columns with these heights."""
    return [
        (i, j, k)
        for i, row in enumerate(heights)
        for j, height in enumerate(row)
        for k in range(height)
    ]


def height_at(heights: Sequence[Sequence[int]], i: int, j: int) -> int:
    """Return the height of a column; 0 beyond the last."""
    return heights[i][j] if i < len(heights) and j < len(heights[i]) else 0


class Projection:
    """Where points in space are in a square picture of `size` pixels, which the cubes fill."""

    def __init__(self, heights: Sequence[Sequence[int]], size: int) -> None:
        self._edge, self._x, self._y = 1.0, 0.0, 0.0
        points = [
            point
            for cube in cubes_of(heights)
            for side in _CORNERS
            for point in self.face(side, *cube)
        ]
        left, right = (f(x for x, _ in points) for f in (min, max))
        top, bottom = (f(y for _, y in points) for f in (min, max))
        room = size - 2 * _MARGIN
        self._edge = min(room / (right - left), room / (bottom - top), _LARGEST_EDGE)
        self._x = size / 2 - (left + right) / 2 * self._edge
        self._y = size / 2 - (top + bottom) / 2 * self._edge

    def point(self, i: float, j: float, k: float) -> Point:
        """Return where a point is."""
        return (
            self._x + (i - j) * sqrt(3) / 2 * self._edge,
            self._y + ((i + j) / 2 - k) * self._edge,
        )

    def face(self, side: Side, i: int, j: int, k: int) -> list[Point]:
        """Return the four corners of a cube's face."""
        return [self.point(i + x, j + y, k + z) for x, y, z in _CORNERS[side]]


def visible_faces(cubes: Iterable[Cube]) -> set[tuple[Side, Cube]]:
    """Return the faces of which something is seen, whatever the cubes' arrangement.

    The lines of the picture's grid cut every face into two triangles; of all faces that hold a
    triangle the viewer sees the nearest. A point (i, j, k) is drawn where (i - k, j - k, 0) is.
    A triangle is named by its corner with the least coordinates, and 0 or 1 for that of the two
    that reaches further in the first coordinate, or the second.
    """
    nearest: dict[tuple[int, int, int], tuple[int, Side, Cube]] = {}
    for i, j, k in cubes:
        u, v = i - k, j - k
        triangles: Mapping[Side, tuple[Cube, Cube]] = {
            "top": ((u - 1, v - 1, 0), (u - 1, v - 1, 1)),
            "right": ((u, v, 0), (u, v - 1, 1)),
            "left": ((u, v, 1), (u - 1, v, 0)),
        }
        for side, two in triangles.items():
            for triangle in two:
                seen = nearest.get(triangle)
                if seen is None or i + j + k > seen[0]:
                    nearest[triangle] = (i + j + k, side, (i, j, k))
    return {(side, cube) for _, side, cube in nearest.values()}
