"""The numbers of a run as the report page shows them: tables, plots, texts."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rbench.harness.types import Row, Sample
from rbench.leaderboards.headline import COLUMNS, headline_of
from rbench.leaderboards.report_plots import SIGNS, Bar, Point, accuracy_plot, stacked_plot
from rbench.leaderboards.report_samples import result_of
from rbench.leaderboards.tables import NOTHING, value_of

PLOTTED_GROUPS = 40
OUTCOME_NAMES = {
    "scored": "scored",
    "no_answer": "no answer",
    "truncated": "truncated",
    "errored": "error",
}
_ENDINGS = {
    "right": "right",
    "wrong": "wrong",
    "ungraded": "accent",
    "no answer": "no-answer",
    "truncated": "truncated",
    "error": "errored",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the main table: the accuracy of a subset and, by metric, what stands beside it."""

    row: Row
    beside: Mapping[str, Row]

    @property
    def chance(self) -> Row | None:
        """The accuracy of guessing, where it is known."""
        return self.beside.get("chance")

    @property
    def like_chance(self) -> bool:
        """Whether the interval holds the accuracy of guessing."""
        if self.chance is None or self.chance.value is None:
            return False
        low, high = self.row.ci_low, self.row.ci_high
        return low is not None and high is not None and low <= self.chance.value <= high


@dataclass(frozen=True, slots=True)
class Group:
    """A table by level, kind or the like: (label, line) in order, and its columns by metric."""

    name: str
    lines: Sequence[tuple[str, Line]]
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Plot:
    """A figure; `key` says which colour (by its name) means what."""

    title: str
    caption: str
    key: Mapping[str, str]
    svg: Markup


def accuracy_lines(rows: Sequence[Row]) -> list[Line]:
    """Return a line per subset that is not a group such as ``subject:Physics``."""
    return [line for line in _lines(rows) if ":" not in line.row.subset]


def groups(rows: Sequence[Row]) -> list[Group]:
    """Return a table for each kind of group: the rows whose subset is such as ``level:3``."""
    found: dict[str, list[tuple[str, Line]]] = {}
    for line in _lines(rows):
        name, colon, value = line.row.subset.partition(":")
        if colon:
            found.setdefault(name, []).append((_label(name, value), line))
    return [
        Group(name, lines, columns([line for _, line in lines])) for name, lines in found.items()
    ]


def _lines(rows: Sequence[Row]) -> list[Line]:
    by_key = {(row.subset, row.metric): row for row in rows}
    return [
        Line(row, {m: by_key[row.subset, m] for m in COLUMNS if (row.subset, m) in by_key})
        for row in rows
        if row.metric == "accuracy"
    ]


def _label(name: str, value: str) -> str:
    return value.replace("_", " ") if name == "kind" else value


def headline(lines: Sequence[Line]) -> Line | None:
    """Return the line over all subsets, or the first subset's; None without accuracy."""
    return headline_of([(line.row.subset, line) for line in lines])


def columns(lines: Sequence[Line]) -> dict[str, str]:
    """Return the metrics that stand beside the accuracy anywhere, with their headings."""
    return {m: name for m, name in COLUMNS.items() if any(m in line.beside for line in lines)}


def graders(rows: Sequence[Row]) -> list[tuple[Row, Row]]:
    """Return how judge and rule agree, by subset: the share of equal grades, and kappa."""
    by_key = {(row.subset, row.metric): row for row in rows}
    return [
        (by_key[row.subset, "agreement"], row)
        for row in rows
        if row.metric == "kappa" and ":" not in row.subset
    ]


def agreement(rows: Sequence[Row]) -> list[Row]:
    """Return how the two languages agree: the rows whose subset is such as ``en+zh``."""
    return [row for row in rows if "+" in row.subset and ":" not in row.subset]


def reasons(samples: Sequence[Sample]) -> list[tuple[str, str, int]]:
    """Count why there is no answer or no grade: (which, reason, count), most frequent first.

    Why there is nothing wrong with a sample, such as what a grader remarks, is no reason.
    """
    found = Counter(
        (OUTCOME_NAMES[s.score.outcome], s.score.why)
        for s in samples
        if s.score.why and s.score.outcome != "scored"
    )
    for sample in samples:
        for name, why in sample.score.failed.items():
            if why != sample.score.why or sample.score.outcome != "errored":
                found[f"no grade: {name}", why] += 1
    ordered = sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))
    return [(which, why, count) for (which, why), count in ordered]


def plots(rows: Sequence[Row], samples: Sequence[Sample]) -> Iterator[Plot]:
    """Yield the figures that the rows and samples allow."""
    lines = accuracy_lines(rows)
    first = headline(lines)
    if first is None:
        return
    points = [_point(line.row, line.row.subset, line.chance) for line in lines]
    yield _accuracy("Accuracy", "Per cent, with 95 % intervals.", points)
    if samples:
        bars = list(_endings(samples))
        key = {name: _ENDINGS[name] for name in _ENDINGS if any(n == name for n in _names(bars))}
        yield _stacked("How the samples ended", key, bars)
    yield from _pairs(agreement(rows))
    together = any(row.subset.startswith("language:") or "+" in row.subset for row in rows)
    for group in groups(rows):
        # A run that shows no more than one value has the same figure above.
        if len(group.lines) < 2:
            continue
        points = [
            _point(line.row, label, line.chance or first.chance) for label, line in group.lines
        ]
        notes = []
        if together and group.name != "language":
            notes.append("All languages together.")
        if len(points) > PLOTTED_GROUPS:
            notes.append(f"The first {PLOTTED_GROUPS} of {len(points)}.")
        title = f"Accuracy by {group.name}"
        yield _accuracy(title, " ".join(notes), points[:PLOTTED_GROUPS])


def value_text(row: Row | None) -> str:
    """Show a value (fractions as per cent), and the bounds that errors leave."""
    if row is None:
        return NOTHING
    if row.unit == "fraction":
        return value_of({"value": row.value, "low": row.low, "high": row.high})
    return NOTHING if row.value is None else _quantity(row.value, row)


def open_bounds(row: Row) -> tuple[float, float] | None:
    """Return the bounds between which errors leave the value; None where they leave nothing."""
    if row.low is None or row.high is None or row.low == row.high:
        return None
    return row.low, row.high


def interval_text(row: Row) -> str:
    """Show the interval of a row."""
    if row.ci_low is None or row.ci_high is None:
        return NOTHING
    return f"{_quantity(row.ci_low, row)} – {_quantity(row.ci_high, row)}"


def _quantity(value: float, row: Row) -> str:
    if row.unit == "fraction":
        return f"{100 * value:.1f}"
    return f"{value:.3f}" if row.unit == "kappa" else f"{value:.4g}"


def _accuracy(title: str, caption: str, points: Sequence[Point]) -> Plot:
    if any(point.chance is not None for point in points):
        caption += " Dashed line: chance."
    if any(point.bounds for point in points):
        caption += " Dashed box: what errors leave open."
    # Markup is safe here: ElementTree, which wrote the SVG, escapes.
    return Plot(title, caption, {}, Markup(accuracy_plot(points, title)))


def _stacked(title: str, key: Mapping[str, str], bars: Sequence[Bar]) -> Plot:
    signed = {f"{SIGNS[colour]} {name}": colour for name, colour in key.items()}
    return Plot(title, "", signed, Markup(stacked_plot(bars, title)))


def _point(row: Row, label: str, chance: Row | None) -> Point:
    guessing = chance.value if chance else None
    return Point(label, row.value, row.ci_low, row.ci_high, guessing, open_bounds(row))


def _endings(samples: Sequence[Sample]) -> Iterator[Bar]:
    found: dict[str, Counter[str]] = {}
    for sample in samples:
        outcome = sample.score.outcome
        ending = result_of(sample) if outcome == "scored" else OUTCOME_NAMES[outcome]
        found.setdefault(sample.item.subset, Counter())[ending] += 1
    for subset, counts in found.items():
        parts = [(name, colour, counts[name]) for name, colour in _ENDINGS.items() if counts[name]]
        yield Bar(subset, parts)


def _names(bars: Sequence[Bar]) -> Iterator[str]:
    return (name for bar in bars for name, _, _ in bar.parts)


def _pairs(rows: Sequence[Row]) -> Iterator[Plot]:
    shares = {row.metric: row for row in rows if row.value is not None}
    only = [metric for metric in shares if metric.startswith("only ")]
    if not {"both right", "neither right"} <= shares.keys() or len(only) != 2:
        return
    key = {"both right": "right", only[0]: "accent", only[1]: "truncated", "neither right": "wrong"}
    parts = [(m, colour, _count(shares[m])) for m, colour in key.items()]
    bar = Bar(shares["both right"].subset, parts)
    yield _stacked("Pairs of one question in two languages", key, [bar])


def _count(row: Row) -> int:
    return round((row.value or 0) * row.n)
