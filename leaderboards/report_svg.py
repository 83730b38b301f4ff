"""SVG for pages: text stays text, colours follow the page, equal input gives equal bytes.

Drawn with matplotlib in the colours of `PALETTE`, then stripped of what a page with a strict
content policy cannot hold (style attributes and elements) and of what is not needed (metadata,
ids). Labels are data: never read as mathematics, cut when long.
"""

import io
import re
import unicodedata
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from rbench.leaderboards.report_text import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PALETTE: Mapping[str, str] = {
    "ink": "#1c2127",
    "muted": "#5d6873",
    "line": "#dfe3e8",
    "accent": "#1f5fa8",
    "right": "#1a7a5e",
    "wrong": "#ad4a20",
    "no-answer": "#866008",
    "truncated": "#7a5aa8",
    "errored": "#656d76",
    "paper": "#ffffff",
}
"""Name -> colour in the light theme; the page maps each to its CSS variable of the same name.

All but `line` have a contrast of 4.5 to every background of the pages (WCAG 2.2, 1.4.3).
"""

WIDTH = 460.0  # points; the page shows one point as one pixel, or less on a phone
FONT = 11.5
LONGEST_LABEL = 24.0  # ems


def canvas(
    width: float, height: float, box: tuple[float, float, float, float]
) -> "tuple[Figure, Axes]":
    """Return a bare figure of `width` x `height` points.

    `box` is where the axes lie: left, bottom, width, height in points.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / 72, height / 72))
    left, bottom, across, up = box
    axes = figure.add_axes((left / width, bottom / height, across / width, up / height))
    figure.patch.set_visible(False)
    axes.patch.set_visible(False)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_axisbelow(True)
    return figure, axes


def rows_canvas(labels: Sequence[str], right: float) -> "tuple[Figure, Axes]":
    """Return a figure with a line for each label, `right` points of room behind them."""
    labels = [shorten(one_line(label)) for label in labels]
    step = 30.0 if len(labels) <= 6 else 22.0
    left = max(text_width(label) for label in labels) * FONT + 16
    height = step * len(labels) + 30
    figure, axes = canvas(WIDTH, height, (left, 24, WIDTH - left - right, height - 30))
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_yticks(range(len(labels)), labels, parse_math=False)
    axes.tick_params(length=0, labelsize=FONT, labelcolor=PALETTE["ink"], pad=8)
    axes.tick_params(axis="x", labelsize=FONT - 1.5, labelcolor=PALETTE["muted"], pad=5)
    axes.grid(axis="x", color=PALETTE["line"], lw=0.8)
    return figure, axes


def note_right(axes: "Axes", y: float, text: str, colour: str) -> None:
    """Write `text` behind the line `y`."""
    where = axes.get_yaxis_transform()
    axes.annotate(
        text,
        (1, y),
        (12, 0),
        where,
        "offset points",
        color=PALETTE[colour],
        fontsize=FONT,
        va="center",
    )


def text_at(axes: "Axes", x: float, y: float, text: str, colour: str, ha: str) -> None:
    """Write `text` at a place of the plot."""
    size = FONT - 1
    axes.text(
        x, y, text, color=PALETTE[colour], fontsize=size, ha=ha, va="center", parse_math=False
    )


def one_line(text: str) -> str:
    """Return a label without breaks and with nothing invisible."""
    return " ".join(visible(text).split())


def text_width(text: str) -> float:
    """Return about how many ems `text` is wide."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.56 for c in text)


def shorten(label: str) -> str:
    """Cut a label that is too long for a plot."""
    if text_width(label) <= LONGEST_LABEL:
        return label
    while text_width(label) > LONGEST_LABEL - 1:
        label = label[:-1]
    return label + "…"


def to_svg(figure: "Figure", title: str) -> str:
    """Return the figure as SVG, called `title` for those who cannot see it."""
    import matplotlib

    buffer = io.StringIO()
    with (
        matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "rbench"}),
        warnings.catch_warnings(),
    ):
        # The reader's fonts draw the text; the one that measures it here need not know Chinese.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    root = ElementTree.fromstring(buffer.getvalue())
    _strip(root)
    root.attrib = {"viewBox": root.attrib["viewBox"], "role": "img", "aria-label": visible(title)}
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


def _strip(element: ElementTree.Element) -> None:
    element.tag = element.tag.rpartition("}")[2]
    attributes = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
    for rule in attributes.pop("style", "").split(";"):
        name, _, value = rule.partition(":")
        if name.strip() and name.strip() != "font-family":
            attributes[name.strip()] = value.strip()
    if "id" in attributes and not re.fullmatch(r"[mp][0-9a-f]{10}", attributes["id"]):
        del attributes["id"]  # only markers (m...) and clip paths (p...) are referred to
    if "d" in attributes:
        attributes["d"] = " ".join(attributes["d"].split())
    element.attrib = attributes
    element.text = (element.text or "").strip() or None
    element.tail = None
    for child in list(element):
        if child.tag.rpartition("}")[2] in ("metadata", "style"):
            element.remove(child)
        else:
            _strip(child)
