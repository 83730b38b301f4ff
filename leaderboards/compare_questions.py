"""Two runs on the same questions, paired item by item and clustered as the questions are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rbench.errors import DataError, UsageError, nearest
from rbench.harness.replay import NOT_ASKED
from rbench.harness.saved_run import SavedRun
from rbench.harness.types import Item, Json, Sample
from rbench.leaderboards.compare_samples import Samples, attrition, item_pairs, samples_of
from rbench.leaderboards.compared import Attrition, Compared
from rbench.leaderboards.headline import HEADLINES
from rbench.leaderboards.image_protocols import difference_text
from rbench.metrics.effect_size import cohens_h, odds_ratio
from rbench.metrics.paired import pair_counts, paired_comparison

ALL = "all"
_KINDS = {
    "accuracy": "correct",
    "accuracy/strict": "strict",
    "accuracy/rule": "rule",
    "accuracy/judge": "judge",
}
# What the pairing takes care of: only what both were asked is compared.
_OF_THE_SELECTION = ("samples", "selection_sha256", "repeats")


def compare_questions(
    first: SavedRun,
    second: SavedRun,
    names: tuple[str, str],
    *,
    metric: str,
    subsets: Sequence[str],
    level: float,
) -> list[Compared]:
    """Return one comparison for each of `subsets` (all questions where none is named).

    Repeats of a question are averaged. A sample that errored in one run is left out of both.
    Raises `DataError` where the data differ or no question is in both, `UsageError` for a metric
    or a subset that there is not.
    """
    _check_data(first, second, names)
    kind = _kind(metric, [*first.samples, *second.samples])
    notes = _protocol_notes(first, second, names)
    items = {s.item.id: s.item for s in [*second.samples, *first.samples]}
    both = samples_of(first, kind), samples_of(second, kind)
    found = []
    for subset in subsets or (ALL,):
        is_in = _chooses(subset, items.values())
        chosen = {item.id for item in items.values() if is_in(item)}
        pair = _Pair(first, second, names, items, metric, subset, level)
        parts = tuple({i: v for i, v in side.items() if i in chosen} for side in both)
        found.append(pair.compared(parts[0], parts[1], notes))
    return found


@dataclass(frozen=True, slots=True)
class _Pair:
    first: SavedRun
    second: SavedRun
    names: tuple[str, str]
    items: Mapping[str, Item]
    metric: str
    subset: str
    level: float

    def compared(self, first: Samples, second: Samples, notes: Sequence[str]) -> Compared:
        pairs = item_pairs(first, second)
        if not pairs:
            of = "" if self.subset == ALL else f" of {self.subset!r}"
            raise DataError(
                f"{self.names[0]} and {self.names[1]} have no answered question{of} in common on "
                f"{self.first.results['task']}: give runs of the same questions."
            )
        groups: dict[str, list[tuple[float, float]]] = {}
        for item, pair in pairs.items():
            groups.setdefault(self.items[item].cluster, []).append(pair)
        clusters = list(groups.values())
        said = paired_comparison(clusters, level=self.level)
        counts = pair_counts(clusters)
        left = attrition(first, second)
        fractions = counts is not None and said.first is not None and said.second is not None
        return Compared(
            task=self.first.results["task"],
            on=self.subset,
            metric=self.metric,
            unit="fraction" if fractions else "score",
            higher_is_better=True,
            first=self.names[0],
            second=self.names[1],
            first_run=self.first.results["run_id"],
            second_run=self.second.results["run_id"],
            first_value=said.first,
            second_value=said.second,
            difference=said.difference.value,
            low=said.difference.low,
            high=said.difference.high,
            level=self.level,
            method=f"{said.difference.method}, paired",
            standard_error=said.standard_error,
            test=said.test,
            p_value=said.p_value,
            n=said.difference.n,
            clusters=said.difference.clusters,
            counts=counts,
            odds_ratio=None
            if counts is None
            else odds_ratio(counts.only_first, counts.only_second),
            cohens_h=cohens_h(said.first or 0.0, said.second or 0.0) if fractions else None,
            attrition=left,
            notes=(
                *notes,
                *_left_out(left, len(pairs), self.names),
                *_of_note(said.difference.note),
            ),
        )


def _check_data(first: SavedRun, second: SavedRun, names: tuple[str, str]) -> None:
    """Raise `DataError` unless the questions of the same id are the same questions."""
    hashes = [_content(run.results["protocol"].get("data")) for run in (first, second)]
    where = f"on {first.results['task']}"
    if None not in hashes:
        if hashes[0] != hashes[1]:
            raise DataError(
                f"{names[0]} and {names[1]} were asked other data {where} (content hash "
                f"{hashes[0]} and {hashes[1]}): their questions cannot be paired; run one of them "
                f"again on the data of the other."
            )
        return
    theirs = {s.item.id: s.item for s in second.samples}
    for sample in first.samples:
        other = theirs.get(sample.item.id)
        if other is not None and (other.data, other.blobs) != (sample.item.data, sample.item.blobs):
            raise DataError(
                f"{sample.item.id} is not the same question for {names[0]} and {names[1]} {where}: "
                f"run one of them again on the data of the other."
            )


def _content(data: Json) -> str | None:
    return data.get("content_sha256") if isinstance(data, Mapping) else None


def _kind(metric: str, samples: Sequence[Sample]) -> str:
    """Return the name of the value behind a metric of the table."""
    known = list(dict.fromkeys(name for s in samples for name in s.score.values))
    choosing = metric.replace("accuracy/", "correct/", 1)
    for kind in (_KINDS.get(metric, metric), choosing):
        if kind in known:
            return kind
    if not known or metric == "accuracy":
        return "correct"  # nothing was answered: it will be said so
    listed = {value: name for name, value in _KINDS.items()}
    offered = [listed.get(k, k.replace("correct/", "accuracy/", 1)) for k in known]
    raise UsageError(f"--metric {metric!r} is none of these runs{nearest(metric, offered)}")


def _chooses(subset: str, items: Iterable[Item]) -> Callable[[Item], bool]:
    """Return which items a subset holds. Raises `UsageError` for one without items."""
    column, colon, value = subset.partition(":")
    if subset == ALL or subset in HEADLINES:
        return lambda item: True
    if colon:
        chosen = _group(column, value)
    else:

        def chosen(item: Item) -> bool:
            return item.subset == subset

    if not any(map(chosen, items)):
        known = [ALL, *dict.fromkeys(item.subset for item in items)]
        raise UsageError(f"--subset {subset!r} holds no question{nearest(subset, known)}")
    return chosen


def _group(column: str, value: str) -> Callable[[Item], bool]:
    if column == "picture":
        return lambda item: bool(item.blobs) == (value == "with")
    return lambda item: str(item.data.get(column)) == value


def _protocol_notes(first: SavedRun, second: SavedRun, names: tuple[str, str]) -> list[str]:
    notes = []
    protocols = [
        {k: v for k, v in run.results["protocol"].items() if k not in _OF_THE_SELECTION}
        for run in (first, second)
    ]
    if protocols[0] != protocols[1]:
        notes.append(
            f"{names[0]} and {names[1]} ran under different protocols, so the difference is also "
            f"that of {difference_text(protocols)}."
        )
    if all(first.results[k] == second.results[k] for k in ("run_id", "score_key")):
        notes.append(f"{names[0]} and {names[1]} are copies of one run.")
    for run, name in zip((first, second), names, strict=True):
        if run.results["status"] != "complete":
            outcomes = run.results["outcomes"]
            waiting = run.results["reasons"].get("errored", {}).get(NOT_ASKED, 0)
            why = "too many of its samples errored"
            if waiting:
                why = f"{waiting} of {sum(outcomes.values())} samples were not asked yet"
            notes.append(f"{name} is incomplete: {why}. What both have is compared.")
            continue
        gone = sum(sample.score.why == NOT_ASKED for sample in run.samples)
        if gone:
            notes.append(
                f"{name} lacks the replies to {gone} of {len(run.samples)} samples that its "
                f"results.json counts: `rbench verify` says more. What both have is compared."
            )
    return notes


def _left_out(left: Attrition, n: int, names: tuple[str, str]) -> list[str]:
    notes = []
    alone = left.alone_first, left.alone_second
    if any(alone):
        listed = " and ".join(f"{k} of {name}" for k, name in zip(alone, names, strict=True) if k)
        notes.append(
            f"{n} questions are compared; those that only one was asked ({listed}) are not."
        )
    if left.errored_first or left.errored_second:
        bounds = ""
        if left.low is not None and left.high is not None:
            bounds = (
                f"; whatever they would have been, the difference over these questions lies "
                f"between {100 * left.low:+.1f} and {100 * left.high:+.1f} points"
            )
        notes.append(
            f"Samples that errored ({left.errored_first} of {names[0]}, {left.errored_second} of "
            f"{names[1]}) are left out of both, {left.lost} questions with them{bounds}."
        )
    return notes


def _of_note(note: str) -> list[str]:
    return [f"{note[0].upper()}{note[1:]}."] if note else []
