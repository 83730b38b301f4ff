"""Triangles in a figure: lines, points, closed forms, and lines read back from the picture."""

import json
from collections.abc import Sequence
from itertools import combinations, pairwise
from math import comb

import numpy as np
import pytest
from numpy.typing import NDArray

from rbench.harness.types import Json
from rbench.tasks.visual.generators import generator
from rbench.tasks.visual.generators.crossing_lines import STEPS, CrossingLines, Segment
from rbench.tasks.visual.generators.joined_points import count_triangles
from tests.tasks.visual.drawn import mean_work, of_all_levels

KIND = generator("triangles")

A, B, C = (4000, 600), (7400, 7400), (600, 7400)
SIDES: list[Segment] = [(A, B), (B, C), (C, A)]


def on(start: tuple[int, int], end: tuple[int, int], step: int) -> tuple[int, int]:
    return (
        (start[0] * (STEPS - step) + end[0] * step) // STEPS,
        (start[1] * (STEPS - step) + end[1] * step) // STEPS,
    )


def cevians(a: Sequence[int], b: Sequence[int], c: Sequence[int]) -> list[Segment]:
    """Return a triangle with lines from its corners to places of the opposite sides."""
    return [
        *SIDES,
        *((A, on(B, C, step)) for step in a),
        *((B, on(C, A, step)) for step in b),
        *((C, on(A, B, step)) for step in c),
    ]


def by_lines(lines: Sequence[Segment]) -> int | None:
    """Count as the first solver does; None where two points are too near to each other."""
    figure = CrossingLines()
    for line in lines:
        meetings = figure.meetings(line)
        if meetings is None:
            return None
        figure.add(line, meetings)
    return figure.triangles


@pytest.mark.parametrize(
    ("a", "b", "c"),
    [((), (), ()), ((10,), (), ()), ((5, 10, 15), (), ()), ((10,), (9,), ()), ((7, 13), (10,), ()),
     ((7, 14), (6, 12), ()), ((10,), (6,), (5,)), ((7,), (7,), (7,))],
)  # fmt: skip
def test_cevians_make_as_many_triangles_as_the_formula_says(
    a: tuple[int, ...], b: tuple[int, ...], c: tuple[int, ...]
) -> None:
    counts = [len(a), len(b), len(c)]
    # Any three lines bound a triangle, but for those through one corner.
    expected = comb(sum(counts) + 3, 3) - sum(comb(n + 2, 3) for n in counts)
    lines = cevians(a, b, c)
    assert count_triangles(lines) == expected
    assert by_lines(lines) == expected


def test_medians_meet_in_one_point_and_make_sixteen_triangles() -> None:
    lines = cevians((10,), (10,), (10,))
    assert count_triangles(lines) == 16
    assert by_lines(lines) == 16


def test_a_square_with_its_diagonals_has_eight() -> None:
    p, q, r, s = (600, 600), (7400, 600), (7400, 7400), (600, 7400)
    lines: list[Segment] = [(p, q), (q, r), (r, s), (s, p), (p, r), (q, s)]
    assert count_triangles(lines) == 8
    assert by_lines(lines) == 8


def test_lines_and_points_agree() -> None:
    for question in of_all_levels("triangles", 40):
        assert KIND.solve(question.scene) == question.answer


def places(scene: Json) -> list[tuple[int, int]]:
    """Return the corners and all places of the sides where a line may end."""
    corners: dict[tuple[int, int], None] = {}
    sides = []
    for a, b in scene["lines"]:
        corners.update(dict.fromkeys((tuple(a), tuple(b))))
        sides.append((tuple(a), tuple(b)))
        if len(sides) >= 3 and len(corners) == len(sides):
            break
    return [on(a, b, step) for a, b in sides for step in range(STEPS)]


def drawn_all_along(dark: NDArray[np.bool_], line: Segment) -> bool:
    """Whether there is ink all along a line."""
    (x, y), (u, v) = line
    t = np.linspace(0, 1, 400)
    columns = ((x + t * (u - x)) / STEPS).astype(int)
    rows = ((y + t * (v - y)) / STEPS).astype(int)
    return bool(dark[rows, columns].mean() > 0.99)


def test_the_picture_shows_the_lines_and_no_others() -> None:
    for question in of_all_levels("triangles", 40)[::16]:
        dark = np.asarray(KIND.render(question.scene)).min(axis=2) < 200
        lines = {tuple(sorted((tuple(a), tuple(b)))) for a, b in question.scene["lines"]}
        ends = places(question.scene)
        # A part of a side is no line of its own.
        found = {
            tuple(sorted(line))
            for line in combinations(ends, 2)
            if drawn_all_along(dark, line) and not any(_within(line, whole) for whole in lines)
        }
        assert found == set()
        assert all(drawn_all_along(dark, line) for line in lines)


def _within(line: Segment, whole: Segment) -> bool:
    (a, b) = whole
    return all((b[0] - a[0]) * (p[1] - a[1]) == (b[1] - a[1]) * (p[0] - a[0]) for p in line)


def test_work_rises_with_the_level() -> None:
    assert all(low < high for low, high in pairwise(mean_work("triangles", 40)))


def test_points_of_lines_lie_apart_in_every_question() -> None:
    for question in of_all_levels("triangles", 40)[::5]:
        lines = [(tuple(a), tuple(b)) for a, b in question.scene["lines"]]
        assert by_lines(lines) == int(question.answer)


def test_lines_that_run_close_together_are_refused() -> None:
    assert by_lines(cevians((10, 11), (), ())) is None
    assert by_lines([*SIDES, (A, on(B, C, 10)), (A, (3990, 7400))]) is None
    assert by_lines([*SIDES, (A, on(A, B, 10))]) is None  # on a side


def test_a_scene_survives_json() -> None:
    for question in of_all_levels("triangles", 40)[::50]:
        again = json.loads(json.dumps(question.scene))
        assert KIND.render(again).tobytes() == KIND.render(question.scene).tobytes()
        assert KIND.solve(again) == question.answer
