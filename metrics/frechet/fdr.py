"""FDr^k: the mean over representations of Fréchet distances, each over that of validation images.

FDr_X = FD_X(fake, train) / FD_X(validation, train), both against the same statistics of the
ImageNet training images, and FDr^k is the arithmetic mean over k representations: validation
images score 1, lower is better (arXiv 2604.28190 and its released code).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from rbench.errors import DataError, UsageError, nearest
from rbench.metrics.frechet.block_jackknife import LeftOut, jackknifed
from rbench.metrics.frechet.distance import FrechetResult
from rbench.metrics.representations.fdr_set import FDR6
from rbench.metrics.results import Interval, MetricResult

Normaliser = Literal["paper-implied", "released", "exact"]


def _table(*values: float) -> Mapping[str, float]:
    return MappingProxyType(dict(zip(FDR6, values, strict=True)))


PAPER_IMPLIED = _table(1.6774, 56.868, 14.1854, 0.04284, 0.60489, 5.6047)
"""Distances of the validation images that the paper's tables imply: raw distance over ratio."""

RELEASED = _table(1.68, 56.87, 14.19, 0.04, 0.60, 5.60)
"""The constants of the released code, rounded to two decimals."""

_HALF_STEP = 0.005
_ROUGH = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class FdrResult(MetricResult):
    """The mean ratio, and what it is the mean of, by representation.

    Attributes:
        normaliser: which distances of validation images were divided by.
        normalisers: those distances.
        distances: the raw Fréchet distances.
        ratios: their quotients.
        bias_corrected: the mean without the bias of finite n to first order, where there is a
            standard error.
    """

    normaliser: Normaliser
    normalisers: Mapping[str, float]
    distances: Mapping[str, float]
    ratios: Mapping[str, float]
    bias_corrected: float | None = None


def fdr(
    distances: Mapping[str, float | FrechetResult],
    *,
    normaliser: Normaliser = "paper-implied",
    exact: Mapping[str, float | FrechetResult] | None = None,
    representations: Sequence[str] = FDR6,
    level: float = 0.95,
) -> FdrResult:
    """Return FDr^k of the Fréchet `distances` of generated images, by representation.

    `normaliser` is ``paper-implied`` (matches the paper's tables), ``released`` (the constants of
    its code, rounded) or ``exact``: the distances in `exact`, from the statistics of validation
    images. All of `representations` must be there; name a subset to do without the rest.

    Where every distance is a `frechet_jackknife` over the same blocks of the same images, the mean
    has a standard error and an interval from leaving each block out of all representations at once;
    errors of single ratios do not add up, as they share their images.

    Raises `UsageError` for a wrong request or a missing representation, `DataError` for a distance
    that is not finite or a normaliser that is not above 0.
    """
    names = _names(representations)
    divisors = _normalisers(normaliser, exact, names)
    missing = [name for name in names if name not in distances]
    if missing:
        raise UsageError(
            f"The distance in {', '.join(missing)} is missing: FDr^{len(names)} is the mean over "
            f"{len(names)} representations. Give it, or name those you have in representations."
        )
    raw = {name: float(distances[name]) for name in names}
    for name, value in raw.items():
        if not math.isfinite(value):
            raise DataError(f"The distance in {name} is {value!r}: give a finite number.")
    ratios = {name: raw[name] / divisors[name] for name in names}
    value = math.fsum(ratios.values()) / len(names)
    results = {name: distances[name] for name in names}
    found = {name: r for name, r in results.items() if isinstance(r, FrechetResult)}
    parts, note = _joint(found, divisors) if len(found) == len(names) else ((), _NO_BLOCKS)
    error: float | None = None
    interval: Interval | None = None
    corrected: float | None = None
    if parts:
        said = jackknifed(value, parts, level)
        error, interval, note = said.standard_error, said.interval, said.interval_note
        corrected = said.bias_corrected
    return FdrResult(
        metric=f"fdr^{len(names)}" + ("" if names == FDR6 else f"({','.join(names)})"),
        value=value,
        method=f"mean-of-ratios/{normaliser}",
        n=_counts(found),
        standard_error=error,
        interval=interval,
        interval_note=note,
        warnings=_warnings(normaliser, divisors, ratios, found),
        normaliser=normaliser,
        normalisers=divisors,
        distances=raw,
        ratios=ratios,
        bias_corrected=corrected,
    )


_NO_BLOCKS = "no blocks to leave out: give the results of frechet_jackknife"


def _names(representations: Sequence[str]) -> tuple[str, ...]:
    names = tuple(representations)
    if not names or len(set(names)) < len(names):
        raise UsageError(f"representations={list(names)!r}: name each once, and one at least.")
    if set(names) == set(FDR6):
        return FDR6
    return names


def _normalisers(
    normaliser: str, exact: Mapping[str, float | FrechetResult] | None, names: tuple[str, ...]
) -> dict[str, float]:
    if normaliser not in ("paper-implied", "released", "exact"):
        raise UsageError(
            f"normaliser={normaliser!r} is unknown: give paper-implied, released or exact."
        )
    if (exact is not None) != (normaliser == "exact"):
        raise UsageError(
            "normaliser='exact' and the distances of validation images in exact= belong together: "
            "give both or neither."
        )
    table = exact if exact is not None else RELEASED if normaliser == "released" else PAPER_IMPLIED
    for name in names:
        if name not in table:
            raise UsageError(
                f"There is no {normaliser} normaliser for {name!r}{nearest(name, list(table))}"
            )
    divisors = {name: float(table[name]) for name in names}
    for name, value in divisors.items():
        if not (math.isfinite(value) and value > 0):
            raise DataError(f"The normaliser of {name} is {value!r}: it must be above 0.")
    return divisors


def _joint(
    results: Mapping[str, FrechetResult], divisors: Mapping[str, float]
) -> tuple[tuple[LeftOut, ...], str]:
    """Return the mean ratio without each block, by role, or nothing and the reason."""
    shapes = {tuple((p.role, p.sizes) for p in r.left_out) for r in results.values()}
    if () in shapes:
        return (), _NO_BLOCKS
    if len(shapes) > 1:
        return (), "the distances were made with different blocks: no joint interval"
    parts = []
    for i, (role, sizes) in enumerate(shapes.pop()):
        columns = [
            [v / divisors[name] for v in r.left_out[i].values] for name, r in results.items()
        ]
        means = [math.fsum(row) / len(row) for row in zip(*columns, strict=True)]
        parts.append(LeftOut(role, sizes, tuple(means)))
    return tuple(parts), ""


def _counts(results: Mapping[str, FrechetResult]) -> dict[str, int | None]:
    counts: dict[str, int | None] = {}
    for role in ("real", "fake"):
        known = {r.n.get(role) for r in results.values()}
        counts[role] = known.pop() if len(known) == 1 else None
    return counts


def _warnings(
    normaliser: str,
    divisors: Mapping[str, float],
    ratios: Mapping[str, float],
    results: Mapping[str, FrechetResult],
) -> tuple[str, ...]:
    said = []
    if normaliser == "released":
        for name, divisor in divisors.items():
            if _HALF_STEP / divisor > _ROUGH:
                said.append(
                    f"The released normaliser of {name}, {divisor:g}, is rounded: its ratio "
                    f"{ratios[name]:.4g} is uncertain by {100 * _HALF_STEP / divisor:.1f} %."
                )
    for role in ("real", "fake"):
        known = {r.n.get(role) for r in results.values()} - {None}
        if len(known) > 1:
            said.append(
                f"The distances have different numbers of {role} samples: {sorted(known, key=str)}."
            )
    said += [f"{name}: {warning}" for name, r in results.items() for warning in r.warnings]
    return tuple(said)
