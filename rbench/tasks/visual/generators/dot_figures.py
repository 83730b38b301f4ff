"""Figures of one line, for dots to be joined: letters, digits and simple things.

Each is drawn without lifting the pen and without going over a line twice. The corners stand on a
grid of 12 by 12, y down; a closed figure returns to its first corner.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from rbench.tasks.visual.canvas import Point

GRID = 12


@dataclass(frozen=True, slots=True)
class Figure:
    """A line through `corners`, and what it is called."""

    names: Mapping[str, str]
    corners: tuple[Point, ...]
    closed: bool


_OPEN = {
    "letter C|字母 C": "10,2 8,0 4,0 1,3 1,9 4,12 8,12 10,10",
    "letter J|字母 J": "9,0 9,9 7,12 4,12 2,9",
    "letter L|字母 L": "3,0 3,12 10,12",
    "letter M|字母 M": "1,12 1,0 6,8 11,0 11,12",
    "letter N|字母 N": "2,12 2,0 10,12 10,0",
    "letter P|字母 P": "2,12 2,0 8,0 10,2 10,4 8,6 3,6",
    "letter R|字母 R": "2,12 2,0 8,0 10,2 10,4 8,6 4,6 10,12",
    "letter S|字母 S": "10,2 8,0 4,0 2,2 2,4 4,6 8,6 10,8 10,10 8,12 4,12 2,10",
    "letter U|字母 U": "2,0 2,9 4,12 8,12 10,9 10,0",
    "letter V|字母 V": "1,0 6,12 11,0",
    "letter W|字母 W": "0,0 3,12 6,4 9,12 12,0",
    "letter Z|字母 Z": "2,0 10,0 2,12 10,12",
    "digit 2|数字 2": "2,3 4,0 8,0 10,3 9,5 2,12 10,12",
    "digit 3|数字 3": "2,1 5,0 9,1 10,3 9,4.8 5,6 9,7.2 10,9 9,11 5,12 2,11",
    "digit 4|数字 4": "8,12 8,0 1,7 11,7",
    "digit 5|数字 5": "10,0 3,0 2,6 7,5 10,7 10,10 7,12 2,11",
    "digit 6|数字 6": "9,0 4,3 2,7 3,11 6,12 9,11 10,8 8,6 4,6",
    "digit 7|数字 7": "2,0 10,0 5,12",
    "digit 9|数字 9": "9,5 7,6 4,6 2,4 3,1 6,0 9,1 10,4 9,9 4,12",
    "spiral|螺旋线": "7,6 6,7 4,5 6,3 9,4 10,7 6,11 1,8 1,3 5,0 11,1",
}
_CLOSED = {
    "letter D|字母 D": "2,0 7,0 10,3 10,9 7,12 2,12",
    "letter O|字母 O": "4,0 8,0 11,3 11,9 8,12 4,12 1,9 1,3",
    "digit 8|数字 8": "4,0 8,0 10,2.5 8.5,5 2,9 4,12 8,12 10,9 3.5,5 2,2.5",
    "triangle|三角形": "6,1 12,11 0,11",
    "square|正方形": "1,1 11,1 11,11 1,11",
    "diamond|菱形": "6,0 11,6 6,12 1,6",
    "star|五角星": "6,0 7.5,4 12,4.5 8.5,7.3 9.7,12 6,9.3 2.3,12 3.5,7.3 0,4.5 4.5,4",
    "arrow|箭头": "0,4 6,4 6,1 12,6 6,11 6,8 0,8",
    "house|房子": "1,12 1,5 6,0 11,5 11,12",
    "house with a chimney|带烟囱的房子": "1,12 1,6 6,1 8,3 8,0 10,0 10,5 11,6 11,12",
    "cross|十字": "4,0 8,0 8,4 12,4 12,8 8,8 8,12 4,12 4,8 0,8 0,4 4,4",
    "heart|心形": "6,3 8,0 11,1 12,4 6,12 0,4 1,1 4,0",
    "fish|鱼": "0,6 3,3 6,3 9,5.4 12,2 12,10 9,6.6 6,9 3,9",
    "sailing boat|帆船": "0,9 5,9 5,0 10,7 7,7 7,9 12,9 10,12 2,12",
    "crown|皇冠": "1,11 0,3 3,7 6,1 9,7 12,3 11,11",
    "lightning bolt|闪电": "6,0 1,7 5,7 2,12 11,5 7,5 11,0",
    "fir tree|冷杉树": "6,0 9,4 7.5,4 11,9 7,9 7,12 5,12 5,9 1,9 4.5,4 3,4",
    "mushroom|蘑菇": "0,6 2,2 6,0 10,2 12,6 8,6 8,12 4,12 4,6",
    "hourglass|沙漏": "1,0 11,0 6.7,6 11,12 1,12 5.3,6",
    "crescent moon|弯月": "9,0 4,1 1,4 1,8 4,11 9,12 6,9 5,6 6,3",
    "key|钥匙": "0,4 2,2 5,2 7,4.5 12,4.5 12,9 10.3,9 10.3,7 8.7,7 8.7,9 7,9 7,7 5,9 2,9 0,7",
    "hammer|锤子": "1,0 10,0 12,4 7,4 7,12 5,12 5,4 1,4",
    "flag|旗": "2,12 2,0 12,2 12,7 3.5,6 3.5,12",
}


@cache
def figures() -> tuple[Figure, ...]:
    """Return all figures."""
    return tuple(
        _figure(names, corners, closed)
        for table, closed in ((_OPEN, False), (_CLOSED, True))
        for names, corners in table.items()
    )


def _figure(names: str, corners: str, closed: bool) -> Figure:
    en, zh = names.split("|")
    points = (tuple(float(value) for value in corner.split(",")) for corner in corners.split())
    return Figure({"en": en, "zh": zh}, tuple((x, y) for x, y in points), closed)
