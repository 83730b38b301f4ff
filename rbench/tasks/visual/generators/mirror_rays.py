"""`exits_by_rays`: light in a box of mirrors, by geometry: rays, lines and where they cut.

There are no cells here: mirrors and the sides of absorbing squares are segments of the plane,
and a ray ends at the nearest one. A cell is 2 units wide, so that rays run at odd numbers.
"""

from collections.abc import Sequence
from fractions import Fraction

_Vector = tuple[Fraction, Fraction]
_Segment = tuple[_Vector, _Vector, str]


def exits_by_rays(cells: Sequence[str], entry: int) -> frozenset[int]:
    """Return the openings by which light leaves (signs and numbers: see `MirrorMaze`)."""
    size = len(cells)
    walls = _segments(cells)
    waiting = [_entrance(entry, size)]
    seen: set[tuple[_Vector, _Vector]] = set()
    exits: set[int] = set()
    while waiting:
        ray = start, direction = waiting.pop()
        if ray in seen:
            continue
        seen.add(ray)
        distance, (a, b, kind) = min(
            (hit, wall) for wall in walls if (hit := _hit(start, direction, wall)) is not None
        )
        at = (start[0] + distance * direction[0], start[1] + distance * direction[1])
        if kind == "edge":
            exits.add(_opening(at, size))
        if kind in ("mirror", "half"):
            waiting.append((at, _reflected(direction, a, b)))
        if kind == "half":
            waiting.append((at, direction))
    return frozenset(exits)


def _segments(cells: Sequence[str]) -> list[_Segment]:
    end = 2 * len(cells)
    walls = _square(0, 0, end, "edge")
    for r, row in enumerate(cells):
        for c, sign in enumerate(row):
            x, y = 2 * c, 2 * r
            kind = "half" if sign in "zn" else "mirror"
            if sign in "/z":
                walls.append((_at(x, y + 2), _at(x + 2, y), kind))
            elif sign in "\\n":
                walls.append((_at(x, y), _at(x + 2, y + 2), kind))
            elif sign == "#":
                walls += _square(x + Fraction(1, 2), y + Fraction(1, 2), 1, "dark")
    return walls


def _square(x: Fraction | int, y: Fraction | int, side: int, kind: str) -> list[_Segment]:
    corners = [_at(x, y), _at(x + side, y), _at(x + side, y + side), _at(x, y + side)]
    return [(corners[i - 1], corners[i], kind) for i in range(4)]


def _at(x: Fraction | int, y: Fraction | int) -> _Vector:
    return Fraction(x), Fraction(y)


def _cross(u: _Vector, v: _Vector) -> Fraction:
    return u[0] * v[1] - u[1] * v[0]


def _hit(start: _Vector, direction: _Vector, wall: _Segment) -> Fraction | None:
    """Return how far the ray runs to the segment, None if it misses or begins on it."""
    a, b, _ = wall
    along = (b[0] - a[0], b[1] - a[1])
    slant = _cross(direction, along)
    if not slant:
        return None
    apart = (a[0] - start[0], a[1] - start[1])
    distance = _cross(apart, along) / slant
    place = _cross(apart, direction) / slant
    return distance if distance > 0 and 0 <= place <= 1 else None


def _reflected(direction: _Vector, a: _Vector, b: _Vector) -> _Vector:
    normal = (a[1] - b[1], b[0] - a[0])
    dot = direction[0] * normal[0] + direction[1] * normal[1]
    factor = 2 * dot / (normal[0] ** 2 + normal[1] ** 2)
    return direction[0] - factor * normal[0], direction[1] - factor * normal[1]


def _entrance(port: int, size: int) -> tuple[_Vector, _Vector]:
    side, i = divmod(port, size)
    near, far, end = 2 * i + 1, 2 * (size - i) - 1, 2 * size
    return (
        (_at(near, 0), _at(0, 1)),
        (_at(end, near), _at(-1, 0)),
        (_at(far, end), _at(0, -1)),
        (_at(0, far), _at(1, 0)),
    )[side]


def _opening(at: _Vector, size: int) -> int:
    return next(p for p in range(4 * size) if _entrance(p, size)[0] == at)
