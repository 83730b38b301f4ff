"""The bytes of a picture, from every form in which a row may hold it.

Parquet has ``{"bytes", "path"}`` or plain bytes; JSON lines have base64, a data URL, ``{"bytes":
base64}`` or a path relative to the folder of the file. Base64 has no full stop, and a path has
one, before its suffix. Nothing is fetched, and no path leads out of the folder; symbolic links in
it, of which the hub's cache is made, are followed.
"""

import base64
import binascii
from pathlib import Path, PurePosixPath, PureWindowsPath

from rbench.harness.pictures.conversion import PictureError
from rbench.harness.types import Json

_LEAST_BYTES = 20
_MOST_BYTES = 1 << 29  # as many pixels as are read, 8 bytes each


def picture_bytes(value: Json, folder: Path | None) -> bytes | None:
    """Return the bytes, or None where there is no picture: null, blank, or an empty struct.

    `folder` is where paths start, None where there are no files beside the rows. Raises
    `PictureError`.
    """
    if isinstance(value, dict):
        if value and not value.keys() & {"bytes", "path"}:
            names = ", ".join(map(repr, value))[:60]
            raise PictureError(f"a mapping of {names} where 'bytes' or 'path' is wanted")
        content = value.get("bytes")
        none = content is None or content == ""
        return picture_bytes(value.get("path") if none else content, folder)
    if value is None or isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise PictureError(f"not a picture ({type(value).__name__} {repr(value)[:40]})")
    text = value.strip()
    if not text:
        return None
    if text.startswith("data:"):
        head, _, text = text.partition(",")
        if not head.endswith(";base64"):
            raise PictureError(f"a data URL that is not base64: {head[:40]!r}")
    elif "." in text:
        return _file(text, folder)
    try:
        content = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise PictureError(f"neither base64 nor a path with a suffix: {text[:40]!r}") from error
    if len(content) < _LEAST_BYTES:  # a word such as images/x is base64, too
        size = f"{len(content)} bytes"
        raise PictureError(f"not a picture in base64 ({size}) nor a path with a suffix: {text!r}")
    return content


def _file(name: str, folder: Path | None) -> bytes:
    shown = repr(name if len(name) <= 60 else f"{name[:57]}...")
    kinds = PurePosixPath(name), PureWindowsPath(name)
    if "://" in name:
        raise PictureError(f"{shown} is an address, and pictures are not fetched")
    if any(path.anchor or ".." in path.parts for path in kinds):
        raise PictureError(f"the path {shown} leads out of the folder of its file")
    if folder is None:
        raise PictureError(f"the path {shown}, and there are no files beside these rows")
    try:
        file = folder / name
        if not file.exists():
            raise PictureError(f"there is no file {shown} in {folder}")
        if not file.is_file():
            raise PictureError(f"{shown} in {folder} is no regular file")
        size = file.stat().st_size
        if size > _MOST_BYTES:
            raise PictureError(f"the file {shown} has {size:,} bytes, above {_MOST_BYTES:,}")
        return file.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise PictureError(f"the file {shown} cannot be read ({reason})") from error
