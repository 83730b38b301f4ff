"""RBench-V: 803 questions about pictures whose solution wants drawing, in English.

Guo et al., "RBench-V: A Primary Assessment for Visual Reasoning Models with Multi-modal Outputs",
NeurIPS 2025 Datasets and Benchmarks, arXiv 2505.16770. Zero-shot, one sample, a chain of thought
before the final answer; only that answer is scored. The headline is the micro mean over all
questions. The published scores are those of a judge (GPT-4o, see `rbench.tasks.judge`); a rule
grades too, in every run.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from rbench.harness.cards import load_card
from rbench.harness.data import load_rows
from rbench.harness.options import option
from rbench.harness.types import Item, Json, TaskInput
from rbench.metrics.answers import RuleOptions
from rbench.tasks.declared import declared
from rbench.tasks.final_answer import FinalAnswerTask
from rbench.tasks.final_answer_prompt import answer_prompts
from rbench.tasks.judge import read_temperatures
from rbench.tasks.judge_prompts import read_judge_prompts
from rbench.tasks.picture_options import BLIND_WARNING, PictureOptions
from rbench.tasks.rbench_v_rows import visual_items

LANGUAGES = ("en",)


@dataclass(frozen=True, slots=True)
class RBenchVOptions(PictureOptions):
    """The options of RBench-V (`-T key=value`)."""

    prompt: Literal["rbench", "official"] = option(
        "rbench", "our own words, or the authors' templates (from --judge-prompts DIR)"
    )
    best_of: int = option(1, "declared: of how many replies the model's reply is the best")
    tools: str | None = option(None, "declared: with which tools the model found its reply")
    judge_temperatures: str | None = option(
        "0,0.5,1,1.5,2", "the judge's temperature in each try; none: the judge's own, five tries"
    )
    tolerance: float = option(0.0, "rule: largest relative error of a number that still counts")
    missing_unit: Literal["right", "wrong"] = option(
        "right", "rule: what a number is whose unit was left out"
    )
    extra_unit: Literal["right", "wrong"] = option(
        "right", "rule: what a number is with a unit where the reference has none"
    )


class RBenchV:
    """The registry's entry for RBench-V."""

    name = "rbench-v"
    version = "1"
    card = "rbench-v"
    summary = "RBench-V: open questions about pictures, in four categories (needs the data)"
    Options = RBenchVOptions

    @classmethod
    def load(cls, options: RBenchVOptions, given: TaskInput) -> FinalAnswerTask:
        """Load and validate the data; nothing has been asked when a fault is found."""
        options.check()
        said = declared(options.best_of, options.tools)
        prompts, prompt_name = answer_prompts(
            options.prompt, LANGUAGES, files=given.prompt_files, folder=given.judge_prompts
        )
        judge_prompts = read_judge_prompts(given.judge_prompts)
        temperatures = read_temperatures(options.judge_temperatures)
        rule = RuleOptions(
            relative_tolerance=options.tolerance,
            missing_unit=options.missing_unit,
            extra_unit=options.extra_unit,
        )
        card = load_card(cls.card)
        loaded = load_rows(card, data=given.data, offline=given.offline, max_side=options.max_side)
        data = visual_items(loaded, card)
        blind = [BLIND_WARNING] if options.images == "omit" else []
        return FinalAnswerTask(
            name=cls.name,
            version=cls.version,
            items=data.items,
            prompts=prompts,
            prompt_name=prompt_name,
            data={"card": card.name, "content_sha256": data.content_sha256},
            source={"from": loaded.source, "revision": loaded.revision},
            pictures=options.pictures(),
            images=options.images,
            rule=asdict(rule),
            judge=given.judge,
            judge_prompts=judge_prompts,
            temperatures=temperatures,
            declared=said,
            system_prompt=given.system_prompt,
            warnings=[*data.warnings, *blind],
            blobs=loaded.blobs,
        )

    @classmethod
    def restore(cls, items: tuple[Item, ...], state: Mapping[str, Json]) -> FinalAnswerTask:
        """Return the task of a run, without the data and without the network."""
        return FinalAnswerTask(name=cls.name, version=cls.version, items=items, **state)
