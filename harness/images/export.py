"""Writing the kept images of a run as files that every other tool reads."""

from collections.abc import Callable
from pathlib import Path

from rbench.errors import DataError, UsageError
from rbench.harness.images.saved_image_run import SavedImageRun
from rbench.harness.images.shards import Shards


def export_images(
    run: SavedImageRun,
    folder: Path,
    *,
    repeat: int = 0,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> int:
    """Write set `repeat` as ``000000.png`` ... into a new folder; return how many.

    The number is the sample's index. Only one shard is in memory at a time. Raises `UsageError`
    for a folder that holds something or a set that is not there, `DataError` where no images
    were kept or the folder cannot be written.
    """
    from PIL import Image

    repeats, samples = run.results["repeats"], run.results["samples"]
    if not repeats:
        raise DataError(f"{run.path} has no samples: run the same command again.")
    if not 0 <= repeat < repeats:
        raise UsageError(f"--repeat {repeat}: the run has the sets 0 to {repeats - 1}.")
    count = 0
    try:
        if folder.exists() and any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty: give --output a new folder.")
        folder.mkdir(parents=True, exist_ok=True)
        for block in Shards(run.path / "shards").images(repeat, samples):
            if block.dtype.kind == "f":
                raise DataError(
                    f"{run.path} keeps its images as floats (-T quantise=none), which PNG cannot "
                    f"hold; read shards/*/images.npy."
                )
            for image in block:
                pixels = image[:, :, 0] if image.shape[2] == 1 else image
                Image.fromarray(pixels).save(folder / f"{count:06d}.png")
                count += 1
            if progress is not None:
                progress("exported", count, samples)
    except OSError as error:
        raise DataError(f"{folder} cannot be written: {error.strerror or error}.") from error
    if not count:
        raise DataError(f"{run.path} keeps no images: run it with -T images=all.")
    return count
