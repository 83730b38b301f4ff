"""Which questions a draw holds: balanced, none twice, and the smaller draw within the larger."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count

from rbench.errors import UsageError, nearest
from rbench.tasks.visual.drawn_question import DrawnQuestion, Place
from rbench.tasks.visual.generators import GENERATORS, generator

Draw = Callable[[Sequence[Place]], Mapping[Place, DrawnQuestion]]

_MOST_DRAWS = 20
"""So many questions are drawn for one that is not there yet, before a kind counts as used up."""
_LEAST_DRAWS = 200


def read_kinds(text: str) -> tuple[str, ...]:
    """Return the kinds that ``all`` or ``maze,resistors`` names, in their own order.

    Raises `UsageError` for an unknown one, and for none.
    """
    if text == "all":
        return tuple(GENERATORS)
    names = {name.strip() for name in text.split(",")} - {""}
    if not names:
        raise UsageError(
            f"kinds={text!r} names none: give all, or some of {', '.join(GENERATORS)}."
        )
    for name in sorted(names):
        if name not in GENERATORS:
            raise UsageError(
                f"there is no kind of visual question {name!r}{nearest(name, list(GENERATORS))}"
            )
    return tuple(name for name in GENERATORS if name in names)


def balanced(kinds: Sequence[str], levels: Sequence[int], n: int) -> list[tuple[str, int]]:
    """Return kind and level of each of n questions.

    The categories take turns, within a category its kinds, within a kind the levels. Every kind
    starts at another level, so that also few questions have all levels.
    """
    of_category: dict[str, list[str]] = {}
    for kind in kinds:
        of_category.setdefault(generator(kind).category, []).append(kind)
    turns = [*of_category.values()]
    start = {kind: 3 * i for i, kind in enumerate(GENERATORS)}
    asked: Counter[str] = Counter()
    plan = []
    for i in range(n):
        mates = turns[i % len(turns)]
        kind = mates[i // len(turns) % len(mates)]
        plan.append((kind, levels[(start[kind] + asked[kind]) % len(levels)]))
        asked[kind] += 1
    return plan


def draw_plan(plan: Sequence[tuple[str, int]], draw: Draw) -> list[DrawnQuestion]:
    """Draw a question for each kind and level of the plan, none of a kind's scenes twice.

    Each takes the next number of its kind and level; a number whose scene the kind had before in
    the plan is passed over. Raises `UsageError` where a kind has no more questions.
    """
    wanted = Counter(plan)
    have: dict[Place, DrawnQuestion] = {}
    numbers = dict(wanted)  # how many of each kind and level are drawn
    missing = [
        Place(kind, level, i) for (kind, level), number in wanted.items() for i in range(number)
    ]
    while missing:
        have.update(draw(missing))
        chosen, short = _choose(plan, have)
        if not short:
            return chosen
        missing = []
        for (kind, level), lacking in short.items():
            first, asked = numbers[kind, level], wanted[kind, level]
            if first >= max(_LEAST_DRAWS, _MOST_DRAWS * asked):
                raise UsageError(
                    f"{kind} has only {asked - lacking} different questions of level {level} in "
                    f"{first} draws; ask for fewer, for more kinds or for more levels."
                )
            # Where scenes repeat, the next ones do too: more are drawn than are missing.
            numbers[kind, level] = first + max(lacking, first // 2)
            missing += [Place(kind, level, i) for i in range(first, numbers[kind, level])]
    return []


def _choose(
    plan: Sequence[tuple[str, int]], have: Mapping[Place, DrawnQuestion]
) -> tuple[list[DrawnQuestion], Counter[tuple[str, int]]]:
    """Return the questions of the plan, and how many of which kind and level are missing."""
    streams = {key: map(have.get, _numbered(*key)) for key in dict.fromkeys(plan)}
    seen: set[tuple[str, str]] = set()
    chosen = []
    short: Counter[tuple[str, int]] = Counter()
    for key in plan:
        for question in streams[key]:
            if question is None:
                short[key] += 1
                break
            scene = (question.place.kind, question.scene_sha256)
            if scene not in seen:
                seen.add(scene)
                chosen.append(question)
                break
    return chosen, short


def _numbered(kind: str, level: int) -> Iterator[Place]:
    return (Place(kind, level, number) for number in count())
