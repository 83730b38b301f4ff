"""The conditions of a batch as an array, once it is known that the model can take them."""

from typing import TYPE_CHECKING, Any

from rbench.errors import ModelError
from rbench.harness.images.types import SampleBatch

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def label_array(batch: SampleBatch, classes: int | None) -> "npt.NDArray[np.int64] | None":
    """Return the labels of `batch`, int64 (n,), or None where it has none.

    `classes` are those of the model: 0 for one without, None where it is not known. Raises
    `ModelError`, naming the sample, for a label that is none of them or that is lacking.
    """
    import numpy as np

    given: list[Any] = list(batch.labels)
    if all(label is None for label in given):
        if classes:
            raise ModelError(
                f"the model needs one of its {classes} classes for every image, and sample "
                f"{batch.indices[0]} has none."
            )
        return None
    for index, label in zip(batch.indices, given, strict=True):
        if label is None:
            raise ModelError(f"sample {index} has no label, and others of its batch have one.")
        if classes == 0:
            raise ModelError(f"sample {index} has the label {label}, and the model has no classes.")
        if label < 0 or (classes is not None and label >= classes):
            known = "0 and up" if classes is None else f"0 to {classes - 1}"
            raise ModelError(
                f"the label {label} of sample {index} is none of the model's: {known}."
            )
    return np.array(given, np.int64)
