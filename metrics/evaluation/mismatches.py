"""Statistics that were made with another representation than the one they are compared in."""

from collections.abc import Mapping, Sequence
from typing import Any

from rbench.errors import DataError
from rbench.metrics.evaluation.jobs import Job
from rbench.metrics.evaluation.sides import Side
from rbench.metrics.reference_statistics import ReferenceStatistics


def mismatches(
    sides: Sequence[Side],
    jobs: Sequence[Job],
    identities: Mapping[str, Mapping[str, Any]],
    force: bool,
) -> dict[str, list[str]]:
    """Return what a reader must know of the statistics that are used, by representation.

    Each file is compared with the extractor that ran, by its identity; where none ran because
    statistics stand on both sides, with the first file that says what it was made with. Files of
    other evaluators say nothing, and that is said. Raises `DataError` for a difference unless
    `force`, which makes it a warning.
    """
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(job.representation.name for job in jobs):
        used = [(side, one) for side in sides if (one := side.statistics_of(name)) is not None]
        identity = identities.get(name) or _first_known([one for _, one in used])
        for side, one in used:
            text = _of(side, one, name, identity, force)
            if text:
                found.setdefault(name, []).append(text)
    return found


def _first_known(statistics: Sequence[ReferenceStatistics]) -> Mapping[str, Any] | None:
    known = [one.header["representation"] for one in statistics if one.header]
    return known[0] if known else None


def _of(
    side: Side,
    statistics: ReferenceStatistics,
    name: str,
    identity: Mapping[str, Any] | None,
    force: bool,
) -> str:
    who = statistics.path or f"the {side.role} statistics"
    if not statistics.header:
        return f"{who} does not say what it was made with; taken for {name}"
    made_as = statistics.header["representation"].get("name")
    differences = [] if identity is None else statistics.mismatches(identity)
    if made_as != name and not differences:
        differences = [f"name is {made_as} instead of {name}"]
    if not differences:
        return ""
    text = f"{who} was not made with this representation: {'; '.join(differences)}"
    if not force:
        raise DataError(f"{text}. Make it again, or give --force.")
    return f"FORCED: {text}"
