"""Two ways to find the exit that can be reached: breadth first, and by union of cells."""

from collections import deque

from rbench.errors import DataError
from rbench.tasks.visual.generators.maze_grid import Cell, Grid


def search(grid: Grid) -> tuple[int, list[Cell], int]:
    """Return the number of the exit, a shortest way from the start, and the cells looked at.

    Breadth first from the start. Raises `DataError` where no exit can be reached.
    """
    goals = {cell: number for number, (cell, _) in enumerate(grid.exits, 1)}
    came_from: dict[Cell, Cell | None] = {grid.start: None}
    waiting = deque([grid.start])
    looked_at = 0
    while waiting:
        cell = waiting.popleft()
        looked_at += 1
        if cell in goals:
            way = [cell]
            while (before := came_from[way[-1]]) is not None:
                way.append(before)
            return goals[cell], way[::-1], looked_at
        for other in grid.neighbours(cell):
            if other not in came_from:
                came_from[other] = cell
                waiting.append(other)
    raise DataError("No exit of this maze can be reached; the scene is not one of this generator.")


def exits_in_the_same_part(grid: Grid) -> list[int]:
    """Return the numbers of all exits that hang together with the start, by union-find."""
    parent = {cell: cell for cell in grid.cells()}

    def root(cell: Cell) -> Cell:
        while parent[cell] != cell:
            parent[cell] = cell = parent[parent[cell]]
        return cell

    for cell in grid.cells():
        for other in ((cell[0], cell[1] + 1), (cell[0] + 1, cell[1])):
            if max(other) < grid.size and grid.is_open(cell, other):
                parent[root(cell)] = root(other)
    here = root(grid.start)
    return [number for number, (cell, _) in enumerate(grid.exits, 1) if root(cell) == here]
