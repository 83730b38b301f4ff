"""The Inception Score of class logits, in the variants that packages compute.

IS = exp(mean_i KL(p_i || q)), q the mean of the p_i, averaged over splits: Salimans et al. 2016,
arXiv 1606.03498; Barratt and Sharma 2018, arXiv 1801.01973, on what it depends on.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from rbench.errors import DataError, UsageError
from rbench.metrics.arrays import Features, as_matrix, is_tensor
from rbench.metrics.intervals import check_level
from rbench.metrics.normal_interval import normal_interval
from rbench.metrics.results import MetricResult
from rbench.metrics.seeds import check_seed

Variant = Literal["torch-fidelity", "adm", "torchmetrics", "dgm-eval"]
VARIANTS: tuple[Variant, ...] = ("torch-fidelity", "adm", "torchmetrics", "dgm-eval")

_ADM_SPLIT = 5000
_FEW = 5000
_BLOCK_BYTES = 2**23
_SHUFFLED = ("torch-fidelity", "torchmetrics", "dgm-eval")
_DDOF = {"torch-fidelity": 0, "adm": 0, "torchmetrics": 1, "dgm-eval": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class InceptionScoreResult(MetricResult):
    """An Inception Score, between 1 and the number of classes.

    Attributes:
        scores: of the splits.
        spread: their standard deviation with the variant's ddof, what packages print after the
            plus-minus sign; no standard error of the mean. None where there is one split only and
            ddof is 1.
        spread_ddof: 0 or 1.
    """

    scores: tuple[float, ...]
    spread: float | None
    spread_ddof: int


def inception_score(
    logits: Features,
    *,
    variant: Variant = "torch-fidelity",
    splits: int | None = None,
    seed: int = 2020,
    level: float = 0.95,
) -> InceptionScoreResult:
    """Return the Inception Score of `logits` (n, classes), one row per generated image.

    Variants differ in the order of the images, in the splits, and in the logits they are given:

    - ``torch-fidelity`` (0.4): logits without bias, 1008 classes; shuffled by
      ``np.random.RandomState(seed)``; split i of s holds rows i n // s to (i + 1) n // s; ddof 0.
    - ``adm`` (guided-diffusion): logits without bias, 1008; in the order given; splits of 5000 and
      a shorter last one. `splits` cannot be chosen.
    - ``torchmetrics`` (1.9): logits without bias, 1008; shuffled (theirs by torch's global
      generator, here by ``np.random.RandomState(seed)``: the same formula, another order);
      ``torch.chunk``: splits of ceil(n / s), so there may be fewer than s; ddof 1.
    - ``dgm-eval`` (d57a6d2): logits without bias, 1008; shuffled as torch-fidelity does; splits of
      n // s, the remainder is left out; ddof 0.

    Args:
        logits: (n, classes), numpy or torch, before the softmax, which is float64.
        variant: see above.
        splits: number of splits, 10 if None.
        seed: of the shuffle, for the variants that have one.
        level: of the interval.

    The standard error is that of the infinitesimal jackknife over images: the influence of image i
    on log IS of its split is KL(p_i || q) less its mean. The interval covers the sampling of the
    images, not the bias of finite n, which lowers a score by about (classes that occur) / (2 n per
    split) of itself.

    Raises `DataError` for logits that are no finite matrix or fewer than the splits; `UsageError`
    for a variant or a number of splits that there is not.
    """
    check_level(level)
    if variant not in VARIANTS:
        raise UsageError(f"variant={variant!r}: give one of {', '.join(VARIANTS)}.")
    if variant == "adm" and splits is not None:
        raise UsageError(f"splits={splits}: adm splits by {_ADM_SPLIT} images; leave it out.")
    wanted = 10 if splits is None else splits
    if wanted < 1:
        raise UsageError(f"splits={splits}: give 1 or more.")
    check_seed(seed)
    matrix: Any = as_matrix(logits, "logits")
    n = len(matrix)
    if variant != "adm" and n < wanted:
        raise DataError(f"logits has {n} samples, fewer than splits={wanted}: take fewer.")
    order = np.arange(n)
    if variant in _SHUFFLED:
        order = np.random.RandomState(seed).permutation(n)
    parts = [order[start:stop] for start, stop in _bounds(variant, n, wanted)]
    found = [_split(matrix, part) for part in parts]
    scores = [split.score for split in found]
    ddof = _DDOF[variant]
    value = float(np.mean(scores))
    error, interval, note = None, None, "a split holds a single image"
    if min(len(part) for part in parts) > 1:
        error, note = math.sqrt(sum(split.variance for split in found)) / len(found), ""
        interval = normal_interval(
            value,
            error,
            level,
            "normal, infinitesimal jackknife",
            "sampling of the fake images; not the bias of finite n",
        )
    return InceptionScoreResult(
        metric=f"inception-score/{variant}",
        value=value,
        method=f"mean of {len(parts)} splits of {min(map(len, parts))} to {max(map(len, parts))}",
        n={"fake": n},
        standard_error=error,
        interval=interval,
        interval_note=note,
        warnings=_warnings(variant, n, parts, found),
        about={
            "variant": variant,
            "splits": len(parts),
            "classes": int(matrix.shape[1]),
            "shuffle_seed": seed if variant in _SHUFFLED else None,
        },
        scores=tuple(scores),
        spread=float(np.std(scores, ddof=ddof)) if len(scores) > ddof else None,
        spread_ddof=ddof,
    )


@dataclass(frozen=True, slots=True)
class _Split:
    score: float
    variance: float
    marginal: npt.NDArray[np.float64]


def _bounds(variant: Variant, n: int, splits: int) -> list[tuple[int, int]]:
    if variant == "torch-fidelity":
        return [(i * n // splits, (i + 1) * n // splits) for i in range(splits)]
    if variant == "dgm-eval":
        size = n // splits
        return [(i * size, (i + 1) * size) for i in range(splits)]
    size = _ADM_SPLIT if variant == "adm" else -(-n // splits)
    return [(start, min(start + size, n)) for start in range(0, n, size)]


def _split(logits: Any, rows: npt.NDArray[np.intp]) -> _Split:
    """Return the score of some rows, its variance, and the mean of their probabilities.

    In two passes, so that no more than a block of probabilities is in memory.
    """
    marginal = np.zeros(logits.shape[1])
    for p, _ in _softmax(logits, rows):
        marginal += p.sum(axis=0)
    marginal /= len(rows)
    # A class of probability 0 in every row adds 0 to every divergence.
    log_marginal = np.log(np.where(marginal > 0, marginal, 1.0))
    divergences = np.concatenate(
        [np.einsum("ij,ij->i", p, log_p - log_marginal) for p, log_p in _softmax(logits, rows)]
    )
    score = math.exp(math.fsum(divergences) / len(rows))
    spread = float(np.var(divergences, ddof=1)) if len(rows) > 1 else math.inf
    return _Split(score, score**2 * spread / len(rows), marginal)


def _softmax(
    logits: Any, rows: npt.NDArray[np.intp]
) -> Iterator[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
    """Yield probabilities and their logarithms, float64, block by block."""
    height = max(1, _BLOCK_BYTES // (8 * logits.shape[1]))
    for start in range(0, len(rows), height):
        some = rows[start : start + height]
        if is_tensor(logits):
            import torch

            picked = logits[torch.from_numpy(some).to(logits.device)].double().cpu().numpy()
        else:
            picked = logits[some].astype(np.float64)
        picked -= picked.max(axis=1, keepdims=True)
        p = np.exp(picked)
        total = p.sum(axis=1, keepdims=True)
        p /= total
        picked -= np.log(total)
        yield p, picked


def _warnings(
    variant: Variant, n: int, parts: list[npt.NDArray[np.intp]], found: list[_Split]
) -> tuple[str, ...]:
    warnings = []
    smallest = min(len(part) for part in parts)
    if smallest < _FEW:
        warnings.append(
            f"The smallest split holds {smallest} images: with fewer than {_FEW} a split the score "
            f"is low, and compares only with others of the same n and splits."
        )
    used = sum(len(part) for part in parts)
    if used < n:
        warnings.append(f"{n - used} of {n} images were left out, as dgm-eval does.")
    if variant not in _SHUFFLED and _splits_differ(found, parts):
        warnings.append(
            "The splits hold different classes, as files sorted by class do: the score is far too "
            "low. Shuffle the images, or take variant='torch-fidelity'."
        )
    return tuple(warnings)


def _splits_differ(found: list[_Split], parts: list[npt.NDArray[np.intp]]) -> bool:
    """Return whether the class frequencies of the splits differ by more than chance.

    With one class an image, 2 n times their mean divergence is chi-squared with
    (classes - 1) (splits - 1) degrees of freedom for images in random order, and with blurred
    probabilities less; twice that mean and six standard deviations are beyond chance.
    """
    weights = np.array([len(part) for part in parts], np.float64)
    marginals = np.stack([split.marginal for split in found])
    together = weights @ marginals / weights.sum()
    ratio = np.where(marginals > 0, marginals, 1.0) / np.where(together > 0, together, 1.0)
    statistic = 2 * float(weights @ (marginals * np.log(ratio)).sum(axis=1))
    freedom = (int((together > 0).sum()) - 1) * (len(parts) - 1)
    return statistic > 2 * freedom + 6 * math.sqrt(2 * freedom)
