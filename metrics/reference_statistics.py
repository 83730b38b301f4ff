"""Reference statistics with provenance: one npz file that says what it is.

    reference = ReferenceStatistics.load("imagenet256.npz")
    frechet_distance(reference.moments["pool"], features)

The file holds, for each output, mean and covariance in float64 (`mu` and `sigma` for the first,
so that other evaluators can read it; `mu_s` and `sigma_s` for `spatial`; `mu_NAME`, `sigma_NAME`
otherwise), optionally the packed Cholesky factor (`factor...`) and the features (`features...`),
and a JSON header under `rbench`. Files of other evaluators have no header: what they were made
with is unknown, and said so. Nothing is unpickled.
"""

import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rbench.errors import DataError
from rbench.metrics.moments import Moments

SCHEMA = 1

UNNAMED = "unnamed"
"""The output of a file that does not say which one it is of: it serves for any but `_NAMED`."""

# What other evaluators call the mean and the covariance, and the output that they are of.
_PEER_NAMES = (
    ("mu", "sigma", UNNAMED),
    ("ref_mu", "ref_sigma", UNNAMED),
    ("mu_s", "sigma_s", "spatial"),
    ("avg_mu", "avg_sigma", "mean"),
)
_NAMED = ("spatial", "mean", "logits", "logits_unbiased")
# clean-fid keeps the features for its kernel distance.
_PEER_FEATURES = "feats"

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class ReferenceStatistics:
    """What a set of real images looks like to a representation.

    Attributes:
        moments: per output.
        features: per output, (n, d) float32; empty where the file keeps none.
        header: provenance: `representation` (the extractor's identity), `data` (name, split,
            count, file-list hash, reading), `versions`, `date`. Empty for files of other
            evaluators.
        path: where it was read from.
    """

    moments: Mapping[str, Moments]
    features: Mapping[str, Array] = field(default_factory=dict)
    header: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""

    def save(self, path: Path | str, *, factor: bool = True) -> None:
        """Write the file, atomically. `factor` also keeps the Cholesky factors.

        The factor makes a later distance about a tenth faster and the file half as large again.
        """
        arrays: dict[str, Array] = {}
        counts: dict[str, int | None] = {}
        for i, (output, moments) in enumerate(self.moments.items()):
            end = _suffix(output, first=i == 0)
            arrays[f"mu{end}"] = np.asarray(moments.mean)
            arrays[f"sigma{end}"] = np.asarray(moments.covariance)
            counts[output] = moments.n
            lower = moments.factor() if factor else None
            if lower is not None:
                arrays[f"factor{end}"] = np.asarray(lower)[np.tril_indices(moments.dimension)]
            if output in self.features:
                arrays[f"features{end}"] = np.asarray(self.features[output], np.float32)
        header = {**self.header, "schema": SCHEMA, "outputs": counts}
        text = json.dumps(header, ensure_ascii=False)  # the order of outputs counts
        arrays["rbench"] = np.frombuffer(text.encode(), np.uint8)
        target = Path(path)
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            with temporary.open("wb") as file:
                np.savez(file, allow_pickle=False, **arrays)
            temporary.replace(target)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise DataError(f"{target} cannot be written: {error.strerror}.") from error

    @classmethod
    def load(cls, path: Path | str) -> "ReferenceStatistics":
        """Read a file of ours or of another evaluator. Raises `DataError`."""
        target = Path(path)
        if target.suffix in (".pkl", ".pickle", ".pt", ".pth"):
            raise DataError(
                f"{target} is a pickle, which can run code when it is read: save `mu` and `sigma` "
                f"of it with numpy.savez instead."
            )
        if target.is_file() and not zipfile.is_zipfile(target):
            raise DataError(f"{target} is no npz file, or is damaged.")
        try:
            with np.load(target, allow_pickle=False) as file:
                return _ours(file, target) if "rbench" in file.files else _of_a_peer(file, target)
        except DataError as error:
            raise DataError(f"{target} cannot be used: {error}") from error
        except FileNotFoundError as error:
            raise DataError(f"there is no file {target}.") from error
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
            reason = " ".join(str(error).split())[:160].rstrip(".")
            raise DataError(f"{target} cannot be read as statistics: {reason}.") from error

    def of(self, output: str) -> Moments:
        """Return the moments of `output`. Raises `DataError` where the file has none."""
        found = self.find(output)
        if found is None:
            raise DataError(
                f"{self.path or 'the statistics'} has no output {output!r}; it has "
                f"{', '.join(self.moments)}."
            )
        return found

    def find(self, output: str) -> Moments | None:
        """Return the moments of `output`, or of the unnamed one that may be it, or None."""
        return self.moments.get(output) or self.moments.get(_unnamed(output))

    def find_features(self, output: str) -> Array | None:
        """Return the features of `output`, or of the unnamed one that may be it, or None."""
        found = self.features.get(output)
        return self.features.get(_unnamed(output)) if found is None else found

    def mismatches(self, identity: Mapping[str, Any]) -> list[str]:
        """Return in what these statistics differ from an extractor's `identity`.

        Each entry is a phrase with both values; weights are compared where `identity` has them.
        The list is empty where they agree. Statistics that do not say what they were made with
        give one entry that says so.
        """
        made_with = self.header.get("representation")
        if not isinstance(made_with, Mapping):
            return ["the file does not say what it was made with"]
        found = []
        for name in ("name", "precision"):
            if made_with.get(name) != identity.get(name):
                found.append(f"{name} is {made_with.get(name)} instead of {identity.get(name)}")
        if "weights" in identity:
            hashes = [(one.get("weights") or {}).get("sha256") for one in (made_with, identity)]
            if hashes[0] != hashes[1]:
                found.append(f"weights have sha256 {hashes[0]} instead of {hashes[1]}")
        theirs, ours = made_with.get("preprocess") or {}, identity.get("preprocess") or {}
        for name in dict.fromkeys([*theirs, *ours]):
            if theirs.get(name) != ours.get(name):
                found.append(f"preprocess {name} is {theirs.get(name)} instead of {ours.get(name)}")
        return found


def _unnamed(output: str) -> str:
    return "" if output in _NAMED else UNNAMED


def _suffix(output: str, *, first: bool) -> str:
    if output == "spatial":  # even alone: under `mu` others would take it for FID's
        return "_s"
    return "" if first else f"_{output}"


def _ours(file: Any, path: Path) -> ReferenceStatistics:
    header = json.loads(file["rbench"].tobytes().decode())
    if not isinstance(header, dict) or header.get("schema") != SCHEMA:
        found = header.get("schema") if isinstance(header, dict) else header
        raise DataError(f"its schema is {found!r} and this rbench reads {SCHEMA}: make it again.")
    _check_header(header)
    moments, features = {}, {}
    for i, (output, n) in enumerate(header["outputs"].items()):
        end = _suffix(output, first=i == 0)
        factor = None
        if f"factor{end}" in file.files:
            d = len(file[f"mu{end}"])
            factor = np.zeros((d, d))
            factor[np.tril_indices(d)] = file[f"factor{end}"]
        moments[output] = Moments.from_statistics(
            file[f"mu{end}"], file[f"sigma{end}"], n, factor=factor
        )
        if f"features{end}" in file.files:
            features[output] = file[f"features{end}"]
    return ReferenceStatistics(moments, features, header, str(path))


def _check_header(header: Mapping[str, Any]) -> None:
    """Raise `DataError` for a header whose parts are not what every file of ours has."""
    needed = {"outputs": (), "representation": ("name",), "data": ("name", "split", "count")}
    for part, names in needed.items():
        if part not in header and part != "outputs":
            continue  # made in Python, without provenance
        found = header.get(part)
        if not isinstance(found, dict) or any(name not in found for name in names):
            raise DataError(f"its header's {part!r} is damaged: make it again with `rbench stats`.")


def _of_a_peer(file: Any, path: Path) -> ReferenceStatistics:
    moments = {}
    for mean, covariance, output in _PEER_NAMES:
        if mean in file.files and covariance in file.files and output not in moments:
            moments[output] = Moments.from_statistics(file[mean], file[covariance], None)
    features = {}
    if _PEER_FEATURES in file.files:
        rows = features[UNNAMED] = file[_PEER_FEATURES]
        if UNNAMED not in moments:
            moments[UNNAMED] = Moments(rows.shape[-1]).update(rows)
    if not moments:
        raise DataError(
            f"it holds no `mu` and `sigma`; it holds {', '.join(file.files[:8]) or 'nothing'}."
        )
    return ReferenceStatistics(moments, features, {}, str(path))
