"""CMMD against the official float32 formula: error and time on equal distributions.

    python tests/benchmarks/cmmd.py -n 5000 -d 768 --rounds 3

The truth is ours on float64 copies of the same features. Prints one line of JSON.
"""

import argparse
import json
import time
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from rbench.metrics.kernel.cmmd import cmmd

Matrix = npt.NDArray[Any]


def directions(n: int, d: int, seed: int) -> Matrix:
    """Return (n, d) float32 unit vectors with a common mean, as CLIP's are."""
    rows = np.random.default_rng(seed).normal(size=(n, d)) + 1
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32)


def official_formula(real: Matrix, fake: Matrix) -> float:
    """Return the formula as published, float32 throughout, three (n, n) matrices."""
    x, y = torch.from_numpy(real), torch.from_numpy(fake)

    def mean(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        squares = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * (a @ b.T)
        return torch.exp(-squares / 200).mean()

    return float(1000 * (mean(x, x) + mean(y, y) - 2 * mean(x, y)))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="CMMD against the official formula.")
    parser.add_argument("-n", type=int, default=5000, help="samples a side")
    parser.add_argument("-d", type=int, default=768, help="dimensions")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    real, fake = directions(given.n, given.d, 0), directions(given.n, given.d, 1)
    truth = cmmd(real.astype(np.float64), fake.astype(np.float64)).value
    ways = {
        "ours": lambda: cmmd(real, fake).value,
        "official": lambda: official_formula(real, fake),
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
        "truth": truth,
        "errors": {name: value - truth for name, value in values.items()},
        "seconds": {name: round(value, 3) for name, value in best.items()},
        "official_over_ours": round(best["official"] / best["ours"], 2),
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
