"""`rbench stats`: reference statistics of a set of images, with their provenance."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from rbench.cli.image_options import Alpha, Device, Limit, Offline, SixteenBit, Unreadable


def command(
    images: Annotated[
        Path, typer.Argument(help="The images: a folder, zip, npz (arr_0) or webdataset tar.")
    ],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", envvar="RBENCH_OUTPUT", help="The npz file to write."),
    ],
    representation: Annotated[
        list[str],
        typer.Option(
            "--representation",
            "-r",
            envvar="RBENCH_REPRESENTATION",
            help="NAME or NAME:OUTPUT; repeatable for several outputs of one NAME.",
        ),
    ],
    preset: Annotated[
        str | None,
        typer.Option(envvar="RBENCH_PRESET", help="Another evaluator's steps from image to input."),
    ] = None,
    name: Annotated[
        str,
        typer.Option(
            envvar="RBENCH_NAME", help="What the images are, such as 'ImageNet 256'; kept."
        ),
    ] = "",
    split: Annotated[
        str, typer.Option(envvar="RBENCH_SPLIT", help="Train, validation or test; kept.")
    ] = "",
    features: Annotated[
        bool,
        typer.Option(
            "--features",
            envvar="RBENCH_FEATURES",
            help="Keep the features too: kernel and manifold metrics need them.",
        ),
    ] = False,
    factor: Annotated[
        bool,
        typer.Option(
            envvar="RBENCH_FACTOR", help="Keep the Cholesky factor: later distances start from it."
        ),
    ] = True,
    limit: Limit = None,
    alpha: Alpha = "refuse",
    sixteen_bit: SixteenBit = "refuse",
    unreadable: Unreadable = "refuse",
    device: Device = None,
    offline: Offline = False,
) -> int:
    """Write the statistics of real images to a file that says what it is."""
    from rbench.cli.asset_progress import fetch_shown
    from rbench.cli.image_progress import ImageProgress
    from rbench.errors import UsageError
    from rbench.metrics.evaluation.make_statistics import make_statistics

    if output.suffix != ".npz" or output.is_dir():
        raise UsageError(f"-o {output}: name a file that ends in .npz.")
    if not output.parent.is_dir():
        raise UsageError(f"-o {output}: there is no folder {output.parent}.")
    with ImageProgress() as progress:
        made = make_statistics(
            images,
            representation,
            preset=preset,
            name=name,
            split=split,
            keep_features=features,
            limit=limit,
            reading={"alpha": alpha, "sixteen_bit": sixteen_bit, "unreadable": unreadable},
            device=device,
            offline=offline,
            progress=progress,
            fetching=fetch_shown,
        )
    made.save(output, factor=factor)
    for one, moments in made.moments.items():
        print(f"{one}: {moments.n} images, {moments.dimension} dimensions", file=sys.stderr)
    print(output)
    return 0
