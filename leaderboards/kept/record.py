"""`KeptRun`: what a kept leaderboard knows of one run, and its JSON file.

Never the questions, never the replies. The file bears the hash of its own content, so that a
change by hand is seen.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Literal, NoReturn, TypeAlias, get_args

from rbench.errors import DataError
from rbench.harness.canonical import digest
from rbench.harness.types import Json

SCHEMA = "rbench-kept/1"

KeptOrigin: TypeAlias = Literal["re-run", "re-scored", "self-reported"]
"""Run by those who keep the board, replies of others scored by them, or the word of others."""

What: TypeAlias = Literal["added", "withdrawn", "superseded"]


@dataclass(frozen=True, slots=True)
class Event:
    """One step in the life of an entry. `date` is YYYY-MM-DD; `reason` may be empty if added."""

    date: str
    what: What
    sentence: str
    reason: str = ""

    def __str__(self) -> str:
        end = "" if self.reason.endswith((".", "!", "?", "。")) else "."
        text = f"{self.date}: {self.sentence}"
        return f"{text}: {self.reason}{end}" if self.reason else f"{text}."


@dataclass(frozen=True, slots=True)
class KeptRun:
    """One kept run.

    Attributes:
        key: its name in the folder: the run's id; of a second one with that id, with
            ``~`` and the start of `results_sha256`.
        origin: see `KeptOrigin`.
        rbench: the version that took it in.
        verification: ``outcome``, ``sentence``, and ``checks`` by name.
        files: name -> sha256 of the run's files.
        replies_sha256: of all replies by question and repeat, or of the features of images;
            None where the run has none. Times and counts of tokens are left out.
        results_sha256: of the whole results.json, as canonical JSON.
        results: results.json without the list of questions and without error messages.
        costs: costs.json.
        date: of the run's last session, YYYY-MM-DD.
        history: oldest first; only ever added to.
        intact: whether the file has the hash that it names. It is not part of the file.
    """

    key: str
    origin: KeptOrigin
    rbench: str
    verification: Mapping[str, Json]
    files: Mapping[str, str]
    replies_sha256: str | None
    results_sha256: str
    results: Mapping[str, Json]
    costs: Mapping[str, Json]
    date: str
    history: tuple[Event, ...]
    intact: bool = True

    @property
    def state(self) -> What:
        """What became of it last."""
        return self.history[-1].what

    @property
    def run_id(self) -> str:
        """The id of the run; several keys may share one."""
        return str(self.results["run_id"])

    def then(self, event: Event) -> "KeptRun":
        """Return it with one more step in its history."""
        return replace(self, history=(*self.history, event))

    def to_bytes(self) -> bytes:
        """Return the content of its file: the same run and history give the same bytes."""
        content = self._content()
        sealed = {"schema": SCHEMA, **content, "sha256": digest(content)}
        text = json.dumps(sealed, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        try:
            return text.encode()
        except UnicodeEncodeError:  # half a surrogate pair: escaped, as UTF-8 cannot hold it
            return (json.dumps(sealed, indent=1, allow_nan=False) + "\n").encode()

    def _content(self) -> dict[str, Json]:
        return {
            **{f.name: getattr(self, f.name) for f in fields(self) if f.name != "intact"},
            "history": [
                {f.name: getattr(event, f.name) for f in fields(event)} for event in self.history
            ],
        }


def kept_run(content: bytes, where: str) -> KeptRun:
    """Read the file of a kept run; `where` names it in errors.

    Raises `DataError` for what is no such file, or one of another schema version.
    """
    try:
        values = json.loads(content, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise DataError(
            f"{where} is not JSON ({why}); restore it from version control or remove it."
        ) from None
    schema = values.get("schema") if isinstance(values, dict) else None
    if schema != SCHEMA:
        raise DataError(
            f"{where} has schema {schema!r}, and this rbench reads {SCHEMA!r}; use the rbench that "
            f"wrote it, or remove the file and add the run again."
        )
    said = values.pop("sha256", None)
    del values["schema"]
    try:
        found = KeptRun(**{**values, "history": tuple(Event(**e) for e in values["history"])})
        _check(found)
    except (TypeError, KeyError, ValueError) as error:
        raise DataError(
            f"{where} is no entry of a kept leaderboard ({error}); restore it from version "
            f"control or remove it."
        ) from None
    return found if said == digest(values) else replace(found, intact=False)


def _check(run: KeptRun) -> None:
    """Raise `ValueError` or `TypeError` for values of another kind than the field's."""
    for name in ("verification", "files", "results", "costs"):
        if not isinstance(getattr(run, name), dict):
            raise TypeError(f"{name} is no mapping")
    for name in ("key", "rbench", "results_sha256", "date"):
        if not isinstance(getattr(run, name), str):
            raise TypeError(f"{name} is no text")
    if run.origin not in get_args(KeptOrigin):
        raise ValueError(f"origin is {run.origin!r}")
    if not isinstance(run.replies_sha256, str | None):
        raise TypeError("replies_sha256 is no text")
    if not isinstance(run.results["run_id"], str):
        raise TypeError("results.run_id is no text")
    if not isinstance(run.intact, bool) or not run.intact:
        raise ValueError("intact is no field of a file")
    if not run.history:
        raise ValueError("history is empty")
    for event in run.history:
        if event.what not in get_args(What):
            raise ValueError(f"history holds {event.what!r}")
        if not all(isinstance(text, str) for text in (event.sentence, event.reason)):
            raise TypeError("history holds what is no text")
        date.fromisoformat(event.date)


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
