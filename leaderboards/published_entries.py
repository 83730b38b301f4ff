"""From published figures to the entries of a leaderboard.

An entry is one line of a source's table, under one protocol as far as it is stated. Entries of the
same statement share a group, whatever their sources; so an unstated protocol is a weak bond, and
the order in such a group means little.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rbench.harness.canonical import digest
from rbench.harness.types import Json
from rbench.leaderboards.check_published import findings
from rbench.leaderboards.entries import Column, Entry, Figure, ModelInfo, Source
from rbench.leaderboards.headline import HEADLINES
from rbench.leaderboards.protocol_words import PUBLISHED, RANKED_BY
from rbench.leaderboards.published_lines import source, source_text
from rbench.leaderboards.published_rows import PublishedRow, published_rows

_NOTED = "third parties' notes"
NOTES = f"Read in {_NOTED}, not at the source."
_HEADLINES = (*HEADLINES, "average")
_READERS = re.compile(r"(measured|scored again) by ")
_VARIANT = re.compile(
    r"\bablation\b|instead of|not trained for|\brun \d+ of\b|initial model|the (low|high)est\b"
)
_HIGHER = {"up": True, "down": False, "none": None}


@dataclass(frozen=True, slots=True)
class _Line:
    """Rows of one system in one place of one table, each column once."""

    rows: tuple[PublishedRow, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple((row.subset, row.metric) for row in self.rows)


def published_entries(task: str) -> tuple[Entry, ...]:
    """Return the published entries of a task in the order of their sources.

    Raises `UsageError` for a task without published figures.
    """
    return entries_of(published_rows(task))


def entries_of(rows: Sequence[PublishedRow]) -> tuple[Entry, ...]:
    """Return the entries of published rows; give all rows of a task at once.

    The column that ranks is that over all subsets where there is one, else the one that most
    entries of the protocol have. Entries of one statement that have no column in common with it,
    not even through others, were measured on something else, and rank among themselves.
    """
    found = findings(rows)
    statements: dict[str, list[_Line]] = {}
    stated: dict[str, Mapping[str, Json]] = {}
    for line in _lines(rows):
        protocol = _protocol(line)
        name = digest(protocol)
        stated[name] = protocol
        statements.setdefault(name, []).append(line)
    entries = {}
    for name, lines in statements.items():
        for members in _linked(lines):
            headline = _headline(members)
            for line in members:
                entries[id(line)] = _entry(line, stated[name], headline, found)
    ordered = [entries[id(line)] for lines in statements.values() for line in lines]
    return _unique(ordered)


def _lines(rows: Sequence[PublishedRow]) -> Iterator[_Line]:
    found: dict[tuple[object, ...], list[list[PublishedRow]]] = {}
    for row in rows:
        key = (
            row.task, source(row), row.order, row.system, row.version, row.evaluations, row.steps,
            row.guidance, row.protocol, row.evaluator, row.reference, row.evidence,
        )  # fmt: skip
        parts = found.setdefault(key, [])
        column = (row.subset, row.metric)
        room = next((p for p in parts if all((r.subset, r.metric) != column for r in p)), None)
        if room is None:
            parts.append([row])
        else:
            room.append(row)
    for parts in found.values():
        yield from (_Line(tuple(part)) for part in parts)


def _protocol(line: _Line) -> Mapping[str, Json]:
    """Return what is stated of how a line was measured."""
    row = _whole(line)
    variant = _VARIANT.search(" ".join([row.protocol, row.system, row.version, row.table]))
    readers = _READERS.match(row.version)
    stated: dict[str, Json] = {
        "samples": _count(row.samples) or row.samples,
        "reference": row.reference,
        "evaluator": row.evaluator,
        "protocol": row.protocol,
        "measured by": row.version[readers.end() :] if readers else "",
        "variants of": source_text(row) if variant else "",
    }
    return {PUBLISHED: True, **{key: value for key, value in stated.items() if value}}


def _whole(line: _Line) -> PublishedRow:
    """Return the row over all subsets, else the first."""
    rows = {row.subset: row for row in reversed(line.rows)}
    return next((rows[name] for name in _HEADLINES if name in rows), line.rows[0])


def _linked(lines: Sequence[_Line]) -> list[list[_Line]]:
    """Sort lines into sets that are linked by columns in common."""
    sets: list[tuple[set[Column], list[_Line]]] = []
    for line in lines:
        columns, members = set(line.columns), [line]
        for other in [one for one in sets if one[0] & columns]:
            columns |= other[0]
            members = [*other[1], *members]
            sets.remove(other)
        sets.append((columns, members))
    order = {id(line): i for i, line in enumerate(lines)}
    return [sorted(members, key=lambda line: order[id(line)]) for _, members in sets]


def _headline(lines: Sequence[_Line]) -> Column:
    counted = Counter(column for line in lines for column in line.columns)
    over_all = [column for column in counted if column[0] in _HEADLINES]
    return max(over_all or counted, key=lambda column: counted[column])


def _entry(
    line: _Line,
    protocol: Mapping[str, Json],
    headline: Column,
    found: Mapping[PublishedRow, tuple[str, ...]],
) -> Entry:
    first = line.rows[0]
    whole = {**protocol, RANKED_BY: " ".join(filter(None, headline))}
    settings = {"guidance": first.guidance, "steps": first.steps}
    sentences = list(dict.fromkeys(_sentence(row.note) for row in line.rows if row.note))
    if first.evidence == "notes" and not any(_NOTED in said for said in sentences):
        sentences.append(NOTES)
    return Entry(
        key=_key(line),
        task=first.task,
        model=f"{first.system} ({first.version})" if first.version else first.system,
        origin="published",
        status="complete",
        protocol_id=digest(whole)[:12],
        protocol=whole,
        settings={key: value for key, value in settings.items() if value},
        figures={(row.subset, row.metric): _figure(row, found.get(row, ())) for row in line.rows},
        headline=headline,
        evaluations=first.evaluations,
        date=first.date,
        info=ModelInfo(parameters=first.parameters or None),
        source=_source(first),
        notes=tuple(sentences),
    )


def _sentence(note: str) -> str:
    return f"{note[0].upper()}{note[1:]}{'' if note.endswith(('.', '!', '?')) else '.'}"


def _figure(row: PublishedRow, said: tuple[str, ...]) -> Figure:
    return Figure(
        value=row.value,
        unit=row.unit,
        higher_is_better=_HIGHER[row.direction],
        n=_count(row.samples),
        note=row.note,
        printed=row.printed,
        findings=said,
    )


def _count(samples: str) -> int | None:
    digits = samples.replace(",", "")
    return int(digits) if digits.isdecimal() else None


def _source(row: PublishedRow) -> Source:
    return Source(
        paper=row.paper,
        table=row.table,
        repository=row.repository,
        commit=row.commit,
        url=row.url,
        evidence=row.evidence,
        order=row.order,
    )


def _key(line: _Line) -> str:
    """Return a key that stays when figures are corrected or added."""
    row = line.rows[0]
    parts = [
        row.task, *source(row), row.order, row.system, row.version, row.evaluations, row.steps,
        row.guidance, row.protocol, row.evaluator, row.reference,
    ]  # fmt: skip
    return f"published-{digest(parts)[:12]}"


def _unique(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Add numbers to the keys of lines that nothing tells apart but their figures."""
    seen: Counter[str] = Counter()
    unique = []
    for entry in entries:
        seen[entry.key] += 1
        count = seen[entry.key]
        unique.append(entry if count == 1 else replace(entry, key=f"{entry.key}.{count}"))
    return tuple(unique)
