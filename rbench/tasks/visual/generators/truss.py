r"""A truss of parallel chords: drawn by chance, the force in a member by two methods.

Scene: ``width`` and ``height`` of a panel in m; ``diagonals``, one sign per panel, ``/`` or
``\``; ``supports``, two columns of the bottom chord; ``loads``, a list of [row, column, newtons
downwards], row 0 the top chord, 1 the bottom; ``asked`` [part, index], part ``top``, ``bottom``
or ``diagonal`` of a panel, or ``vertical`` of a column. Forces in members are newtons, positive
in tension. The bars weigh nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from rbench.harness.types import Json
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.exact_linear import solve_exactly

_SHAPES = ((4, 3), (3, 4), (8, 6), (6, 8))  # the diagonal is an integer, too
_LONG = {(4, 3): 5, (3, 4): 5, (8, 6): 10, (6, 8): 10}
_MOST = 99  # newtons

Joint = tuple[int, int]  # row (0 top, 1 bottom) and column


@dataclass(frozen=True, slots=True)
class Truss:
    """The scene, typed."""

    width: int
    height: int
    diagonals: str
    supports: tuple[int, int]
    loads: Sequence[tuple[int, int, int]]
    asked: tuple[str, int]

    def members(self) -> list[tuple[Joint, Joint]]:
        """Return all members, as pairs of joints."""
        return [self.member(part, i) for part, i in self.parts()]

    def parts(self) -> list[tuple[str, int]]:
        """Return the names of all members, in the order of `members`."""
        panels = range(len(self.diagonals))
        found = [(part, i) for part in ("top", "bottom", "diagonal") for i in panels]
        return found + [("vertical", i) for i in range(len(self.diagonals) + 1)]

    def member(self, part: str, i: int) -> tuple[Joint, Joint]:
        """Return the two joints of a member."""
        if part == "vertical":
            return (0, i), (1, i)
        if part == "diagonal":
            return ((1, i), (0, i + 1)) if self.diagonals[i] == "/" else ((0, i), (1, i + 1))
        row = 0 if part == "top" else 1
        return (row, i), (row, i + 1)


@dataclass(frozen=True, slots=True)
class TrussLevel:
    """How much there is of a truss."""

    panels: int
    loads: int
    parts: tuple[str, ...]
    inside: bool


def draw_truss(dice: Dice, level: TrussLevel, target: int) -> Truss | None:
    """Return a truss with a force of `target` newtons, up to its sign; None if it failed."""
    panels = level.panels
    width, height = dice.choice(_SHAPES)
    diagonals = "".join(dice.choice("/\\") for _ in range(panels))
    supports = (0, panels)
    if level.inside:
        supports = (dice.integer(0, 1), panels - dice.integer(0, 2))
    joints = [(row, i) for row in (0, 1) for i in range(panels + 1)]
    places = dice.sample([(r, i) for r, i in joints if r == 0 or i not in supports], level.loads)
    loads = [(r, i, dice.integer(3, 60)) for r, i in places]
    part = dice.choice(level.parts)
    asked = (part, dice.integer(0, panels if part == "vertical" else panels - 1))

    def with_last(newtons: int) -> Truss:
        all_loads = sorted([*loads[:-1], (*loads[-1][:2], newtons)])
        return Truss(width, height, diagonals, supports, all_loads, asked)

    # The force is so much without the last load, and more in proportion to it.
    without, one = (member_by_sections(with_last(newtons))[0] for newtons in (0, 1))
    if one == without:
        return None
    last = (dice.choice((-target, target)) - without) / (one - without)
    return with_last(int(last)) if last.denominator == 1 and 3 <= last <= _MOST else None


def member_by_sections(truss: Truss) -> tuple[Fraction, int]:
    """Return the asked force, and how many forces went into equations.

    The reactions come from moments. A cut through the panel then leaves three members: a chord
    comes from the moments about where the other two meet, the diagonal from the upright forces.
    A vertical comes from its top joint, with the diagonals there.
    """
    left, right = truss.supports
    lifted = Fraction(sum(w * (right - i) for _, i, w in truss.loads), right - left)
    upright = [(i, Fraction(-w)) for _, i, w in truss.loads]
    total = sum((w for _, w in upright), Fraction(0))
    upright += [(left, lifted), (right, -total - lifted)]
    steps = len(truss.loads) * 2 + 2
    (part, i), long = truss.asked, _LONG[truss.width, truss.height]
    if part == "vertical":
        force = Fraction(-sum(w for r, c, w in truss.loads if (r, c) == (0, i)))
        for k in (i - 1, i):
            if 0 <= k < len(truss.diagonals) and (0, i) in truss.member("diagonal", k):
                force -= _diagonal(truss, k, upright) * truss.height / long
                steps += sum(c <= k for c, _ in upright) + 1
        return force, steps + 2
    steps += sum(c <= i for c, _ in upright) + 1
    if part == "diagonal":
        return _diagonal(truss, i, upright), steps
    rising = truss.diagonals[i] == "/"
    pivot = i if (part == "top") == rising else i + 1
    moment = sum((up * (pivot - c) * truss.width for c, up in upright if c <= i), Fraction(0))
    return (-moment if part == "top" else moment) / truss.height, steps


def _diagonal(truss: Truss, i: int, upright: Sequence[tuple[int, Fraction]]) -> Fraction:
    shear = sum((up for c, up in upright if c <= i), Fraction(0))
    force = shear * _LONG[truss.width, truss.height] / truss.height
    return -force if truss.diagonals[i] == "/" else force


def member_by_joints(truss: Truss) -> Fraction:
    """Return the asked force from the equilibrium of all joints at once.

    Unknown are all members and three forces of supports: the left one holds both ways.
    """
    members, parts = truss.members(), truss.parts()
    columns = len(truss.diagonals) + 1
    rows = {(r, c): 2 * (r * columns + c) for r in (0, 1) for c in range(columns)}
    size = 4 * columns
    matrix = [[Fraction(0)] * size for _ in range(size)]
    right = [Fraction(0)] * size
    for k, (a, b) in enumerate(members):
        dx, dy = (b[1] - a[1]) * truss.width, (a[0] - b[0]) * truss.height
        long = abs(dx + dy) if 0 in (dx, dy) else _LONG[truss.width, truss.height]
        for joint, sign in ((a, 1), (b, -1)):
            matrix[rows[joint]][k] = Fraction(sign * dx, long)
            matrix[rows[joint] + 1][k] = Fraction(sign * dy, long)
    first, second = (rows[1, c] for c in truss.supports)
    for k, row in enumerate((first, first + 1, second + 1), len(members)):
        matrix[row][k] = Fraction(1)
    for r, c, w in truss.loads:
        right[rows[r, c] + 1] += w
    return solve_exactly(matrix, right)[parts.index(truss.asked)]


def to_json(truss: Truss) -> dict[str, Json]:
    """Return the scene."""
    return {
        "width": truss.width,
        "height": truss.height,
        "diagonals": truss.diagonals,
        "supports": list(truss.supports),
        "loads": [list(load) for load in truss.loads],
        "asked": list(truss.asked),
    }


def from_json(scene: Mapping[str, Json]) -> Truss:
    """Return the truss of a scene."""
    left, right = cast("list[int]", scene["supports"])
    part, i = cast("tuple[str, int]", scene["asked"])
    return Truss(
        cast("int", scene["width"]),
        cast("int", scene["height"]),
        str(scene["diagonals"]),
        (left, right),
        [(r, c, w) for r, c, w in cast("list[list[int]]", scene["loads"])],
        (part, i),
    )
