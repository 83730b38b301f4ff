from itertools import pairwise

import numpy as np
from PIL import Image

from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLUE, LIGHT
from rbench.tasks.visual.generators.solid import BOARD, FACES, Solid
from rbench.tasks.visual.generators.solid_nets import SHAPES, Cell, cells_of, fold, wrapped
from tests.tasks.visual import math_kinds as kinds

KIND = Solid()
LETTERS = "ABCDEF"


def all_hexominoes() -> set[frozenset[Cell]]:
    """Grow every shape of six cells that hang together, in all its positions from 0, 0."""
    found = {frozenset([(0, 0)])}
    for _ in range(5):
        found = {
            moved(shape | {(x + dx, y + dy)})
            for shape in found
            for x, y in shape
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1))
            if (x + dx, y + dy) not in shape
        }
    return found


def moved(cells: frozenset[Cell]) -> frozenset[Cell]:
    left, top = min(x for x, _ in cells), min(y for _, y in cells)
    return frozenset((x - left, y - top) for x, y in cells)


def all_nets() -> set[frozenset[Cell]]:
    return {
        frozenset(cells_of(shape, quarter_turns=turns, flipped=flipped))
        for shape in SHAPES
        for turns in range(4)
        for flipped in (False, True)
    }


def test_the_nets_are_all_hexominoes_that_fold_to_six_faces() -> None:
    assert len(SHAPES) == 11
    shapes = all_hexominoes()
    assert len(shapes) == 216  # fixed hexominoes, OEIS A001168
    assert {s for s in shapes if len(set(fold(sorted(s)).values())) == 6} == all_nets()


def test_vectors_and_a_rolling_die_fold_every_net_alike_mirror_images_told_apart() -> None:
    for net in all_nets():
        cells = sorted(net)
        letters = dict(zip(cells, LETTERS, strict=True))
        at = {vector: letters[cell] for cell, vector in fold(cells).items()}
        # The vectors start with the first cell on top, the die with it at the bottom.
        vectors = ((0, 0, -1), (0, 0, 1), (0, 1, 0), (0, -1, 0), (-1, 0, 0), (1, 0, 0))
        assert wrapped(letters, cells[0]) == tuple(at[v] for v in vectors)


def test_a_cross_folds_as_by_hand() -> None:
    #   B
    # C A D F   A in front of the viewer: B above, D to the right, F behind.
    #   E
    cells = {(1, 0): "B", (0, 1): "C", (1, 1): "A", (2, 1): "D", (3, 1): "F", (1, 2): "E"}
    assert wrapped(cells, (1, 1)) == ("F", "A", "B", "E", "C", "D")


def test_both_solvers_agree() -> None:
    kinds.assert_solvers_agree(KIND, 80)


def test_rotation_matrices_roll_the_cube_to_the_same_face() -> None:
    for question in kinds.draws(KIND, 40, [2, 3, 4, 5]):
        assert by_matrices(question.scene) == question.answer


def test_equal_keys_give_equal_questions_and_pixels() -> None:
    kinds.assert_same_for_a_key(KIND)


def test_work_rises_with_the_level() -> None:
    kinds.assert_work_rises(KIND)


def test_no_constant_answer_is_a_good_guess() -> None:
    kinds.assert_no_answer_stands_out(KIND, 60)


def test_texts_and_choices_do_not_tell_the_answer() -> None:
    kinds.assert_text_is_one_per_form(KIND, {"opposite", "roll"})
    kinds.assert_choices_hold_the_answer(KIND)


def test_nothing_is_cut_off() -> None:
    kinds.assert_margin_is_white(KIND)


def test_the_picture_alone_gives_the_answer() -> None:
    for question in kinds.draws(KIND, 5):
        picture = KIND.render(question.scene)
        read = read_opposite(picture) if picture.width == 240 else read_roll(picture)
        assert KIND.solve(read) == question.answer


def by_matrices(scene: Json) -> str:
    """Turn all six corner-marked faces with 3 x 3 matrices."""
    cells = {(x, y): letter for x, y, letter in scene["net"]}
    vectors = {letter: np.array(fold(sorted(cells))[cell]) for cell, letter in cells.items()}
    up, south = vectors[scene["top"]], vectors[scene["front"]]
    basis = np.stack([np.cross(up, south), -south, up])  # rows: east, north, up
    faces = {letter: basis @ vector for letter, vector in vectors.items()}
    for (x0, y0), (x1, y1) in pairwise(scene["path"]):
        axis = np.array([-(y0 - y1), x1 - x0, 0])  # right-handed quarter turn towards the step
        turn = np.array([[0, 0, axis[1]], [0, 0, -axis[0]], [-axis[1], axis[0], 0]])
        turn = turn + np.outer(axis, axis)
        faces = {letter: turn @ vector for letter, vector in faces.items()}
    asked = {"top": (0, 0, 1), "front": (0, -1, 0), "right": (1, 0, 0)}[scene["asked"]]
    return next(letter for letter, vector in faces.items() if tuple(vector) == asked)


def read_net(picture: Image.Image, cell: float) -> tuple[list[Json], str | None]:
    net: list[Json] = []
    grey = None
    for x in range(BOARD):
        for y in range(BOARD):
            left, top = 10 + x * cell, 10 + y * cell
            middle = (left + cell / 2, top + cell / 2)
            edges = [(left, middle[1]), (left + cell, middle[1]), (middle[0], top)]
            if all(kinds.grey_at(picture, *edge) < 130 for edge in edges):
                is_grey = kinds.is_near(picture, left + 4, top + 4, LIGHT, 5)
                background = LIGHT if is_grey else (255, 255, 255)
                letter = kinds.read_text(
                    picture, middle, LETTERS, 0.55 * cell, background=background, radius=cell / 3
                )
                net.append([x, y, letter])
                grey = letter if is_grey else grey
    return net, grey


def read_opposite(picture: Image.Image) -> dict[str, Json]:
    net, grey = read_net(picture, 220 / BOARD)
    return {"form": "opposite", "net": net, "grey": grey}


def read_roll(picture: Image.Image) -> dict[str, Json]:
    net, _ = read_net(picture, 170 / BOARD)
    places = {"top": (56, 218), "front": (44, 254), "right": (80, 242)}
    signs = {
        face: kinds.read_text(picture, (x + 90, y), [" ", "?"], 18)
        for face, (x, y) in places.items()
    }
    return {
        "form": "roll",
        "net": net,
        "path": read_path(picture),
        "top": kinds.read_text(picture, places["top"], LETTERS, 18),
        "front": kinds.read_text(picture, places["front"], LETTERS, 18),
        "asked": next(face for face in FACES if signs[face] == "?"),
    }


def read_path(picture: Image.Image) -> list[Cell]:
    def centre(cell: Cell) -> tuple[float, float]:
        return (215 + (cell[0] + 0.5) * 48, 30 + (cell[1] + 0.5) * 48)

    cells = [(x, y) for x in range(BOARD) for y in range(BOARD)]
    ends = {}
    for cell in cells:
        x, y = centre(cell)
        ring = [(x + 9 * i, y + 9 * j) for i in (-1, 1) for j in (-1, 1)]
        if all(kinds.grey_at(picture, *point) < 200 for point in ring):
            ends[kinds.read_text(picture, (x, y), "SE", 16, colour=BLUE)] = cell
    path = [ends["S"]]
    while path[-1] != ends["E"]:
        x, y = path[-1]
        following = [
            (u, v)
            for u, v in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1))
            if (u, v) in cells
            and (u, v) not in path
            and kinds.is_near(picture, *middle(centre((x, y)), centre((u, v))), BLUE)
        ]
        assert len(following) == 1
        path.append(following[0])
    return path


def middle(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    return ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
