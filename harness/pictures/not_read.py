"""What bytes are that no reader of pictures takes, in words."""

import re

from rbench.harness.pictures.conversion import FORMATS

_STARTS = (
    (rb"(?s)\s*(<\?xml.{0,2000}?)?<svg\b", "an SVG drawing"),
    (rb"(?s).{4}ftyp(hei|hev|mif|msf)", "a HEIC picture"),
    (rb"%PDF-", "a PDF document"),
    (rb"\x00\x00\x01\x00", "a Windows icon"),
    (rb"8BPS", "a Photoshop document"),
    (rb"(?i)\s*<(!doctype html|html)\b", "a web page"),
)


def not_read(content: bytes) -> str:
    """Return a phrase that says what the bytes are, where it is known, and what is read."""
    for start, name in _STARTS:
        if re.match(start, content[:4000]):
            return f"{name}, which is not read: make a PNG of it"
    return f"not a picture: it starts with {content[:8]!r}; {', '.join(FORMATS)} are read"
