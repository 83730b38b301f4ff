"""The kinds of visual questions, one file each, in the order of the categories.

`GENERATORS` names them without importing any: a draw loads the kinds that it needs.
"""

import importlib
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from rbench.errors import UsageError, nearest

if TYPE_CHECKING:
    from rbench.tasks.visual.question import Generator

_HERE = "rbench.tasks.visual.generators"

GENERATORS: Mapping[str, str] = {
    "auxiliary_line": f"{_HERE}.auxiliary_line:AuxiliaryLine",
    "reflections": f"{_HERE}.reflections:Reflections",
    "graph": f"{_HERE}.graph:Graph",
    "solid": f"{_HERE}.solid:Solid",
    "mirror_maze": f"{_HERE}.mirror_maze:MirrorMaze",
    "resistors": f"{_HERE}.resistors:Resistors",
    "lens": f"{_HERE}.lens:Lens",
    "statics": f"{_HERE}.statics:Statics",
    "overlapping_shapes": f"{_HERE}.overlapping_shapes:OverlappingShapes",
    "stacked_cubes": f"{_HERE}.stacked_cubes:StackedCubes",
    "triangles": f"{_HERE}.triangles:Triangles",
    "maze": f"{_HERE}.maze:Maze",
    "connect_dots": f"{_HERE}.connect_dots:ConnectDots",
    "sliding_tiles": f"{_HERE}.sliding_tiles:SlidingTiles",
    "board": f"{_HERE}.board:Board",
}
"""Name -> ``module:Class``: math, physics, counting, games."""


@cache
def generator(name: str) -> "Generator":
    """Return the generator of that name. Raises `UsageError` with the nearest names."""
    if name not in GENERATORS:
        raise UsageError(
            f"there is no kind of visual question {name!r}{nearest(name, list(GENERATORS))}"
        )
    module, _, attribute = GENERATORS[name].partition(":")
    found: Generator = getattr(importlib.import_module(module), attribute)()
    return found
