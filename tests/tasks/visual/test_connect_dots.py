import math
import re

import numpy as np
from scipy import ndimage

from rbench.tasks.visual.canvas import BLUE, Canvas
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators import generator
from rbench.tasks.visual.generators.connect_dots import LETTERS, figure_dots
from rbench.tasks.visual.generators.dot_figures import figures
from rbench.tasks.visual.generators.dot_layout import SIDE, TEXT, from_line, label_size
from rbench.tasks.visual.generators.dot_solvers import by_headings, by_places
from rbench.tasks.visual.question import LEVELS, Question
from tests.tasks.visual import game_kinds
from tests.tasks.visual.game_kinds import drawn, of_level

DOTS = generator("connect_dots")


def test_both_solvers_agree() -> None:
    game_kinds.check_that_both_solvers_agree("connect_dots")


def test_work_rises_with_the_level() -> None:
    game_kinds.check_that_work_rises("connect_dots")


def test_guesses_are_poor() -> None:
    game_kinds.check_that_guesses_are_poor("connect_dots")


def test_equal_keys_and_scenes_read_back_give_equal_questions_and_pictures() -> None:
    game_kinds.check_that_a_key_settles_all("connect_dots")


def test_red_is_left_to_the_answer() -> None:
    game_kinds.check_that_no_red_is_printed("connect_dots")


def test_the_text_differs_in_the_options_only() -> None:
    texts = [drawn("connect_dots", level, i).text for level in LEVELS for i in range(5)]
    for language, question in (("en", "What does the figure show?"), ("zh", "所得图形是什么？")):
        without = {re.sub(r"A: .*F: [^.。]*", "", text[language]) for text in texts}
        assert len(without) == 1
        assert question in without.pop()


def test_the_answer_is_the_letter_of_the_figure_that_was_distorted() -> None:
    """The dots lie near the lines of that figure and of no other, whatever the solvers say."""
    for level in LEVELS:
        for question in of_level("connect_dots", level, 10):
            apart = [_fit(question, index) for index in question.scene["options"]]
            assert LETTERS[int(np.argmin(apart))] == question.answer


def _fit(question: Question, index: int) -> float:
    """Return how far the dots lie from a figure's lines after the best affine map of its box."""
    figure = figures()[index]
    dots = np.array(figure_dots(question.scene))
    corners = np.array(figure.corners)
    best = math.inf
    for degrees in range(-10, 11, 2):
        angle = math.radians(degrees)
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        turned = dots @ turn
        span = np.maximum(np.ptp(turned, axis=0), 1)
        fitted = (turned - turned.min(axis=0)) / span * np.ptp(corners, axis=0)
        fitted += corners.min(axis=0)
        ends = [*figure.corners[1:], *figure.corners[: 1 if figure.closed else 0]]
        sides = list(zip(figure.corners, ends, strict=False))
        off = np.mean([min(from_line((x, y), a, b) for a, b in sides) for x, y in fitted])
        unused = np.mean([np.hypot(*(fitted - corner).T).min() for corner in corners])
        best = min(best, float(off + unused))
    return best


def test_every_figure_is_found_among_all_by_both_measures() -> None:
    lines = [(figure.corners, figure.closed) for figure in figures()]
    for index, figure in enumerate(figures()):
        for measure in (by_places, by_headings):
            apart = measure(figure.corners, figure.closed, lines)
            assert int(np.argmin(apart)) == index
            assert apart[index] < 0.1


def test_measures_do_not_depend_on_start_direction_size_or_place() -> None:
    star = next(figure for figure in figures() if figure.names["en"] == "star")
    corners = [(3 * x + 50, 3 * y - 20) for x, y in star.corners]
    changed = (corners[3:] + corners[:3])[::-1]
    lines = [(figure.corners, figure.closed) for figure in figures()]
    for measure in (by_places, by_headings):
        assert figures()[int(np.argmin(measure(changed, True, lines)))] == star
    assert by_places(changed, True, [(star.corners, True)])[0] < 0.1


def test_figures_have_names_in_both_languages_and_do_not_repeat_a_corner() -> None:
    for language in ("en", "zh"):
        assert len({figure.names[language] for figure in figures()}) == len(figures())
    for figure in figures():
        assert len(set(figure.corners)) == len(figure.corners)
        assert all(0 <= value <= 12 for corner in figure.corners for value in corner)


def test_a_figure_is_the_answer_as_often_as_it_is_an_option() -> None:
    """Else the options alone would tell: for any set of figures the answer is one in six."""
    questions = [q for level in LEVELS for q in of_level("connect_dots", level)]
    rare = {index for index, figure in enumerate(figures()) if figure.names["en"] in _CROWDED}
    offered = sum(len(rare & set(q.scene["options"])) for q in questions)
    right = sum(q.scene["options"][LETTERS.index(q.answer)] in rare for q in questions)
    assert abs(right - offered / 6) < 3 * math.sqrt(offered * 5 / 36)


_CROWDED = {"digit 4", "digit 8", "letter V", "lightning bolt", "key", "crescent moon"}


def test_dots_and_numbers_have_room_and_each_number_is_nearest_to_its_dot() -> None:
    for level in LEVELS:
        for question in of_level("connect_dots", level, 20):
            entries = question.scene["dots"]
            dots = [(x, y) for x, y, _, _ in entries]
            labels = [(u, v) for _, _, u, v in entries]
            assert min(math.dist(a, b) for i, a in enumerate(dots) for b in dots[:i]) >= 18
            for number, label in enumerate(labels, 1):
                wide, high = label_size(number)
                assert wide <= label[0] <= SIDE - wide
                assert high <= label[1] <= SIDE - high
                assert int(np.argmin([math.dist(label, dot) for dot in dots])) == number - 1
                for other, (u, v) in enumerate(labels[: number - 1], 1):
                    other_wide, other_high = label_size(other)
                    assert abs(label[0] - u) >= wide + other_wide or (
                        abs(label[1] - v) >= high + other_high
                    )


def test_the_picture_holds_dots_numbers_and_rings() -> None:
    for level in LEVELS:
        for question in of_level("connect_dots", level, 1):
            dots, last, closed = _read(question)
            options = question.scene["options"]
            lines = [(figures()[index].corners, figures()[index].closed) for index in options]
            apart = by_headings([dots[number] for number in range(1, last + 1)], closed, lines)
            assert LETTERS[int(np.argmin(apart))] == question.answer


def _read(question: Question) -> tuple[dict[int, tuple[float, float]], int, bool]:
    """Read the dots by their colour, the numbers near them by comparison, and the rings."""
    pixels = np.asarray(DOTS.render(question.scene)).astype(int)
    labels, count = ndimage.label(np.abs(pixels - BLUE).sum(axis=2) < 60)
    assert count == len(question.scene["dots"])
    centres = ndimage.center_of_mass(labels > 0, labels, range(1, count + 1))
    blobs = [(float(x) + 0.5, float(y) + 0.5) for y, x in centres]
    dots = {}
    dark = 255 - pixels.max(axis=2)
    for _, _, u, v in question.scene["dots"]:
        number = min(range(1, count + 1), key=lambda n: _difference(dark, n, (u, v)))
        dots[number] = min(blobs, key=lambda blob: math.dist(blob, (u, v)))
    assert len(dots) == count
    green = (pixels[..., 1] - pixels[..., 0] > 60) & (pixels[..., 1] - pixels[..., 2] > 30)
    assert green.any()
    rows, columns = np.nonzero(green)
    middle = (float(columns.mean()) + 0.5, float(rows.mean()) + 0.5)
    last = min(dots, key=lambda number: math.dist(dots[number], middle))
    reach = np.hypot(columns + 0.5 - middle[0], rows + 0.5 - middle[1]).max()
    return dots, last, bool(reach > 8.5)


def _difference(dark: np.ndarray, number: int, at: tuple[float, float]) -> float:
    """Return how much a place of the picture differs from a number written there."""
    x, y = int(at[0]), int(at[1])
    canvas = Canvas(24, 24)
    canvas.text((12 + at[0] - x, 12 + at[1] - y), str(number), size=TEXT)
    written = 255 - np.asarray(canvas.finish()).astype(int).max(axis=2)
    there = np.pad(dark, 12)[y + 6 : y + 18, x + 4 : x + 20]
    return float(np.abs(there - written[6:18, 4:20]).sum())


def test_turned_figures_are_drawn_within_the_picture() -> None:
    for seed in range(10):
        scene = DOTS.draw(Dice(f"bounds {seed}"), 5).scene
        assert all(10 < value < SIDE - 10 for entry in scene["dots"] for value in entry[:2])
