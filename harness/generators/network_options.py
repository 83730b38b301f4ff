"""Options of generators that run a sampler over a network: ``-M batch=64 -M sampler=heun``."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from rbench.errors import UsageError, nearest
from rbench.harness.generators.context import GeneratorContext
from rbench.harness.options import build, option
from rbench.harness.samplers import sampler_type
from rbench.harness.types import Json

if TYPE_CHECKING:
    import torch

    from rbench.harness.samplers.network import Sampler

Fixed = TypeVar("Fixed")


@dataclasses.dataclass(frozen=True, kw_only=True)
class NetworkOptions:
    """How a network is run. Adapters with more options inherit from it.

    Raises `UsageError` for a batch below 1.
    """

    batch: int = option(64, "images made together, always: a shorter batch is padded")
    device: str | None = option(None, "cpu or cuda; unset: cuda where there is one, else cpu")
    dtype: Literal["float32", "float64", "bfloat16", "float16"] = option(
        "float32", "type of weights and arithmetic; TF32 is never used"
    )

    def __post_init__(self) -> None:
        if self.batch < 1:
            raise UsageError(f"batch={self.batch}: give 1 or more.")

    def on(self, context: GeneratorContext) -> Self:
        """Return these options with the device of this process, unless another kind is asked.

        Of several workers with ``-M device=cuda`` each keeps the GPU that it was given.
        """
        given = context.device
        if given is None or (self.device is not None and self.device != given.partition(":")[0]):
            return self
        return dataclasses.replace(self, device=given)

    def torch_device(self) -> "torch.device":
        """Return the device. Raises `UsageError` for none of torch, or one that is not here."""
        import torch

        if self.device is None:
            return torch.device("cuda" if torch.cuda.is_available() else "cpu")
        try:
            device = torch.device(self.device)
        except RuntimeError:
            raise UsageError(f"device={self.device!r} is no device; try cpu or cuda.") from None
        if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
            count = torch.cuda.device_count()
            raise UsageError(f"device={self.device!r}: this machine has {count} CUDA devices.")
        return device

    def torch_dtype(self) -> "torch.dtype":
        """Return the type of weights and arithmetic."""
        import torch

        dtype: torch.dtype = getattr(torch, self.dtype)
        return dtype


def split_options(
    given: Mapping[str, Any],
    fixed: type[Fixed],
    default: "Sampler",
    what: str = "this model",
) -> tuple[Fixed, "Sampler"]:
    """Part ``-M key=value`` into the adapter's own options and those of its sampler.

    ``sampler`` names another sampler than `default`; all keys that `fixed` lacks are the
    sampler's fields, on top of the values of `default` where it stays the same sampler. Raises
    `UsageError`, with the nearest names of both, for an unknown key, and for a bad value.
    """
    kind: type[Any] = type(default)
    if given.get("sampler") is not None:
        kind = sampler_type(str(given["sampler"]))
    own = [field.name for field in dataclasses.fields(fixed)]  # type: ignore[arg-type]
    its = [field.name for field in dataclasses.fields(kind)]
    for key in given:
        if key not in (*own, *its, "sampler"):
            raise UsageError(
                f"{what} with the sampler {kind.name!r} has no option {key!r}"
                f"{nearest(key, [*own, *its, 'sampler'])}"
            )
    options = build(fixed, {key: given[key] for key in given if key in own}, what)
    values = {key: given[key] for key in given if key in its and key not in own}
    if kind is type(default):
        values = {name: getattr(default, name) for name in its} | values
    return options, build(kind, values, f"sampler {kind.name!r}")


def sampler_settings(sampler: "Sampler") -> dict[str, Json]:
    """Return a sampler's name and options, as they stand among a generator's settings."""
    fields: Any = dataclasses.fields(sampler)  # type: ignore[arg-type]
    return {"sampler": sampler.name} | {f.name: getattr(sampler, f.name) for f in fields}
