"""Multiple-choice rows, validated, as items: before any model is called.

The subsets of a choice data set are translations of one another: they must agree on the right
letter and join on ``index``.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rbench.harness.canonical import digest
from rbench.harness.cards import Card
from rbench.harness.data import Loaded, SourceRow
from rbench.harness.types import Item, Json
from rbench.tasks.choice_faults import check_card, options, row_faults
from rbench.tasks.picture_rows import item_content, picture_data, picture_of, picture_warnings
from rbench.tasks.row_checks import check_hash, raise_faults, show, where

_SHOWN_NAMES = 5
_GROUPS = ("subject", "level")


@dataclass(frozen=True, slots=True)
class ChoiceData:
    """The questions of a choice data set.

    `items` stand one subset after the other, each in the order of the index: numbers first, as
    numbers, then texts, as texts; the order of rows plays no part.
    `content_sha256` depends on what the rows say, not on the file format or the order of rows; of
    a picture on the bytes that are published, not on how they are shown.
    `chance` is the accuracy of guessing per subset, the mean of 1 / number of options.
    """

    items: tuple[Item, ...]
    content_sha256: str
    warnings: tuple[str, ...]
    chance: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Question:
    """A row that is valid by itself, and where it stood."""

    item: Item
    source: SourceRow

    @property
    def gold(self) -> str:
        return str(self.item.data["gold"])

    @property
    def options(self) -> Mapping[str, str]:
        options: Mapping[str, str] = self.item.data["options"]
        return options


def choice_items(loaded: Loaded, card: Card) -> ChoiceData:
    """Validate the rows and return the items.

    ``Item.data`` holds ``question``, ``options`` (letter to text; blank options dropped, the
    others keep their letters), ``gold``, ``subject`` (text or None), ``level`` where the data has
    one, and ``picture`` (width and height as it is shown) where there is one. Subject and level
    group the items of all languages, so a question and its translations share those of the first
    subset that gives them; the hash is of what each row says. Raises `DataError` with one sentence
    per fault: file, row, column, value.
    """
    check_card(card)
    faults: list[str] = []
    subsets = {name: _questions(name, rows, card, faults) for name, rows in loaded.rows.items()}
    raise_faults(faults)
    first, *others = subsets.values()
    for other in others:
        faults += [*_not_joined(first, other), *_not_joined(other, first), *_golds(first, other)]
    raise_faults(faults)
    in_files = [question for questions in subsets.values() for question in questions.values()]
    pictures = {question.item.id: picture_of(question.source) for question in in_files}
    by_id = sorted((question.item for question in in_files), key=lambda item: item.id)
    content = digest([item_content(item, pictures[item.id]) for item in by_id])
    order = sorted(first, key=_place)
    groups = {c: _groups([questions[c].item for questions in subsets.values()]) for c in order}
    items = tuple(
        replace(questions[c].item, data={**questions[c].item.data, **groups[c]})
        for questions in subsets.values()
        for c in order
    )
    warnings = [*loaded.warnings, *picture_warnings(card.name, pictures.values())]
    for questions in subsets.values():
        warnings += _doubled_golds(questions)
    for other in others:
        warnings += _other_letters(first, other)
    warnings += check_hash(content, loaded, card)
    chance = {name: _chance(questions) for name, questions in subsets.items()}
    return ChoiceData(items, content, tuple(warnings), chance)


def _questions(
    subset: str, rows: Sequence[SourceRow], card: Card, faults: list[str]
) -> dict[str, _Question]:
    questions: dict[str, _Question] = {}
    if not rows:
        faults.append(f"the subset {subset!r} of {card.name} has no rows.")
    for row in rows:
        found = row_faults(row, card)
        faults += [f"{where(row)}, {fault}." for fault in found]
        if found:
            continue
        question = _Question(_item(subset, row), row)
        twin = questions.setdefault(question.item.cluster, question)
        if twin is not question:
            index = show(row.columns["index"])
            faults.append(f"{where(row)}, column 'index': {index} is also {where(twin.source)}.")
    return questions


def _item(subset: str, row: SourceRow) -> Item:
    index = row.columns["index"]
    cluster = index.strip() if isinstance(index, str) else str(int(index))
    data = {
        "question": row.columns["question"],
        "options": options(row),
        "gold": row.columns["answer"].strip(),
        "subject": _text_or_none(row, "subject"),
    }
    level = _text_or_none(row, "level")
    if level:
        data["level"] = level
    picture = picture_of(row)
    data |= picture_data(picture)
    blobs = () if picture is None else (picture.blob,)
    return Item(id=f"{subset}/{cluster}", subset=subset, cluster=cluster, data=data, blobs=blobs)


def _place(cluster: str) -> tuple[bool, int, str]:
    """Return where an index stands in its subset; ``1`` and ``"1"`` are the same index."""
    # Python reads no numbers of more than 4300 digits.
    number = re.fullmatch(r"-?[0-9]{1,4000}", cluster)
    return number is None, int(cluster) if number else 0, cluster


def _groups(twins: Sequence[Item]) -> dict[str, Json]:
    """Return the subject and the level of a question in several languages."""
    given = {name: [t.data[name] for t in twins if t.data.get(name)] for name in _GROUPS}
    return {name: texts[0] for name, texts in given.items() if texts}


def _text_or_none(row: SourceRow, column: str) -> str | None:
    text: str = row.columns.get(column) or ""
    return text if text.strip() else None


def _not_joined(one: Mapping[str, _Question], two: Mapping[str, _Question]) -> Iterator[str]:
    alone = [question for cluster, question in one.items() if cluster not in two]
    if alone:
        listed = _some([f"{show(q.source.columns['index'])} (row {q.source.row})" for q in alone])
        yield (
            f"{alone[0].source.file}, column 'index': {listed} cannot be joined, for "
            f"{next(iter(two.values())).source.file} has no such index."
        )


def _golds(one: Mapping[str, _Question], two: Mapping[str, _Question]) -> Iterator[str]:
    for cluster in (c for c in one if c in two):
        a, b = one[cluster], two[cluster]
        if a.gold != b.gold:
            yield (
                f"{where(b.source)}, column 'answer': {b.gold!r} is not the {a.gold!r} of its "
                f"translation in {where(a.source)}, index {cluster!r}."
            )


def _doubled_golds(questions: Mapping[str, _Question]) -> Iterator[str]:
    found = []
    for question in questions.values():
        text = question.options[question.gold].strip()
        letters = [x for x, other in question.options.items() if other.strip() == text]
        if len(letters) > 1:
            found.append(f"row {question.source.row} ({' and '.join(letters)})")
    if found:
        yield (
            f"{next(iter(questions.values())).source.file}: the text of the right answer stands at "
            f"more than one letter in {_some(found)}; only the letter in 'answer' counts."
        )


def _other_letters(one: Mapping[str, _Question], two: Mapping[str, _Question]) -> Iterator[str]:
    found = [
        f"{where(two[c].source)} ({''.join(two[c].options)} for {''.join(one[c].options)})"
        for c in one
        if one[c].options.keys() != two[c].options.keys()
    ]
    if found:
        yield f"the options of a question and its translation differ: {_some(found)}."


def _chance(questions: Mapping[str, _Question]) -> float:
    return math.fsum(1 / len(q.options) for q in questions.values()) / len(questions)


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN_NAMES
    return ", ".join(names[:_SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")
