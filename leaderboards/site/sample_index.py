"""The index of a run's samples: what the table of a run page shows, sorts and filters by."""

import re
from collections.abc import Callable, Sequence

from rbench.harness.canonical import digest
from rbench.harness.types import OUTCOMES, Json, Sample
from rbench.leaderboards.report_numbers import OUTCOME_NAMES
from rbench.leaderboards.report_samples import FACETS, facet_text, result_of
from rbench.leaderboards.report_text import visible

LONGEST = 80
"""Characters of an answer in the table."""

RESULTS = ("right", "wrong", "ungraded", "errored")
_DIGITS = re.compile(r"(\d+)")


def sample_index(samples: Sequence[Sample], *, hide: bool) -> list[Json]:
    """Return the columns of the table, the ids first.

    A column has ``name``, ``label`` and one of: ``text`` (a string or null a sample); ``values``
    and ``codes`` (the values in their order, and the number of each sample's, -1 for none);
    ``numbers`` (or null). Those with values can be filtered by.

    With `hide` nothing stands in it that a reader could restore a question or reply from: of
    answers only single letters.
    """
    columns: list[Json] = [
        {"name": "id", "label": "Sample", "text": [visible(s.item.id) for s in samples]}
    ]
    if any(s.repeat for s in samples):
        numbers = [s.repeat + 1 for s in samples]
        columns.append({"name": "repeat", "label": "Repeat", "numbers": numbers})
    columns.append(_coded("subset", samples, lambda s: s.item.subset))
    if not hide:
        for name in FACETS:
            columns.append(_facet(name, samples))
    columns.append(_coded("result", samples, result_of, RESULTS))
    endings = [OUTCOME_NAMES[name] for name in OUTCOMES]
    columns.append(_coded("outcome", samples, lambda s: OUTCOME_NAMES[s.score.outcome], endings))
    answers = [_answer(s.score.answer, hide) for s in samples]
    columns.append({"name": "answer", "label": "Answer", "text": answers})
    if hide:
        hashes = [digest(s.item.data) for s in samples]
        columns.append({"name": "sha256", "label": "Content (sha256)", "text": hashes})
    else:
        golds = [_answer(s.item.data.get("gold"), hide) for s in samples]
        columns.append({"name": "key", "label": "Key", "text": golds})
        tokens = [s.reply.usage.get("output") if s.reply else None for s in samples]
        columns.append({"name": "tokens", "label": "Tokens written", "numbers": tokens})
    return [c for c in columns if c["name"] in ("id", "result", "outcome") or _tells(c)]


def _tells(column: Json) -> bool:
    """Whether anything stands in a column; of one with values, whether there are two."""
    if "codes" in column:
        return len(set(column["codes"])) > 1
    return any(value is not None for value in column.get("text", column.get("numbers")))


def _facet(name: str, samples: Sequence[Sample]) -> Json:
    def value(sample: Sample) -> str | None:
        found = sample.item.data.get(name)
        if not found:
            return None
        return str(found) if name == "level" else facet_text(str(found), name)

    return _coded(name, samples, value)


def _coded(
    name: str,
    samples: Sequence[Sample],
    value: Callable[[Sample], str | None],
    order: Sequence[str] = (),
) -> Json:
    found = [value(sample) for sample in samples]
    kept = {v for v in found if v is not None}
    values = [v for v in order if v in kept] or sorted(kept, key=_natural)
    codes = {v: code for code, v in enumerate(values)}
    return {
        "name": name,
        "label": name.capitalize(),
        "values": [visible(v) for v in values],
        "codes": [-1 if v is None else codes[v] for v in found],
    }


def _natural(text: str) -> list[tuple[bool, int, str]]:
    """Return a key that sorts numbers inside texts by their size."""
    parts = _DIGITS.split(text)
    return [(p.isdecimal(), int(p) if p.isdecimal() else 0, p) for p in parts]


def _answer(answer: Json, hide: bool) -> str | None:
    if answer is None:
        return None
    text = visible(str(answer))
    if hide:
        return text if re.fullmatch("[A-Z]", text) else None
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
