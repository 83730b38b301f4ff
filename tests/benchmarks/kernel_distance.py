"""Kernel distance over all pairs against the 100 subsets of the peers, alternated, best of rounds.

    python tests/benchmarks/kernel_distance.py -n 10000 -d 2048 --rounds 3

Prints one line of JSON: seconds and values of each, and the ratios peer / ours.
"""

import argparse
import json
import time
from collections.abc import Callable

import numpy as np
import torch
from cleanfid.fid import kernel_distance as cleanfid_kernel_distance
from torch_fidelity.metric_kid import kid_features_to_metric

from rbench.metrics.kernel.distance import kernel_distance


def features(
    n: int, d: int, scale: float, seed: int
) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    """Return (n, d) float32 that look like pooled activations: correlated, never below 0."""
    rng = np.random.default_rng(seed)
    mixing = np.random.default_rng(99).normal(size=(40, d)).astype(np.float32)
    rows = scale * rng.normal(size=(n, 40)).astype(np.float32) @ mixing * 0.06
    rows += 0.3 * rng.normal(size=(n, d)).astype(np.float32) + 0.3
    return np.maximum(rows, 0)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Kernel distance against the peers.")
    parser.add_argument("-n", type=int, default=10_000, help="samples a side")
    parser.add_argument("-d", type=int, default=2048, help="dimensions")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--subsets", type=int, default=100, help="of the peers")
    given = parser.parse_args()
    real, fake = features(given.n, given.d, 1.0, 0), features(given.n, given.d, 0.95, 1)
    size = min(1000, given.n)

    def torch_fidelity() -> float:
        found = kid_features_to_metric(
            torch.from_numpy(fake),
            torch.from_numpy(real),
            kid_subsets=given.subsets,
            kid_subset_size=size,
            verbose=False,
        )
        return float(found["kernel_inception_distance_mean"])

    def clean_fid() -> float:
        return float(
            cleanfid_kernel_distance(real, fake, num_subsets=given.subsets, max_subset_size=size)
        )

    ways: dict[str, Callable[[], float]] = {
        "full": lambda: kernel_distance(real, fake, estimator="full").value,
        "subsets": lambda: (
            kernel_distance(
                real, fake, estimator="subsets", subsets=given.subsets, subset_size=size
            ).value
        ),
        "block": lambda: (
            kernel_distance(real, fake, estimator="block", block_size=min(1000, given.n // 2)).value
        ),
        "torch-fidelity": torch_fidelity,
        "clean-fid": clean_fid,
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    values: dict[str, float] = {}
    for _ in range(given.rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            values[name] = way()
            seconds[name].append(time.perf_counter() - start)
    best = {name: min(times) for name, times in seconds.items()}
    measured = {
        "n": given.n,
        "d": given.d,
        "seconds": {name: round(value, 4) for name, value in best.items()},
        "values": values,
        "torch_fidelity_over_full": round(best["torch-fidelity"] / best["full"], 2),
        "clean_fid_over_full": round(best["clean-fid"] / best["full"], 2),
        "torch_fidelity_over_subsets": round(best["torch-fidelity"] / best["subsets"], 2),
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
