"""`Metric`: what the class forms of the metrics have in common."""

import copy
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from rbench.errors import DataError, UsageError
from rbench.metrics.arrays import as_matrix
from rbench.metrics.classes.image_stream import ImageStream
from rbench.metrics.classes.mergeable import Mergeable
from rbench.metrics.classes.reference import Reference, same_reference
from rbench.metrics.classes.source import Source
from rbench.metrics.classes.synchronise import State

if TYPE_CHECKING:
    import torch

_VERSION = 1


class Kept(Protocol):
    """What a metric keeps of the features of one role: `Rows` or `BlockMoments`."""

    dimension: int

    @property
    def n(self) -> int:
        """Samples so far."""

    def add(self, features: Any) -> None:
        """Add (n, d)."""

    def with_rows(self, features: Any) -> "Self":
        """Return a copy with `features` added."""

    def on(self, device: Any) -> "Self":
        """Return the same on `device`."""

    def merge(self, other: Any) -> "Self":
        """Return what would be kept of the samples of both."""

    def to_state(self) -> State:
        """Return what `Metric.state_dict` saves."""


class Metric(Mergeable):
    """A metric that takes images or features in batches, and merges over processes.

    Nothing global changes: no gradients are recorded, an autocast around it does not reach the
    network, no random state, default dtype or training flag is touched. The network is loaded
    once, when the metric is made. The bits of the number do not depend on the sizes of the
    batches.
    """

    roles: ClassVar[tuple[str, ...]] = ("real", "fake")

    def __init__(self, source: Source, reference: Reference | None, device: Any) -> None:
        self.source = source
        self.reference = reference
        self.device = device
        self._dimension = source.dimension
        if reference is not None:
            self._dimension = reference.dimension
        self._kept: dict[str, Kept] = {}
        self._streams: dict[str, ImageStream] = {}

    @abstractmethod
    def _nothing(self, role: str, dimension: int) -> Kept:
        """Return what is kept of a role before its first sample."""

    @abstractmethod
    def _restored(self, role: str, state: Mapping[str, Any], dimension: int) -> Kept:
        """Return what `Kept.to_state` saved. Raises `DataError`."""

    def reset(self, *, keep_reference: bool = True) -> Self:
        """Forget the fake images, and the real ones unless `keep_reference`; see `Mergeable`."""
        for role in self.roles:
            if role == "fake" or not keep_reference:
                self._kept.pop(role, None)
                self._streams.pop(role, None)
        if not self._kept and not self._streams and self.reference is None:
            self._dimension = self.source.dimension
        return self

    def merge_state(self, others: Iterable[Self]) -> Self:
        """Add the samples of `others`, in order after the own ones; see `Mergeable`."""
        given = list(others)
        self._check_mergeable(given)
        for other in given:
            for role, theirs in other._settled().items():
                self._flush(role)
                ours = self._kept.get(role) or self._nothing(role, theirs.dimension)
                self._kept[role] = ours.merge(theirs)
                self._dimension = theirs.dimension
        return self

    def state_dict(self) -> State:
        """Return everything that came by update, to save; see `Mergeable`."""
        return {
            "metric": type(self).__name__,
            "version": _VERSION,
            "settings": self._settings(),
            "dimension": self._dimension,
            "kept": {role: kept.to_state() for role, kept in self._settled().items()},
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` saved; see `Mergeable`."""
        try:
            metric, version, settings = state["metric"], state["version"], state["settings"]
            dimension, kept, settings = state["dimension"], dict(state["kept"]), dict(settings)
        except (KeyError, TypeError, ValueError):
            raise DataError(f"This is no state of a {type(self).__name__}.") from None
        if metric != type(self).__name__ or version != _VERSION:
            raise UsageError(
                f"The state is of {metric}, version {version}; this is {type(self).__name__}, "
                f"version {_VERSION}."
            )
        self._check_settings(settings)
        if self.source.dimension or self.reference:
            _check_dimension(dimension, self._dimension)
        restored = {role: self._restored(role, kept[role], dimension) for role in kept}
        self._dimension, self._kept, self._streams = dimension, restored, {}

    def to(self, device: "torch.device | str") -> Self:
        """Move to `device`; see `Mergeable`."""
        for role in tuple(self._streams):
            self._flush(role)  # What is held back lies on the old device.
        self.source = self.source.on(device)
        self.device = device
        for role, kept in self._kept.items():
            self._kept[role] = kept.on(device)
        return self

    def _add_images(self, role: str, images: Any) -> None:
        if self.source.extractor is None:
            raise UsageError(
                f"This {type(self).__name__} has representation=None and takes features only: call "
                f"update_features, or give a representation such as 'inception-v3'."
            )
        self._refuse_given(role)
        stream = self._streams.get(role)
        if stream is None:
            stream = ImageStream(self.source.extractor, self.source.output)
        ready = stream.push(images)
        self._streams[role] = stream
        if ready is not None:
            self._add(role, ready)

    def _add_features(self, role: str, features: Any) -> None:
        self._refuse_given(role)
        if len(getattr(features, "shape", ())) == 4:
            raise DataError(
                f"update_features takes features (n, d), not an array {tuple(features.shape)}: "
                f"for images call update."
            )
        rows = as_matrix(features, f"{role} features", dimension=self._dimension, least=0)
        self._flush(role)
        self._add(role, rows)

    def _add(self, role: str, rows: Any) -> None:
        if role not in self._kept:
            self._dimension = int(rows.shape[1])
            self._kept[role] = self._nothing(role, self._dimension)
        self._kept[role].add(rows)

    def _refuse_given(self, role: str) -> None:
        if role == "real" and self.reference is not None:
            raise UsageError(
                f"The real images are given by the reference ({self.reference.name}): update with "
                f"real=False only, or leave reference out."
            )

    def _flush(self, role: str) -> None:
        """Turn the images that are held back into features now."""
        stream = self._streams.pop(role, None)
        rest = None if stream is None else stream.pending()
        if rest is not None:
            self._add(role, rest)

    def _settled(self) -> dict[str, Kept]:
        """Return what is kept by role, with the images held back; this metric does not change."""
        found = {}
        for role in self.roles:
            kept = self._kept.get(role)
            rest = self._streams[role].pending() if role in self._streams else None
            if rest is not None:
                kept = (kept or self._nothing(role, int(rest.shape[1]))).with_rows(rest)
            if kept is not None:
                found[role] = kept
        return found

    def _empty(self) -> Self:
        """Return a metric with the same settings, reference and network, without samples."""
        other = copy.copy(self)
        other._kept, other._streams = {}, {}
        return other.reset(keep_reference=False)

    def _compute_device(self) -> Any:
        """Return where to compute: where the network is, else the device asked for."""
        extractor = self.source.extractor
        return self.device if extractor is None else extractor.device

    def _settings(self) -> dict[str, Any]:
        """Return what must agree between metrics that are merged."""
        given = None if self.reference is None else list(self.reference.fingerprint)
        return {**self.source.settings(), "reference": given}

    def _check_mergeable(self, others: Iterable[Self]) -> None:
        """Raise `UsageError` for what `merge_state` cannot merge."""
        dimension = self._dimension
        for other in others:
            if type(other) is not type(self):
                raise UsageError(f"{type(other).__name__} cannot merge into {type(self).__name__}.")
            self._check_settings(other._settings())
            _check_dimension(other._dimension, dimension)
            dimension = other._dimension or dimension

    def _check_settings(self, theirs: Mapping[str, Any]) -> None:
        ours, theirs = self._settings(), dict(theirs)
        same = same_reference(ours.pop("reference"), theirs.pop("reference", None))
        differing = [] if same else ["reference"]
        differing += [name for name in ours if ours[name] != theirs.get(name)]
        if differing:
            named = ", ".join(
                f"{name} is {theirs.get(name)!r} and {ours[name]!r}" if name in ours else name
                for name in differing
            )
            raise UsageError(f"These metrics do not go together: they differ in {named}.")

    def _finished(self, result: Any) -> Any:
        """Return `result` with what it depends on beyond the features."""
        about = {**result.about, **self.source.describe()}
        warnings = result.warnings
        if self.reference is not None:
            about["reference"] = self.reference.name
            warnings = (*warnings, *self.reference.warnings)
        return replace(result, about=about, warnings=warnings)


def _check_dimension(theirs: int | None, ours: int | None) -> None:
    if None not in (theirs, ours) and theirs != ours:
        raise UsageError(f"These metrics do not go together: they have d = {theirs} and {ours}.")
