"""Golden values: published end values that rbench must come to where the files are present.

Each row names its files (assets), the preset, and what was printed. The tolerance is half a unit
of the last digit printed, plus 0.2 % for distances and scores and 0.002 for shares: the network
runs in torch instead of TensorFlow, and the distances behind the shares were float16.

Sources: the README files of openai/guided-diffusion (`evaluations/README.md` for the values with
all their digits, `README.md`, "Results", for those with two), whose samples are published.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rbench.assets import Asset, find
from rbench.assets.table import named
from rbench.assets.weights import INCEPTION_V3
from rbench.errors import AssetError
from rbench.metrics.evaluation.features import Progress
from rbench.metrics.evaluation.measure import measure

_WEIGHTS = INCEPTION_V3.name
_RELATIVE = 0.002
_SHARE = 0.002
_SHARES = ("precision", "recall")


@dataclass(frozen=True, slots=True)
class Golden:
    """A published measurement of two files. `values`: by ``metric output``, value and tolerance."""

    name: str
    real: str
    fake: str
    preset: str
    values: Mapping[str, tuple[float, float]]
    source: str
    assets: Sequence[str] = (_WEIGHTS,)


@dataclass(frozen=True, slots=True)
class GoldenCheck:
    """What came of one golden value. `found` None: it could not be run, and `why` says why."""

    golden: str
    metric: str
    expected: float
    tolerance: float
    found: float | None
    why: str

    @property
    def ok(self) -> bool | None:
        """Return whether the value agrees; None where it was not run."""
        if self.found is None:
            return None
        return abs(self.found - self.expected) <= self.tolerance


def _value(metric: str, value: float, unit: float) -> tuple[float, float]:
    moved = _SHARE if metric in _SHARES else _RELATIVE * value
    return value, unit / 2 + moved


def _adm(name: str, reference: str, samples: str, fid: float, p: float, r: float) -> Golden:
    printed = {"frechet pool": fid, "precision": p, "recall": r}
    return Golden(
        name,
        f"statistics/guided-diffusion/{reference}.npz",
        f"samples/guided-diffusion/{samples}.npz",
        "adm",
        {metric: _value(metric, value, 0.01) for metric, value in printed.items()},
        "openai/guided-diffusion, README.md",
    )


GOLDEN: Sequence[Golden] = (
    Golden(
        "ADM-G + ADM-U, ImageNet 256",
        "statistics/guided-diffusion/VIRTUAL_imagenet256_labeled.npz",
        "samples/guided-diffusion/admnet_guided_upsampled_imagenet256.npz",
        "adm",
        {
            "inception-score": _value("inception-score", 215.8370361328125, 0),
            "frechet pool": _value("frechet pool", 3.9425574129223264, 0),
            "frechet spatial": _value("frechet spatial", 6.140433703346162, 0),
            "precision": _value("precision", 0.8265, 0.0001),
            "recall": _value("recall", 0.5309, 0.0001),
        },
        "openai/guided-diffusion, evaluations/README.md",
    ),
    _adm("ADM, ImageNet 64", "VIRTUAL_imagenet64_labeled", "admnet_imagenet64", 2.07, 0.74, 0.63),
    _adm(
        "ADM-G, ImageNet 128",
        "VIRTUAL_imagenet128_labeled",
        "admnet_guided_imagenet128",
        2.97,
        0.78,
        0.59,
    ),
    _adm(
        "ADM-G, ImageNet 256",
        "VIRTUAL_imagenet256_labeled",
        "admnet_guided_imagenet256",
        4.59,
        0.82,
        0.52,
    ),
    _adm(
        "ADM-G, ImageNet 512", "VIRTUAL_imagenet512", "admnet_guided_imagenet512", 7.72, 0.87, 0.42
    ),
    _adm(
        "ADM-G + ADM-U, ImageNet 512",
        "VIRTUAL_imagenet512",
        "admnet_guided_upsampled_imagenet512",
        3.85,
        0.84,
        0.53,
    ),
    _adm(
        "ADM, LSUN bedroom",
        "VIRTUAL_lsun_bedroom256",
        "admnet_dropout_lsun_bedroom",
        1.90,
        0.66,
        0.51,
    ),
    _adm("ADM, LSUN cat", "VIRTUAL_lsun_cat256", "admnet_dropout_lsun_cat", 5.57, 0.63, 0.52),
    _adm("ADM, LSUN horse", "VIRTUAL_lsun_horse256", "admnet_dropout_lsun_horse", 2.57, 0.71, 0.55),
)


def check_golden(
    table: Sequence[Golden] = GOLDEN,
    *,
    fetch: Callable[[Asset], Path] | None = None,
    device: str | None = None,
    progress: Progress | None = None,
) -> list[GoldenCheck]:
    """Compute every golden value whose files are present.

    `fetch` brings the files that are absent; without it nothing is fetched. A value whose files
    cannot be had is returned as not run, with the reason.
    """
    checks = []
    for golden in table:
        names = (golden.real, golden.fake, *golden.assets)
        try:
            paths = {name: _have(named(name), fetch) for name in names}
        except AssetError as error:
            checks += [
                GoldenCheck(golden.name, metric, value, tolerance, None, str(error))
                for metric, (value, tolerance) in golden.values.items()
            ]
            continue
        metrics = dict.fromkeys(_METRIC_OF.get(name.split()[0], name.split()[0])
                                for name in golden.values)  # fmt: skip
        measured = measure(
            paths[golden.real],
            paths[golden.fake],
            list(metrics),
            preset=golden.preset,
            blocks=0,
            device=device,
            offline=True,
            progress=progress,
        )
        found = {_key(row.metric, row.on): float(row.result) for row in measured.rows}
        checks += [
            GoldenCheck(golden.name, metric, value, tolerance, found[metric], golden.source)
            for metric, (value, tolerance) in golden.values.items()
        ]
    return checks


# precision and recall are two rows of one metric.
_METRIC_OF = {"precision": "manifold", "recall": "manifold"}


def _key(metric: str, on: str) -> str:
    return f"frechet {on.partition(':')[2]}" if metric == "frechet" else metric


def _have(asset: Asset, fetch: Callable[[Asset], Path] | None) -> Path:
    if (place := find(asset)) is not None:
        return place.path
    if fetch is None:
        raise AssetError(f"{asset.name} is not here; --fetch brings it from {asset.address}")
    return fetch(asset)
