"""Stacked cubes: sums of heights, of faces, and heights read back from the picture."""

import json
from itertools import pairwise, product

import numpy as np
import pytest

from rbench.harness.types import Json
from rbench.tasks.visual.generators import generator
from rbench.tasks.visual.generators.cube_faces import (
    COLOURS,
    Projection,
    cubes_of,
    visible_faces,
)
from tests.tasks.visual.drawn import mean_work, of_all_levels

KIND = generator("stacked_cubes")


def heights_in_picture(scene: Json) -> list[int]:
    """Read the heights of all columns, diagonal by diagonal, off the light faces.

    On a diagonal the columns' tops follow each other downwards in the picture, the first the one
    in the corner; that of column (i, j) lies (i + j) / 2 - height edges below the corner.
    """
    heights = scene["heights"]
    pixels = np.asarray(KIND.render(scene))
    place = Projection(heights, 400)
    room, found = len(heights), []
    for difference in range(1 - room, room):
        # Start of the diagonal: the column beside a wall.
        i, j = max(difference, 0), max(-difference, 0)
        for down in range(-2 * heights[0][0], 2 * room):
            # The middle of a top face whose (i + j) / 2 - height is down / 2.
            x, y = place.point(difference / 2 + 0.5, -difference / 2 + 0.5, -down / 2)
            if (down - difference) % 2 or not (0 <= x < 400 and 0 <= y < 400):
                continue
            if tuple(pixels[int(y), int(x)]) == COLOURS["top"]:
                found.append((i + j - down) // 2)
                i, j = i + 1, j + 1
    return found


@pytest.mark.parametrize(
    ("heights", "cubes"),
    [([[1]], 1), ([[3]], 3), ([[2, 1], [1, 0]], 4), ([[3, 3, 3]] * 3, 27), ([[2, 2], [2, 1]], 7)],
)
def test_known_stacks_have_their_cubes(heights: list[list[int]], cubes: int) -> None:
    assert KIND.solve({"heights": heights}) == str(cubes)
    assert sum(heights_in_picture({"heights": heights})) == cubes


def test_heights_faces_and_the_picture_agree() -> None:
    for question in of_all_levels("stacked_cubes", 60):
        assert KIND.solve(question.scene) == question.answer
    for question in of_all_levels("stacked_cubes", 60)[::4]:
        read = heights_in_picture(question.scene)
        assert sum(read) == int(question.answer)
        assert sorted(h for h in read if h) == sorted(
            h for row in question.scene["heights"] for h in row if h
        )


def test_all_directions_count_the_same_cubes() -> None:
    for question in of_all_levels("stacked_cubes", 60)[::5]:
        seen = visible_faces(cubes_of(question.scene["heights"]))
        for axis, side in enumerate(("right", "left", "top")):
            assert sum(c[axis] + 1 for s, c in seen if s == side) == int(question.answer)


def test_heights_never_rise_away_from_the_corner() -> None:
    for question in of_all_levels("stacked_cubes", 60):
        heights = question.scene["heights"]
        for line in (*heights, *zip(*heights, strict=True)):
            assert all(a >= b for a, b in pairwise(line))


def test_a_face_behind_another_is_not_seen() -> None:
    # A cube on the view line of another hides it whole.
    assert {c for _, c in visible_faces([(0, 0, 0), (1, 1, 1)])} == {(1, 1, 1)}
    # Of a full block, the surface is seen: three sides of 9 faces.
    assert len(visible_faces(product(range(3), repeat=3))) == 27


def test_work_rises_with_the_level() -> None:
    assert all(low < high for low, high in pairwise(mean_work("stacked_cubes", 60)))


def test_cubes_stay_within_the_picture_and_fill_it() -> None:
    for question in of_all_levels("stacked_cubes", 60)[::6]:
        rows, columns = np.nonzero(np.asarray(KIND.render(question.scene)).min(axis=2) < 250)
        assert min(rows.min(), columns.min()) >= 15
        assert max(rows.max(), columns.max()) <= 385
        assert max(np.ptp(rows), np.ptp(columns)) >= 150


def test_a_scene_survives_json() -> None:
    for question in of_all_levels("stacked_cubes", 60)[::60]:
        again = json.loads(json.dumps(question.scene))
        assert KIND.render(again).tobytes() == KIND.render(question.scene).tobytes()
        assert KIND.solve(again) == question.answer
