"""Names as the datastore of Every Eval Ever has them: ids of models, folders, ids, times.

A record lies at ``data/<benchmark>/<developer>/<model>/<uuid>.json``; the folders are read from
the model's id, ``developer/model``, and are names that every file system holds.
"""

import re
import uuid
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import PurePosixPath

from rbench.leaderboards.entries import Entry
from rbench.leaderboards.every_eval_ever.schema import LIBRARY, UNKNOWN
from rbench.leaderboards.protocol_words import STATED_BY

_MOST_BYTES = 100
_UNFIT = re.compile(r"[^\w.:+=@-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?|data", re.IGNORECASE)
_ARXIV = re.compile(r"(\d\d)(\d\d)\.\d{4,5}")
_OWN = ("baseline/", "zoo/")
_OF_OTHERS = ("zoo/smollm2",)
_PROVIDERS = ("openai/", "hf/", "zoo/")
_BLIND = " (blind)"


def model_id(entry: Entry) -> str:
    """Return the id of an entry's model: ``developer/model``, with ``unknown/`` where need be.

    Of a model that is named by its provider alone, the developer is the organisation that is
    known of it; nothing is guessed from its name.
    """
    name = entry.model
    if of_a_paper(entry):
        return "/".join(_developed(entry, name.replace("/", "-")))
    name = name.removesuffix(_BLIND)
    if STATED_BY not in entry.protocol and name.startswith(_OWN) and name not in _OF_OTHERS:
        return f"{LIBRARY}/{_part(name.replace('/', '-'))}"
    for provider in () if STATED_BY in entry.protocol else _PROVIDERS:
        name = name.removeprefix(provider)
    parts = [part for part in name.split("/") if part]
    if len(parts) > 1 and not name.startswith(("/", ".", "~")) and ":" not in parts[0]:
        return "/".join(map(_part, parts))
    return "/".join(_developed(entry, parts[-1] if parts else name))


def _developed(entry: Entry, name: str) -> tuple[str, str]:
    return _part(entry.info.organisation or UNKNOWN), _part(name)


def of_a_paper(entry: Entry) -> bool:
    """Return whether an entry is one of rbench's published ones, also where it came back."""
    return entry.source is not None and STATED_BY not in entry.protocol


def folder_of(task: str, identifier: str) -> PurePosixPath:
    """Return the folder of a model's records: ``data/rbench-v/openai/gpt-4o``."""
    developer, _, model = identifier.partition("/")
    parts = (task.replace("/", "-"), developer, model.replace("/", "_"))
    return PurePosixPath("data", *(_part(part).replace(":", "_") for part in parts))


def uuid_of(key: str) -> str:
    """Return the name of an entry's record: always the same, in the form of a UUID of version 4.

    The datastore takes no other version; its random bits are those of the key's sha256.
    """
    return str(uuid.UUID(bytes=sha256(key.encode("utf-8", "replace")).digest()[:16], version=4))


def epoch_of(entry: Entry) -> tuple[str, str]:
    """Return when a record's figures were made, in seconds since 1970, and how that is known.

    It is the day of a run, else the month of the paper as its arXiv number has it, at 0:00 UTC;
    never the time of the export, so that equal entries give equal records.
    """
    arxiv = _ARXIV.match(entry.source.paper) if entry.source else None
    if entry.date and not of_a_paper(entry):
        return _seconds(entry.date), "day of the run"
    if arxiv:
        return _seconds(f"20{arxiv[1]}-{arxiv[2]}"), "month of the paper"
    return UNKNOWN, "nothing states it"


def _seconds(date: str) -> str:
    padded = "-".join([*date.split("-"), "01", "01"][:3])
    try:
        day = datetime.fromisoformat(padded).replace(tzinfo=UTC)
    except ValueError:
        return UNKNOWN
    return str(int(day.timestamp()))


def _part(name: str) -> str:
    """Return one part of an id that is the name of a folder too."""
    found = _UNFIT.sub("-", name).strip("-. ")
    while len(found.encode()) > _MOST_BYTES:
        found = found[:-1]
    found = found.rstrip("-. ") or UNKNOWN
    return f"{found}_" if _RESERVED.fullmatch(found) else found
