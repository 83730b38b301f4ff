"""`open_run`: a run of questions or of images, by what its plan says."""

from pathlib import Path
from typing import TYPE_CHECKING

from rbench.errors import RunDirectoryError
from rbench.harness.run_directory import RunDirectory
from rbench.harness.saved_run import SavedRun

if TYPE_CHECKING:
    from rbench.harness.images.saved_image_run import SavedImageRun


def open_run(path: Path | str) -> "SavedRun | SavedImageRun":
    """Open the run in a folder; nothing but its plan is read.

    Raises `RunDirectoryError` for a folder that is none, or a plan that cannot be read.
    """
    plan = RunDirectory.existing(path).read_json("plan.json") or {}
    if "schema_version" not in plan:
        raise RunDirectoryError(
            f"{Path(path) / 'plan.json'} is no plan of a run: it has no schema_version; run the "
            f"same command again in another --out."
        )
    if plan.get("kind") == "images":
        # numpy and the metrics, which a run of questions does not need.
        from rbench.harness.images.saved_image_run import SavedImageRun

        return SavedImageRun(path)
    return SavedRun(path)
