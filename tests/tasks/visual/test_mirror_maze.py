from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from rbench.tasks.visual.canvas import BLUE, ORANGE
from rbench.tasks.visual.generators.mirror_maze import MirrorMaze
from rbench.tasks.visual.generators.mirror_rays import exits_by_rays
from rbench.tasks.visual.generators.mirror_steps import port_cell, step_through
from tests.tasks.visual import math_kinds as kinds

KIND = MirrorMaze()
CELL, MARGIN = 36, 30


def bright_exits(cells: Sequence[str], entry: int) -> set[int]:
    """Return where power leaves: a linear system over all (cell, direction)."""
    size = len(cells)
    moves = [(-1, 0), (0, 1), (1, 0), (0, -1)]
    turned = {"/": (1, 0, 3, 2), "\\": (3, 2, 1, 0)}
    turned |= {"z": turned["/"], "n": turned["\\"]}
    states = [(r, c, d) for r in range(size) for c in range(size) for d in range(4)]
    index = {state: k for k, state in enumerate(states)}
    ports = {port_cell(p, size): p for p in range(4 * size)}
    flow, out = np.zeros((len(states), len(states))), np.zeros((4 * size, len(states)))
    for (r, c, d), k in index.items():
        sign = cells[r][c]
        straight = {".": 1.0, "z": 0.5, "n": 0.5}.get(sign, 0.0)
        ways = {d: straight}
        if sign in turned:
            way = turned[sign][d]
            ways[way] = ways.get(way, 0.0) + 1 - straight
        for way, power in ways.items():
            dr, dc = moves[way]
            if (r + dr, c + dc, way) in index:
                flow[index[r + dr, c + dc, way], k] += power
            else:
                out[ports[r, c, (-dc, -dr)], k] += power
    light = np.zeros(len(states))
    r, c, (dx, dy) = port_cell(entry, size)
    light[index[r, c, moves.index((dy, dx))]] = 1
    # A trace of loss, for cells in which light could circle for ever without coming in.
    powers = out @ np.linalg.solve(np.eye(len(states)) - flow * (1 - 1e-9), light)
    return {int(p) for p in np.flatnonzero(powers > 1e-12)}


def test_both_solvers_agree() -> None:
    kinds.assert_solvers_agree(KIND, 40)


def test_a_balance_of_powers_agrees() -> None:
    for question in kinds.draws(KIND, 6):
        cells, entry = question.scene["cells"], question.scene["entry"]
        assert bright_exits(cells, entry) == exits_by_rays(cells, entry)
        assert bright_exits(cells, entry) == step_through(cells, entry).exits


@pytest.mark.parametrize(
    ("cells", "entry", "exits"),
    [
        (["..", ".."], 0, {5}),  # straight down from the top left
        (["/.", ".."], 0, {7}),  # from above to the left
        (["\\/", ".."], 0, {1}),  # to the right, and up again
        (["n.", ".#"], 0, {2, 5}),  # on and to the right
        (["#.", ".."], 0, set()),
        (["z.", ".."], 0, {7, 5}),
    ],
)
def test_small_boxes(cells: list[str], entry: int, exits: set[int]) -> None:
    assert step_through(cells, entry).exits == exits
    assert exits_by_rays(cells, entry) == exits


def test_a_ray_comes_back_the_way_it_came() -> None:
    for question in kinds.draws(KIND, 10, [1, 2, 3]):
        cells, entry = question.scene["cells"], question.scene["entry"]
        (port,) = step_through(cells, entry).exits
        assert step_through(cells, port).exits == {entry}


def read_cell(picture: Image.Image, x: float, y: float) -> str:
    """Return the sign of the cell around a point."""
    arm = np.linspace(-11, 11, 23)
    rise = [kinds.grey_at(picture, x + a, y - a) for a in arm]
    fall = [kinds.grey_at(picture, x + a, y + a) for a in arm]
    dark = [np.mean(np.asarray(values) < 128) for values in (rise, fall)]
    if min(dark) > 0.9:
        return "#"
    if max(dark) < 0.3:
        return "."
    blue = any(kinds.is_near(picture, x + a, y + s * a, BLUE, 90) for a in arm for s in (-1, 1))
    return ("z" if blue else "/") if dark[0] > dark[1] else ("n" if blue else "\\")


def test_the_picture_holds_the_question() -> None:
    for question in kinds.draws(KIND, 3):
        picture = KIND.render(question.scene)
        size = (picture.width - 2 * MARGIN) // CELL
        middles = [MARGIN + (i + 0.5) * CELL for i in range(size)]
        cells = ["".join(read_cell(picture, x, y) for x in middles) for y in middles]
        assert cells == question.scene["cells"]
        numbers, entries = {}, []
        for port in range(4 * size):
            r, c, (dx, dy) = port_cell(port, size)
            out = CELL / 2 + 15
            x, y = middles[c] - dx * out, middles[r] - dy * out
            if kinds.is_near(picture, x, y, ORANGE):
                entries.append(port)
            else:
                candidates = [str(n) for n in range(1, 4 * size)]
                numbers[port] = kinds.read_text(picture, (x, y), candidates, 14, radius=11)
        assert len(entries) == 1
        assert sorted(map(int, numbers.values())) == list(range(1, 4 * size))
        (port,) = exits_by_rays(cells, entries[0])
        assert numbers[port] == question.answer


def test_equal_keys_make_equal_questions() -> None:
    kinds.assert_same_for_a_key(KIND)


def test_work_rises_with_the_level() -> None:
    kinds.assert_work_rises(KIND)


def test_no_answer_stands_out() -> None:
    for level in (1, 3, 5):
        asked = list(kinds.draws(KIND, 150, [level]))
        answers = [q.answer for q in asked]
        likely = max(answers.count(a) for a in set(answers)) / len(answers)
        assert likely < 2.5 / len(asked[0].choices)


def test_the_text_is_the_same_for_all() -> None:
    texts = {tuple(sorted(q.text.items())) for q in kinds.draws(KIND, 3)}
    assert len(texts) == 1


def test_choices_hold_the_answer() -> None:
    kinds.assert_choices_hold_the_answer(KIND)


def test_nothing_is_cut_off() -> None:
    kinds.assert_margin_is_white(KIND)
