"""rbench-v-live: visual questions that no training set has seen, drawn from a seed on demand.

In the spirit of RBench-V's four categories, with exact answers that two independent solvers
agree on. The same seed gives the same questions everywhere; a new seed, new ones. A draw of more
questions begins with those of the smaller draw.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rbench.errors import UsageError
from rbench.harness.blobs import TemporaryBlobs
from rbench.harness.options import option
from rbench.harness.types import Item, Json, TaskInput
from rbench.tasks.declared import declared
from rbench.tasks.final_answer import FinalAnswerTask
from rbench.tasks.final_answer_prompt import answer_prompts
from rbench.tasks.judge_prompts import read_judge_prompts
from rbench.tasks.picture_options import BLIND_WARNING
from rbench.tasks.visual.draw_plan import balanced, draw_plan, read_kinds
from rbench.tasks.visual.drawing import draw_questions
from rbench.tasks.visual.drawn_question import LANGUAGES, LIVE_VERSION
from rbench.tasks.visual.live_items import content_sha256, live_items
from rbench.tasks.visual.question import LEVELS

RENDERER = "rbench-canvas/1"


@dataclass(frozen=True, slots=True)
class ShownOptions:
    """What all tasks of drawn questions let choose (`-T key=value`)."""

    images: Literal["show", "omit"] = option(
        "show", "omit: show no picture, for a blind baseline that is kept apart"
    )
    draw: bool = option(False, "also ask for a drawing, in mazes and joined dots, and score it")
    best_of: int = option(1, "declared: of how many replies the model's reply is the best")
    tools: str | None = option(None, "declared: with which tools the model found its reply")


@dataclass(frozen=True, slots=True)
class RBenchVLiveOptions(ShownOptions):
    """The options of rbench-v-live (`-T key=value`)."""

    seed: int = option(20260101, "another seed draws other questions")
    level: Literal["1", "2", "3", "4", "5", "all"] = option(
        "all", "how hard the questions are; all: every level in turn"
    )
    n: int = option(200, "questions; in both languages there are twice as many samples")
    language: Literal["en", "zh", "both"] = option("en", "of the questions")
    kinds: str = option("all", "which ones, with commas, such as maze,resistors")


class RBenchVLive:
    """The registry's entry for questions that are drawn on demand."""

    name = "rbench-v-live"
    version = LIVE_VERSION
    card = "rbench-v-live"
    summary = "generated questions about pictures, in four categories and five levels, from a seed"
    Options = RBenchVLiveOptions

    @classmethod
    def load(cls, options: RBenchVLiveOptions, given: TaskInput) -> FinalAnswerTask:
        """Draw the questions and their pictures. Raises `UsageError` for bad options."""
        return drawn_task(cls.name, options, given)

    @classmethod
    def restore(cls, items: tuple[Item, ...], state: Mapping[str, Json]) -> FinalAnswerTask:
        """Return the task of a run, without drawing again."""
        return FinalAnswerTask(name=cls.name, version=cls.version, items=items, **state)


def drawn_task(name: str, options: RBenchVLiveOptions, given: TaskInput) -> FinalAnswerTask:
    """Return the task of the questions that the options ask for. Raises `UsageError`."""
    if options.n < 1:
        raise UsageError(f"n={options.n} is no number of questions: give 1 or more.")
    said = declared(options.best_of, options.tools)
    kinds = read_kinds(options.kinds)
    levels = LEVELS if options.level == "all" else (int(options.level),)
    prompts, prompt_name = answer_prompts(
        "rbench", LANGUAGES, files=given.prompt_files, folder=None
    )
    judge_prompts = read_judge_prompts(given.judge_prompts)
    blobs = TemporaryBlobs()
    questions = draw_plan(
        balanced(kinds, levels, options.n),
        lambda places: draw_questions(places, options.seed, blobs),
    )
    return FinalAnswerTask(
        name=name,
        version=LIVE_VERSION,
        items=live_items(questions, options.language),
        prompts=prompts,
        prompt_name=prompt_name,
        data={
            "generator": "rbench-v-live",
            "seed": options.seed,
            "level": options.level,
            "n": options.n,
            "language": options.language,
            "kinds": list(kinds),
            "content_sha256": content_sha256(questions),
        },
        source={"from": "generator"},
        pictures={"renderer": RENDERER},
        images=options.images,
        judge=given.judge,
        judge_prompts=judge_prompts,
        draw=options.draw,
        declared=said,
        system_prompt=given.system_prompt,
        warnings=[BLIND_WARNING] if options.images == "omit" else [],
        blobs=blobs,
    )
