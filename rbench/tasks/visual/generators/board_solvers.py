"""Two ways to count a knight's moves: breadth first, and by relaxing until nothing changes."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

Square: TypeAlias = tuple[int, int]

_JUMPS = ((1, 2), (2, 1), (2, -1), (1, -2), (-1, -2), (-2, -1), (-2, 1), (-1, 2))


def jumps(blocked: Sequence[str], square: Square) -> Iterator[Square]:
    """Yield the squares that a knight may move to; `blocked` holds a "1" for each blocked one."""
    size = len(blocked)
    for down, right in _JUMPS:
        r, c = square[0] + down, square[1] + right
        if 0 <= r < size and 0 <= c < size and blocked[r][c] == "0":
            yield r, c


def distances(blocked: Sequence[str], start: Square) -> dict[Square, int]:
    """Return the least number of moves to every square that can be reached, breadth first.

    The squares come in the order in which they are found.
    """
    moves = {start: 0}
    waiting = [start]
    for square in waiting:  # grows while it is gone through
        for other in jumps(blocked, square):
            if other not in moves:
                moves[other] = moves[square] + 1
                waiting.append(other)
    return moves


def relaxed_distance(blocked: Sequence[str], start: Square, goal: Square) -> int | None:
    """Return the least number of moves by Bellman-Ford from the goal; None where there is no way.

    Every square takes one more than the best of its neighbours, until nothing changes.
    """
    size = len(blocked)
    far = size * size
    togo = {(r, c): far for r in range(size) for c in range(size) if blocked[r][c] == "0"}
    togo[goal] = 0
    changed = True
    while changed:
        changed = False
        for square, now in togo.items():
            best = min((togo[other] + 1 for other in jumps(blocked, square)), default=far)
            if best < now:
                togo[square] = best
                changed = True
    return togo[start] if togo[start] < far else None
