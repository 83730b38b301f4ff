"""Statistics that were made with another representation than the one they are compared in."""

from collections.abc import Mapping, Sequence
from typing import Any

from rbench.errors import DataError
from rbench.metrics.evaluation.jobs import Job
from rbench.metrics.evaluation.sides import Side
from rbench.metrics.reference_statistics import ReferenceStatistics
from rbench.metrics.representations.representation import Representation


def mismatches(
    sides: Sequence[Side],
    jobs: Sequence[Job],
    identities: Mapping[str, Mapping[str, Any]],
    force: bool,
    remedy: str = "Make it again, or give --force.",
) -> dict[str, list[str]]:
    """Return what a reader must know of the statistics that are used, by representation.

    Each file is compared with the representation that was asked for; its weights with those of
    the extractor that ran, or, where statistics stand on both sides, with those of the first file.
    Files of other evaluators say nothing, and that is said. Raises `DataError` for another
    dimension, and for a difference unless `force`, which makes it a warning; the sentence ends
    with the `remedy`.
    """
    found: dict[str, list[str]] = {}
    for name, representation in {j.representation.name: j.representation for j in jobs}.items():
        used = [(side, one) for side in sides if (one := side.statistics_of(name)) is not None]
        expected = _expected(representation, identities.get(name), [one for _, one in used])
        for side, one in used:
            _check_dimensions(side, one, [job for job in jobs if job.representation.name == name])
            text = _of(side, one, name, expected, force, remedy)
            if text:
                found.setdefault(name, []).append(text)
    return found


def _expected(
    representation: Representation,
    identity: Mapping[str, Any] | None,
    statistics: Sequence[ReferenceStatistics],
) -> Mapping[str, Any]:
    asked = {
        "name": representation.name,
        "precision": representation.precision,
        "preprocess": representation.preprocess.to_json(),
    }
    made_with = [one.header["representation"] for one in statistics if _says(one)]
    known = [one for one in (identity, *made_with) if one and one.get("weights")]
    return {**asked, "weights": known[0]["weights"]} if known else asked


def _says(statistics: ReferenceStatistics) -> bool:
    return "representation" in statistics.header


def _check_dimensions(side: Side, statistics: ReferenceStatistics, jobs: Sequence[Job]) -> None:
    for job in jobs:
        moments = statistics.find(job.output)
        wanted = job.representation.dimension(job.output)
        if moments is not None and moments.dimension != wanted:
            raise DataError(
                f"{_who(side, statistics)} has {moments.dimension} dimensions and {job.label} has "
                f"{wanted}: it was made with another representation."
            )


def _who(side: Side, statistics: ReferenceStatistics) -> str:
    return statistics.path or f"the {side.role} statistics"


def _of(
    side: Side,
    statistics: ReferenceStatistics,
    name: str,
    expected: Mapping[str, Any],
    force: bool,
    remedy: str,
) -> str:
    who = _who(side, statistics)
    if not _says(statistics):
        return f"{who} does not say what it was made with; taken for {name}"
    differences = statistics.mismatches(expected)
    if not differences:
        return ""
    text = f"{who} was not made with this representation: {'; '.join(differences)}"
    if not force:
        raise DataError(f"{text}. {remedy}")
    return f"FORCED: {text}"
