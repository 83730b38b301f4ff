"""FDr^6 from what was printed of it: ratios, raw distances, and normalisers that were rounded.

FDr in a representation is the Fréchet distance of the generated images over that of the
validation images, both to the training images; FDr^6 is the mean over six representations
(arXiv 2604.28190). Everything is checked within what the rounding of the printed figures leaves
open.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from rbench.leaderboards.printed_figure import figure, span, text
from rbench.leaderboards.published_rows import PublishedRow

_Span: TypeAlias = tuple[Fraction, Fraction]
_Said: TypeAlias = tuple[PublishedRow, str]

VALIDATION = "ImageNet validation"
"""The system whose distances are the normalisers."""

_ROUGH = Fraction(1, 200)


def ratios(rows: Sequence[PublishedRow]) -> Iterable[_Said]:
    """Yield what does not follow from the printed parts, and normalisers that are too rough."""
    mine = [row for row in rows if row.evaluator == "fd-loss"]
    if not any(row.metric.startswith("fd") for row in mine):
        return
    normalisers = _normalisers()
    for system, cells in _systems(mine):
        if system == VALIDATION:
            yield from _rough(cells, normalisers)
        yield from _single(cells, normalisers)
        yield from _mean_of_ratios(cells, list(normalisers))
        yield from _mean_of_distances(cells, normalisers)


def _normalisers() -> Mapping[str, Fraction]:
    """Return per representation the normaliser that the paper's tables imply."""
    from rbench.metrics.frechet.fdr import PAPER_IMPLIED

    return {name.removeprefix("fdr/"): Fraction(str(x)) for name, x in PAPER_IMPLIED.items()}


def _systems(rows: Sequence[PublishedRow]) -> Iterable[tuple[str, Mapping[str, PublishedRow]]]:
    """Return per system, as it was run, its rows by metric; FID is the distance in Inception."""
    found: dict[tuple[str, str, str, str], dict[str, PublishedRow]] = {}
    for row in rows:
        key = (row.system, row.version, row.task, row.evaluations)
        found.setdefault(key, {}).setdefault(row.metric, row)
    for key, cells in found.items():
        if "fid" in cells:
            cells.setdefault("fd/inception-v3", cells["fid"])
        yield key[0], cells


def _rough(
    cells: Mapping[str, PublishedRow], normalisers: Mapping[str, Fraction]
) -> Iterable[_Said]:
    for name, implied in normalisers.items():
        row = cells.get(f"fd/{name}")
        if row is None:
            continue
        low, high = span(row.printed)
        rough, off = (high - low) / (high + low), implied / figure(row.printed) - 1
        if rough > _ROUGH:
            yield (
                row,
                f"Rounded: {text(low, 3)} to {text(high, 3)} print alike "
                f"(±{text(100 * rough, 1)} %). The paper's ratios imply {float(implied):g}: "
                f"dividing by {row.printed} makes FDr {text(100 * abs(off), 1)} % "
                f"{'larger' if off > 0 else 'smaller'} here.",
            )


def _single(
    cells: Mapping[str, PublishedRow], normalisers: Mapping[str, Fraction]
) -> Iterable[_Said]:
    from rbench.metrics.frechet.fdr import RELEASED

    released = {name.removeprefix("fdr/"): Fraction(str(x)) for name, x in RELEASED.items()}
    for name, implied in normalisers.items():
        ratio, raw = cells.get(f"fdr/{name}"), cells.get(f"fd/{name}")
        if ratio is None or raw is None:
            continue
        printed = span(ratio.printed)
        if not _meet(_over(span(raw.printed), implied), printed):
            yield (
                ratio,
                f"The distance {raw.printed} over {float(implied):g}, which the paper's tables "
                f"imply, is {text(figure(raw.printed) / implied, 2)}; printed {ratio.printed}.",
            )
        elif not _meet(_over(span(raw.printed), released[name]), printed):
            yield (
                ratio,
                f"The printed distance {raw.printed} allows it with the unrounded normaliser "
                f"{float(implied):g} only, not with the released {float(released[name]):g}.",
            )


def _mean_of_ratios(cells: Mapping[str, PublishedRow], names: Sequence[str]) -> Iterable[_Said]:
    whole, parts = cells.get("fdr6"), [cells.get(f"fdr/{name}") for name in names]
    there = [part for part in parts if part is not None]
    if whole is None or len(there) < len(names):
        return
    mean = _mean([span(part.printed) for part in there])
    if not _meet(mean, span(whole.printed)):
        yield (
            whole,
            f"The mean of its six ratios is {text(sum(mean, Fraction(0)) / 2, 2)}; "
            f"printed {whole.printed}.",
        )


def _mean_of_distances(
    cells: Mapping[str, PublishedRow], normalisers: Mapping[str, Fraction]
) -> Iterable[_Said]:
    whole, parts = cells.get("fdr6"), {n: cells.get(f"fd/{n}") for n in normalisers}
    spans = [
        _over(span(row.printed), normalisers[name])
        for name, row in parts.items()
        if row is not None
    ]
    if whole is None or len(spans) < len(normalisers):
        return
    mean = _mean(spans)
    if not _meet(mean, span(whole.printed)):
        yield (
            whole,
            f"Its six distances over the normalisers that the paper's tables imply have the mean "
            f"{text(sum(mean, Fraction(0)) / 2, 2)}; printed {whole.printed}.",
        )


def _mean(spans: Sequence[_Span]) -> _Span:
    low, high = (sum(ends, Fraction(0)) / len(spans) for ends in zip(*spans, strict=True))
    return low, high


def _over(ends: _Span, divisor: Fraction) -> _Span:
    return ends[0] / divisor, ends[1] / divisor


def _meet(a: _Span, b: _Span) -> bool:
    return a[0] <= b[1] and b[0] <= a[1]
