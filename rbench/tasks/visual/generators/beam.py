"""A beam on supports: drawn by chance, its reactions by two methods.

Scene: ``length`` in m; ``supports``, their places in m; ``hinge``, a place or null; ``loads``, a
list of [place, newtons], newtons > 0 downwards; ``spread``, a list of [from, to, newtons per
metre], downwards; ``asked``, the index of a support. Beam and supports weigh nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import cast

from rbench.harness.types import Json
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.exact_linear import solve_exactly

LENGTH = 12
_MOST = 99  # newtons


@dataclass(frozen=True, slots=True)
class Beam:
    """The scene, typed."""

    length: int
    supports: Sequence[int]
    hinge: int | None
    loads: Sequence[tuple[int, int]]
    spread: Sequence[tuple[int, int, int]]
    asked: int

    def forces(self) -> list[tuple[Fraction, Fraction]]:
        """Return all loads as (place, newtons downwards).

        A spread load acts at its middle; one across the hinge counts as two.
        """
        found = [(Fraction(x), Fraction(w)) for x, w in self.loads]
        for a, b, q in self.spread:
            inside = self.hinge is not None and a < self.hinge < b
            cuts = [a, self.hinge, b] if inside and self.hinge is not None else [a, b]
            found += [(Fraction(u + v, 2), Fraction(q * (v - u))) for u, v in pairwise(cuts)]
        return found


@dataclass(frozen=True, slots=True)
class BeamLevel:
    """How much there is on a beam."""

    loads: int
    spread: int
    lifts: int
    overhang: bool
    hinge: bool


def draw_beam(dice: Dice, level: BeamLevel, target: int) -> Beam | None:
    """Return a beam whose asked reaction is `target` newtons upwards, None if it failed."""
    places = range(LENGTH + 1)
    hinge: int | None = None
    if level.hinge:
        s0, s1, s2, s3 = sorted(dice.sample(places, 4))
        supports, hinge = ([s0, s2, s3], s1) if dice.chance(0.5) else ([s0, s1, s3], s2)
    elif level.overhang:
        supports = sorted(dice.sample(places, 2))
    else:
        supports = [0, LENGTH]
    if min(b - a for a, b in pairwise(supports)) < 3:
        return None
    spread: list[tuple[int, int, int]] = []
    for _ in range(level.spread):
        start = dice.integer(0, LENGTH - 4)
        spread.append((start, start + 2 * dice.integer(2, 3), dice.integer(1, 4)))
    if any(end > LENGTH for _, end, _ in spread):
        return None
    taken = {hinge, *supports}
    for a, b, _ in spread:
        taken |= {a, (a + b) // 2 - 1, (a + b) // 2, (a + b) // 2 + 1, b}
    free = [x for x in places if x not in taken]
    if len(free) < level.loads:
        return None
    places_taken = dice.sample(free, level.loads)
    signs = [-1] * level.lifts + [1] * (level.loads - level.lifts)
    loads = [(x, sign * dice.integer(3, 60)) for x, sign in zip(places_taken, signs, strict=True)]
    asked = dice.integer(0, len(supports) - 1)

    def with_last(newtons: int) -> Beam:
        last = (loads[-1][0], newtons)
        return Beam(LENGTH, supports, hinge, sorted([*loads[:-1], last]), spread, asked)

    # The reaction is so much without the last load, and more in proportion to it.
    without, one = (reaction_by_moments(with_last(newtons))[0] for newtons in (0, 1))
    if one == without:
        return None
    last = (target - without) / (one - without)
    return with_last(int(last)) if last.denominator == 1 and 3 <= last <= _MOST else None


def reaction_by_moments(beam: Beam) -> tuple[Fraction, int]:
    """Return the asked reaction, upwards, and how many forces went into the moments.

    With a hinge, the part with one support is taken first: the moments about the hinge give
    that support's force. It then is a known force on the whole, which has two supports left.
    """
    forces, supports, steps = beam.forces(), list(beam.supports), 0
    asked, hinge = beam.supports[beam.asked], beam.hinge
    if hinge is not None:
        alone_left = sum(s < hinge for s in supports) == 1
        alone = supports[0] if alone_left else supports[-1]
        part = [(x, w) for x, w in forces if (x < hinge) == alone_left]
        force = sum((w * (x - hinge) for x, w in part), Fraction(0)) / (alone - hinge)
        steps = len(part) + 1
        if alone == asked:
            return force, steps
        supports.remove(alone)
        forces.append((Fraction(alone), -force))
    (other,) = [s for s in supports if s != asked]
    moment = sum((w * (x - other) for x, w in forces), Fraction(0))
    return moment / (asked - other), steps + len(forces) + 1


def reaction_by_equations(beam: Beam) -> Fraction:
    """Return the asked reaction from all equations of equilibrium at once.

    Unknown are the supports' forces and, with a hinge, the force in it: forces and moments about
    the left end vanish for the beam, or for each of its two parts.
    """
    hinge, forces = beam.hinge, beam.forces()
    unknowns = [*beam.supports] + ([hinge] if hinge is not None else [])
    matrix: list[list[int]] = []
    right: list[Fraction] = []
    for first in (True, False) if hinge is not None else (True,):
        # The hinge lifts the left part and presses the right one.
        pull = [(1 if first else -1) if x == hinge else int(_on(x, hinge, first)) for x in unknowns]
        part = [(x, w) for x, w in forces if _on(x, hinge, first)]
        matrix += [pull, [p * x for p, x in zip(pull, unknowns, strict=True)]]
        right += [sum((w for _, w in part), Fraction(0))]
        right += [sum((x * w for x, w in part), Fraction(0))]
    return solve_exactly(matrix, right)[beam.asked]


def _on(x: Fraction | int, hinge: int | None, first: bool) -> bool:
    return hinge is None or (x < hinge) == first


def to_json(beam: Beam) -> dict[str, Json]:
    """Return the scene."""
    return {
        "length": beam.length,
        "supports": list(beam.supports),
        "hinge": beam.hinge,
        "loads": [list(load) for load in beam.loads],
        "spread": [list(load) for load in beam.spread],
        "asked": beam.asked,
    }


def from_json(scene: Mapping[str, Json]) -> Beam:
    """Return the beam of a scene."""
    return Beam(
        cast("int", scene["length"]),
        cast("list[int]", scene["supports"]),
        cast("int | None", scene["hinge"]),
        [(x, w) for x, w in cast("list[list[int]]", scene["loads"])],
        [(a, b, q) for a, b, q in cast("list[list[int]]", scene["spread"])],
        cast("int", scene["asked"]),
    )
