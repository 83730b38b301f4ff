"""rbench-v-mini: 48 generated visual questions, always the same, each in English and Chinese.

A fixed draw of rbench-v-live: every kind, every level. It shows that an installation works and
what a run with pictures looks like; 48 questions rank nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rbench.harness.options import option
from rbench.harness.types import Item, Json, TaskInput
from rbench.tasks.final_answer import FinalAnswerTask
from rbench.tasks.rbench_v_live import RBenchVLiveOptions, ShownOptions, drawn_task
from rbench.tasks.visual.drawn_question import LIVE_VERSION

SEED = 20260101
QUESTIONS = 48


@dataclass(frozen=True, slots=True)
class RBenchVMiniOptions(ShownOptions):
    """The options of rbench-v-mini (`-T key=value`)."""

    language: Literal["en", "zh", "both"] = option("both", "of the questions")


class RBenchVMini:
    """The registry's entry for the fixed draw."""

    name = "rbench-v-mini"
    version = LIVE_VERSION
    card = "rbench-v-mini"
    summary = "48 generated questions about pictures, a fixed draw: needs no data"
    Options = RBenchVMiniOptions

    @classmethod
    def load(cls, options: RBenchVMiniOptions, given: TaskInput) -> FinalAnswerTask:
        """Draw the questions and their pictures."""
        drawn = RBenchVLiveOptions(
            seed=SEED,
            n=QUESTIONS,
            language=options.language,
            images=options.images,
            draw=options.draw,
            best_of=options.best_of,
            tools=options.tools,
        )
        return drawn_task(cls.name, drawn, given)

    @classmethod
    def restore(cls, items: tuple[Item, ...], state: Mapping[str, Json]) -> FinalAnswerTask:
        """Return the task of a run, without drawing again."""
        return FinalAnswerTask(name=cls.name, version=cls.version, items=items, **state)
