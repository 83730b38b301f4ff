"""Where the splits of a data set lie below ``--data DIR``: folders, or one file each.

    DIR/train/...        images, in folders of their own or not      DIR/train.npz, .npy, .zip, .tar
    DIR/validation/...   also val                                     DIR/validation.npz ...
    DIR/test/...                                                      DIR/test.npz ...

`DIR` may hold a folder for each task, ``DIR/cifar10/train``. A file in place of `DIR` is the
training set.
"""

from pathlib import Path

from rbench.errors import DataError
from rbench.harness.images.task import RealSet
from rbench.metrics.images import open_images

SPLITS: dict[str, tuple[str, ...]] = {
    "train": ("train",),
    "validation": ("validation", "val"),
    "test": ("test",),
}
"""What the folder or file of a split is called."""

_FILES = (".npz", ".npy", ".zip", ".tar")


def data_root(name: str, data: Path) -> Path:
    """Return ``DATA/NAME`` where there is such a folder, otherwise `data`.

    Raises `DataError` where `data` does not exist.
    """
    if not data.exists():
        raise DataError(f"{name}: --data {data} does not exist.")
    return data / name if (data / name).is_dir() else data


def find_splits(name: str, data: Path) -> dict[str, RealSet]:
    """Return the real images of the task `name` by split; at least one.

    Raises `DataError` where there is none, where a split is there twice, or one is damaged.
    """
    root = data_root(name, data)
    if root.is_file():
        return {"train": _real_set(name, "train", root)}
    found = {}
    for split, words in SPLITS.items():
        places = [
            place
            for word in words
            for place in (root / word, *(root / f"{word}{suffix}" for suffix in _FILES))
            if place.exists()
        ]
        if len(places) > 1:
            named = " and ".join(place.name for place in places)
            raise DataError(f"{name}: {root} holds {named}: keep one of them.")
        if places:
            found[split] = _real_set(name, split, places[0])
    if not found:
        raise DataError(
            f"{name}: {root} holds none of {', '.join(SPLITS)}: give a folder of images or "
            f"an npz, npy, zip or tar of that name in it."
        )
    return found


def _real_set(name: str, split: str, path: Path) -> RealSet:
    open_images(path)  # raises for what is no set of images
    return RealSet(f"{name} {split}", split, path)
