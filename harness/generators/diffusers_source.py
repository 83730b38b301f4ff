"""Where the files of a diffusers model are, and which model they are."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path

from rbench.errors import ModelError, RbenchError, UsageError
from rbench.harness.hub import hub_offline
from rbench.harness.types import Json
from rbench.harness.weights_hash import file_sha256

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
# Weights, configuration, and the code of a pipeline of its own, which is never run unasked.
_SUFFIXES = (".safetensors", ".bin", ".json", ".txt", ".py")
_WANTED = ("*.json", "*.txt", "*.safetensors")


def require_diffusers(what: str) -> None:
    """Raise `ModelError` where diffusers or torch is absent. Imports nothing."""
    absent = [library for library in ("torch", "diffusers") if find_spec(library) is None]
    if absent:
        raise ModelError(
            f"{what} needs {' and '.join(absent)}, not installed here: "
            f"pip install {' '.join(absent)}."
        )


def find_folder(name: str, revision: str | None, offline: bool) -> tuple[Path, Mapping[str, Json]]:
    """Return the folder of a model and its identity; a hub's files are fetched.

    A folder is identified by the sha256 of its files with their relative names, a model of the
    hub by its name and commit. Raises `UsageError` for a revision of a folder, `ModelError` where
    the model cannot be had.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        if revision is not None:
            raise UsageError(f"revision={revision}: {name!r} is a folder, which has none.")
        return folder, {"files_sha256": folder_sha256(folder)}
    if folder.exists():
        raise ModelError(f"{name!r} is a file: give the folder that save_pretrained wrote.")
    if name.startswith((".", "~", "/")) or not _HUB_ID.fullmatch(name):
        raise ModelError(f"there is no folder {name!r}.")
    return _on_the_hub(name, revision, offline)


def folder_sha256(folder: Path) -> str:
    """Return one hash of weights, configuration and code below `folder`, with their names."""
    files = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix in _SUFFIXES and path.is_file()
    )
    total = hashlib.sha256()
    for name in files:
        total.update(f"{file_sha256(folder / name)}  {name}\n".encode())
    return total.hexdigest()


@contextmanager
def loading(what: str) -> Iterator[None]:
    """Turn whatever loading by diffusers raises into `ModelError`; its warnings stay off."""
    import diffusers

    logging = diffusers.utils.logging
    level = logging.get_verbosity()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with hub_offline():
            yield
    except RbenchError:
        raise
    except Exception as error:  # diffusers and safetensors raise bare exceptions of many kinds
        raise ModelError(f"{what} cannot be loaded ({_first_line(error)}).") from error
    finally:
        logging.set_verbosity(level)
        logging.enable_progress_bar()


def _on_the_hub(name: str, revision: str | None, offline: bool) -> tuple[Path, Mapping[str, Json]]:
    try:
        with hub_offline() if offline else nullcontext():
            folder = _fetched(name, revision, offline, _WANTED)
            if _lacks_safetensors(folder):
                folder = _fetched(name, folder.name, offline, ("*.bin",))
    except Exception as error:  # the hub's errors have no common base
        where = "is not in the hub's cache, and --offline forbids the network"
        raise ModelError(
            f"there is no folder {name!r}, and the hub's model of that name "
            f"{where if offline else 'cannot be had'} ({_first_line(error)})."
        ) from error
    # The cache keeps what it fetched under snapshots/<commit>/.
    return folder, {"model": name, "revision": folder.name}


def _fetched(name: str, revision: str | None, offline: bool, wanted: tuple[str, ...]) -> Path:
    from huggingface_hub import snapshot_download

    return Path(
        snapshot_download(
            name,
            revision=revision,
            allow_patterns=list(wanted),
            ignore_patterns=["*.fp16.*", "*non_ema*"],
            local_files_only=offline,
        )
    )


def _lacks_safetensors(folder: Path) -> bool:
    """Return whether some part of the model has its weights in another form."""
    parts = [config.parent for config in folder.rglob("config.json")]
    return any(not any(part.glob("*.safetensors")) for part in parts)


def _first_line(error: Exception) -> str:
    line = next((line for line in str(error).splitlines() if line.strip()), "no reason given")
    return f"{type(error).__name__}: {line.strip().rstrip('.')}"
