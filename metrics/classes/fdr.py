"""`FDr`: the mean ratio of Fréchet distances in several representations, inside a training loop."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from rbench.errors import DataError, UsageError
from rbench.metrics.arrays import as_matrix
from rbench.metrics.classes.frechet_distance import FrechetDistance
from rbench.metrics.classes.mergeable import Mergeable
from rbench.metrics.classes.reference import MomentsGiven
from rbench.metrics.classes.synchronise import State
from rbench.metrics.frechet.distance import FrechetResult
from rbench.metrics.frechet.fdr import FdrResult, Normaliser, fdr
from rbench.metrics.presets import fdr_representation
from rbench.metrics.representations.fdr_set import FDR6
from rbench.metrics.representations.representation import Representation

if TYPE_CHECKING:
    import torch

    from rbench.metrics.representations.extractor import Extractor

_VERSION = 1


class FDr(Mergeable):
    """FDr^k: one `FrechetDistance` per representation, fed with the same images; see `fdr`.

    Args:
        representations: names (which stand for the steps of ``fd-loss``), `Representation` or
            `Extractor` objects, their first output each; by default the six of FDr^6. All
            networks are in memory at once.
        references: statistics of the ImageNet training images by name of the representation, as
            `FrechetDistance` takes them; without one for a representation, update with real
            images too.
        dimensions: for features only: no network is loaded, `representations` are names, and
            these the dimensions of their features.
        normaliser, exact: of `fdr`.
        blocks, level, device, offline, force: as in `FrechetDistance`.
    """

    def __init__(
        self,
        representations: "Sequence[str | Representation | Extractor]" = FDR6,
        *,
        references: Mapping[str, MomentsGiven] | None = None,
        dimensions: Mapping[str, int] | None = None,
        normaliser: Normaliser = "paper-implied",
        exact: Mapping[str, float | FrechetResult] | None = None,
        blocks: int = 0,
        level: float = 0.95,
        device: "torch.device | str | None" = None,
        offline: bool = False,
        force: bool = False,
    ) -> None:
        names = [_name(one) for one in representations]
        given = dict(references or {})
        unknown = [name for name in given if name not in names]
        if unknown:
            raise UsageError(
                f"references has {', '.join(unknown)}, which is none of {', '.join(names)}."
            )
        if dimensions is not None and set(dimensions) != set(names):
            raise UsageError(f"dimensions={dict(dimensions)!r}: name each of {', '.join(names)}.")
        # Refuses what `compute` could not use before any network is loaded.
        fdr(
            dict.fromkeys(names, 0.0),
            normaliser=normaliser,
            exact=exact,
            representations=names,
            level=level,
        )
        self.normaliser: Normaliser = normaliser
        self.exact = exact
        self.level = level
        self.parts = {
            name: FrechetDistance(
                None if dimensions is not None else _as_fdr_takes_it(one),
                dimension=None if dimensions is None else dimensions[name],
                reference=given.get(name),
                blocks=blocks,
                level=level,
                device=device,
                offline=offline,
                force=force,
            )
            for name, one in zip(names, representations, strict=True)
        }

    def update(self, images: Any, real: bool) -> Self:
        """Add a batch of images to every part, as `FrechetDistance.update`, and return self.

        Where some parts have references, real images go to the others only.
        """
        for part in self._parts_for(real):
            part.update(images, real)
        return self

    def update_features(self, features: Mapping[str, Any], real: bool) -> Self:
        """Add features, (n, d) by name of the representation, and return self.

        Raises `DataError` for a missing name, features that differ in n, and what
        `FrechetDistance.update_features` refuses; nothing is added then.
        """
        parts = self._parts_for(real)
        wanted = [name for name, part in self.parts.items() if part in parts]
        if set(features) != set(wanted):
            raise DataError(f"features has {', '.join(features)}: give {', '.join(wanted)}.")
        rows = {name: as_matrix(features[name], name, least=0) for name in wanted}
        counts = {name: len(values) for name, values in rows.items()}
        if len(set(counts.values())) > 1:
            raise DataError(f"The features are of different numbers of images: {counts}.")
        for name, values in rows.items():
            declared = self.parts[name].source.dimension
            as_matrix(values, name, dimension=declared, least=0)
        for name, values in rows.items():
            self.parts[name].update_features(values, real)
        return self

    def compute(self) -> FdrResult:
        """Return the mean ratio. Raises `DataError` for fewer than 2 samples of a role."""
        distances = {name: part.compute() for name, part in self.parts.items()}
        result = fdr(
            distances,
            normaliser=self.normaliser,
            exact=self.exact,
            representations=list(self.parts),
            level=self.level,
        )
        origins = {name: dict(distance.about) for name, distance in distances.items()}
        return replace(result, about={**result.about, "representations": origins})

    def reset(self, *, keep_reference: bool = True) -> Self:
        """Forget the fake images, and the real ones unless `keep_reference`; see `Mergeable`."""
        for part in self.parts.values():
            part.reset(keep_reference=keep_reference)
        return self

    def merge_state(self, others: Iterable[Self]) -> Self:
        """Add the samples of `others`, in order after the own ones; see `Mergeable`."""
        given = list(others)
        for other in given:
            if type(other) is not type(self) or list(other.parts) != list(self.parts):
                raise UsageError("Only an FDr of the same representations can be merged.")
        for name, part in self.parts.items():
            part._check_mergeable([other.parts[name] for other in given])
        for name, part in self.parts.items():
            part.merge_state([other.parts[name] for other in given])
        return self

    def state_dict(self) -> State:
        """Return everything that came by update, to save; see `Mergeable`."""
        parts = {name: part.state_dict() for name, part in self.parts.items()}
        return {"metric": type(self).__name__, "version": _VERSION, "parts": parts}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` saved; see `Mergeable`."""
        parts = state.get("parts") if isinstance(state, Mapping) else None
        if not isinstance(parts, Mapping) or state.get("version") != _VERSION:
            raise DataError("This is no state of an FDr.")
        if list(parts) != list(self.parts):
            raise UsageError(f"The state is of {', '.join(parts)}, not {', '.join(self.parts)}.")
        loaded = {}
        for name, part in self.parts.items():
            loaded[name] = part._empty()
            loaded[name].load_state_dict(parts[name])
        self.parts = loaded

    def to(self, device: "torch.device | str") -> Self:
        """Move to `device`; see `Mergeable`."""
        for part in self.parts.values():
            part.to(device)
        return self

    def _empty(self) -> Self:
        import copy

        other = copy.copy(self)
        other.parts = {name: part._empty() for name, part in self.parts.items()}
        return other

    def _parts_for(self, real: bool) -> list[FrechetDistance]:
        if real is not True:
            return list(self.parts.values())
        parts = [part for part in self.parts.values() if part.reference is None]
        if not parts:
            raise UsageError("All real images are given by references: update with real=False.")
        return parts


def _as_fdr_takes_it(
    given: "str | Representation | Extractor",
) -> "Representation | Extractor":
    return fdr_representation(given) if isinstance(given, str) else given


def _name(given: "str | Representation | Extractor") -> str:
    if isinstance(given, str):
        return given
    return given.name if isinstance(given, Representation) else given.representation.name
