import math

import numpy as np
from PIL import Image

from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLACK, BLUE, ORANGE, WHITE
from rbench.tasks.visual.generators import reflections_billiard as billiard
from rbench.tasks.visual.generators import reflections_moves as moves
from rbench.tasks.visual.generators.reflections import Reflections
from tests.tasks.visual import math_kinds as kinds

KIND = Reflections()
SPOTS = [(x, y) for x in range(moves.LAST + 1) for y in range(moves.LAST + 1)]


def test_both_solvers_agree() -> None:
    kinds.assert_solvers_agree(KIND, 100)


def test_complex_numbers_move_the_point_to_the_same_place() -> None:
    for question in kinds.draws(KIND, 60):
        if question.scene["form"] == "moves":
            z = complex(*question.scene["start"])
            for kind, a, b, c in question.scene["moves"]:
                if kind == "turn":
                    z = complex(a, b) + (z - complex(a, b)) * c * 1j
                else:
                    normal = complex(a, b)
                    foot = normal * c / abs(normal) ** 2
                    z = foot - (z - foot).conjugate() * normal / normal.conjugate()
            x, y = next(
                (x, y) for x, y, name in question.scene["candidates"] if name == question.answer
            )
            assert abs(z - complex(x, y)) < 1e-9


def test_a_triangle_wave_bounces_as_often() -> None:
    for question in kinds.draws(KIND, 60):
        scene = question.scene
        if scene["form"] == "billiard":
            turns, t = 0, 1
            while True:
                x, y = (folded(scene, axis, t) for axis in (0, 1))
                at_side = x in (0, scene["width"]), y in (0, scene["height"])
                if all(at_side):
                    break
                turns += any(at_side)
                t += 1
            assert turns == int(question.answer)


def test_moves_by_hand() -> None:
    assert moves.moved(("line", 1, 0, 4), (1, 5)) == (7, 5)
    assert moves.moved(("line", 0, 1, 3), (1, 5)) == (1, 1)
    assert moves.moved(("line", 1, 1, 10), (2, 3)) == (7, 8)
    assert moves.moved(("line", 1, -1, 0), (2, 3)) == (3, 2)
    assert moves.moved(("turn", 2, 2, 1), (5, 2)) == (2, 5)  # counterclockwise: right to up
    assert moves.moved(("turn", 2, 2, -1), (5, 2)) == (2, -1)


def test_a_ball_from_corner_to_corner_bounces_as_the_sides_say() -> None:
    for width in range(1, 13):
        for height in range(1, 13):
            box = {"width": width, "height": height, "start": [0, 0], "direction": [1, 1]}
            expected = (width + height) // math.gcd(width, height) - 2
            if width > 1 and height > 1:
                # A step along, where no side is touched.
                assert billiard.solve(box | {"start": [1, 1]}) == str(expected)


def test_equal_keys_give_equal_questions_and_pixels() -> None:
    kinds.assert_same_for_a_key(KIND)


def test_work_rises_with_the_level() -> None:
    kinds.assert_work_rises(KIND)


def test_no_constant_answer_is_a_good_guess() -> None:
    kinds.assert_no_answer_stands_out(KIND, 60)


def test_texts_and_choices_do_not_tell_the_answer() -> None:
    kinds.assert_text_is_one_per_form(KIND, {"moves", "billiard"})
    kinds.assert_choices_hold_the_answer(KIND)


def test_nothing_is_cut_off_and_no_labels_collide() -> None:
    kinds.assert_margin_is_white(KIND)
    for question in kinds.draws(KIND, 30):
        scene = question.scene
        if scene["form"] == "moves":
            texts = [
                (*moves.label_of(tuple(move), end), str(number))
                for number, (move, end) in enumerate(
                    zip(scene["moves"], scene["ends"], strict=True), 1
                )
            ]
            texts += [(*moves.pixel((x, y)), name) for x, y, name in scene["candidates"]]
            texts.append((*moves.pixel(tuple(scene["start"])), "P"))
            kinds.assert_texts_apart(texts, 16)


def test_candidates_differ_and_hold_the_answer_once() -> None:
    for question in kinds.draws(KIND, 30):
        if question.scene["form"] == "moves":
            spots = {(x, y) for x, y, _ in question.scene["candidates"]}
            assert len(spots) == 6
            assert tuple(question.scene["start"]) not in spots


def test_the_picture_alone_gives_the_answer() -> None:
    seen = set()
    for question in kinds.draws(KIND, 5):
        picture = KIND.render(question.scene)
        form = question.scene["form"]
        read = read_moves(picture) if form == "moves" else read_billiard(picture)
        assert KIND.solve(read) == question.answer
        seen.add(form)
    assert len(seen) == 2


def folded(scene: Json, axis: int, t: int) -> int:
    size = (scene["width"], scene["height"])[axis]
    along = (scene["start"][axis] + scene["direction"][axis] * t) % (2 * size)
    return min(along, 2 * size - along)


def read_billiard(picture: Image.Image) -> dict[str, Json]:
    pixels = np.asarray(picture, dtype=int)
    ys, xs = np.nonzero(pixels.max(axis=2) < 60)
    left, right, top, bottom = xs.min() + 1, xs.max(), ys.min() + 1, ys.max()
    width, height = round((right - left) / 30), round((bottom - top) / 30)
    ball, direction = [], []
    for x in range(1, width):
        for y in range(1, height):
            u, v = left + 30 * x, bottom - 30 * y
            around = [(u - 4, v), (u + 4, v), (u, v - 4), (u, v + 4)]
            if all(kinds.is_near(picture, *at, BLUE) for at in around):
                ball.append([x, y])
                direction += [
                    [i, j]
                    for i in (-1, 1)
                    for j in (-1, 1)
                    if kinds.is_near(picture, u + 12 * i, v - 12 * j, BLUE)
                ]
    assert len(ball) == len(direction) == 1
    return {
        "form": "billiard",
        "width": width,
        "height": height,
        "start": ball[0],
        "direction": direction[0],
    }


def read_moves(picture: Image.Image) -> dict[str, Json]:
    found: dict[int, moves.Move] = {}
    candidates: list[Json] = []
    start: list[int] = []
    for x, y in SPOTS:
        u, v = moves.pixel((x, y))
        cross = [(u + 7, v), (u - 7, v), (u, v + 7), (u, v - 7)]
        beside = [(u + 7 * i, v + 4 * j) for i in (-1, 1) for j in (-1, 1)]  # on no line
        ring = [(u + i * 5.8, v + j * 5.8) for i in (-1, 1) for j in (-1, 1)]
        if all(kinds.is_near(picture, *at, ORANGE) for at in cross):
            number = kinds.read_text(
                picture, (u, v), "123456", 14, colour=WHITE, background=ORANGE, radius=7
            )
            sense = 1 if kinds.is_near(picture, u - 15, v + 1, ORANGE) else -1
            assert kinds.is_near(picture, u - sense * 15, v + 1, ORANGE)
            found[int(number)] = ("turn", x, y, sense)
        elif all(kinds.is_near(picture, *at, BLUE) for at in beside):
            start = [x, y]
        elif all(kinds.is_near(picture, *at, BLACK, 120) for at in ring):
            letter = kinds.read_text(picture, (u, v), moves.LETTERS, 13, radius=6)
            candidates.append([x, y, letter])
    lines: list[moves.Move] = [("line", a, b, c) for a, b in ((1, 0), (0, 1)) for c in range(3, 10)]
    lines += [("line", 1, 1, c) for c in range(8, 17)] + [("line", 1, -1, c) for c in range(-4, 5)]
    for line in lines:
        if is_drawn(picture, line):
            found[line_number(picture, line)] = line
    assert sorted(found) == list(range(1, len(found) + 1))
    return {
        "form": "moves",
        "start": start,
        "moves": [list(found[number]) for number in sorted(found)],
        "candidates": candidates,
    }


def is_drawn(picture: Image.Image, line: moves.Move) -> bool:
    (x0, y0), (x1, y1) = moves.line_ends(line)
    steps = max(abs(x1 - x0), abs(y1 - y0))
    halfway = [(i + 0.5) / steps for i in range(steps)]  # between the points of the grid
    seen = []
    for share in halfway:
        u = moves.EDGE + moves.STEP * (x0 + (x1 - x0) * share)
        v = moves.EDGE + moves.STEP * (moves.LAST - y0 - (y1 - y0) * share)
        near = [(u + i, v + j) for i in (-0.7, 0.7) for j in (-0.7, 0.7)]
        seen.append(any(kinds.is_near(picture, *at, BLUE, 70) for at in near))
    return sum(seen) > 0.8 * steps


def line_number(picture: Image.Image, line: moves.Move) -> int:
    errors = {}
    for end in (0, 1):
        found = kinds.text_errors(picture, moves.label_of(line, end), "123456", 16, BLUE, WHITE, 8)
        errors |= {(end, text): error for text, error in found.items()}
    return int(min(errors, key=errors.__getitem__)[1])
