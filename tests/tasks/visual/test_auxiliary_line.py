import math
from itertools import pairwise

import numpy as np
from PIL import Image
from scipy import ndimage
from skimage import measure

from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLUE, WHITE
from rbench.tasks.visual.generators import (
    auxiliary_area,
    auxiliary_fan,
    auxiliary_steps,
    auxiliary_zigzag,
)
from rbench.tasks.visual.generators.auxiliary_line import AuxiliaryLine
from rbench.tasks.visual.generators.auxiliary_marks import ARC, AngleMark, polar, shown
from rbench.tasks.visual.question import Question
from tests.tasks.visual import math_kinds as kinds

KIND = AuxiliaryLine()
FORMS = {"zigzag", "fan", "area", "steps"}
TURNS = [*map(str, range(1, 360)), "?"]


def of_form(form: str, count: int) -> list[Question]:
    found = [q for q in kinds.draws(KIND, 2 * count + 4) if q.scene["form"] == form]
    assert len(found) >= count
    return found[:: max(1, len(found) // (2 * count))]  # of all levels


def test_both_solvers_agree() -> None:
    kinds.assert_solvers_agree(KIND, 100)


def test_linear_equations_of_the_directions_give_the_angle_of_a_zigzag() -> None:
    for question in of_form("zigzag", 20):
        values, sides = question.scene["values"], question.scene["sides"]
        parts = len(values) - 1
        rows, right = [], []
        for i, (value, side) in enumerate(zip(values, sides, strict=True)):
            row = np.zeros(parts + 1)  # the directions of the parts, and the asked angle
            if i == 0:
                row[0], constant = -side, 0.0 if side == 1 else 180.0
            elif i == parts:
                row[-2], constant = side, 180.0 if side == 1 else 0.0
            else:
                row[i - 1], row[i], constant = side, -side, 180.0
            # angle + row . directions = constant
            row[-1] = value is None
            rows.append(row)
            right.append(constant - (value or 0))
        assert round(np.linalg.solve(rows, right)[-1]) == int(question.answer)


def test_linear_equations_of_the_arcs_give_the_angle_of_a_fan() -> None:
    for question in of_form("fan", 20):
        values = question.scene["values"]
        chords = len(values) - 2
        rows = [[0.5 * (j in (i - 1, i)) for j in range(chords)] for i in range(chords)]
        arcs = np.linalg.solve(rows, [90 - values[0], *(180 - v for v in values[1:-2])])
        assert arcs.min() > 0
        found = arcs.sum() if values[-1] is None else 90 - arcs[-1] / 2
        assert round(float(found)) == int(question.answer)


def test_the_pixels_of_a_polygon_cover_its_area() -> None:
    for question in of_form("area", 4):
        pixels = np.asarray(KIND.render(question.scene)).min(axis=2)
        parts, _ = ndimage.label(pixels < 250)
        largest = parts == np.bincount(parts[parts > 0]).argmax()
        # Half the outline's width lies outside.
        area = (largest.sum() - measure.perimeter(largest)) / auxiliary_area.STEP**2
        assert abs(area - int(question.answer)) < 0.6


def test_a_zigzag_by_hand() -> None:
    # Down to the right at 40 degrees, then down to the left at 120: > opens to the left, 40 + 60.
    assert auxiliary_zigzag.answer([40, None, 60], [1, -1, 1]) == 100
    assert auxiliary_zigzag.answer([None, 100, 60], [1, -1, 1]) == 40
    assert auxiliary_zigzag.answer([40, 100, None], [1, -1, -1]) == 120
    # Its mirror image.
    assert auxiliary_zigzag.answer([140, None, 120], [1, 1, 1]) == 100


def test_a_fan_by_hand() -> None:
    # Base angles 50, then 110 - 50 = 60: the triangles leave 80 and 60 at the centre.
    assert auxiliary_fan.answer([50, 110, -1, None]) == 140
    assert auxiliary_fan.answer([50, 110, None, -1]) == 60


def test_ways_turn_at_right_angles_and_keep_to_their_side() -> None:
    for question in of_form("steps", 10):
        points = [complex(*p) for p in question.scene["points"]]
        for a, b, c in zip(points, points[1:], points[2:], strict=False):
            assert abs(((b - a) * (c - b).conjugate()).real) < 1e-6


def test_no_figure_is_to_scale() -> None:
    """Who measures angles in the picture, or the distance of A and B, is wrong."""
    for question in of_form("zigzag", 10):
        scene = question.scene
        points = [(x, y) for x, y in scene["points"]]
        mark = auxiliary_zigzag.marks(points, scene["sides"])[scene["values"].index(None)]
        others = auxiliary_zigzag.marks(points, scene["sides"])
        off = [
            abs(m.size - v) for m, v in zip(others, scene["values"], strict=True) if v is not None
        ]
        assert max([*off, abs(mark.size - int(question.answer))]) > 3
    for question in of_form("steps", 10):
        points = question.scene["points"]
        scales = [
            math.dist(*ends) / length
            for ends, length in zip(pairwise(points), question.scene["lengths"], strict=True)
        ]
        assert max(scales) > 1.05 * min(scales)


def test_equal_keys_give_equal_questions_and_pixels() -> None:
    kinds.assert_same_for_a_key(KIND)


def test_work_rises_with_the_level() -> None:
    kinds.assert_work_rises(KIND)


def test_no_constant_answer_is_a_good_guess() -> None:
    kinds.assert_no_answer_stands_out(KIND, 60)


def test_texts_and_choices_do_not_tell_the_answer() -> None:
    kinds.assert_text_is_one_per_form(KIND, FORMS)
    kinds.assert_choices_hold_the_answer(KIND)


def test_nothing_is_cut_off_and_no_labels_collide() -> None:
    kinds.assert_margin_is_white(KIND)
    for question in kinds.draws(KIND, 30):
        kinds.assert_texts_apart(labels(question.scene), 15)


def test_the_picture_alone_gives_the_answer() -> None:
    for form in sorted(FORMS - {"area"}):
        for question in of_form(form, 2):
            read = dict(question.scene)
            picture = KIND.render(question.scene)
            if form == "steps":
                points = [(x, y) for x, y in read["points"]]
                lengths = [str(i) for i in range(1, 25)]
                read["lengths"] = [
                    int(kinds.read_text(picture, at, lengths, 15, colour=BLUE))
                    for at in auxiliary_steps.length_labels(points)
                ]
                for a, b in pairwise(points):
                    spots = [
                        (a[0] + (b[0] - a[0]) * t / 9, a[1] + (b[1] - a[1]) * t / 9)
                        for t in range(1, 9)
                    ]
                    assert all(kinds.grey_at(picture, x, y) < 150 for x, y in spots)
            else:
                read["values"] = [read_angle(picture, mark) for mark in angle_marks(read)]
            assert KIND.solve(read) == question.answer


def test_the_corners_of_an_area_can_be_seen() -> None:
    for question in of_form("area", 4):
        picture = KIND.render(question.scene)
        corners = question.scene["corners"]
        for a, b in zip(corners, [*corners[1:], corners[0]], strict=True):
            (x0, y0), (x1, y1) = auxiliary_area.pixel(a), auxiliary_area.pixel(b)
            for t in range(20):
                at = (x0 + (x1 - x0) * t / 20, y0 + (y1 - y0) * t / 20)
                near = [(at[0] + i, at[1] + j) for i in (-0.7, 0.7) for j in (-0.7, 0.7)]
                assert min(kinds.grey_at(picture, *spot) for spot in near) < 130


def angle_marks(scene: Json) -> list[AngleMark]:
    if scene["form"] == "fan":
        return auxiliary_fan.marks(scene["turns"])
    return auxiliary_zigzag.marks([(x, y) for x, y in scene["points"]], scene["sides"])


def labels(scene: Json) -> list[tuple[float, float, str]]:
    if scene["form"] == "area":
        return []
    if scene["form"] == "steps":
        points = [(x, y) for x, y in scene["points"]]
        found = zip(auxiliary_steps.length_labels(points), scene["lengths"], strict=True)
        ends = zip(auxiliary_steps.name_labels(points), "AB", strict=True)
        return [(*at, str(text)) for at, text in [*found, *ends]]
    marked = zip(angle_marks(scene), scene["values"], strict=True)
    return [(*mark.label(), shown(value)) for mark, value in marked if value != -1]


def read_angle(picture: Image.Image, mark: AngleMark) -> int | None:
    """Return the number at an arc, None for the question mark, -1 where there is no arc."""
    for share in (0.4, 0.5, 0.6):
        turn = mark.start + share * mark.size
        near = [polar(mark.corner, turn, ARC + i / 2) for i in range(-5, 4)]
        if not any(kinds.is_near(picture, *at, BLUE, 110) for at in near):
            return -1
    errors = kinds.text_errors(picture, mark.label(), TURNS, 15, BLUE, WHITE, 13)
    best = min(errors, key=errors.__getitem__)
    return None if best == "?" else int(best)
