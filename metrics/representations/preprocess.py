"""`Preprocess`: how an image becomes the input of a network, declared in full."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from rbench.errors import UsageError

Filter = Literal["none", "nearest", "box", "bilinear", "bicubic", "lanczos"]
Kernel = Literal["torch", "tf1", "pillow", "pillow-float"]
Crop = Literal["none", "center-square", "adm"]
Quantise = Literal["none", "round", "truncate"]


@dataclass(frozen=True, slots=True)
class Preprocess:
    """The steps from an RGB image to a network's input, in this order.

    Attributes:
        quantise: what happens to float images in [0, 1] first: ``none`` (they stay floats, which
            no reference made of files ever was), ``round`` to 8 bits, or ``truncate`` as a cast
            does. 8-bit images are not touched. Floats outside [0, 1] are an error, not clipped.
        crop: ``center-square`` takes the largest central square; ``adm`` is guided-diffusion's
            crop to `size` (halved by box while twice as large, then bicubic, then the centre).
        size: height and width of the input; None leaves the image as it is.
        filter: the interpolation. Aspect is not kept: crop first where that matters.
        antialias: whether the filter widens when it shrinks.
        kernel: whose arithmetic: ``torch`` (half-pixel centres, floats, neither clamped nor
            re-quantised), ``tf1`` (corner-anchored, no half-pixel, no antialias: bilinear only),
            ``pillow`` (antialiased, 8 bits in and out), ``pillow-float`` (antialiased per channel
            in floats, clipped to the range, not re-quantised).
        range: of the pixel values before the normalisation, ``(0, 1)`` or ``(0, 255)``.
        mean, std: ``(x - mean) / std`` per channel, in units of `range`.
    """

    size: int | None
    filter: Filter = "none"
    antialias: bool = False
    kernel: Kernel = "torch"
    crop: Crop = "none"
    quantise: Quantise = "round"
    range: tuple[int, int] = (0, 1)
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def __post_init__(self) -> None:
        if (self.size is None) != (self.filter == "none"):
            raise UsageError(
                f"size={self.size} with filter={self.filter!r}: give both, or neither."
            )
        if self.range not in ((0, 1), (0, 255)):
            raise UsageError(f"range={self.range} is not (0, 1) or (0, 255).")
        if self.kernel == "tf1" and (self.filter != "bilinear" or self.antialias):
            raise UsageError("the kernel 'tf1' is bilinear without antialias.")
        if self.kernel.startswith("pillow") and self.size is not None and not self.antialias:
            raise UsageError("Pillow's filters always antialias: say antialias=True.")

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}
