"""The pictures of validated rows: what an item, a content hash and a warning take of them."""

from collections.abc import Iterable, Iterator, Mapping

from rbench.harness.data import SourceRow
from rbench.harness.pictures.intake import StoredPicture
from rbench.harness.types import Item, Json

COLUMN = "image"
"""Where the sets of R-Bench have their pictures."""


def picture_of(row: SourceRow) -> StoredPicture | None:
    """Return the picture of a row without faults; None where it has none."""
    picture = row.columns.get(COLUMN)
    return picture if isinstance(picture, StoredPicture) else None


def picture_data(picture: StoredPicture | None) -> dict[str, Json]:
    """Return what `Item.data` holds of a picture, as it is shown: nothing where there is none."""
    if picture is None:
        return {}
    return {"picture": {"width": picture.width, "height": picture.height}}


def item_content(item: Item, picture: StoredPicture | None) -> Mapping[str, Json]:
    """Return what a content hash covers: of a picture its published bytes, however converted."""
    data = dict(item.data)
    if picture is not None:
        data["picture"] = picture.source_sha256
    return {"id": item.id, "subset": item.subset, "cluster": item.cluster, "data": data}


def picture_warnings(name: str, pictures: Iterable[StoredPicture | None]) -> Iterator[str]:
    """Yield a sentence for every kind of change by which a picture lost something to be seen."""
    found = {p.source_sha256: p for p in pictures if p is not None}.values()
    for start, lost in (
        ("resized", "were larger than max_side and are shown smaller"),
        ("first frame", "have several frames, of which the first is shown"),
    ):
        count = sum(any(c.startswith(start) for c in picture.changes) for picture in found)
        if count:
            yield f"{name}: {count} of {len(found)} pictures {lost}."
