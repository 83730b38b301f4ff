"""`Lens`: place and height of the image that one, two or three thin lenses form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, cast

from rbench.harness.types import Json
from rbench.tasks.visual.canvas import BLACK, BLUE, GREEN, GREY, LIGHT, ORANGE, PURPLE, Canvas
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.decoys import with_decoys
from rbench.tasks.visual.generators.lens_rays import image_by_formula, image_by_rays
from rbench.tasks.visual.question import Category, Question

if TYPE_CHECKING:
    from PIL import Image

SPAN = 40  # cm of the ruler
HALF = 8  # cm above and below the axis

_SHOWN = {
    "en": (
        "The picture shows an object (thick orange arrow) in front of one or more thin lenses "
        "(coloured vertical lines) on an optical axis; all lie in air. Light runs from left to "
        "right through all the lenses. Arrowheads that point outwards mark a converging lens, "
        "arrowheads that point inwards a diverging lens. The dots on the axis are the focal "
        "points F of the lens of the same colour and number, at equal distances on both sides; "
        "one that lies outside the ruler is not drawn. Each small square is 1 cm x 1 cm, and the "
        "ruler at the bottom counts centimetres. "
    ),
    "zh": (
        "图中光轴上有一个物体（橙色粗箭头），其右侧有一个或多个薄透镜（彩色竖线），都处于空气中。"
        "光从左向右依次通过所有透镜。箭头朝外的竖线表示会聚透镜，箭头朝内的表示发散透镜。"
        "轴上的圆点是颜色和编号相同的透镜的焦点F，在透镜两侧等距；超出标尺范围的焦点没有画出。"
        "每个小方格为1 cm × 1 cm，下方标尺的单位是厘米。"
    ),
}
_ASKED = {
    "position": {
        "en": (
            "At which position of the ruler does the final image stand, whether it is real or "
            "virtual? Answer with an integer (in cm)."
        ),
        "zh": "最终所成的像（无论实像还是虚像）位于标尺的哪个位置？请用整数作答（单位cm）。",
    },
    "height": {
        "en": (
            "How tall is the final image, real or virtual? Answer with an integer (in cm): "
            "positive if the image points up, negative if it points down."
        ),
        "zh": (
            "最终所成的像（无论实像还是虚像）有多高？请用整数作答（单位cm）：像的箭头朝上为正，朝下为负。"
        ),
    },
}
_COLOURS = (BLUE, GREEN, PURPLE)
_TRIES = 400  # before another answer is aimed at: a few are rare
_UNIT, _LEFT, _TOP = 12, 16, 20
_AXIS = _TOP + HALF * _UNIT


@dataclass(frozen=True, slots=True)
class _Level:
    lenses: int
    diverging: bool
    least_steps: int
    most_steps: int
    asked: tuple[str, ...]


_LEVELS = {
    1: _Level(1, False, 1, 1, ("position",)),
    2: _Level(1, True, 1, 2, ("position", "height")),
    3: _Level(2, False, 2, 3, ("position", "height")),
    4: _Level(2, True, 3, 9, ("position", "height")),
    5: _Level(3, True, 5, 9, ("position", "height")),
}


class Lens:
    """Thin lenses on a ruled axis; the answer is an integer number of cm.

    Scene, in cm: ``object`` [x, height]; ``lenses``, a list of [x, focal length], from left to
    right, the focal length negative where the lens diverges; ``asked``, ``position`` or
    ``height`` of the last image. The ruler runs from 0 to 40.
    """

    name = "lens"
    category: Category = "physics"
    version = "1"
    summary = "thin lenses on a ruled axis: where is the image, how tall is it?"

    def draw(self, dice: Dice, level: int) -> Question:
        """Make a question, by the lens formula. The answers are about equally likely."""
        spec = _LEVELS[level]
        asked = dice.choice(spec.asked)
        pool = range(SPAN + 1) if asked == "position" else [*range(-HALF, 0), *range(1, HALF + 1)]
        if level == 1:
            pool = range(12, SPAN + 1)  # a real image is not close behind the object
        tries, found = 0, None
        while found is None:
            if tries % _TRIES == 0:
                target = dice.choice(pool)
            tries += 1
            found = _attempt(dice, spec, asked, target)
        (x, height), lenses = found
        image = image_by_formula(x, height, lenses)
        answer = image.x if asked == "position" else image.height
        scene: dict[str, Json] = {
            "object": [x, height],
            "lenses": [list(lens) for lens in lenses],
            "asked": asked,
        }
        text = {
            "en": _SHOWN["en"] + _ASKED[asked]["en"],
            "zh": _SHOWN["zh"] + _ASKED[asked]["zh"],
        }
        choices = with_decoys(dice, int(answer), pool)
        # Who is asked for the height follows it through every lens, too.
        work = image.steps + (len(lenses) / 2 if asked == "height" else 0)
        return Question(text, str(answer), scene, choices, work)

    def solve(self, scene: Mapping[str, Json]) -> str:
        """Return the answer by two rays that are drawn through all lenses and cut."""
        (x, height), lenses, asked = _read(scene)
        place, tall = image_by_rays(x, height, lenses)
        return str(place if asked == "position" else tall)

    def render(self, scene: Mapping[str, Json]) -> "Image.Image":
        """Draw grid, ruler, object, lenses and focal points."""
        (x, height), lenses, _ = _read(scene)
        canvas = Canvas(2 * _LEFT + SPAN * _UNIT, _TOP + 2 * HALF * _UNIT + 28)
        _draw_grid(canvas)
        for number, (at, focal) in enumerate(lenses, 1):
            _draw_lens(canvas, number, at, focal)
        _draw_arrow(canvas, x, height)
        return canvas.finish()


def _read(scene: Mapping[str, Json]) -> tuple[tuple[int, int], list[tuple[int, int]], str]:
    x, height = cast("list[int]", scene["object"])
    lenses = [(at, focal) for at, focal in cast("list[list[int]]", scene["lenses"])]
    return (x, height), lenses, str(scene["asked"])


@cache
def _bends(s: int, diverging: bool) -> Sequence[tuple[int, int]]:
    """Return the (f, s') for which an object at distance s has an image at the integer s'."""
    focals = [f for f in range(-15 if diverging else 2, 16) if abs(f) >= 2 and f != s]
    return [(f, s * f // (s - f)) for f in focals if s and s * f % (s - f) == 0]


def _attempt(
    dice: Dice, spec: _Level, asked: str, target: int
) -> tuple[tuple[int, int], list[tuple[int, int]]] | None:
    """Return object and lenses whose image is as tall or stands as wanted; None if it failed."""
    gap = dice.integer(3, 18)
    x, distance, steps, over, under = 0, gap, 0, 1, 1
    lenses: list[tuple[int, int]] = []
    for _ in range(spec.lenses):
        x += gap
        bends = _bends(distance, spec.diverging)
        if not bends or x > SPAN - 2:
            return None
        focal, image = dice.choice(bends)
        lenses.append((x, focal))
        steps += 1 + (distance < 0) + (image < 0)
        over, under = -over * image, under * distance
        gap = dice.integer(4, 14)
        distance = gap - image
    # The image of a height is over / under times as tall.
    if spec.lenses > 1 and spec.diverging and all(focal > 0 for _, focal in lenses):
        return None
    if not spec.least_steps <= steps <= spec.most_steps:
        return None
    if asked == "height":
        height, rest = divmod(target * under, over)
        if rest or not 1 <= height <= HALF:
            return None
        shift = dice.integer(1, SPAN - 1 - x)
    else:
        tallest = min(HALF, HALF * abs(under) // abs(over))
        if not tallest:
            return None
        height, shift = dice.integer(1, tallest), target - (x + image)
    lenses = [(at + shift, focal) for at, focal in lenses]
    return ((shift, height), lenses) if _clear(shift, lenses) else None


def _clear(x: int, lenses: Sequence[tuple[int, int]]) -> bool:
    """Return whether all that is drawn lies on the ruler and nothing hides anything."""
    if x < 1 or lenses[-1][0] > SPAN - 1:
        return False
    marks = [x, *(at for at, _ in lenses)]
    labels: list[int] = []
    for at, focal in lenses:
        seen = [place for place in (at - focal, at + focal) if 0 <= place <= SPAN]
        if not seen:
            return False
        labels += seen
    labels.sort()
    return not set(labels) & set(marks) and all(b - a >= 2 for a, b in pairwise(labels))


def _draw_grid(canvas: Canvas) -> None:
    left, right, top, bottom = _LEFT, _LEFT + SPAN * _UNIT, _TOP, _TOP + 2 * HALF * _UNIT
    for i in range(SPAN + 1):
        at = left + i * _UNIT
        canvas.line([(at, top), (at, bottom)], LIGHT, 1)
        canvas.line([(at, bottom), (at, bottom + (8 if i % 5 == 0 else 4))], BLACK, 1)
        if i % 5 == 0:
            canvas.text((at, bottom + 17), str(i), size=13)
    for j in range(2 * HALF + 1):
        canvas.line([(left, top + j * _UNIT), (right, top + j * _UNIT)], LIGHT, 1)
    canvas.line([(left, bottom), (right, bottom)], BLACK, 1)
    canvas.line([(left, _AXIS), (right, _AXIS)], GREY, 2)


def _draw_lens(canvas: Canvas, number: int, at: int, focal: int) -> None:
    colour, x = _COLOURS[number - 1], _LEFT + at * _UNIT
    top, bottom = _TOP + 3, _TOP + 2 * HALF * _UNIT - 3
    canvas.line([(x, top), (x, bottom)], colour, 3)
    back = 8 if focal > 0 else -8
    for end, sign in ((top, 1), (bottom, -1)):
        tip = end if focal > 0 else end + 8 * sign
        canvas.line([(x - 6, tip + back * sign), (x, tip), (x + 6, tip + back * sign)], colour, 3)
    canvas.text((x, 9), str(number), colour, 14)
    for place in (at - focal, at + focal):
        if 0 <= place <= SPAN:
            canvas.circle((_LEFT + place * _UNIT, _AXIS), 4, colour, None)
            canvas.text((_LEFT + place * _UNIT, _AXIS + 13), f"F{number}", colour, 12)


def _draw_arrow(canvas: Canvas, at: int, height: int) -> None:
    x, tip = _LEFT + at * _UNIT, _AXIS - height * _UNIT
    canvas.line([(x, _AXIS), (x, tip + 4)], ORANGE, 4)
    canvas.polygon([(x, tip), (x - 6, tip + 9), (x + 6, tip + 9)], ORANGE, None)
