"""The options that the image tasks share (`-T key=value`)."""

from dataclasses import dataclass
from typing import Literal

from rbench.harness.options import option


@dataclass(frozen=True, slots=True)
class ImageTaskOptions:
    """Whose protocol is followed, and what may differ from it."""

    evaluators: str | None = option(
        None, "whose protocols, such as adm,jit, or presets; all the task's; unset: its first"
    )
    reference: str | None = option(
        None, "FILE, DIR or asset:NAME: statistics or images in place of the evaluator's own"
    )
    references: str | None = option(
        None, "DIR: statistics named after representations, inception-v3.npz, fdr/mae-l.npz"
    )
    labels: Literal["protocol", "balanced", "random"] = option(
        "protocol", "classes in turn, or drawn; protocol: as the first evaluator has it"
    )
    quantise: Literal["protocol", "round", "floor", "none"] = option(
        "protocol", "from floats to bytes; protocol: as the first evaluator has it"
    )
    images: Literal["auto", "all", "first", "none"] = option(
        "auto", "images kept of a set; first: 256; auto: all where they take at most 256 MB"
    )


@dataclass(frozen=True, slots=True)
class ConditionalOptions(ImageTaskOptions):
    """Those of a data set on which papers report both kinds of generators."""

    conditional: bool = option(False, "whether generators are given a class")
