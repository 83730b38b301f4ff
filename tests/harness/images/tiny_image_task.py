"""An image task of a file, for runs that are read back: ``tiny_image_task.py@Pictures``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rbench.harness.images.task import ImageTask
from rbench.harness.options import NoOptions
from tests.harness.images.shard_runs import evaluator, task


class Pictures:
    """The task of `shard_runs`, restored from the folder of its real images."""

    kind = "images"
    name = "pictures"
    summary = "crops of pictures"
    Options = NoOptions

    @classmethod
    def load(cls, options: NoOptions, given: Any) -> ImageTask:
        """Not called."""
        raise NotImplementedError

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> ImageTask:
        """Return the task as it was."""
        real = Path(state["real"])
        return task(evaluator(real), samples=state["samples"], state=dict(state))
