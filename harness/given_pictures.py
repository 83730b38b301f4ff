"""Pictures that someone else's server, code or file gives: taken only where they are pictures.

Nothing is fetched: an http(s) address is no picture.
"""

import base64
import binascii
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rbench.harness.types import Blobs

MOST_BYTES = 20_000_000
_STARTS = ((b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"GIF8", "gif"))


def picture_suffix(content: bytes) -> str:
    """Return ``png``, ``jpg``, ``webp`` or ``gif`` by the first bytes.

    Raises `ValueError` for anything else, and beyond `MOST_BYTES`.
    """
    if len(content) > MOST_BYTES:
        raise ValueError(f"a picture of {len(content):,} bytes is above {MOST_BYTES:,}")
    for start, suffix in _STARTS:
        if content.startswith(start):
            return suffix
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    raise ValueError(f"neither PNG, JPEG, WebP nor GIF: it starts with {content[:8]!r}")


def from_base64(text: str) -> bytes:
    """Return the bytes of a picture. Raises `ValueError` for what is no picture."""
    if len(text) > MOST_BYTES * 4 // 3 + 4:  # before all of it is decoded
        raise ValueError(f"a picture of more than {MOST_BYTES:,} bytes")
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"no base64: {text[:40]!r}") from None
    picture_suffix(content)
    return content


def from_data_url(url: str) -> bytes:
    """Return the picture in ``data:image/png;base64,...``. Raises `ValueError`."""
    head, comma, text = url.partition(",")
    if not (head.startswith("data:") and head.endswith(";base64") and comma):
        if url.startswith(("http://", "https://")):
            raise ValueError(f"{url[:80]!r} is an address, and pictures are not fetched")
        raise ValueError(f"{url[:40]!r} is no data URL in base64")
    return from_base64(text)


def given_pictures(given: object, folder: Path, *, inside: bool) -> list[bytes]:
    """Return the pictures of a list of bytes, Pillow images, paths and data URLs.

    Relative paths start at `folder`; where `inside`, none may lead out of it. A Pillow image
    becomes a PNG. Raises `ValueError`, with the place in the list, for what is no picture.
    """
    if given is None:
        return []
    if not isinstance(given, Sequence) or isinstance(given, str | bytes):
        # A picture's own words hold its address in memory, which differs from run to run.
        shown = repr(given)[:80] if isinstance(given, Mapping | str | bytes) else _kind(given)
        raise ValueError(f"images is {shown}, not a list")
    pictures = []
    for place, one in enumerate(given):
        try:
            pictures.append(_picture(one, folder, inside))
        except (ValueError, OSError) as error:
            raise ValueError(f"images[{place}] is no picture: {error}") from error
    return pictures


def keep_pictures(pictures: Sequence[bytes], blobs: Blobs | None) -> tuple[str, ...]:
    """Write the pictures into `blobs`; return their names. Without `blobs` there are none."""
    if blobs is None:
        return ()
    return tuple(blobs.write(content, picture_suffix(content)) for content in pictures)


def _picture(one: Any, folder: Path, inside: bool) -> bytes:
    if isinstance(one, str) and one.startswith(("data:", "http://", "https://")):
        return from_data_url(one)
    if isinstance(one, str | os.PathLike):
        content = _file(Path(one), folder, inside)
    elif isinstance(one, bytes | bytearray | memoryview):
        content = bytes(one)
    elif callable(getattr(one, "save", None)) and hasattr(one, "mode"):  # Pillow need not be here
        file = io.BytesIO()
        one.save(file, format="PNG")
        content = file.getvalue()
    else:
        raise ValueError(f"of type {_kind(one)}")
    picture_suffix(content)
    return content


def _file(path: Path, folder: Path, inside: bool) -> bytes:
    text = str(path)
    shown = repr(text if len(text) <= 60 else f"{text[:57]}...")
    try:
        whole = folder / (path if inside else path.expanduser())
        if inside and not whole.resolve().is_relative_to(folder.resolve()):
            raise ValueError(f"{shown} leads out of {str(folder)!r}")
        if not whole.exists():
            raise ValueError(f"there is no file {shown} in {str(folder)!r}")
        if not whole.is_file():  # a pipe or a device would be read for ever
            raise ValueError(f"{shown} in {str(folder)!r} is no regular file")
        if whole.stat().st_size > MOST_BYTES:
            raise ValueError(f"{shown} is above {MOST_BYTES:,} bytes")
        return whole.read_bytes()
    except (OSError, RuntimeError) as error:  # the last: of a ~user who is not here
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"{shown} cannot be read ({reason})") from error


def _kind(given: object) -> str:
    return type(given).__name__
