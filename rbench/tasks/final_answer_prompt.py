r"""Prompts for open questions: templates with `{question}`, for text alone and with a picture.

Only `{question}` is a placeholder; braces of LaTeX stay as they are.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from rbench.errors import UsageError
from rbench.harness.types import Json
from rbench.tasks.prompt import template_sha256
from rbench.tasks.template_file import read_template_file

_EN = (
    "Work out the answer to the question below, step by step. When you are done, put your final "
    "answer, and nothing else, into a box on the last line of your reply, like this:\n"
    "\\boxed{...}\n"
    "Use one box only. If the question lets you choose between options with letters, box the "
    "letter of your choice.\n\n"
    "Question:\n{question}"
)
_ZH = (
    "请逐步推理，解答下面的问题。完成后，在回复的最后一行用方框写出最终答案，"
    "方框内不要写其他内容，格式如下：\n"
    "\\boxed{...}\n"
    "整个回复只用一个方框。如果题目给出带字母的选项，方框内只写所选选项的字母。\n\n"
    "题目：\n{question}"
)
PROMPTS: Mapping[str, str] = {
    "en": _EN,
    "en/picture": "The picture belongs to the question below.\n\n" + _EN,
    "zh": _ZH,
    "zh/picture": "图片是下面题目的一部分。\n\n" + _ZH,
}

OFFICIAL_FILES = {"en": "rbench_v_infer_text.txt", "en/picture": "rbench_v_infer_image.txt"}
OFFICIAL_SHA256 = {
    "en": "9b058e3f9435e6cc38da8fff9a49d5da33a613f06990a9ff4ab0e42861fad872",
    "en/picture": "5c8424f6a5b63d8bc2ef77f6d32cf9d95f45286f150fe86919dd4515c81e203b",
}


def template_for(prompts: Mapping[str, str], language: str, *, shown: bool) -> str:
    """Return the template of a language, for a question that shows a picture or does not."""
    template = prompts.get(f"{language}/picture") if shown else None
    return prompts[language] if template is None else template


def message_content(template: str, question: str, shown: int) -> Json:
    """Return the content of the user's message: `shown` pictures, then the text."""
    text = template.replace("{question}", question)
    if not shown:
        return text
    pictures = [{"type": "image", "index": i} for i in range(shown)]
    return [*pictures, {"type": "text", "text": text}]


def answer_prompts(
    prompt: Literal["rbench", "official"],
    languages: Sequence[str],
    *,
    files: Mapping[str, Path],
    folder: Path | None,
) -> tuple[dict[str, str], str]:
    """Return the templates by language, and what to call them in the protocol.

    `files` (`--prompt-file`) go before: ``*`` for all, a language, or ``<language>/picture``.
    The official ones of RBench-V are English and lie in the `folder` of `--judge-prompts`.
    Raises `UsageError`.
    """
    name: str = prompt
    prompts = {k: t for k, t in PROMPTS.items() if k.partition("/")[0] in languages}
    if prompt == "official":
        prompts = official_prompts(folder)
    for key in files:
        if key != "*" and key not in prompts:
            raise UsageError(
                f"--prompt-file {key}=...: there is no prompt {key!r}, only *, "
                f"{', '.join(prompts)}."
            )
    for key in prompts if files else ():
        language = key.partition("/")[0]
        path = files.get(key, files.get(language, files.get("*")))
        if path is not None:
            prompts[key] = read_template_file(path, ("question",), "--prompt-file")
            name = "file"
    return prompts, name


def official_prompts(folder: Path | None) -> dict[str, str]:
    """Return the templates of RBench-V's authors, which are not part of rbench.

    Raises `UsageError` where the folder is missing, or where its files hold other text than the
    one that is known as theirs.
    """
    if folder is None:
        raise UsageError(
            f"-T prompt=official needs --judge-prompts DIR, a folder with "
            f"{' and '.join(OFFICIAL_FILES.values())}: rbench does not come with them."
        )
    prompts = {}
    for key, file in OFFICIAL_FILES.items():
        path = folder / file
        prompts[key] = read_template_file(path, ("question",), "--judge-prompts")
        if template_sha256(prompts[key]) != OFFICIAL_SHA256[key]:
            raise UsageError(
                f"{str(path)!r} is not the official template that rbench knows "
                f"(sha256 {OFFICIAL_SHA256[key][:12]}...); to use it all the same: "
                f"--prompt-file {key}={path}."
            )
    return prompts
