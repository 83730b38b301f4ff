"""Several sample sets of one run: their mean with its interval, and the minimum that papers print.

The minimum over sets is lower than what anybody gets who samples once; the mean is the number to
compare. Sets share the seed and differ in the noise, so they are independent.
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import stdev

from rbench.harness.images.rows import ImageRow
from rbench.metrics.intervals import clustered_mean

_COVERS = "noise between sample sets of this size; not the bias of finite n"
_MINIMUM = "some papers print it; it is lower than what one set gives"


def over_sets(rows: Sequence[ImageRow]) -> list[ImageRow]:
    """Return the statistics over the sets that `rows` are of: nothing for one set.

    For every number its ``mean``, with `spread` (the standard deviation of a set, n - 1) and
    Student's interval; for those where lower is better also the ``minimum``. There is no mean
    over a missing value.
    """
    groups: dict[tuple[str, str, str], list[ImageRow]] = {}
    for row in rows:
        groups.setdefault((row.evaluator, row.metric, row.on), []).append(row)
    found = []
    for group in groups.values():
        if len({row.repeat for row in group}) > 1:
            found += _statistics(group)
    return found


def _statistics(group: Sequence[ImageRow]) -> list[ImageRow]:
    whole = replace(
        group[0], repeat=None, ci_low=None, ci_high=None, ci_method="", ci_covers="", note=""
    )
    common = group[0].note if len({row.note for row in group}) == 1 else ""
    values = [row.value for row in group if row.value is not None]
    if len(values) < len(group):
        why = f"{len(group) - len(values)} of {len(group)} sets have no value"
        return [replace(whole, statistic="mean", value=None, note=why)]
    mean = clustered_mean([[value] for value in values])
    why = "" if mean.low is not None else f"no interval over sets: {mean.note}"
    rows = [
        replace(
            whole,
            statistic="mean",
            value=mean.value,
            ci_low=mean.low,
            ci_high=mean.high,
            ci_method="" if mean.low is None else "t over sample sets",
            ci_covers="" if mean.low is None else _COVERS,
            spread=stdev(values),
            note=_joined(common, f"of {len(values)} sets", why),
        )
    ]
    if not whole.higher_is_better:
        least = min(group, key=lambda row: (row.value, row.repeat))
        note = _joined(common, f"set {(least.repeat or 0) + 1} of {len(values)}", _MINIMUM)
        rows.append(replace(whole, statistic="minimum", value=least.value, note=note))
    return rows


def _joined(*notes: str) -> str:
    return "; ".join(filter(None, notes))
