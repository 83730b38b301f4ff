"""Regions of overlapping outlines: Euler's formula, a raster, and the picture's own pixels."""

import json
from collections.abc import Sequence
from itertools import combinations, pairwise
from math import hypot

import numpy as np
import pytest
from scipy import ndimage

from rbench.harness.types import Json
from rbench.tasks.visual.generators import generator
from rbench.tasks.visual.outlines import Circle, Polygon, apart, crossings
from tests.tasks.visual.drawn import mean_work, of_all_levels

KIND = generator("overlapping_shapes")

CIRCLES = [[100, 100, 60], [170, 100, 60], [135, 160, 60]]


def white_regions(scene: Json) -> int:
    """Count the bounded white areas of the picture."""
    white = np.asarray(KIND.render(scene)).min(axis=2) > 200
    labels, _ = ndimage.label(white)
    assert {*np.unique(labels[[0, -1]]), *np.unique(labels[:, [0, -1]])} == {1}
    # Where lines cross, a pixel or two may be cut off; a region has dozens.
    return int(np.count_nonzero(np.bincount(labels.ravel())[1:] >= 8)) - 1


def scene_of(circles: Sequence[Sequence[int]] = (), polygons: Sequence[Json] = ()) -> Json:
    return {"shapes": [*({"circle": c} for c in circles), *({"polygon": p} for p in polygons)]}


def square(left: int, top: int, side: int) -> Json:
    return [[left, top], [left + side, top], [left + side, top + side], [left, top + side]]


@pytest.mark.parametrize(
    ("scene", "regions"),
    [
        (scene_of([[100, 100, 50]]), 1),
        (scene_of(CIRCLES[:2]), 3),
        (scene_of(CIRCLES), 7),  # Venn's diagram
        (scene_of([[100, 100, 60], [100, 100, 30]]), 2),  # a ring and its hole
        (scene_of([[100, 100, 50], [300, 300, 50]]), 2),
        (scene_of([], [square(100, 100, 100), square(150, 150, 100)]), 3),
        # A cross of two bars: the middle and four ends.
        (
            scene_of(
                [],
                [
                    [[150, 50], [200, 50], [200, 350], [150, 350]],
                    [[50, 150], [350, 150], [350, 200], [50, 200]],
                ],
            ),
            5,
        ),
        # Four bars around a square: it is closed too, though in none of them.
        (
            scene_of(
                [],
                [
                    [[100, 50], [140, 50], [140, 350], [100, 350]],
                    [[260, 50], [300, 50], [300, 350], [260, 350]],
                    [[50, 100], [350, 100], [350, 140], [50, 140]],
                    [[50, 260], [350, 260], [350, 300], [50, 300]],
                ],
            ),
            17,
        ),
    ],
)
def test_known_figures_have_their_regions(scene: Json, regions: int) -> None:
    assert KIND.solve(scene) == str(regions)
    assert white_regions(scene) == regions


def test_euler_the_raster_and_the_picture_agree() -> None:
    questions = of_all_levels("overlapping_shapes", 40)
    for question in questions[::4]:
        assert KIND.solve(question.scene) == question.answer
    for question in questions:
        assert white_regions(question.scene) == int(question.answer)


def test_work_rises_with_the_level() -> None:
    assert all(low < high for low, high in pairwise(mean_work("overlapping_shapes", 40)))


def test_shapes_stay_within_the_picture() -> None:
    for question in of_all_levels("overlapping_shapes", 40)[::5]:
        dark = np.asarray(KIND.render(question.scene)).min(axis=2) < 200
        assert not dark[:4].any() and not dark[-4:].any()
        assert not dark[:, :4].any() and not dark[:, -4:].any()


def test_a_scene_survives_json() -> None:
    for question in of_all_levels("overlapping_shapes", 40)[::50]:
        again = json.loads(json.dumps(question.scene))
        assert KIND.render(again).tobytes() == KIND.render(question.scene).tobytes()
        assert KIND.solve(again) == question.answer


def test_circles_cross_where_both_are() -> None:
    one, other = Circle((100.0, 100.0), 60), Circle((170.0, 120.0), 50)
    points = crossings(one, other)
    assert points is not None and len(points) == 2
    for x, y in points:
        assert hypot(x - 100, y - 100) == pytest.approx(60)
        assert hypot(x - 170, y - 120) == pytest.approx(50)


def test_a_circle_crosses_a_square_in_eight_points() -> None:
    box = Polygon(((60, 60), (140, 60), (140, 140), (60, 140)))
    points = crossings(box, Circle((100, 100), 48))
    assert points is not None and len(points) == 8
    assert crossings(Circle((100, 100), 48), box) == points
    assert all(hypot(x - 100, y - 100) == pytest.approx(48) for x, y in points)
    assert all(max(abs(x - 100), abs(y - 100)) == pytest.approx(40) for x, y in points)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Circle((100, 100), 50), Circle((200, 100), 50)),  # touch from outside
        (Circle((100, 100), 50), Circle((120, 100), 30)),  # touch from inside
        (Circle((100, 100), 50), Circle((118, 100), 50)),  # cross at a small angle
        (Circle((100, 100), 40), Polygon(((140, 0), (300, 0), (300, 200), (140, 200)))),
        (Circle((100, 100), 40), Polygon(((142, 100), (300, 0), (300, 200)))),
        (
            Polygon(((0, 0), (100, 0), (100, 100), (0, 100))),
            Polygon(((102, 20), (180, 20), (180, 80), (102, 80))),
        ),
    ],
)
def test_what_nearly_touches_is_refused(one: Circle | Polygon, other: Circle | Polygon) -> None:
    assert crossings(one, other) is None
    assert crossings(other, one) is None


def test_crossings_of_a_question_lie_apart() -> None:
    from rbench.tasks.visual.generators.overlapping_shapes import _from_json

    for question in of_all_levels("overlapping_shapes", 40)[::7]:
        shapes = [_from_json(shape) for shape in question.scene["shapes"]]
        points = []
        for one, other in combinations(shapes, 2):
            crossed = crossings(one, other)
            assert crossed is not None
            points += crossed
        assert apart(points, [], 12.9)
