"""Template files with literal placeholders: `{question}` is one, all other braces stay."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from rbench.errors import UsageError


def read_template_file(path: Path, placeholders: Sequence[str], option: str) -> str:
    """Return the text of a template that has all these placeholders, less its last line break.

    `option` is what the file was given by, for messages. Raises `UsageError`.
    """
    try:
        text = path.read_text(encoding="utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{option} {str(path)!r} cannot be read: {error}.") from error
    missing = [f"{{{name}}}" for name in placeholders if f"{{{name}}}" not in text]
    if missing:
        raise UsageError(f"{option} {str(path)!r} lacks the placeholder {', '.join(missing)}.")
    return text


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put the values in. What they hold is never read as a placeholder."""
    pattern = "|".join(map(re.escape, values))
    return re.sub(rf"\{{({pattern})\}}", lambda match: values[match[1]], template)
