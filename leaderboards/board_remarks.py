"""What a reader must know beside a table's figures: findings, notes, reasons, history."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from rbench.leaderboards.board_cells import main_columns, model_text, place, whence
from rbench.leaderboards.entries import Column, Entry, Group, Ranked
from rbench.leaderboards.image_numbers import settings_text

_SHORT = 44
"""Letters of what tells entries apart, above which other words are looked for."""

_MOST_WORDS = 3  # or all that differ

_APART: Sequence[Callable[[Entry], str]] = (
    lambda entry: _evaluations(entry.evaluations.partition(" (")[0]),
    lambda entry: entry.info.parameters or "",
    lambda entry: entry.source.table if entry.source is not None else "",
    lambda entry: whence(entry) if entry.source is not None else "",
    lambda entry: entry.date if entry.source is not None else "",
    lambda entry: entry.evaluations.partition(" (")[2].rstrip(")"),
)
"""What a reader can tell entries of one name apart by, the most telling first; then settings."""

_KEYS: Sequence[Callable[[Entry], str]] = (
    lambda entry: entry.key.rpartition("-")[2],
    lambda entry: entry.key,
)
"""What tells them apart where nothing else does."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence, and the entries that it is true of.

    Attributes:
        sentence: what must be known.
        keys: of its entries.
        whose: their names; "All" where these are more than one, and everyone.
        column: the figure that it is about; None of a whole entry.
    """

    sentence: str
    keys: frozenset[str]
    whose: str
    column: Column | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What became of an entry: sentences, oldest first."""

    key: str
    name: str
    sentences: tuple[str, ...]


def remarks(group: Group) -> tuple[Remark, ...]:
    """Return what must be known of a group's entries, each sentence once."""
    shown = set(main_columns(group))
    said: dict[tuple[Column | None, str], dict[str, None]] = {}
    everyone = [*((r, False) for r in group.ranked), *((r, True) for r in group.below)]
    for ranked, below in everyone:
        entry = ranked.entry
        for column, figure in entry.figures.items():
            missing = figure.value is None and column in shown and column != entry.headline
            for sentence in (*figure.findings, *([figure.note] if missing and figure.note else [])):
                said.setdefault((column, sentence), {})[entry.key] = None
        for sentence in (*entry.notes, *(_reason(ranked) if below else ())):
            said.setdefault((None, sentence), {})[entry.key] = None
    names = entry_names(group)
    found = []
    for (about, sentence), keys in said.items():
        whose = "All" if len(keys) == len(names) > 1 else ", ".join(names[key] for key in keys)
        text = sentence if about is None else f"{' '.join(filter(None, about))}: {sentence}"
        found.append(Remark(text, frozenset(keys), whose, about))
    return tuple(found)


def numbered(said: Sequence[Remark]) -> Mapping[str, Sequence[tuple[int, Remark]]]:
    """Return the remarks about each entry by its key, with their numbers from 1 on."""
    found: dict[str, list[tuple[int, Remark]]] = {}
    for number, remark in enumerate(said, 1):
        for key in remark.keys:
            found.setdefault(key, []).append((number, remark))
    return found


def histories(group: Group) -> tuple[History, ...]:
    """Return what became of the entries of a group, of those of which anything is known."""
    names = entry_names(group)
    return tuple(
        History(ranked.entry.key, names[ranked.entry.key], ranked.entry.history)
        for ranked in (*group.ranked, *group.below)
        if ranked.entry.history
    )


def entry_names(group: Group) -> Mapping[str, str]:
    """Return the names of entries by key; what several share is told apart: ``JiT-L (table 4)``."""
    named: dict[str, list[Entry]] = {}
    for ranked in (*group.ranked, *group.below):
        named.setdefault(model_text(ranked.entry), []).append(ranked.entry)
    found: dict[str, str] = {}
    for name, entries in named.items():
        if len(entries) == 1:
            found[entries[0].key] = name
            continue
        words = _words_apart(entries)
        found |= {entry.key: f"{name} ({word})" for entry, word in zip(entries, words, strict=True)}
    return found


def _words_apart(entries: Sequence[Entry]) -> Sequence[str]:
    """Return for each entry what sets it apart: few words, short ones, and no key if possible."""
    differing = [words for words in _candidates(entries) if len(set(words)) > 1]
    few = (combinations(differing, count) for count in range(1, _MOST_WORDS + 1))
    long: list[Sequence[str]] = []
    for chosen in (*chain.from_iterable(few), tuple(differing)):
        words = [", ".join(filter(None, parts)) for parts in zip(*chosen, strict=True)]
        if words and all(words) and len(set(words)) == len(words):
            if max(map(len, words)) <= _SHORT:
                return words
            long.append(words)
    if long:
        return min(long, key=lambda words: max(map(len, words)))
    keys = [[key(entry) for entry in entries] for key in _KEYS]
    return next((words for words in keys if len(set(words)) == len(words)), keys[-1])


def _candidates(entries: Sequence[Entry]) -> Iterator[Sequence[str]]:
    """Yield what may set entries apart, the words of each entry by one of its sides."""
    sides = [[apart(entry) for entry in entries] for apart in _APART]
    yield sides[0]
    names = dict.fromkeys(name for entry in entries for name in sorted(entry.settings))
    for name in names:
        yield [_setting(entry, name) for entry in entries]
    yield from sides[1:]


def _setting(entry: Entry, name: str) -> str:
    """Return a setting in short; one that a source states in words speaks for itself."""
    value = entry.settings.get(name)
    if name not in entry.settings or (isinstance(value, str) and " " in value):
        return "" if value is None else " ".join(str(value).split())
    return settings_text({name: value})


def _evaluations(count: str) -> str:
    return count and f"{count} evaluation{'' if count == '1' else 's'}"


def _reason(ranked: Ranked) -> tuple[str, ...]:
    """Return why an entry stands below the line, where its place does not say it."""
    if ranked.why == place(ranked):
        return ()
    if ranked.why in ranked.entry.history:
        return (ranked.why,)
    return (f"Not ranked: {ranked.why}{'' if ranked.why.endswith('.') else '.'}",)
