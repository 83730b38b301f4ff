"""Messages to text to tokens, and the tokens of an option that follows a prompt."""

import datetime
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rbench.errors import ModelError, UsageError
from rbench.harness.types import Json

# For templates that print today's date: yesterday's prompt could not be made again.
TEMPLATE_DATE = datetime.date(2025, 1, 1)
_TODAY = re.compile(r"""strftime_now\(\s*(['"])(.*?)\1\s*\)""")


@dataclass(frozen=True, slots=True)
class Prompts:
    """How one model is spoken to. `template` None: plain text.

    `picture` is what stands for a picture in plain text, ``""`` where that is not known; None for
    a model that reads text only. The template of one that sees gets every content as parts.
    """

    tokenizer: Any
    template: str | None
    picture: str | None = None

    def settings(self) -> Mapping[str, Json]:
        """Return what names this template in the run's settings."""
        if self.template is None:
            return {"chat_template": "none"}
        return {"chat_template": hashlib.sha256(self.template.encode()).hexdigest()}

    def text(self, messages: Sequence[Mapping[str, Json]]) -> str:
        """Return the prompt up to where the model's own words begin.

        Raises `ModelError` where the template refuses the messages, such as a system message.
        """
        if self.picture is None and not all(isinstance(m["content"], str) for m in messages):
            raise ModelError(
                "this model reads text only, and the question has pictures: "
                "-T images=omit asks without them (a blind baseline)."
            )
        if self.template is None:
            return "".join(self._plain(message["content"]) + "\n\n" for message in messages)
        given = messages if self.picture is None else [_in_parts(m) for m in messages]
        try:
            text = self.tokenizer.apply_chat_template(
                list(given),
                chat_template=self.template,
                add_generation_prompt=True,
                tokenize=False,
            )
        except Exception as error:  # whatever a template raises
            roles = ", ".join(message["role"] for message in messages)
            raise ModelError(
                f"the chat template refuses messages of the roles {roles}: {error}; "
                f"-M chat_template=none sends plain text."
            ) from error
        return str(text)

    def _plain(self, content: Json) -> str:
        if isinstance(content, str):
            return content
        if not self.picture and any(part["type"] == "image" for part in content):
            raise ModelError(
                "this model does not say how a picture stands in plain text: give "
                "-M chat_template=FILE, a jinja file."
            )
        return "".join(part.get("text", self.picture) for part in content)

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a prompt made by `text`, with the model's own first token."""
        if self.template is not None:  # the template writes the special tokens
            return list(self.tokenizer.encode(text, add_special_tokens=False))
        tokens = list(self.tokenizer.encode(text, add_special_tokens=True))
        if tokens and tokens[-1] == self.tokenizer.eos_token_id:  # the text goes on
            tokens.pop()
        return tokens

    def continuations(
        self, prompt: str, texts: Mapping[str, str]
    ) -> tuple[list[int], dict[str, list[int]]]:
        """Split the tokens of prompt + text into what all texts share, and each text's own.

        Each is tokenised whole, since tokens merge over the border (``": "`` + ``"A"`` has the
        token ``" A"``). The shared part never reaches into the texts.
        """
        whole = {name: self.encode(prompt + text) for name, text in texts.items()}
        shared = _common_start([self.encode(prompt), *whole.values()])
        return whole[next(iter(whole))][:shared], {n: t[shared:] for n, t in whole.items()}


def choose_template(tokenizer: Any, wish: str) -> str | None:
    """Return the chat template that `-M chat_template` stands for, None for plain text.

    Where it prints today's date, it prints `TEMPLATE_DATE`. Raises `UsageError`.
    """
    if wish == "none" or (wish == "auto" and not tokenizer.chat_template):
        return None
    template = str(tokenizer.get_chat_template()) if wish == "auto" else _read(Path(wish))
    return _TODAY.sub(lambda found: repr(TEMPLATE_DATE.strftime(found[2])), template)


def _in_parts(message: Mapping[str, Json]) -> Mapping[str, Json]:
    content = message["content"]
    if isinstance(content, str):
        parts = [{"type": "text", "text": content}]
    else:
        parts = [{"type": "image"} if part["type"] == "image" else part for part in content]
    return {**message, "content": parts}


def _read(file: Path) -> str:
    try:
        return file.expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"-M chat_template={file} is neither auto, none nor a readable jinja file: {error}."
        ) from error


def _common_start(rows: Sequence[Sequence[int]]) -> int:
    length = 0
    for column in zip(*rows, strict=False):
        if len(set(column)) > 1:
            break
        length += 1
    return length
