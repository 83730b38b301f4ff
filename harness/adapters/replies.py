"""`replies:FILE.jsonl`: replies made elsewhere, in rbench's format or another tool's."""

import hashlib
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from rbench.errors import DataError, UsageError
from rbench.harness.given_pictures import given_pictures, keep_pictures
from rbench.harness.given_reply import is_finite, wrong_letters
from rbench.harness.options import option
from rbench.harness.reply_files.inspect_log import read_inspect
from rbench.harness.reply_files.json_input import parse
from rbench.harness.reply_files.lm_eval_samples import read_lm_eval
from rbench.harness.reply_files.matching import Matcher, scores_by_letter
from rbench.harness.reply_files.rbench_lines import read_rbench
from rbench.harness.reply_files.record import Record
from rbench.harness.types import Call, Json, Reply
from rbench.harness.weights_hash import file_sha256

_READERS: Mapping[str, Callable[[Path], Iterator[Record]]] = {
    "rbench": read_rbench,
    "lm-eval": read_lm_eval,
    "inspect": read_inspect,
}


@dataclass(frozen=True, slots=True)
class RepliesOptions:
    """How the file is read."""

    format: Literal["auto", "rbench", "lm-eval", "inspect"] = option(
        "auto", "who wrote the file; auto looks at its start"
    )


class RepliesAdapter:
    """Answers with the replies of a file; an item without one is errored.

    Raises `UsageError` if there is no such file and `DataError`, naming line and value, for one
    that cannot be read.
    """

    Options = RepliesOptions

    def __init__(self, name: str, options: RepliesOptions) -> None:
        path = Path(name).expanduser()
        if not path.is_file():
            raise UsageError(f"replies:{name}: there is no such file (looked in {Path.cwd()}).")
        kind = _format(path) if options.format == "auto" else options.format
        records = list(_READERS[kind](path))
        if not records:
            raise DataError(f"{path} holds no replies.")
        self._matcher = Matcher(records, path)
        self._folder = path.parent
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        models = ", ".join(sorted({record.model for record in records} - {""}))
        self.identity: Mapping[str, Json] | None = {
            "adapter": "replies",
            "file_sha256": sha256,
            "format": kind,
            **({"model": models} if models else {}),
            **_pictures_identity(records, path.parent),
        }
        # Another prompt than ours was answered: such numbers get a ranking of their own.
        self.settings: Mapping[str, Json] = {"response": "imported"}
        self.batch = 1
        self.max_concurrency: int | None = None

    async def answer(self, calls: Sequence[Call]) -> Sequence[Reply]:
        """Look each call up. Raises `ModelError` where records and items are not one to one."""
        return [self._reply(call) for call in calls]

    async def close(self) -> None:
        """Hold nothing open, so close nothing."""

    def _reply(self, call: Call) -> Reply:
        if call.ordinal > 0:
            return Reply(error=f"a file holds one reply to {call.item.id}, and two were asked for")
        options = call.ask.request.get("options") or {}
        found = self._matcher.find(call.item, call.repeat, options)
        if isinstance(found, str):
            return Reply(error=found)
        if not found.choices:
            wrong = wrong_letters(found.reply, options)
            if wrong is not None:
                return Reply(error=f"{found.where}: {wrong}")
            return self._with_pictures(found, call) if found.pictures else found.reply
        scores = scores_by_letter(found, options)
        if scores is None:
            given = ", ".join(repr(text) for text, _ in found.choices)[:200]
            return Reply(
                error=f"{found.where}: cannot tell which log-likelihood is which option's: {given}"
            )
        if not all(map(is_finite, scores.values())):
            return Reply(error=f"{found.where}: the log-likelihoods {scores} are not all finite")
        return replace(found.reply, option_scores={"logprob": scores})

    def _with_pictures(self, found: Record, call: Call) -> Reply:
        try:
            pictures = given_pictures(found.pictures, self._folder, inside=True)
        except ValueError as error:  # a file that was changed since
            return Reply(error=f"{found.where}: {error}")
        return replace(found.reply, blobs=keep_pictures(pictures, call.blobs))


def _pictures_identity(records: Sequence[Record], folder: Path) -> dict[str, Json]:
    """Return the hash of the picture files beside the file of replies, where it names any."""
    names = {name for record in records for name in record.pictures}
    files = sorted(name for name in names if not name.startswith("data:"))
    if not files:
        return {}
    lines = (f"{file_sha256(folder / name)}  {name}\n" for name in files)
    return {"pictures_sha256": hashlib.sha256("".join(lines).encode()).hexdigest()}


def _format(path: Path) -> str:
    """Tell the format from the start of the file. Raises `DataError` if it is none of them."""
    if path.suffix in (".json", ".eval") or zipfile.is_zipfile(path):
        return "inspect"
    with path.open("rb") as file:
        line = next((line for line in file if line.strip()), None)
    if line is None:
        raise DataError(f"{path} is empty.")
    first = parse(line, f"{path}, line 1")
    if isinstance(first, dict):
        if "doc_id" in first and "resps" in first:
            return "lm-eval"
        if "id" in first:
            return "rbench"
    raise DataError(
        f"{path} is neither lines with 'id' and 'text', nor a log of lm-eval or inspect; it "
        f"starts with {line[:60].decode('utf-8', 'replace')!r}."
    )
