"""`Source`: where the features of a metric come from, chosen by name, preset or object."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from rbench.errors import UsageError
from rbench.metrics.presets import Preset, get_preset
from rbench.metrics.representations.registry import get_representation
from rbench.metrics.representations.representation import Representation

if TYPE_CHECKING:
    import torch

    from rbench.metrics.representations.extractor import Extractor

Given: TypeAlias = "str | Representation | Extractor | None"
"""``auto``, a name such as ``inception-v3`` or ``inception-v3:spatial``, an object, a loaded
extractor (several metrics may share one network), or None for a metric of features only."""

_DEFAULTS = {"cmmd": "clip-l14-336"}


@dataclass(frozen=True, slots=True)
class Source:
    """The features of one output of one extractor, or features that the caller brings.

    Attributes:
        extractor: None for features only.
        output: that is used; "" where none is named.
        dimension: None until the first features say it.
        preset: its name, None without one.
        options: what the preset pins for the metric's function.
    """

    extractor: "Extractor | None"
    output: str
    dimension: int | None
    preset: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def describe(self) -> dict[str, Any]:
        """Return what the features depend on, as JSON values."""
        found: dict[str, Any] = {}
        if self.extractor is not None:
            found["representation"] = self.extractor.identity
        if self.output:
            found["output"] = self.output
        if self.preset:
            found["preset"] = self.preset
        return found

    def on(self, device: "torch.device | str") -> "Source":
        """Return the same with its network on `device`, loaded again unless it is there.

        Raises `UsageError` where the network has been trained on since it was loaded.
        """
        import torch

        if self.extractor is None:
            return self
        here, wanted = self.extractor.device, torch.device(device)
        if wanted.type == here.type and wanted.index in (None, here.index):
            return self
        from rbench.metrics.representations.extractor import Extractor

        # Weights that were fetched once are here.
        moved = Extractor(
            self.extractor.representation,
            device=device,
            outputs=self.extractor.outputs,
            offline=True,
        )
        if moved.identity["weights"] != self.extractor.identity["weights"]:
            raise UsageError(
                f"The weights of {moved.representation.name} changed since this metric was made: "
                f"it cannot move, make another one on {device}."
            )
        return replace(self, extractor=moved)

    def settings(self) -> dict[str, Any]:
        """Return what must be equal for two states to be merged, as JSON values."""
        found: dict[str, Any] = {"output": self.output, "representation": None}
        if self.extractor is not None:
            identity = self.extractor.identity
            # Neither the device nor the version of torch makes other features.
            found["representation"] = {
                name: identity[name] for name in ("name", "preprocess", "precision")
            }
            found["weights"] = identity["weights"]["sha256"]
        return found


def choose_source(
    metric: str,
    representation: Given,
    *,
    output: str | None,
    dimension: int | None,
    preset: str | None,
    device: "torch.device | str | None",
    offline: bool,
) -> Source:
    """Return the source for `metric` (a name in `Preset.representations`); loads the network.

    ``auto`` is the preset's first representation for the metric; without a preset it is
    ``inception-v3``, for CMMD ``clip-l14-336``. A preset puts its steps from image to input in
    front of the network. Raises `UsageError` for what does not go together, `AssetError` for
    weights that cannot be had.
    """
    from rbench.metrics.representations.extractor import Extractor

    chosen = get_preset(preset) if preset else None
    options = chosen.option(metric) if chosen else {}
    if representation is None:
        if dimension is not None and dimension < 1:
            raise UsageError(f"dimension={dimension!r}: give 1 or more.")
        return Source(None, output or "", dimension, preset, options)
    if representation == "auto":
        representation = _automatic(metric, chosen)
    if isinstance(representation, str):
        name, _, named = representation.partition(":")
        if named and output and named != output:
            raise UsageError(f"{representation!r} names another output than output={output!r}.")
        representation, output = get_representation(name), named or output
    loaded = representation if isinstance(representation, Extractor) else None
    if isinstance(representation, Extractor):
        representation = representation.representation
    output = output or _default_output(metric, representation)
    found = representation.dimension(output)
    if dimension not in (None, found):
        raise UsageError(f"{representation.name}:{output} has {found} dimensions, not {dimension}.")
    steps = chosen.preprocess.get(representation.name) if chosen else None
    if loaded is None:
        if steps is not None:
            representation = representation.with_preprocess(steps)
        loaded = Extractor(representation, device=device, outputs=[output], offline=offline)
    elif output not in loaded.outputs:
        raise UsageError(
            f"The extractor computes {', '.join(loaded.outputs)}: make it with {output!r} too."
        )
    elif steps not in (None, representation.preprocess):
        raise UsageError(
            f"The extractor has other steps than the preset {preset!r}: give the name "
            f"{representation.name!r} instead."
        )
    return Source(loaded, output, found, preset, options)


def _automatic(metric: str, preset: Preset | None) -> str:
    if preset is None:
        return _DEFAULTS.get(metric, "inception-v3")
    if metric not in preset.representations:
        offered = ", ".join(preset.representations)
        raise UsageError(f"The preset {preset.name!r} has no {metric}; it has {offered}.")
    return preset.representations[metric][0]


def _default_output(metric: str, representation: Representation) -> str:
    if metric != "inception-score":
        return next(iter(representation.outputs))
    for name in ("logits_unbiased", "logits"):
        if name in representation.outputs:
            return name
    raise UsageError(
        f"{representation.name} has no output called logits: name the one that holds them with "
        f"output=, one of {', '.join(representation.outputs)}."
    )
