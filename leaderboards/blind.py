"""How much the pictures matter: a run beside the same model asked without them.

Both runs answer the same questions, so the difference is taken question by question: its
interval is that of the paired differences, clustered as the questions are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rbench.errors import RunDirectoryError
from rbench.harness.saved_run import SavedRun
from rbench.harness.types import Json
from rbench.leaderboards.tables import NOTHING, percent, table
from rbench.metrics.intervals import Estimate, clustered_mean

ALL = "overall"
_MOST_SIBLINGS = 4096


@dataclass(frozen=True, slots=True)
class PictureEffect:
    """Accuracy with and without the pictures, over the `n` questions that have one.

    `difference` is shown minus omitted. Questions that errored in either run are left out.
    """

    subset: str
    n: int
    shown: float
    omitted: float
    difference: Estimate


def blind_sibling(run: SavedRun) -> SavedRun | None:
    """Return the finished run beside `run` that differs from it only in showing no pictures.

    Of several, that with the most questions in common; of equals, the first by name.
    """
    if run.results["protocol"].get("images") != "show":
        return None
    found = []
    for path in sorted(run.path.parent.iterdir()):
        try:
            changed = (path / "results.json").stat().st_mtime_ns
        except OSError:
            continue
        if path == run.path or not _omits_pictures(path, changed):
            continue
        try:
            other = SavedRun(path)
            if _same_but_blind(run, other):
                found.append(other)
        except RunDirectoryError:  # half of a run
            continue
    mine = run.results["selection"].keys()
    return max(found, key=lambda other: len(mine & other.results["selection"].keys()), default=None)


@lru_cache(_MOST_SIBLINGS)
def _omits_pictures(path: Path, changed: int) -> bool:
    """Whether a run shows no pictures: read once, since every run of a task looks at all others.

    `changed` is the time of its results.
    """
    try:
        return bool(SavedRun(path).results["protocol"].get("images") == "omit")
    except RunDirectoryError:  # another kind of run, or half of one: it is no sibling
        return False


def picture_effects(shown: SavedRun, blind: SavedRun) -> list[PictureEffect]:
    """Return the effect by subset, then over all; none where no question is in both runs."""
    with_picture, without = _right(shown), _right(blind)
    common = [key for key in with_picture if key in without]
    item_of = {s.item.id: s.item for s in shown.samples}
    subsets = list(dict.fromkeys(item_of[item].subset for item, _ in common))
    groups = {name: [k for k in common if item_of[k[0]].subset == name] for name in subsets}
    groups |= {ALL: common} if len(subsets) != 1 and common else {}
    effects = []
    for name, keys in groups.items():
        clusters: dict[str, list[float]] = {}
        for key in keys:
            difference = with_picture[key] - without[key]
            clusters.setdefault(item_of[key[0]].cluster, []).append(difference)
        effects.append(
            PictureEffect(
                subset=name,
                n=len(keys),
                shown=sum(with_picture[key] for key in keys) / len(keys),
                omitted=sum(without[key] for key in keys) / len(keys),
                difference=clustered_mean(list(clusters.values())),
            )
        )
    return effects


def pictures_text(runs: Sequence[SavedRun]) -> str | None:
    """Return the table for the runs that have a blind sibling; None where none has."""
    lines = [line for run in runs for line in _lines(run)]
    headings = ["model", "subset", "n", "shown %", "left out %", "difference", "95 % interval"]
    return table(headings, lines, left=2) if lines else None


def points(value: float | None) -> str:
    """Return a difference of fractions in percentage points with its sign, e.g. ``+12.5``."""
    if value is None:
        return NOTHING
    text = f"{100 * value:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text


def points_interval(estimate: Estimate) -> str:
    """Return the interval of a difference in percentage points."""
    if estimate.low is None or estimate.high is None:
        return NOTHING
    return f"{points(estimate.low)} – {points(estimate.high)}"


def _lines(run: SavedRun) -> Iterator[list[str]]:
    blind = blind_sibling(run)
    if blind is None:
        return
    for effect in picture_effects(run, blind):
        yield [
            run.results["model"],
            effect.subset,
            str(effect.n),
            percent(effect.shown),
            percent(effect.omitted),
            points(effect.difference.value),
            points_interval(effect.difference),
        ]


def _same_but_blind(run: SavedRun, other: SavedRun) -> bool:
    mine, its = run.results, other.results
    return (
        its.get("kind") != "images"
        and its["protocol"].get("images") == "omit"
        and mine["identity"] is not None
        and all(mine[name] == its[name] for name in ("task", "identity", "settings", "seed"))
        and all(
            mine["protocol"].get(name) == its["protocol"].get(name) for name in _equal_in(mine, its)
        )
    )


def _equal_in(mine: Json, its: Json) -> set[str]:
    """Return the fields of the protocol that must agree: all but what the pictures change."""
    differs = {"images", "pictures", "choosing_sha256", "samples", "selection_sha256", "repeats"}
    if mine["protocol"].get("prompt") != "file":
        differs.add("prompt_sha256")  # our own says of a picture that it is there
    return {*mine["protocol"], *its["protocol"]} - differs


def _right(run: SavedRun) -> dict[tuple[str, int], float]:
    """Return whether each sample with a picture was right."""
    return {
        (s.item.id, s.repeat): s.score.values["correct"]
        for s in run.samples
        if s.item.blobs and s.score.outcome != "errored"
    }
