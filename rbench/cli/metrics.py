"""`rbench metrics`: distances between two sets of images."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from rbench.cli.image_options import Alpha, AsJson, Device, Limit, Offline, SixteenBit, Unreadable
from rbench.errors import UsageError


def command(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="METRIC...",
            help="frechet, kernel, manifold, inception-score, cmmd, fdr, or all: those that the "
            "representation or the preset offers.",
        ),
    ],
    real: Annotated[
        str | None,
        typer.Option(
            envvar="RBENCH_REAL",
            help="The real images: a folder, zip, npz (arr_0), webdataset tar, asset:NAME, or "
            "statistics.",
        ),
    ] = None,
    fake: Annotated[
        str | None, typer.Option(envvar="RBENCH_FAKE", help="The generated images, likewise.")
    ] = None,
    representation: Annotated[
        list[str] | None,
        typer.Option(
            "--representation",
            "-r",
            envvar="RBENCH_REPRESENTATION",
            help="NAME or NAME:OUTPUT; repeatable. `rbench list representations` prints them.",
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(envvar="RBENCH_PRESET", help="Another evaluator's protocol, by its name."),
    ] = None,
    reference: Annotated[
        list[str] | None,
        typer.Option(
            envvar="RBENCH_REFERENCE",
            help="NAME=FILE: statistics of the real images in one representation; repeatable.",
        ),
    ] = None,
    validation: Annotated[
        list[str] | None,
        typer.Option(
            envvar="RBENCH_VALIDATION",
            help="fdr: NAME=FILE, statistics of held-out real images; divides by their distances.",
        ),
    ] = None,
    estimator: Annotated[
        Literal["auto", "full", "block", "subsets"] | None,
        typer.Option(envvar="RBENCH_ESTIMATOR", help="kernel: which pairs are used."),
    ] = None,
    subset_size: Annotated[
        int | None,
        typer.Option(envvar="RBENCH_SUBSET_SIZE", help="kernel: samples in a subset."),
    ] = None,
    subsets: Annotated[
        int | None, typer.Option(envvar="RBENCH_SUBSETS", help="kernel: how many subsets.")
    ] = None,
    block_size: Annotated[
        int | None,
        typer.Option(envvar="RBENCH_BLOCK_SIZE", help="kernel: samples in a block."),
    ] = None,
    splits: Annotated[
        int | None, typer.Option(envvar="RBENCH_SPLITS", help="inception-score: how many splits.")
    ] = None,
    k: Annotated[
        int | None, typer.Option(envvar="RBENCH_K", help="manifold: which neighbour, 3 by default.")
    ] = None,
    ball: Annotated[
        Literal["<", "<="] | None,
        typer.Option(envvar="RBENCH_BALL", help="manifold: whether the border is inside."),
    ] = None,
    variant: Annotated[
        Literal["torch-fidelity", "adm", "torchmetrics", "dgm-eval"] | None,
        typer.Option(envvar="RBENCH_VARIANT", help="inception-score: whose splits."),
    ] = None,
    normaliser: Annotated[
        Literal["paper-implied", "released"] | None,
        typer.Option(envvar="RBENCH_NORMALISER", help="fdr: which constants."),
    ] = None,
    infinity: Annotated[
        bool,
        typer.Option(
            "--infinity",
            envvar="RBENCH_INFINITY",
            help="frechet: also extrapolate to infinitely many samples.",
        ),
    ] = False,
    blocks: Annotated[
        int,
        typer.Option(
            envvar="RBENCH_BLOCKS", help="Blocks of the jackknife of a Fréchet distance; 0: none."
        ),
    ] = 20,
    level: Annotated[float, typer.Option(envvar="RBENCH_LEVEL", help="Of the intervals.")] = 0.95,
    seed: Annotated[
        int, typer.Option(envvar="RBENCH_SEED", help="Of whatever is drawn (subsets, shuffles).")
    ] = 2020,
    limit: Limit = None,
    alpha: Alpha = "refuse",
    sixteen_bit: SixteenBit = "refuse",
    unreadable: Unreadable = "refuse",
    device: Device = None,
    offline: Offline = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            envvar="RBENCH_FORCE",
            help="Use statistics of another representation; the result says so.",
        ),
    ] = False,
    keep: Annotated[
        Path | None,
        typer.Option(envvar="RBENCH_KEEP", help="Keep the features in this folder."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Measure how far generated images are from real ones, and how sure the number is."""
    from rbench.cli.asset_progress import fetch_shown
    from rbench.cli.image_progress import ImageProgress
    from rbench.cli.print_measurement import print_measurement
    from rbench.metrics.evaluation.measure import measure

    options: dict[str, dict[str, Any]] = {
        "kernel": {
            "estimator": estimator,
            "subsets": subsets,
            "subset_size": subset_size,
            "block_size": block_size,
            "seed": seed,
        },
        "manifold": {"k": k, "ball": ball},
        "inception-score": {"variant": variant, "splits": splits, "seed": seed},
        "fdr": {"normaliser": normaliser},
    }
    with ImageProgress() as progress:
        measurement = measure(
            real,
            fake,
            names,
            representations=representation or (),
            preset=preset,
            references=_files(reference or (), "--reference"),
            validation=_files(validation or (), "--validation"),
            options={
                name: {key: value for key, value in chosen.items() if value is not None}
                for name, chosen in options.items()
            },
            infinity=infinity,
            blocks=blocks,
            level=level,
            limit=limit,
            reading={"alpha": alpha, "sixteen_bit": sixteen_bit, "unreadable": unreadable},
            device=device,
            offline=offline,
            force=force,
            keep=keep,
            progress=progress,
            fetching=fetch_shown,
        )
    if as_json:
        print(json.dumps(measurement.to_json(), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        print_measurement(measurement)
    return 0


def _files(pairs: Sequence[str], flag: str) -> dict[str, str]:
    """Read ``NAME=FILE`` pairs; names hold dashes and slashes. Raises `UsageError`."""
    found = {}
    for pair in pairs:
        name, equals, file = pair.partition("=")
        if not (name and equals and file):
            raise UsageError(f"{flag} {pair!r} is not NAME=FILE, such as inception-v3=ref.npz.")
        found[name] = file
    return found
