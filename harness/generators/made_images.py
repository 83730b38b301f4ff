"""What a user's code returned, as an array of images; or a sentence that says why it is none."""

from collections.abc import Sequence
from typing import Any

from rbench.errors import ModelError
from rbench.harness.images.types import Images, Values


def checked_images(made: Any, indices: Sequence[int], values: Values, what: str) -> Images:
    """Return `made` as an array (n, h, w, c) or a tensor (n, c, h, w), one image for each index.

    A list of images is stacked; grey images (h, w) get their channel. Raises `ModelError`, which
    begins with `what`, for another count, and for a type of numbers that `values` does not fit.
    Shape and range are the engine's to check.
    """
    images = _stacked(made, indices, what)
    if len(images) != len(indices):
        raise ModelError(
            f"{what} returned {len(images)} images for {len(indices)} samples "
            f"(sample {indices[0]} and on)."
        )
    floats = "float" in str(images.dtype)
    if floats == (values == "uint8") or not (floats or str(images.dtype).endswith("uint8")):
        declare = (
            "say what the numbers mean with -M values=0..1 or values=-1..1"
            if floats
            else "return uint8 (values=uint8) or floats (values=0..1 or -1..1)"
        )
        raise ModelError(
            f"{what} returned {images.dtype} for sample {indices[0]} and is taken to return "
            f"{values}: {declare}."
        )
    return images


def _stacked(made: Any, indices: Sequence[int], what: str) -> Any:
    import numpy as np

    if hasattr(made, "detach"):  # a tensor
        if str(getattr(made, "layout", "torch.strided")) != "torch.strided":
            raise ModelError(
                f"{what} returned a tensor of layout {made.layout} for sample {indices[0]}: "
                f"return a dense one (.to_dense())."
            )
        made = made.detach()
        return made.unsqueeze(1) if made.ndim == 3 else made
    if isinstance(made, list | tuple):
        return _of_list(made, indices, what)
    if not hasattr(made, "__array__"):
        raise ModelError(
            f"{what} returned {type(made).__name__} for sample {indices[0]}, not images: an array "
            f"(n, h, w, c), a tensor (n, c, h, w) or a list of images."
        )
    array = np.asarray(made)
    if array.ndim == 0 or array.dtype == object:
        raise ModelError(f"{what} returned an array of shape {array.shape} and {array.dtype}.")
    return array[..., None] if array.ndim == 3 else array


def _of_list(made: Sequence[Any], indices: Sequence[int], what: str) -> Any:
    import numpy as np

    if made and all(hasattr(image, "detach") for image in made):
        arrays: list[Any] = [_moved(image) for image in made]
    else:
        arrays = [_image(image, index, what) for index, image in zip(indices, made, strict=False)]
    if len(made) != len(indices) or not arrays:
        raise ModelError(f"{what} returned {len(made)} images for {len(indices)} samples.")
    for index, array in zip(indices, arrays, strict=True):
        if array.shape != arrays[0].shape:
            raise ModelError(
                f"{what} returned sample {index} with the shape {array.shape}, and sample "
                f"{indices[0]} with {arrays[0].shape}."
            )
    return np.stack(arrays)


def _moved(tensor: Any) -> Any:
    """Return one image (c, h, w) or (h, w) as an array (h, w, c)."""
    tensor = tensor.detach()
    return (tensor[None] if tensor.ndim == 2 else tensor).movedim(0, -1).cpu().numpy()


def _image(image: Any, index: int, what: str) -> Any:
    import numpy as np

    if not hasattr(image, "__array__") and not hasattr(image, "__array_interface__"):
        raise ModelError(f"{what} returned {type(image).__name__} as the image of sample {index}.")
    array = np.asarray(image)
    return array[..., None] if array.ndim == 2 else array
