"""What tells runs apart, whatever they are called: hashes of their files and of their replies."""

from hashlib import file_digest

from rbench.harness.canonical import digest
from rbench.harness.journal import reply_to_json
from rbench.harness.run_directory import RunDirectory

_FILES = ("plan.json", "items.jsonl", "calls.jsonl", "results.json")

_OF_THE_MOMENT = ("seconds", "usage", "served")
"""What may differ where the same is replied."""


def files_sha256(run: RunDirectory) -> dict[str, str]:
    """Return the sha256 of the run's files by name.

    Of its shards one, ``shards/``: that of the names and hashes of all files of samples in them.
    """
    found = {name: _sha256(run, name) for name in _FILES if (run.path / name).is_file()}
    shards = _shard_files(run)
    if shards:
        found["shards/"] = digest({name: _sha256(run, name) for name in shards})
    return found


def replies_sha256(run: RunDirectory) -> str | None:
    """Return the sha256 of what a model replied, by question, repeat and turn; None for nothing.

    Of a run of images it is that of features and kept images. Raises `RunDirectoryError` for a
    broken journal.
    """
    replies = {}
    for entry in run.entries():
        if entry.role == "model" and entry.reply.error is None:
            said = reply_to_json(entry.reply)
            replies[entry.key] = {k: v for k, v in said.items() if k not in _OF_THE_MOMENT}
    if replies:
        return digest([[*key, replies[key]] for key in sorted(replies)])
    made = [name for name in _shard_files(run) if not name.endswith("/index.npy")]
    return digest({name: _sha256(run, name) for name in made}) if made else None


def _shard_files(run: RunDirectory) -> list[str]:
    """Return the arrays of all shards; index.npy holds seeds, which no picture shows."""
    return sorted(
        file.relative_to(run.path).as_posix() for file in run.path.glob("shards/**/*.npy")
    )


def _sha256(run: RunDirectory, name: str) -> str:
    with (run.path / name).open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
