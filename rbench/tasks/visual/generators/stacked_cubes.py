"""Stacked cubes: how many stand in the corner, those that cannot be seen included."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rbench.harness.types import Json
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.cube_faces import (
    BESIDE,
    COLOURS,
    Projection,
    cubes_of,
    height_at,
    visible_faces,
)
from rbench.tasks.visual.generators.number_window import number_window
from rbench.tasks.visual.question import Category, Question

if TYPE_CHECKING:
    from PIL import Image

_CHOICES = 8
# Cubes per level, both ends included, and the room: how many fit along each wall and upwards.
_CUBES = {1: (5, 12), 2: (13, 21), 3: (22, 32), 4: (33, 45), 5: (46, 61)}
_ROOM = {1: 3, 2: 4, 3: 4, 4: 5, 5: 5}

_SIZE = 400

_TEXT = {
    "en": (
        "The picture shows equal cubes stacked in the corner of a room, seen from above and from "
        "the front. The two walls behind the stack and the floor are not drawn. Every cube stands "
        "on the floor or on another cube, and between a cube and either of the two walls there "
        "is no gap: behind every cube, in both directions, there are cubes up to the wall. How "
        "many cubes are there in all, those that cannot be seen included? Answer with an integer."
    ),
    "zh": (
        "图中是堆放在房间墙角里的若干个同样大小的正方体，从前上方看去。"
        "后面的两面墙和地面没有画出。每个正方体都放在地面上或另一个正方体上，"
        "并且正方体与两面墙之间没有空隙：沿两个方向，每个正方体的后面直到墙都堆满了正方体。"
        "问：连同看不见的在内，一共有多少个正方体？请回答一个整数。"
    ),
}


class StackedCubes:
    """Columns whose heights never rise away from the corner: a plane partition.

    ``heights[i][j]`` is the column that stands i steps in front of one wall and j in front of
    the other. First solver: the sum of the heights. Second: the visible faces to the right, each
    with the cubes that lie behind it.
    """

    name = "stacked_cubes"
    category: Category = "counting"
    version = "1"
    summary = "How many cubes are stacked in a corner, hidden ones included?"

    def draw(self, dice: Dice, level: int) -> Question:
        """Add cubes one by one where they may stand."""
        target, room = dice.integer(*_CUBES[level]), _ROOM[level]
        heights = [[0] * room for _ in range(room)]
        # Some stacks are flat and some lean to one side.
        limits = [room - dice.integer(0, 1), room, room]
        rows, columns, tallest = dice.shuffled(limits)
        for _ in range(target):
            free = [
                (i, j)
                for i in range(rows)
                for j in range(columns)
                if heights[i][j] < tallest
                and (i == 0 or heights[i - 1][j] > heights[i][j])
                and (j == 0 or heights[i][j - 1] > heights[i][j])
            ]
            i, j = dice.choice(free)
            heights[i][j] += 1
        answer = sum(map(sum, heights))
        return Question(
            text=_TEXT,
            answer=str(answer),
            scene={"heights": heights},
            choices=number_window(dice, answer, count=_CHOICES),
            work=answer,
        )

    def solve(self, scene: Mapping[str, Json]) -> str:
        """Add up, over the faces to the right that are seen, the cubes in the row behind."""
        seen = visible_faces(cubes_of(scene["heights"]))
        return str(sum(i + 1 for side, (i, _, _) in seen if side == "right"))

    def render(self, scene: Mapping[str, Json]) -> "Image.Image":
        """Draw the faces that are not covered; 400 x 400."""
        from rbench.tasks.visual.canvas import Canvas

        canvas, heights = Canvas(_SIZE, _SIZE), scene["heights"]
        place = Projection(heights, _SIZE)
        for i, j, k in cubes_of(heights):
            for side, (x, y, z) in BESIDE.items():
                if height_at(heights, i + x, j + y) <= k + z:
                    canvas.polygon(place.face(side, i, j, k), COLOURS[side])
        return canvas.finish()
