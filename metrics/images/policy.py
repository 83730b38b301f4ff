"""What to do with an image that is not plain 8-bit RGB: the choices, and the two refusals."""

from dataclasses import asdict, dataclass
from typing import Literal, get_args

from rbench.errors import DataError, UsageError

Alpha = Literal["refuse", "drop", "white", "black"]
Damage = Literal["refuse", "skip"]
SixteenBit = Literal["refuse", "scale"]
Orientation = Literal["as-stored", "apply"]


class Unreadable(DataError):
    """An image that is damaged or of a kind that has no 8-bit RGB pixels; the message says why.

    The message continues the image's name: "is empty (0 bytes)".
    """


class ChoiceNeeded(DataError):
    """A sound image that becomes 8-bit RGB only by a choice that is the user's to make."""


@dataclass(frozen=True, slots=True)
class ReadingPolicy:
    """The choices made for images that are not plain 8-bit RGB.

    Attributes:
        alpha: of images that are transparent somewhere: ``refuse`` them, ``drop`` alpha and keep
            the colours as stored, or blend them on ``white`` or ``black``. Where alpha is opaque
            everywhere it is always dropped, and counted.
        unreadable: of images that are damaged or have no 8-bit RGB pixels (animations, floats):
            ``refuse`` the set, or ``skip`` them, counted and named in the report.
        sixteen_bit: of images with more than 8 bits a channel: ``refuse`` them, or ``scale``
            their values by 255 / 65535, rounded.
        orientation: of pixels that EXIF says to turn: ``as-stored`` leaves them, as every peer
            does, ``apply`` turns them. A TIFF is always turned: Pillow does so when it decodes.
    """

    alpha: Alpha = "refuse"
    unreadable: Damage = "refuse"
    sixteen_bit: SixteenBit = "refuse"
    orientation: Orientation = "as-stored"

    def __post_init__(self) -> None:
        for name, value, known in (
            ("alpha", self.alpha, get_args(Alpha)),
            ("unreadable", self.unreadable, get_args(Damage)),
            ("sixteen_bit", self.sixteen_bit, get_args(SixteenBit)),
            ("orientation", self.orientation, get_args(Orientation)),
        ):
            if value not in known:
                raise UsageError(f"{name}={value!r} is not one of {', '.join(map(repr, known))}.")

    def to_json(self) -> dict[str, str]:
        """Return the choices by name."""
        return asdict(self)
