"""Sample grids of several models side by side, and samples beside their nearest real images."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rbench.leaderboards.image_shown import Neighbours, ShownRun
from rbench.leaderboards.image_sprites import Sprite, sprite

MOST_SAMPLES = 64
_COUNTS = (MOST_SAMPLES, 32, 16, 8)
_COLUMNS = 8
_MOST_PAIRS = 16
_GRID_BYTES = 1_000_000
"""Of all grids of a page together; more models show fewer samples each."""

_PAIR_BYTES = 500_000
_CLOSE = 0.05
"""The share of held-out images that lie closer than what is called close."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The first samples of one run as a picture; `labels` has (text, False) for its cells."""

    name: str
    sprite: Sprite
    labels: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Samples above their nearest training images.

    `labels` has (text, whether the sample is closer than other real images are) for each pair;
    `scale` says how far those lie.
    """

    name: str
    sprite: Sprite
    labels: tuple[tuple[str, bool], ...]
    sentences: tuple[str, ...]
    scale: str


def grids(runs: Sequence[ShownRun], names: Sequence[str]) -> list[Grid]:
    """Return a grid for every run that kept images: the same samples for all of them.

    With few classes in turn a column is a class.
    """
    kept = [(run, name) for run, name in zip(runs, names, strict=True) if run.images is not None]
    found: list[Grid] = []
    for count in _COUNTS:
        found = [_grid(run, name, count) for run, name in kept]
        if sum(len(grid.sprite.uri) for grid in found) <= _GRID_BYTES:
            break
    return found


def pairs(runs: Sequence[ShownRun], names: Sequence[str]) -> list[Pairs]:
    """Return the samples of every run beside their nearest training images."""
    kept = [(run.neighbours, name) for run, name in zip(runs, names, strict=True)]
    found: list[Pairs] = []
    for count in (_MOST_PAIRS, 8, 4):
        found = [_pairs(near, name, count) for near, name in kept if near is not None]
        if sum(len(one.sprite.uri) for one in found) <= _PAIR_BYTES:
            break
    return found


def _grid(run: ShownRun, name: str, count: int) -> Grid:
    labels = run.labels
    columns = _COLUMNS if labels is None else _columns(labels)
    rows = max(1, count // columns)
    images = run.images[: rows * columns]
    texts = () if labels is None else tuple((str(label), False) for label in labels[: len(images)])
    return Grid(name, sprite(images, columns, band=bool(texts)), texts)


def _columns(labels: Sequence[int]) -> int:
    """Return the number of classes where they take turns and are few, so that a column is one."""
    classes = max(labels, default=0) + 1
    cyclic = all(label == i % classes for i, label in enumerate(labels))
    return classes if cyclic and _COLUMNS / 2 < classes <= 2 * _COLUMNS else _COLUMNS


def _pairs(near: Neighbours, name: str, count: int) -> Pairs:
    distances = list(near.distances[:count])
    close = near.quantiles.get(_CLOSE, 0.0)
    labels = [(short(distance), distance == 0 or distance < close) for distance in distances]
    made = sprite(near.samples[:count], _COLUMNS, below=near.neighbours[:count], band=True)
    return Pairs(
        name, made, tuple(labels), tuple(_sentences(near, distances)), scale_sentence(near)
    )


def _sentences(near: Neighbours, distances: Sequence[float]) -> Iterator[str]:
    copies = sum(distance == 0 for distance in distances)
    if copies:
        yield f"{copies} of these {len(distances)} samples are training images, to the bit."
    close = near.quantiles.get(_CLOSE)
    if close is not None:
        below = sum(distance < close for distance in distances)
        yield (
            f"{below or 'None'} of {len(distances)} lie{'s' * (below <= 1)} closer than "
            f"{short(close)}; of as many new real images about {_CLOSE * len(distances):.1g} would."
        )
    yield f"Median distance: {short(statistics.median(distances))}."


def scale_sentence(near: Neighbours) -> str:
    """Say how far other real images lie from the training images."""
    close, half = near.quantiles.get(_CLOSE), near.quantiles.get(0.5)
    if close is None or half is None:
        return ""
    whose = "test images" if near.reference_set == "test" else "training images, to the other ones,"
    return (
        f"For scale: of the {whose} {100 * _CLOSE:.0f} % lie closer than {short(close)}, "
        f"and half closer than {short(half)}."
    )


def short(distance: float) -> str:
    """Show a distance so that it fits below a small image."""
    return f"{distance:.2f}" if 0.1 <= distance < 100 else f"{distance:.2g}"
