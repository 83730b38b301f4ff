"""`rbench export`: write the images of a run as PNG files."""

from pathlib import Path
from typing import Annotated

import typer

from rbench.errors import UsageError


def command(
    run: Annotated[str, typer.Argument(help="A run of a task of images.")],
    out: Annotated[
        str,
        typer.Option("--output", "-o", envvar="RBENCH_OUTPUT", metavar="DIR", help="A new folder."),
    ],
    repeat: Annotated[
        int, typer.Option(envvar="RBENCH_REPEAT", metavar="R", help="Which set, from 0.")
    ] = 0,
) -> int:
    """Write the kept images of a run as 000000.png, 000001.png ..., losslessly.

    A run keeps its first images, or all of them with `-T images=all`.
    """
    from rbench.cli.image_progress import ImageProgress
    from rbench.harness.images.export import export_images
    from rbench.harness.images.saved_image_run import SavedImageRun
    from rbench.harness.open_run import open_run

    opened = open_run(run)
    if not isinstance(opened, SavedImageRun):
        raise UsageError(f"{run!r} is a run of questions: it has no images to export.")
    with ImageProgress() as progress:
        count = export_images(opened, Path(out), repeat=repeat, progress=progress)
    print(f"{count} images in {out}")
    return 0
