"""The sentences that belong beside the numbers of an image run."""

from collections.abc import Iterator, Mapping, Sequence

from rbench.harness.types import Json
from rbench.leaderboards.tables import Results

_MOST_NAMES = 3


def shared_remarks(runs: Sequence[Results], names: Sequence[str]) -> list[tuple[str, str]]:
    """Return (remark, whose), each remark once: of all runs, of some of them, or of the named."""
    found: dict[str, list[str]] = {}
    together = _clipped_together(runs)
    for run, name in zip(runs, names, strict=True):
        for remark in dict.fromkeys(_remarks(run, together)):
            found.setdefault(remark, []).append(name)
    ordered = sorted(found.items(), key=lambda item: not item[0].startswith("INCOMPLETE"))
    return [(remark, whose(names_of, len(runs))) for remark, names_of in ordered]


def whose(names: Sequence[str], runs: int) -> str:
    """Say whose a remark is: ``all``, a few names, or ``7 of 9 runs``."""
    if len(names) == runs > 1:
        return "all"
    return ", ".join(names) if len(names) <= _MOST_NAMES else f"{len(names)} of {runs} runs"


def _clipped_together(runs: Sequence[Results]) -> str:
    """Return one remark on the values that many runs clipped; "" where few did."""
    shares = [share for run in runs if (share := run["generated"].get("clipped_share"))]
    if len(shares) <= _MOST_NAMES:
        return ""
    return _clipped(f"{100 * min(shares):.3g} to {100 * max(shares):.3g} %")


def _clipped(share: str) -> str:
    return f"{share} of the values lay outside the range of an image and were clipped."


def _remarks(results: Results, clipped_together: str) -> Iterator[str]:
    selection = results["selection"]
    wanted = selection["samples"] * selection["repeats"]
    if results["status"] == "incomplete":
        made = results["outcomes"]["scored"]
        yield f"INCOMPLETE: {made} of {wanted} samples were made; the same command goes on."
    clipped = results["generated"].get("clipped_share") or 0.0
    if clipped:
        yield clipped_together or _clipped(f"{100 * clipped:.3g} %")
    spot = results.get("spot_check")
    if spot is not None and not spot["same_bits"]:
        yield _not_deterministic(spot)
    for row in results["rows"]:
        if row["value"] is None:
            which = f" of set {row['repeat'] + 1}" if row.get("repeat") else ""
            why = row.get("note") or "no reason was given"
            yield f"no {row['metric']} on {row['on']} ({row['evaluator']}){which}: {why}"
    for warning in results["warnings"]:
        yield f"warning: {warning}"


def _not_deterministic(spot: Mapping[str, Json]) -> str:
    largest = spot.get("largest_difference")
    amount = "" if largest is None else f" by up to {largest:.3g}"
    return (
        f"not deterministic: sample {spot['index']}, made again in another batch, differs{amount}; "
        f"the same command may give other numbers."
    )
