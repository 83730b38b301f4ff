from fractions import Fraction

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from rbench.tasks.visual.canvas import BLUE, GREEN, ORANGE, PURPLE
from rbench.tasks.visual.generators.lens import HALF, SPAN, Lens
from rbench.tasks.visual.generators.lens_rays import image_by_formula, image_by_rays
from tests.tasks.visual import math_kinds as kinds

KIND = Lens()
UNIT, LEFT, TOP = 12, 16, 20
AXIS = TOP + HALF * UNIT


def image_by_matrices(x: float, height: float, lenses: list[list[int]]) -> tuple[float, float]:
    """Return place and height: the ray matrix behind the lenses, moved to where B vanishes."""
    system, at = np.eye(2), x
    for lens_x, focal in lenses:
        travel = np.array([[1.0, lens_x - at], [0.0, 1.0]])
        system = np.array([[1.0, 0.0], [-1 / focal, 1.0]]) @ travel @ system
        at = lens_x
    move = -system[0, 1] / system[1, 1]
    return at + move, height * (system[0, 0] + move * system[1, 0])


def test_both_solvers_agree() -> None:
    kinds.assert_solvers_agree(KIND, 60)


def test_ray_matrices_agree() -> None:
    for question in kinds.draws(KIND, 40):
        scene = question.scene
        place, tall = image_by_matrices(*scene["object"], scene["lenses"])
        found = place if scene["asked"] == "position" else tall
        assert abs(found - int(question.answer)) < 1e-6


@given(
    x=st.integers(-30, 9),
    height=st.integers(1, 8),
    lenses=st.lists(
        st.tuples(st.integers(10, 40), st.integers(-15, 15).filter(bool)),
        min_size=1,
        max_size=3,
        unique_by=lambda lens: lens[0],
    ),
)
def test_formula_and_rays_agree_anywhere(
    x: int, height: int, lenses: list[tuple[int, int]]
) -> None:
    lenses = sorted(lenses)
    try:
        found = image_by_formula(x, height, lenses)
    except ZeroDivisionError:
        assume(False)
    assert image_by_rays(x, height, lenses) == (found.x, found.height)


def test_known_images() -> None:
    # Twice the focal length away: as far behind, as tall, upside down.
    assert image_by_rays(0, 3, [(10, 5)]) == (20, -3)
    # A magnifying glass, and a diverging lens.
    assert image_by_rays(0, 1, [(5, 10)]) == (-5, 2)
    assert image_by_rays(0, 4, [(12, -4)]) == (9, 1)
    assert image_by_formula(0, 4, [(12, -4)]).x == Fraction(9)


def is_column(picture: Image.Image, x: float, colour: tuple[int, int, int]) -> bool:
    return all(kinds.is_near(picture, x, y, colour) for y in (TOP + 40, AXIS - 30, AXIS + 40))


def read_scene(picture: Image.Image) -> dict[str, list]:
    """Return object and lenses as the picture shows them."""
    lenses, colours = [], (BLUE, GREEN, PURPLE)
    for colour in colours:
        places = [i for i in range(SPAN + 1) if is_column(picture, LEFT + i * UNIT, colour)]
        if not places:
            break
        (place,) = places
        x = LEFT + place * UNIT
        dots = [
            i
            for i in range(SPAN + 1)
            if i != place
            and all(
                kinds.is_near(picture, LEFT + i * UNIT + dx, AXIS + dy, colour)
                for dx, dy in ((0, 0), (2, 0), (-2, 0), (0, 2), (0, -2))
            )
        ]
        (focal,) = {abs(i - place) for i in dots}
        # The head is wide near the tip where it points outwards, near its back where inwards.
        outwards = kinds.is_near(picture, x - 5, TOP + 10, colour, 90)
        inwards = kinds.is_near(picture, x - 5, TOP + 4, colour, 90)
        assert outwards != inwards
        lenses.append([place, focal if outwards else -focal])
    orange = [
        i for i in range(SPAN + 1) if kinds.is_near(picture, LEFT + i * UNIT, AXIS - 6, ORANGE)
    ]
    (at,) = orange
    column = [kinds.is_near(picture, LEFT + at * UNIT, y, ORANGE, 120) for y in range(AXIS)]
    return {"object": [at, round((AXIS - column.index(True)) / UNIT)], "lenses": lenses}


def test_the_picture_holds_the_question() -> None:
    for question in kinds.draws(KIND, 12):
        seen = read_scene(KIND.render(question.scene))
        assert seen == {key: question.scene[key] for key in ("object", "lenses")}
        assert KIND.solve({**seen, "asked": question.scene["asked"]}) == question.answer


def test_labels_of_focal_points_do_not_overlap() -> None:
    for question in kinds.draws(KIND, 30):
        labels = [
            (LEFT + place * UNIT, AXIS + 13.0, f"F{number}")
            for number, (at, focal) in enumerate(question.scene["lenses"], 1)
            for place in (at - focal, at + focal)
            if 0 <= place <= SPAN
        ]
        assert labels
        kinds.assert_texts_apart(labels, 12)


def test_answers_lie_in_the_picture() -> None:
    for question in kinds.draws(KIND, 30):
        answer = int(question.answer)
        if question.scene["asked"] == "position":
            assert 0 <= answer <= SPAN
        else:
            assert 1 <= abs(answer) <= HALF


def test_equal_keys_make_equal_questions() -> None:
    kinds.assert_same_for_a_key(KIND)


def test_work_rises_with_the_level() -> None:
    kinds.assert_work_rises(KIND)


def test_no_answer_stands_out() -> None:
    kinds.assert_no_answer_stands_out(KIND, 80)


def test_the_text_depends_on_what_is_asked_alone() -> None:
    texts = {(q.scene["asked"], *q.text.values()) for q in kinds.draws(KIND, 20)}
    assert len(texts) == 2


def test_choices_hold_the_answer() -> None:
    kinds.assert_choices_hold_the_answer(KIND)


def test_nothing_is_cut_off() -> None:
    for question in kinds.draws(KIND, 6):
        pixels = np.asarray(KIND.render(question.scene))
        assert pixels.shape == (240, 512, 3)
        edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
        assert (edge == 255).all()
