"""`Reference`: real images that were measured before, in place of updates with real ones."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from rbench.errors import DataError, UsageError
from rbench.metrics.arrays import as_matrix, is_tensor
from rbench.metrics.classes.source import Source
from rbench.metrics.moments import Moments
from rbench.metrics.reference_statistics import ReferenceStatistics

MomentsGiven: TypeAlias = "ReferenceStatistics | Moments | Path | str | None"
FeaturesGiven: TypeAlias = Any
"""`ReferenceStatistics`, a path of one, features (n, d) as numpy or torch, or None."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What stands for the real images.

    Attributes:
        name: for messages and for the result.
        moments: for Fréchet distances, otherwise None.
        features: for the others, (n, d), otherwise None.
        warnings: what a reader of the result must know about it.
        fingerprint: numbers that tell references apart, the same up to rounding.
    """

    name: str
    moments: Moments | None = None
    features: Any = None
    warnings: tuple[str, ...] = ()
    fingerprint: tuple[float, ...] = ()

    @property
    def dimension(self) -> int:
        """Return d."""
        if self.moments is not None:
            return self.moments.dimension
        return int(self.features.shape[1])


def same_reference(ours: Sequence[float] | None, theirs: Sequence[float] | None) -> bool:
    """Return whether two fingerprints are of the same reference."""
    if ours is None or theirs is None:
        return ours is theirs
    pairs = zip(ours, theirs, strict=True)
    return len(ours) == len(theirs) and all(math.isclose(a, b, rel_tol=1e-9) for a, b in pairs)


def open_moments(given: MomentsGiven, source: Source, *, force: bool) -> Reference | None:
    """Return the moments that were given, None for None.

    Raises `DataError` for a file that cannot be used, another dimension, and statistics that were
    made with another representation, unless `force`: then the result says so.
    """
    if given is None:
        return None
    if isinstance(given, Moments):
        given.require_two("the reference")
        return _fitting(Reference("moments", given), source)
    statistics = _loaded(given)
    moments = statistics.of(_output(source, statistics.moments))
    warnings = _checked(statistics, source, force)
    return _fitting(Reference(_name(statistics), moments, None, warnings), source)


def open_features(given: FeaturesGiven, source: Source, *, force: bool) -> Reference | None:
    """Return the features that were given, None for None.

    Raises `DataError` as `open_moments`, and for statistics without features.
    """
    if given is None:
        return None
    if not isinstance(given, ReferenceStatistics | Path | str):
        if isinstance(given, Moments):
            raise UsageError("This metric needs the features of the reference, not its moments.")
        values = as_matrix(given, "reference")
        if is_tensor(values):
            values = values.cpu().numpy()
        elif not isinstance(given, np.memmap):
            values = np.array(values)  # The caller may write over its own.
        return _fitting(Reference("features", None, values), source)
    statistics = _loaded(given)
    output = _output(source, statistics.features or statistics.moments)
    kept = statistics.find_features(output)
    if kept is None:
        raise DataError(
            f"{_name(statistics)} keeps no features of {output!r}, which this metric needs: make "
            f"it again with its features (rbench stats --features)."
        )
    warnings = _checked(statistics, source, force)
    values = as_matrix(kept, "reference")
    return _fitting(Reference(_name(statistics), None, values, warnings), source)


def _loaded(given: ReferenceStatistics | Path | str) -> ReferenceStatistics:
    return given if isinstance(given, ReferenceStatistics) else ReferenceStatistics.load(given)


def _name(statistics: ReferenceStatistics) -> str:
    return statistics.path or "the statistics"


def _output(source: Source, known: Mapping[str, Any]) -> str:
    """Return the output that is asked for; features without a named one take the only one."""
    if not source.output and len(known) == 1:
        return next(iter(known))
    if not source.output:
        raise UsageError(f"Name the output of the reference: output= one of {', '.join(known)}.")
    return source.output


def _checked(statistics: ReferenceStatistics, source: Source, force: bool) -> tuple[str, ...]:
    if source.extractor is None:
        return ()
    name = _name(statistics)
    found = statistics.mismatches(source.extractor.identity)
    if not found:
        return ()
    if not statistics.header:
        own = source.extractor.representation.name
        return (f"{name} does not say what it was made with; taken for {own}.",)
    text = f"{name} was not made with this representation: {'; '.join(found)}"
    if not force:
        raise DataError(f"{text}. Make it again, or give force=True.")
    return (f"FORCED: {text}.",)


def _fitting(reference: Reference, source: Source) -> Reference:
    if source.dimension not in (None, reference.dimension):
        raise DataError(
            f"The reference has {reference.dimension} dimensions instead of {source.dimension}."
        )
    return replace(reference, fingerprint=_fingerprint(reference))


def _fingerprint(reference: Reference) -> tuple[float, ...]:
    if reference.moments is None:
        rows = reference.features
        some = (rows[i].astype(np.float64).sum() for i in (0, len(rows) // 2, -1))
        return (float(len(rows)), *map(float, some))
    both = reference.moments.mean, reference.moments.covariance
    mean, covariance = (a.cpu().numpy() if is_tensor(a) else a for a in both)
    count = -1.0 if reference.moments.n is None else float(reference.moments.n)
    return count, float((mean**2).sum()), float(np.trace(covariance))
