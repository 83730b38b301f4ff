"""R-Bench-T: 1,094 graduate-level multiple choice questions in English and Chinese, text only.

Guo et al., "R-Bench: Graduate-level Multi-disciplinary Benchmarks for LLM & MLLM Complex
Reasoning Evaluation", ICML 2025, arXiv 2505.02018. Zero-shot, one sample, a chain of thought
before the answer; the score is the accuracy of the chosen letter, and the headline the plain
mean of the two languages. The data card says where the questions come from and what is known to
be wrong with them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rbench.harness.cards import load_card
from rbench.harness.data import load_rows
from rbench.harness.options import option
from rbench.harness.types import Item, Json, TaskInput
from rbench.tasks.choice import ChoiceTask
from rbench.tasks.choice_rows import choice_items
from rbench.tasks.official_prompt import official_prompts
from rbench.tasks.prompt import check_shows_options, prompts_from_files

PROMPTS = {
    "en": (
        "Here is a question with several options, of which exactly one is right. Work it out "
        "step by step. Then close with one line of its own in the form\n"
        "ANSWER: X\n"
        "where X is the letter of the option you choose ({letters}).\n\n"
        "Question:\n{question}\n\n"
        "A. {A}\nB. {B}\nC. {C}\nD. {D}\nE. {E}\nF. {F}"
    ),
    "zh": (
        "下面是一道单项选择题，只有一个选项正确。请逐步推理，最后单独用一行写出\n"
        "答案是X\n"
        "其中 X 是你所选选项的字母（{letters}）。\n\n"
        "题目：\n{question}\n\n"
        "A. {A}\nB. {B}\nC. {C}\nD. {D}\nE. {E}\nF. {F}"
    ),
}

# What the letter follows when a model chooses instead of writing.
ANSWER_PREFIXES = {"en": "ANSWER: ", "zh": "答案是"}

# What an option's text follows when a model ranks the texts: the question without its options.
CLOZE_PROMPTS = {"en": "Question: {question}", "zh": "问题：{question}"}
CLOZE_PREFIXES = {"en": "Answer: ", "zh": "答案："}


@dataclass(frozen=True, slots=True)
class RBenchTOptions:
    """The options of the R-Bench-T tasks (`-T key=value`)."""

    prompt: Literal["rbench", "official"] = option(
        "rbench", "our own words, or the benchmark's own template (fetched, or from a mirror)"
    )


class RBenchT:
    """The registry's entry for R-Bench-T."""

    name = "rbench-t"
    version = "1"
    card = "rbench-t"
    summary = "R-Bench-T: graduate-level multiple choice in English and Chinese (needs the data)"
    Options = RBenchTOptions

    @classmethod
    def load(cls, options: RBenchTOptions, given: TaskInput) -> ChoiceTask:
        """Load and validate the data; nothing has been asked when a fault is found."""
        prompts, prompt_name = _prompts(options, given)
        card = load_card(cls.card)
        loaded = load_rows(card, data=given.data, offline=given.offline)
        data = choice_items(loaded, card)
        for item in data.items:
            check_shows_options(prompts[item.subset], item, prompt_name)
        return ChoiceTask(
            name=cls.name,
            version=cls.version,
            items=data.items,
            prompts=prompts,
            answer_prefixes=ANSWER_PREFIXES,
            cloze_prompts=CLOZE_PROMPTS,
            cloze_prefixes=CLOZE_PREFIXES,
            prompt_name=prompt_name,
            data={"card": card.name, "content_sha256": data.content_sha256},
            source={"from": loaded.source, "revision": loaded.revision},
            system_prompt=given.system_prompt,
            warnings=data.warnings,
        )

    @classmethod
    def restore(cls, items: tuple[Item, ...], state: Mapping[str, Json]) -> ChoiceTask:
        """Return the task of a run, without the data and without the network."""
        return ChoiceTask(name=cls.name, version=cls.version, items=items, **state)


def _prompts(options: RBenchTOptions, given: TaskInput) -> tuple[dict[str, str], str]:
    """Return the templates by language, and what to call them in the protocol."""
    prompts, name = dict(PROMPTS), "rbench"
    if options.prompt == "official":
        prompts, name = official_prompts(offline=given.offline), "official"
    if given.prompt_files:
        prompts, name = prompts_from_files(prompts, given), "file"
    return prompts, name
