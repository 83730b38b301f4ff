"""R-Bench-M: 665 graduate-level multiple choice questions with a picture, in two languages.

Guo et al., "R-Bench: Graduate-level Multi-disciplinary Benchmarks for LLM & MLLM Complex
Reasoning Evaluation", ICML 2025, arXiv 2505.02018. Scored as R-Bench-T is: zero-shot, one sample,
the accuracy of the chosen letter, and the plain mean of the two languages. The authors published
no prompt for this half: the picture stands first, and then we ask in the words of R-Bench-T.
"""

from collections.abc import Mapping

from rbench.harness.cards import load_card
from rbench.harness.data import load_rows
from rbench.harness.types import Item, Json, TaskInput
from rbench.tasks.choice import ChoiceTask
from rbench.tasks.choice_rows import choice_items
from rbench.tasks.picture_options import BLIND_WARNING, PictureOptions
from rbench.tasks.prompt import check_shows_options, prompts_from_files
from rbench.tasks.rbench_t import ANSWER_PREFIXES, CLOZE_PREFIXES, CLOZE_PROMPTS, PROMPTS

_ABOUT_THE_PICTURE = {
    "en": "The picture belongs to the question below.\n\n",
    "zh": "图片是下面题目的一部分。\n\n",
}
PICTURE_PROMPTS = {
    language: _ABOUT_THE_PICTURE[language] + PROMPTS[language] for language in PROMPTS
}
PICTURE_CLOZE_PROMPTS = {k: _ABOUT_THE_PICTURE[k] + CLOZE_PROMPTS[k] for k in CLOZE_PROMPTS}


class RBenchM:
    """The registry's entry for R-Bench-M."""

    name = "rbench-m"
    version = "1"
    card = "rbench-m"
    summary = "R-Bench-M: graduate-level multiple choice with a picture (needs the data)"
    Options = PictureOptions

    @classmethod
    def load(cls, options: PictureOptions, given: TaskInput) -> ChoiceTask:
        """Load and validate data and pictures; nothing has been asked when a fault is found."""
        options.check()
        blind = options.images == "omit"
        prompts = prompts_from_files(PROMPTS if blind else PICTURE_PROMPTS, given)
        prompt_name = "file" if given.prompt_files else "rbench"
        card = load_card(cls.card)
        loaded = load_rows(card, data=given.data, offline=given.offline, max_side=options.max_side)
        data = choice_items(loaded, card)
        for item in data.items:
            check_shows_options(prompts[item.subset], item, prompt_name)
        return ChoiceTask(
            name=cls.name,
            version=cls.version,
            items=data.items,
            prompts=prompts,
            answer_prefixes=ANSWER_PREFIXES,
            cloze_prompts=CLOZE_PROMPTS if blind else PICTURE_CLOZE_PROMPTS,
            cloze_prefixes=CLOZE_PREFIXES,
            prompt_name=prompt_name,
            data={"card": card.name, "content_sha256": data.content_sha256},
            source={"from": loaded.source, "revision": loaded.revision},
            system_prompt=given.system_prompt,
            warnings=[*data.warnings, *([BLIND_WARNING] if blind else [])],
            images=options.images,
            pictures=options.pictures(),
            blobs=loaded.blobs,
        )

    @classmethod
    def restore(cls, items: tuple[Item, ...], state: Mapping[str, Json]) -> ChoiceTask:
        """Return the task of a run, without the data and without the network."""
        return ChoiceTask(name=cls.name, version=cls.version, items=items, **state)
