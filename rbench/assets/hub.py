"""Files of the Hugging Face hub, through `huggingface_hub` and its own cache.

Its cache is shared with timm, transformers and open_clip: what they have fetched is not fetched
again. It continues what was cut off and shows its own progress.
"""

import errno
import os
from pathlib import Path

from rbench.assets.asset import Asset, HubFile
from rbench.assets.folders import how_to_mirror
from rbench.errors import AssetError


def hub_cached(file: HubFile) -> Path | None:
    """Return where the hub's cache holds a file at its revision, or None. Asks no server."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(
        file.repo, file.path, revision=file.revision, repo_type=file.repo_type
    )
    return Path(found) if isinstance(found, str) else None


def hub_fetch(asset: Asset, file: HubFile) -> Path:
    """Fetch a file of the hub into the hub's cache and return its path. Raises `AssetError`."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError

    _check_reachable(asset)
    # The base of what its HTTP library raises: requests, httpx or httpx2, by version.
    transport: type[Exception] = HfHubHTTPError.__bases__[0]
    try:
        return Path(
            hf_hub_download(
                file.repo,
                file.path,
                revision=file.revision,
                repo_type=file.repo_type,
                endpoint=_endpoint(),
            )
        )
    except (OSError, ValueError, EntryNotFoundError, transport) as error:
        raise AssetError(
            f"{asset.what} cannot be fetched from {asset.address} ({_why(error, file)}): "
            f"try again, or {how_to_mirror(asset)}."
        ) from error


def _endpoint() -> str:
    return os.environ.get("HF_ENDPOINT") or "https://huggingface.co"


def _check_reachable(asset: Asset) -> None:
    """Raise `AssetError` at once where the hub's name is not known: the library tries for 25 s."""
    import socket
    from urllib.parse import urlsplit
    from urllib.request import getproxies

    address = urlsplit(_endpoint())
    if getproxies().get(address.scheme):
        return  # The proxy knows the name, and this machine need not.
    try:
        socket.getaddrinfo(address.hostname, None)
    except OSError as error:
        raise AssetError(
            f"{asset.what} cannot be fetched from {asset.address} ({address.hostname} cannot be "
            f"reached: {error.strerror}): try again, or {how_to_mirror(asset)}."
        ) from error


def _why(error: Exception, file: HubFile) -> str:
    """Return the reason in a few words; the library's own messages are paragraphs."""
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    if isinstance(error, GatedRepoError):
        return f"accept its licence at {file.page} and run `hf auth login`"
    if isinstance(error, RepositoryNotFoundError):
        return f"there is no {file.page}, or it is private and `hf auth login` was not run"
    if isinstance(error, RevisionNotFoundError):
        return f"{file.page} has no revision {file.revision}"
    if isinstance(error, LocalEntryNotFoundError):
        return "the hub cannot be reached and its cache does not hold the file"
    if isinstance(error, EntryNotFoundError):
        return f"{file.page} has no {file.path}"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{os.strerror(error.errno)}; HF_HOME moves the hub's cache to another disk"
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return first.rstrip(".") or type(error).__name__
