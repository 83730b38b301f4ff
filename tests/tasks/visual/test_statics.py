from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from rbench.tasks.visual.canvas import BLACK, BLUE, GREEN, ORANGE, WHITE, Canvas
from rbench.tasks.visual.generators import beam, truss
from rbench.tasks.visual.generators.beam_picture import BEAM, LEFT, UNIT
from rbench.tasks.visual.generators.exact_linear import solve_exactly
from rbench.tasks.visual.generators.statics import Statics
from rbench.tasks.visual.generators.truss_picture import joint_at
from tests.tasks.visual import math_kinds as kinds

KIND = Statics()
NUMBERS = [str(n) for n in range(1, 100)]


def beams(count: int) -> list[beam.Beam]:
    asked = kinds.draws(KIND, count, [1, 2, 3, 4])
    return [beam.from_json(q.scene["parts"]) for q in asked if q.scene["kind"] == "beam"]


def trusses(count: int) -> list[truss.Truss]:
    asked = kinds.draws(KIND, count, [4, 5])
    return [truss.from_json(q.scene["parts"]) for q in asked if q.scene["kind"] == "truss"]


def test_both_solvers_agree() -> None:
    kinds.assert_solvers_agree(KIND, 45)


def reaction_by_virtual_work(scene: beam.Beam) -> float:
    """Return the asked reaction: the support sinks by 1 m, the beam turns as a mechanism."""
    zero = [s for k, s in enumerate(scene.supports) if k != scene.asked]
    point = scene.supports[scene.asked]
    # Sinking of a point: a + b x, and from the hinge on c (x - hinge) more.
    hinge = scene.hinge
    rows = [[1, x, max(0, x - hinge) if hinge is not None else 0] for x in [*zero, point]]
    rows += [[0, 0, 1]] if hinge is None else []
    a, b, c = np.linalg.solve(rows, [0] * len(zero) + [1] + [0] * (hinge is None))
    steps = np.linspace(0, scene.length, scene.length * 200 + 1)
    sink = a + b * steps + (c * np.maximum(0, steps - hinge) if hinge is not None else 0)
    work = sum(w * np.interp(x, steps, sink) for x, w in scene.loads)
    for start, end, q in scene.spread:
        inside = (steps >= start) & (steps <= end)
        work += q * np.trapezoid(sink[inside], steps[inside])
    return float(work)


def test_virtual_work_agrees_for_beams() -> None:
    found = beams(25)
    assert any(scene.hinge is not None for scene in found)
    for scene in found:
        assert (
            abs(reaction_by_virtual_work(scene) - float(beam.reaction_by_equations(scene))) < 1e-3
        )


def force_by_stiffness(scene: truss.Truss) -> float:
    """Return the asked force from the displacements of elastic bars, all of one stiffness."""
    columns = len(scene.diagonals) + 1
    at = {
        (r, c): np.array([c * scene.width, -r * scene.height], float)
        for r in (0, 1)
        for c in range(columns)
    }
    index = {joint: 2 * k for k, joint in enumerate(at)}
    stiffness, load = np.zeros((4 * columns, 4 * columns)), np.zeros(4 * columns)
    rods = {}
    for part, i in scene.parts():
        a, b = scene.member(part, i)
        along = at[b] - at[a]
        long = np.hypot(*along)
        row = np.zeros(4 * columns)
        row[index[a] : index[a] + 2] = -along / long
        row[index[b] : index[b] + 2] = along / long
        rods[part, i] = row / long
        stiffness += np.outer(row, row) / long
    for r, c, w in scene.loads:
        load[index[r, c] + 1] -= w
    left, right = (index[1, c] for c in scene.supports)
    free = [k for k in range(4 * columns) if k not in (left, left + 1, right + 1)]
    moved = np.zeros(4 * columns)
    moved[free] = np.linalg.solve(stiffness[np.ix_(free, free)], load[free])
    return float(rods[scene.asked] @ moved)


def test_elastic_bars_agree_for_trusses() -> None:
    found = trusses(25)
    assert {scene.asked[0] for scene in found} == {"top", "bottom", "diagonal", "vertical"}
    for scene in found:
        assert force_by_stiffness(scene) == pytest.approx(float(truss.member_by_joints(scene)))


def test_every_member_of_a_truss_agrees() -> None:
    for scene in trusses(2):
        for asked in scene.parts():
            other = truss.Truss(
                scene.width, scene.height, scene.diagonals, scene.supports, scene.loads, asked
            )
            assert truss.member_by_sections(other)[0] == truss.member_by_joints(other)


def test_known_beams() -> None:
    middle = beam.Beam(12, [0, 12], None, [(6, 10)], [], 1)
    overhang = beam.Beam(12, [0, 8], None, [(12, 10)], [], 0)
    spread = beam.Beam(12, [0, 12], None, [], [(0, 12, 2)], 0)
    hinged = beam.Beam(12, [0, 8, 12], 4, [(2, 10)], [], 2)
    for scene, force in ((middle, 5), (overhang, -5), (spread, 12), (hinged, -5)):
        assert beam.reaction_by_moments(scene)[0] == force
        assert beam.reaction_by_equations(scene) == force


def test_a_system_is_solved_with_rows_in_any_order() -> None:
    assert solve_exactly([[0, 2], [4, 1]], [1, 1]) == [Fraction(1, 8), Fraction(1, 2)]
    with pytest.raises(ZeroDivisionError):
        solve_exactly([[1, 2], [2, 4]], [1, 2])


def read_spread(picture: Image.Image, middle: tuple[float, float]) -> int:
    """Return the number in a green band, whose rim is close to it."""
    x, y = (int(value) for value in middle)
    seen = np.asarray(picture.crop((x - 24, y - 8, x + 24, y + 8)), dtype=float)
    errors = []
    for newtons in range(1, 10):
        canvas = Canvas(48, 16)
        canvas.text((24, 8), f"{newtons} N/m", GREEN, 14)
        errors.append(np.abs(np.asarray(canvas.finish(), float) - seen).mean())
    best, second = np.argsort(errors)[:2]
    assert errors[best] < 0.5 * errors[second]
    return int(best) + 1


def read_beam(picture: Image.Image) -> beam.Beam:
    """Return the beam that the picture shows."""
    places = range(13)
    loads, supports, asked, hinge = [], [], [], None
    ends = []
    for i in places:
        x = LEFT + i * UNIT
        for y, side in ((BEAM - 70, 1), (BEAM + 55, -1)):
            if kinds.is_near(picture, x, y, ORANGE):
                tail = BEAM - 78 - 11 if side > 0 else BEAM + 62 + 11
                loads.append(
                    (i, side * int(kinds.read_text(picture, (x, tail), NUMBERS, 15, radius=10)))
                )
        for colour in (BLACK, BLUE):
            if kinds.is_near(picture, x + 14, BEAM + 27, colour):
                supports.append(i)
                asked += [len(supports) - 1] * (colour == BLUE)
        if kinds.is_near(picture, x, BEAM, WHITE, 10):
            hinge = i
        if kinds.is_near(picture, x, BEAM - 30, GREEN, 80):
            ends.append(i)
    spread = []
    if ends:
        middle = LEFT + (ends[0] + ends[-1]) / 2 * UNIT, BEAM - 34
        newtons = read_spread(picture, middle)
        spread.append((ends[0], ends[-1], newtons))
    return beam.Beam(12, supports, hinge, sorted(loads), spread, asked[0])


def test_the_picture_holds_the_beam() -> None:
    for question in kinds.draws(KIND, 5, [1, 2, 3, 4]):
        if question.scene["kind"] == "beam":
            seen = read_beam(KIND.render(question.scene))
            assert seen == beam.from_json(question.scene["parts"])
            assert str(beam.reaction_by_equations(seen)) == question.answer


def test_the_picture_holds_the_truss() -> None:
    for question in kinds.draws(KIND, 5, [4, 5]):
        if question.scene["kind"] != "truss":
            continue
        picture, scene = KIND.render(question.scene), truss.from_json(question.scene["parts"])
        diagonals, loads = "", []
        for i in range(len(scene.diagonals)):
            at = {(r, k): joint_at(scene, (r, i + k)) for r in (0, 1) for k in (0, 1)}
            rising = between(picture, at[1, 0], at[0, 1])
            assert rising != between(picture, at[0, 0], at[1, 1])
            diagonals += "/" if rising else "\\"
        for row in (0, 1):
            for column in range(len(scene.diagonals) + 1):
                x, y = joint_at(scene, (row, column))
                if kinds.is_near(picture, x, y + (26 if row else -26), ORANGE):
                    tail = y + (51 if row else -53)
                    text = kinds.read_text(picture, (x, tail), NUMBERS, 15, radius=10)
                    loads.append((row, column, int(text)))
        blue = [
            asked
            for asked in scene.parts()
            if between(picture, *(joint_at(scene, end) for end in scene.member(*asked)), blue=True)
        ]
        supports = tuple(
            column
            for column in range(len(scene.diagonals) + 1)
            if kinds.grey_at(
                picture, joint_at(scene, (1, column))[0] + 14, joint_at(scene, (1, 0))[1] + 26
            )
            < 60
        )
        seen = truss.Truss(scene.width, scene.height, diagonals, supports, loads, blue[0])
        assert len(blue) == 1
        assert seen == scene
        assert str(truss.member_by_joints(seen)) == question.answer


def between(
    picture: Image.Image, a: tuple[float, float], b: tuple[float, float], *, blue: bool = False
) -> bool:
    """Say whether a bar runs between two points: dark, or blue, near both of its ends."""
    for part in (0.22, 0.78):
        x, y = a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])
        if blue and not kinds.is_near(picture, x, y, BLUE):
            return False
        if kinds.grey_at(picture, x, y) > 100:
            return False
    return True


def test_equal_keys_make_equal_questions() -> None:
    kinds.assert_same_for_a_key(KIND)


def test_work_rises_with_the_level() -> None:
    kinds.assert_work_rises(KIND)


def test_no_answer_stands_out() -> None:
    kinds.assert_no_answer_stands_out(KIND, 50)


def test_the_text_depends_on_the_kind_alone() -> None:
    assert len({(q.scene["kind"], *q.text.values()) for q in kinds.draws(KIND, 10)}) == 2


def test_choices_hold_the_answer() -> None:
    kinds.assert_choices_hold_the_answer(KIND)


def test_nothing_is_cut_off() -> None:
    kinds.assert_margin_is_white(KIND)
