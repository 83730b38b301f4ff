"""Makes a maze in which exactly one of the exits can be reached."""

from collections.abc import Iterable

from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.generators.maze_grid import SIDES, Cell, Grid

_APART = 3  # cells between two exits, along the outer wall: room for their numbers
_TRIES = 100  # for the places of the exits, in one maze

_Tree = dict[Cell, Cell]  # a cell -> the next one on the way to the start
_Exit = tuple[Cell, str]


def carve(dice: Dice, size: int, exits: int, loops: int) -> tuple[Grid, int]:
    """Return a maze and the number of the exit that can be reached.

    All cells hang together at first. Then the way to each of the other exits is cut somewhere
    behind the place where it leaves the right way, so that a wrong way may look right for long.
    Up to `loops` walls are opened again where that joins nothing that was cut.
    """
    inner = range(size // 4, size - size // 4)
    start = (dice.choice(inner), dice.choice(inner))
    tree = _grow(dice, size, start)
    right, others = _choose_exits(dice, tree, size, exits)
    right_way = set(_way(tree, right[0]))
    for cell, _ in others:
        way = _way(tree, cell)
        if way[-1] == start:
            del tree[dice.choice([c for c in way if c not in right_way])]
    passages = {(min(pair), max(pair)) for pair in tree.items()}
    passages |= _loops(dice, tree, size, passages, loops)
    outer, first = _outer(size), dice.integer(0, 4 * size - 1)  # clockwise from anywhere
    every = [exit_ for exit_ in outer[first:] + outer[:first] if exit_ in (right, *others)]
    grid = Grid(
        size,
        [_flags([((r, c), (r, c + 1)) for c in range(size - 1)], passages) for r in range(size)],
        [_flags([((r, c), (r + 1, c)) for c in range(size)], passages) for r in range(size - 1)],
        start,
        every,
    )
    return grid, every.index(right) + 1


def _grow(dice: Dice, size: int, start: Cell) -> _Tree:
    """Return a spanning tree: mostly long corridors, some of them with short branches."""
    tree: _Tree = {}
    active = [start]
    while active:
        at = -1 if dice.chance(0.8) else dice.integer(0, len(active) - 1)
        r, c = active[at]
        free = [
            (r + down, c + right)
            for down, right in SIDES.values()
            if 0 <= r + down < size
            and 0 <= c + right < size
            and (r + down, c + right) not in tree
            and (r + down, c + right) != start
        ]
        if not free:
            active.pop(at)
            continue
        following = dice.choice(free)
        tree[following] = (r, c)
        active.append(following)
    return tree


def _choose_exits(dice: Dice, tree: _Tree, size: int, count: int) -> tuple[_Exit, list[_Exit]]:
    """Choose the right exit and the others, none of which lies on the way to the right one."""
    outer = _outer(size)
    for _ in range(_TRIES):
        order = dice.shuffled(range(len(outer)))
        right_way = set(_way(tree, outer[order[0]][0]))
        chosen = order[:1]
        for place in order[1:]:
            gaps = [abs(place - other) for other in chosen]
            apart = all(_APART <= gap <= len(outer) - _APART for gap in gaps)
            if apart and outer[place][0] not in right_way:
                chosen.append(place)
            if len(chosen) == count:
                return outer[order[0]], [outer[i] for i in chosen[1:]]
    raise RuntimeError(f"no room for {count} exits around {size} x {size} cells")


def _outer(size: int) -> list[_Exit]:
    """Return all places of an exit, clockwise from the upper left."""
    along = range(size)
    return [
        *(((0, c), "top") for c in along),
        *(((r, size - 1), "right") for r in along),
        *(((size - 1, c), "bottom") for c in reversed(along)),
        *(((r, 0), "left") for r in reversed(along)),
    ]


def _way(tree: _Tree, cell: Cell) -> list[Cell]:
    way = [cell]
    while way[-1] in tree:
        way.append(tree[way[-1]])
    return way


def _loops(
    dice: Dice, tree: _Tree, size: int, passages: set[tuple[Cell, Cell]], count: int
) -> set[tuple[Cell, Cell]]:
    walls = [
        ((r, c), other)
        for r in range(size)
        for c in range(size)
        for other in ((r, c + 1), (r + 1, c))
        if max(other) < size and ((r, c), other) not in passages
    ]
    opened: set[tuple[Cell, Cell]] = set()
    for a, b in dice.sample(walls, 3 * count):
        if len(opened) < count and _way(tree, a)[-1] == _way(tree, b)[-1]:
            opened.add((a, b))
    return opened


def _flags(pairs: Iterable[tuple[Cell, Cell]], passages: set[tuple[Cell, Cell]]) -> str:
    return "".join("1" if pair in passages else "0" for pair in pairs)
