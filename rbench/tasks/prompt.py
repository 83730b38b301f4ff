"""Prompt templates for multiple choice: placeholders `{question}`, `{A}` to `{F}`, `{letters}`.

A line whose option is missing is left out, so a question with four options never shows an
empty "E.". Braces of LaTeX and everything else in a template stay as they are.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from rbench.errors import UsageError
from rbench.harness.types import Item, TaskInput

_OPTION = re.compile(r"\{([A-F])\}")
_PLACEHOLDER = re.compile(r"\{(question|letters|[A-F])\}")


def render(template: str, question: str, options: Mapping[str, str]) -> str:
    """Fill the template with one question. Text of the question is never read as a template."""
    values = {"question": question, "letters": ", ".join(options), **options}
    return _PLACEHOLDER.sub(lambda match: values[match[1]], _for_options(template, *options))


@lru_cache(256)
def _for_options(template: str, *options: str) -> str:
    """Return the template without the lines of options that a question has not."""
    return "\n".join(
        line
        for line in template.split("\n")
        if all(letter in options for letter in _OPTION.findall(line))
    )


def template_sha256(template: str) -> str:
    """Return the hash that stands for a template in the protocol."""
    return hashlib.sha256(template.encode()).hexdigest()


def check(template: str, where: str) -> str:
    """Return the template if it asks a question with options; raise `UsageError` otherwise."""
    found = set(_PLACEHOLDER.findall(template))
    missing = sorted({"question", "A", "B"} - found)
    if missing:
        listed = ", ".join("{" + name + "}" for name in missing)
        raise UsageError(
            f"{where} lacks the placeholder {listed}; "
            f"a template has {{question}} and one line for each of {{A}} to {{F}}."
        )
    return template


def check_shows_options(template: str, item: Item, name: str) -> None:
    """Raise `UsageError` where the template would hide an option of the question."""
    hidden = [k for k in item.data["options"] if "{" + k + "}" not in template]
    if hidden:
        raise UsageError(
            f"the prompt {name!r} never shows option {', '.join(hidden)} of question {item.id}: "
            f"a template needs one line for each of {{A}} to {{F}}."
        )


def read_template(path: Path) -> str:
    """Read and check a template file. Raises `UsageError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--prompt-file {str(path)!r} cannot be read: {error}.") from error
    return check(text.removesuffix("\n"), f"--prompt-file {str(path)!r}")


def prompts_from_files(prompts: Mapping[str, str], given: TaskInput) -> dict[str, str]:
    """Return the templates by language, with those of `--prompt-file` in their places.

    Raises `UsageError`.
    """
    paths = {k: given.prompt_files.get(k, given.prompt_files.get("*")) for k in prompts}
    return {k: t if (p := paths[k]) is None else read_template(p) for k, t in prompts.items()}
