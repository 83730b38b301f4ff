"""`Statics`: the force of a beam's support, or in a bar of a truss."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rbench.harness.types import Json
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators import beam, truss
from rbench.tasks.visual.generators.beam_picture import draw_beam_picture
from rbench.tasks.visual.generators.decoys import with_decoys
from rbench.tasks.visual.generators.truss_picture import draw_truss_picture
from rbench.tasks.visual.question import Category, Question

if TYPE_CHECKING:
    from PIL import Image

_BEAM = {
    "en": (
        "The picture shows a straight, rigid, weightless beam at rest on supports that push "
        "upwards or pull downwards. Orange arrows are forces on the beam in the direction of the "
        "arrow, each with its value in newtons; a green band is an evenly spread load, with its "
        "value in newtons per metre; a white dot on the beam is a hinge that joins two parts "
        "and turns freely. The ruler shows metres. With which force, in newtons, does the blue "
        "support X push the beam upwards? Answer with an integer."
    ),
    "zh": (
        "图中是一根静止的、不计自重的刚性直梁，由若干支座支承，支座既可向上推也可向下拉。"
        "橙色箭头表示沿箭头方向作用在梁上的力，数值单位为牛顿；"
        "绿色条带表示均布载荷，数值单位为牛顿每米；梁上的白色圆点是连接两段梁、可自由转动的铰。"
        "标尺的单位是米。蓝色支座X对梁向上的支持力是多少牛顿？请用整数作答。"
    ),
}
_TRUSS = {
    "en": (
        "The picture shows a plane truss of weightless bars at rest; white dots are joints that "
        "turn freely, and diagonals join only at their ends. The triangle is a support that holds "
        "both ways, the circle a roller that holds only vertically. Orange arrows are forces on "
        "the joints, each with its value in newtons; the measures of the panels are given in "
        "metres. What is the force in the blue bar X, in newtons? Answer with an integer: "
        "positive if the bar is in tension, negative if it is in compression."
    ),
    "zh": (
        "图中是一个静止的平面桁架，各杆不计自重；白色圆点是可自由转动的铰接点，斜杆仅在两端连接。"
        "三角形是固定铰支座，圆形是只提供竖直约束的滚动支座。橙色箭头表示作用在节点上的力，"
        "数值单位为牛顿；节间尺寸以米为单位标出。蓝色杆X的轴力是多少牛顿？"
        "请用整数作答：受拉为正，受压为负。"
    ),
}
_BEAM_LEVELS = {
    1: beam.BeamLevel(2, 0, 0, False, False),
    2: beam.BeamLevel(3, 0, 0, True, False),
    3: beam.BeamLevel(4, 1, 1, True, False),
    4: beam.BeamLevel(4, 1, 1, True, True),
}

_TRUSS_LEVELS = {
    4: truss.TrussLevel(4, 3, ("top", "bottom", "diagonal"), False),
    5: truss.TrussLevel(6, 4, ("top", "bottom", "diagonal", "vertical"), True),
}
POOL = range(4, 61)  # newtons of the answer, up to its sign


class Statics:
    """A beam or a truss in equilibrium; the answer is an integer number of newtons.

    Scene: ``kind``, ``beam`` or ``truss``, and ``parts``, the scene of `beam` or `truss`.
    """

    name = "statics"
    category: Category = "physics"
    version = "1"
    summary = "a beam or a truss in equilibrium: how large is a force?"

    def draw(self, dice: Dice, level: int) -> Question:
        """Make a question, by moments and sections. All sizes are equally likely."""
        target = dice.choice(POOL)
        if level == 5 or (level == 4 and dice.chance(0.5)):
            return _truss_question(dice, _TRUSS_LEVELS[level], target)
        return _beam_question(dice, _BEAM_LEVELS[level], target)

    def solve(self, scene: Mapping[str, Json]) -> str:
        """Return the force from all equations of equilibrium at once."""
        parts = _parts(scene)
        if scene["kind"] == "beam":
            return str(beam.reaction_by_equations(beam.from_json(parts)))
        return str(truss.member_by_joints(truss.from_json(parts)))

    def render(self, scene: Mapping[str, Json]) -> "Image.Image":
        """Draw the beam or the truss, with all values."""
        parts = _parts(scene)
        if scene["kind"] == "beam":
            return draw_beam_picture(beam.from_json(parts))
        return draw_truss_picture(truss.from_json(parts))


def _parts(scene: Mapping[str, Json]) -> Mapping[str, Json]:
    parts = scene["parts"]
    assert isinstance(parts, Mapping)
    return parts


def _beam_question(dice: Dice, level: beam.BeamLevel, target: int) -> Question:
    while (found := beam.draw_beam(dice, level, target)) is None:
        pass
    force, steps = beam.reaction_by_moments(found)
    scene: dict[str, Json] = {"kind": "beam", "parts": beam.to_json(found)}
    return Question(_BEAM, str(force), scene, with_decoys(dice, int(force), POOL), steps)


def _truss_question(dice: Dice, level: truss.TrussLevel, target: int) -> Question:
    while (found := truss.draw_truss(dice, level, target)) is None:
        pass
    force, steps = truss.member_by_sections(found)
    scene: dict[str, Json] = {"kind": "truss", "parts": truss.to_json(found)}
    choices = with_decoys(dice, int(force), [sign * n for n in POOL for sign in (-1, 1)])
    return Question(_TRUSS, str(force), scene, choices, steps)
