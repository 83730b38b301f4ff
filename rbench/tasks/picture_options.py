"""The options that all tasks with pictures share, and what the protocol says of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rbench.errors import UsageError
from rbench.harness.options import option
from rbench.harness.pictures.conversion import CONVERSION, MAX_SIDE, RESAMPLING
from rbench.harness.types import Json

LEAST_SIDE = 32
BLIND_WARNING = "images=omit: no picture was shown, so that this is a blind baseline."


@dataclass(frozen=True, slots=True)
class PictureOptions:
    """The options of tasks with pictures (`-T key=value`)."""

    images: Literal["show", "omit"] = option(
        "show", "omit: show no picture, for a blind baseline that is kept apart"
    )
    max_side: int = option(MAX_SIDE, "pixels of a picture's longer side; larger ones are resized")

    def check(self) -> None:
        """Raise `UsageError` where a picture would be too small to be seen."""
        if self.max_side < LEAST_SIDE:
            raise UsageError(
                f"max_side={self.max_side} shows nothing of a picture: give at least {LEAST_SIDE}."
            )

    def pictures(self) -> Mapping[str, Json]:
        """Return how the pictures are made: what the protocol says."""
        return {"conversion": CONVERSION, "max_side": self.max_side, "resampling": RESAMPLING}
