"""Two ways to solve a sliding puzzle: breadth first from both ends, and IDA* (Korf, 1985).

A position is the tiles row by row as one text, "0" for the gap.
"""

from functools import cache


@cache
def neighbours(rows: int, columns: int) -> tuple[tuple[int, ...], ...]:
    """Return for each place of the gap the places it may move to."""
    places = [divmod(place, columns) for place in range(rows * columns)]
    return tuple(
        tuple(other for other, (s, d) in enumerate(places) if abs(r - s) + abs(c - d) == 1)
        for r, c in places
    )


def moved(position: str, to: int) -> str:
    """Return the position with the gap moved to a place beside it."""
    gap = position.index("0")
    low, high = min(gap, to), max(gap, to)
    return (
        position[:low] + position[high] + position[low + 1 : high] + position[low]
        + position[high + 1 :]
    )  # fmt: skip


def from_both_ends(start: str, goal: str, rows: int, columns: int) -> tuple[int, int]:
    """Return the least number of moves and the number of positions looked at.

    Whole layers, always on the side with the smaller one. The goal must be reachable.
    """
    beside = neighbours(rows, columns)
    seen, opposite = {start}, {goal}
    layer, other_layer = [start], [goal]
    moves = 0
    while not (seen & opposite):
        if len(layer) > len(other_layer):
            seen, opposite, layer, other_layer = opposite, seen, other_layer, layer
        moves += 1
        following = []
        for position in layer:
            for to in beside[position.index("0")]:
                new = moved(position, to)
                if new not in seen:
                    seen.add(new)
                    following.append(new)
        layer = following
    return moves, len(seen) + len(opposite)


def iterative_deepening(start: str, goal: str, rows: int, columns: int) -> int:
    """Return the least number of moves, by IDA* with the sum of the tiles' distances."""
    beside = neighbours(rows, columns)
    size = rows * columns
    target = {tile: divmod(place, columns) for place, tile in enumerate(goal)}
    away = {
        (tile, place): abs(place // columns - r) + abs(place % columns - c)
        for tile, (r, c) in target.items()
        for place in range(size)
    }

    def search(position: str, gap: int, before: int, made: int, estimate: int, bound: int) -> int:
        """Return 0 where the goal was found, else the smallest total above the bound."""
        if made + estimate > bound:
            return made + estimate
        if position == goal:
            return 0
        least = bound + 2 * size * size
        for to in beside[gap]:
            if to != before:
                tile = position[to]
                new = estimate + away[tile, gap] - away[tile, to]
                total = search(moved(position, to), to, gap, made + 1, new, bound)
                if total == 0:
                    return 0
                least = min(least, total)
        return least

    estimate = sum(away[tile, place] for place, tile in enumerate(start) if tile != "0")
    bound = estimate
    while (total := search(start, start.index("0"), -1, 0, estimate, bound)) != 0:
        bound = total
    return bound
