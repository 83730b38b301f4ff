"""Options that the commands on images share."""

from typing import Annotated, Literal

import typer

Limit = Annotated[
    int | None, typer.Option(envvar="RBENCH_LIMIT", help="Only the first N images of a side.")
]
Alpha = Annotated[
    Literal["refuse", "drop", "white", "black"],
    typer.Option(envvar="RBENCH_ALPHA", help="What to do with transparent images."),
]
SixteenBit = Annotated[
    Literal["refuse", "scale"],
    typer.Option(envvar="RBENCH_SIXTEEN_BIT", help="What to do with 16-bit images."),
]
Unreadable = Annotated[
    Literal["refuse", "skip"],
    typer.Option(envvar="RBENCH_UNREADABLE", help="What to do with files that are damaged."),
]
Device = Annotated[
    str | None,
    typer.Option(envvar="RBENCH_DEVICE", help="cpu, cuda, cuda:1; the GPU where there is one."),
]
Offline = Annotated[
    bool,
    typer.Option("--offline", envvar="RBENCH_OFFLINE", help="Fetch nothing: weights must be here."),
]
AsJson = Annotated[
    bool, typer.Option("--json", envvar="RBENCH_JSON", help="Print one JSON object.")
]
