"""Peer presets: what another evaluator pins, so that its number can be made here and named.

A preset says, per metric, which representation and output it reads, the steps from image to
input, and the metric's own options. The arithmetic stays ours (float64 means, an exact trace
term, no added epsilon), so a value agrees with the peer's as far as the peer's is right: `notes`
says where it can differ and by how much.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from rbench.assets import Asset
from rbench.assets.statistics import (
    ADM_IMAGENET_64,
    ADM_IMAGENET_128,
    ADM_IMAGENET_256,
    ADM_IMAGENET_512,
    ADM_LSUN,
    EDM,
    EDM2,
)
from rbench.errors import UsageError, nearest
from rbench.metrics.representations.dinov2 import DGM_EVAL_PREPROCESS, EDM2_PREPROCESS
from rbench.metrics.representations.fdr_set import FDR6
from rbench.metrics.representations.preprocess import Preprocess
from rbench.metrics.representations.registry import get_representation
from rbench.metrics.representations.representation import Representation

_NONE: Mapping[str, Any] = MappingProxyType({})

# (x - 128) / 128 on 0..255, as the TensorFlow graph has it.
_TF1 = Preprocess(
    299, "bilinear", kernel="tf1", range=(0, 255), mean=(128.0,) * 3, std=(128.0,) * 3
)
# 2 x - 1 on 0..1: white becomes 1.0 and not the 0.992 of the graph.
_HALF_PIXEL = Preprocess(299, "bilinear", mean=(0.5,) * 3, std=(0.5,) * 3)


@dataclass(frozen=True, slots=True)
class Preset:
    """One peer's protocol.

    Attributes:
        name: of the preset.
        source: the peer's version and the files that were read.
        representations: per metric, each ``name`` or ``name:output`` that it is computed on.
        preprocess: per representation, the peer's steps in place of the representation's own.
        options: per metric, the keyword arguments that the peer's number needs.
        reference: the statistics that the peer's published numbers use.
        references: file names of those statistics, where they are published; real images that are
            none of them get a warning.
        notes: where our value can differ from the peer's, and why.
    """

    name: str
    source: str
    representations: Mapping[str, tuple[str, ...]]
    preprocess: Mapping[str, Preprocess] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reference: str = "the real images that are given"
    references: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def option(self, metric: str) -> Mapping[str, Any]:
        """Return the keyword arguments that this preset pins for `metric`."""
        return self.options.get(metric, _NONE)


def _file_names(*assets: Asset) -> tuple[str, ...]:
    return tuple(asset.name.rpartition("/")[2] for asset in assets)


_FP32_MEAN = "the peer's mean is summed in float32: up to 1e-9 of the distance"
_SINGULAR = "with fewer samples than dimensions the peer's trace is 1e-4 off, always low; ours not"
_UNSEEDED = "the peer draws its subsets from the global generator: only the estimator agrees"

PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            "torch-fidelity",
            "torch-fidelity 0.4.0: metric_fid.py, metric_kid.py, metric_isc.py, metric_prc.py",
            {
                "frechet": ("inception-v3:pool",),
                "kernel": ("inception-v3:pool",),
                "inception-score": ("inception-v3:logits_unbiased",),
                "manifold": ("vgg16",),
            },
            {"inception-v3": _TF1},
            {
                "kernel": {"estimator": "subsets", "subsets": 100, "subset_size": 1000},
                "inception-score": {"variant": "torch-fidelity"},
                "manifold": {"k": 3, "ball": "<="},
            },
            notes=(_FP32_MEAN, _SINGULAR, "the peer sums its kernel in float32: 1e-6"),
        ),
        Preset(
            "pytorch-fid",
            "pytorch-fid 0.3.0: fid_score.py, inception.py",
            {"frechet": ("inception-v3:pool",)},
            {"inception-v3": _HALF_PIXEL},
            notes=(_SINGULAR, "the peer may add 1e-6 to both diagonals; ours never does"),
        ),
        Preset(
            "clean-fid",
            "clean-fid 0.1.35, mode clean: fid.py, resize.py",
            {"frechet": ("inception-v3:pool",), "kernel": ("inception-v3:pool",)},
            {
                "inception-v3": Preprocess(
                    299,
                    "bicubic",
                    antialias=True,
                    kernel="pillow-float",
                    range=(0, 255),
                    mean=(128.0,) * 3,
                    std=(128.0,) * 3,
                )
            },
            {"kernel": {"estimator": "subsets", "subsets": 100, "shrink": True}},
            notes=(_FP32_MEAN, _SINGULAR, _UNSEEDED),
        ),
        Preset(
            "torchmetrics",
            "torchmetrics 1.9, antialias=True, normalize=True for floats: image/fid.py, kid.py",
            {
                "frechet": ("inception-v3:pool",),
                "kernel": ("inception-v3:pool",),
                "inception-score": ("inception-v3:logits_unbiased",),
            },
            {
                "inception-v3": Preprocess(
                    299,
                    "bilinear",
                    antialias=True,
                    quantise="truncate",
                    range=(0, 255),
                    mean=(128.0,) * 3,
                    std=(128.0,) * 3,
                )
            },
            {
                "kernel": {"estimator": "subsets", "subsets": 100, "subset_size": 1000},
                "inception-score": {"variant": "torchmetrics"},
            },
            notes=(
                _SINGULAR,
                "the peer rounds its result to float32: 1e-7 of the distance",
                _UNSEEDED,
                "floats outside [0, 1] wrap around in the peer and are refused here",
            ),
        ),
        Preset(
            "adm",
            "openai/guided-diffusion 22e0df8: evaluations/evaluator.py",
            {
                # The second is sFID.
                "frechet": ("inception-v3:pool", "inception-v3:spatial"),
                "inception-score": ("inception-v3:logits_unbiased",),
                "manifold": ("inception-v3:pool",),
            },
            {"inception-v3": _TF1},
            {
                "inception-score": {"variant": "adm"},
                "manifold": {"k": 3, "ball": "<="},
            },
            reference="the reference batch: its stored mu and sigma (the whole training set) for "
            "FID and sFID, its 10,000 images for precision and recall (such as "
            "asset:VIRTUAL_imagenet256_labeled.npz)",
            references=_file_names(
                ADM_IMAGENET_64, ADM_IMAGENET_128, ADM_IMAGENET_256, ADM_IMAGENET_512, *ADM_LSUN
            ),
            notes=(
                _FP32_MEAN,
                _SINGULAR,
                "the peer's precision and recall measure distances in float16: about 1e-3 of the "
                "decisions",
                "the peer runs the graph in TensorFlow; the weights here are its conversion",
            ),
        ),
        Preset(
            "edm2",
            "NVlabs/edm2 32ecad3: calculate_metrics.py",
            {"frechet": ("inception-v3:pool", "dinov2-l")},
            {
                "inception-v3": _TF1,
                "dinov2-l": EDM2_PREPROCESS,
            },
            reference="EDM's and EDM2's statistics of the training set",
            references=_file_names(*EDM, *EDM2),
            notes=(_SINGULAR, "the peer resizes for Inception inside its own graph: 1e-6"),
        ),
        Preset(
            "dgm-eval",
            "layer6ai-labs/dgm-eval d57a6d2: models/inception.py, models/dinov2.py, metrics/",
            {
                "frechet": ("dinov2-l",),
                "kernel": ("dinov2-l",),
                "manifold": ("dinov2-l",),
                "inception-score": ("inception-v3:logits_unbiased",),
            },
            {
                "dinov2-l": DGM_EVAL_PREPROCESS,
                "inception-v3": _HALF_PIXEL,
            },
            {
                "kernel": {"estimator": "subsets", "subsets": 100, "shrink": True},
                "manifold": {"k": 5, "ball": "<"},
                "inception-score": {"variant": "dgm-eval"},
            },
            notes=(_SINGULAR, _UNSEEDED, "the peer takes 10,000 samples a side for the manifold"),
        ),
        Preset(
            "fd-loss",
            "Jiawei-Yang/FD-loss 5c03b81: eval_all_fds.py, frechet_distance/",
            {
                "frechet": ("inception-v3:pool",),
                "fdr": FDR6,
                "inception-score": ("inception-v3:logits_unbiased",),
                "manifold": ("inception-v3:pool",),
            },
            {
                "inception-v3": Preprocess(
                    299,
                    "bilinear",
                    kernel="tf1",
                    quantise="none",
                    mean=(0.5,) * 3,
                    std=(0.5,) * 3,
                )
            },
            {
                "inception-score": {"variant": "torch-fidelity"},
                "manifold": {"k": 3, "ball": "<="},
            },
            reference="ImageNet's training set, cropped as ADM does to 256",
            references=(*_file_names(ADM_IMAGENET_256), "guided_diffusion_stats.npz"),
            notes=(_SINGULAR, "the peer divides by normalisers rounded to two decimals"),
        ),
    )
}


def get_preset(name: str) -> Preset:
    """Return the preset of that name. Raises `UsageError` for an unknown one."""
    if name not in PRESETS:
        raise UsageError(f"there is no preset {name!r}{nearest(name, list(PRESETS))}")
    return PRESETS[name]


def fdr_representation(name: str) -> Representation:
    """Return a representation behind the steps that FDr takes it with: those of ``fd-loss``."""
    found = get_representation(name)
    steps = PRESETS["fd-loss"].preprocess.get(name)
    return found if steps is None else found.with_preprocess(steps)
