"""Which files count as images, in which order they come, and how their names are shown."""

from collections.abc import Mapping

from rbench.errors import DataError

EXTENSIONS = (
    ".png",
    ".jpg",
    ".jpeg",
    ".jpe",
    ".jfif",
    ".webp",
    ".bmp",
    ".gif",
    ".tif",
    ".tiff",
    ".ppm",
    ".pgm",
    ".pbm",
    ".pnm",
    ".avif",
)
"""The extensions looked for, in any case."""

_ALONE = {".npz", ".npy", ".zip", ".tar"}


def extension(name: str) -> str:
    """Return the extension of a posix path in lower case, with its dot; "" where it has none."""
    stem, dot, last = name.rpartition("/")[2].rpartition(".")
    return (dot + last).lower() if stem else ""


def is_image(name: str) -> bool:
    """Return whether the extension of `name` is one of `EXTENSIONS`."""
    return extension(name) in EXTENSIONS


def is_hidden(name: str) -> bool:
    """Return whether a part of a posix path begins with a dot or is macOS's ``__MACOSX``."""
    return any(
        (part.startswith(".") and part != ".") or part == "__MACOSX" for part in name.split("/")
    )


def other_kind(name: str) -> str:
    """Return the words under which a file that is not an image is counted."""
    return extension(name) or "no extension"


def as_bytes(name: str) -> bytes:
    """Return the bytes of a name: what is sorted and hashed, the same in every locale."""
    return name.encode("utf-8", "surrogateescape")


def shown(name: str) -> str:
    """Return `name` such that any terminal can print it: bytes that are not UTF-8 in hex."""
    return as_bytes(name).decode("utf-8", "backslashreplace")


def no_images(path: str, found: Mapping[str, int]) -> DataError:
    """Return the error for a place without images: what was looked for and what was found."""
    seen = ", ".join(f"{count} {kind}" for kind, count in sorted(found.items())) or "nothing"
    hint = "; give such a file itself, not its folder" if _ALONE & set(found) else ""
    return DataError(
        f"{shown(path)} holds no images: looked for {' '.join(EXTENSIONS)}, found {seen}{hint}."
    )
