"""`MirrorMaze`: the opening by which light leaves a box full of mirrors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLACK, BLUE, LIGHT, ORANGE, Canvas, Point
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.mirror_rays import exits_by_rays
from rbench.tasks.visual.generators.mirror_steps import Passage, port_cell, step_through
from rbench.tasks.visual.question import Category, Question

if TYPE_CHECKING:
    from PIL import Image

_EN = (
    "A ray of light enters the box at the orange arrow and travels straight on until it meets "
    "something. Black diagonal lines are mirrors, silvered on both sides; they turn the ray by 90 "
    "degrees. Dashed blue diagonal lines are half-transparent mirrors: one part of the light goes "
    "straight on, the other part is reflected as by a mirror. Black squares absorb all light. "
    "Thin grey lines only show the cells. Every cell at the edge of the box has a numbered "
    "opening. Some light, however weak, leaves the box through exactly one opening. What is its "
    "number? Answer with an integer."
)
_ZH = (
    (
        "一束光从橙色箭头处射入盒子，沿直线传播，直到遇到障碍。黑色斜线是双面平面镜，使光线偏转90度。"
        "蓝色虚斜线是半透半反镜：一部分光继续直行，另一部分像被平面镜一样反射。黑色方块吸收所有的光。"
        "灰色细线只用来标示方格。盒子边缘的每个方格都有一个带编号的开口。"
        "恰有一个开口有光（无论多弱）射出盒子。该开口的编号是多少？请用整数作答。"
    )
    .replace(",", "\uff0c")
    .replace(":", "\uff1a")
    .replace("?", "\uff1f")
)


@dataclass(frozen=True, slots=True)
class _Level:
    size: int
    mirrors: int
    halves: int
    blocks: int
    least_halves: int
    least_states: int
    most_states: int


_LEVELS = {
    1: _Level(4, 5, 0, 0, 0, 5, 8),
    2: _Level(5, 9, 0, 0, 0, 9, 14),
    3: _Level(6, 14, 0, 0, 0, 15, 24),
    4: _Level(7, 18, 3, 2, 1, 19, 40),
    5: _Level(8, 24, 5, 2, 2, 28, 70),
}
_CELL = 36
_MARGIN = 30


class MirrorMaze:
    r"""A box of cells with mirrors; the answer is the number of an opening.

    Scene: ``size`` n; ``cells``, n texts of n signs (``.`` empty, ``/`` and ``\`` mirrors, ``z``
    and ``n`` half-transparent ones of the same directions, ``#`` absorbing); ``entry``, the
    opening of the arrow, counted clockwise from the top left corner, from 0 to 4n - 1; ``shift``:
    the first opening clockwise of the arrow has the number shift + 1, the next one more, up to
    4n - 1, then on from 1.
    """

    name = "mirror_maze"
    category: Category = "physics"
    version = "1"
    summary = "a ray among mirrors: where does it leave the box?"

    def draw(self, dice: Dice, level: int) -> Question:
        """Make a question; the ray is followed from cell to cell."""
        spec = _LEVELS[level]
        ports = 4 * spec.size
        while (drawn := _attempt(dice, spec)) is None:
            pass
        cells, entry, found = drawn
        shift = dice.integer(0, ports - 2)
        scene: dict[str, Json] = {
            "size": spec.size,
            "cells": ["".join(row) for row in cells],
            "entry": entry,
            "shift": shift,
        }
        (port,) = found.exits
        choices = dice.shuffled([str(number) for number in range(1, ports)])
        answer = str(_number(port, entry, shift, ports))
        return Question({"en": _EN, "zh": _ZH}, answer, scene, tuple(choices), found.states)

    def solve(self, scene: Mapping[str, Json]) -> str:
        """Return the number of the opening: rays cut with the mirrors' lines, in fractions."""
        size, cells, entry, shift = _read(scene)
        (port,) = exits_by_rays(cells, entry)
        return str(_number(port, entry, shift, 4 * size))

    def render(self, scene: Mapping[str, Json]) -> "Image.Image":
        """Draw the box, its mirrors, the numbers around it and the arrow."""
        size, cells, entry, shift = _read(scene)
        side = size * _CELL + 2 * _MARGIN
        low, high = _MARGIN, side - _MARGIN
        canvas = Canvas(side, side)
        for i in range(1, size):
            at = low + i * _CELL
            canvas.line([(at, low), (at, high)], LIGHT, 1)
            canvas.line([(low, at), (high, at)], LIGHT, 1)
        canvas.polygon([(low, low), (high, low), (high, high), (low, high)], None, BLACK, 2)
        for r, row in enumerate(cells):
            for c, sign in enumerate(row):
                _draw_cell(canvas, (low + c * _CELL, low + r * _CELL), sign)
        for port in range(4 * size):
            r, c, (dx, dy) = port_cell(port, size)
            x, y = low + (c + 0.5) * _CELL, low + (r + 0.5) * _CELL
            if port == entry:
                reach, tip = _CELL / 2 + 24, _CELL / 2 + 3
                _arrow(canvas, (x - dx * reach, y - dy * reach), (x - dx * tip, y - dy * tip))
            else:
                out = _CELL / 2 + 15
                number = str(_number(port, entry, shift, 4 * size))
                canvas.text((x - dx * out, y - dy * out), number, size=14)
        return canvas.finish()


def _number(port: int, entry: int, shift: int, ports: int) -> int:
    return ((port - entry - 1) % ports + shift) % (ports - 1) + 1


def _attempt(dice: Dice, spec: _Level) -> tuple[list[list[str]], int, Passage] | None:
    """Return cells, entry and the light's way; None where they do not make a good question."""
    cells = [["."] * spec.size for _ in range(spec.size)]
    everywhere = [(r, c) for r in range(spec.size) for c in range(spec.size)]
    kinds = ["/\\"] * spec.mirrors + ["zn"] * spec.halves + ["#"] * spec.blocks
    for (r, c), signs in zip(dice.sample(everywhere, len(kinds)), kinds, strict=True):
        cells[r][c] = dice.choice(signs)
    entry = dice.integer(0, 4 * spec.size - 1)
    found = step_through(cells, entry)
    # Light that leaves by several openings is stopped on its way, until one of them is left.
    for _ in range(8):
        if found.halves < spec.least_halves or found.states < spec.least_states:
            return None
        empty = [(r, c) for r, c in found.crossed if cells[r][c] == "."]
        if len(found.exits) <= 1 or not empty:
            break
        r, c = dice.choice(empty)
        cells[r][c] = "#"
        less = step_through(cells, entry)
        if less.halves >= spec.least_halves and less.states >= spec.least_states:
            found = less
        else:
            cells[r][c] = "."
    if len(found.exits) != 1 or entry in found.exits or found.states > spec.most_states:
        return None
    return cells, entry, found


def _read(scene: Mapping[str, Json]) -> tuple[int, Sequence[str], int, int]:
    size, entry, shift = (cast("int", scene[key]) for key in ("size", "entry", "shift"))
    return size, cast("Sequence[str]", scene["cells"]), entry, shift


def _draw_cell(canvas: Canvas, corner: Point, sign: str) -> None:
    (x, y), inset = corner, 5
    x0, y0, x1, y1 = x + inset, y + inset, x + _CELL - inset, y + _CELL - inset
    if sign == "#":
        canvas.polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], BLACK, None)
    elif sign in "/z":
        _mirror(canvas, (x0, y1), (x1, y0), sign == "z")
    elif sign in "\\n":
        _mirror(canvas, (x0, y0), (x1, y1), sign == "n")


def _mirror(canvas: Canvas, start: Point, end: Point, half: bool) -> None:
    if half:
        canvas.dashed(start, end, BLUE, 4, 5)
    else:
        canvas.line([start, end], BLACK, 4)


def _arrow(canvas: Canvas, start: Point, tip: Point) -> None:
    (x0, y0), (x1, y1) = start, tip
    length = abs(x1 - x0) + abs(y1 - y0)
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    canvas.line([start, (x1 - dx * 4, y1 - dy * 4)], ORANGE, 4)
    back = (x1 - dx * 11, y1 - dy * 11)
    left, right = (back[0] - dy * 7, back[1] + dx * 7), (back[0] + dy * 7, back[1] - dx * 7)
    canvas.polygon([tip, left, right], ORANGE, None)
