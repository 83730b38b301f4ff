"""The real images of a task, looked at once before anything is sampled."""

from collections.abc import Mapping

from rbench.errors import DataError
from rbench.harness.image_card import load_image_card
from rbench.harness.images.task import RealSet
from rbench.tasks.image_protocol import ImageProtocol


def checked(
    card: str, protocol: ImageProtocol, real: Mapping[str, RealSet]
) -> tuple[dict[str, RealSet], tuple[str, ...]]:
    """Return the sets, and a warning for each that has another number of images than its card.

    Raises `DataError` for a set whose first image has another size than the task's images.
    """
    declared = load_image_card(card).splits
    wanted = (protocol.height, protocol.width)
    warnings = []
    for split, one in real.items():
        source = one.open()
        first = next(iter(source.subset(slice(0, 1))))
        height, width = first.pixels.shape[:2]
        if (height, width) != wanted:
            raise DataError(
                f"{first.name} of {one.path} has {height} x {width} pixels and the images of this "
                f"task have {wanted[0]} x {wanted[1]}: crop and resize them first, as the card "
                f"{card} says."
            )
        expected = declared.get(split)
        if expected is not None and len(source) != expected:
            warnings.append(
                f"The {split} images ({one.path}) are {len(source):,}; {card} has {expected:,}."
            )
    return dict(real), tuple(warnings)
