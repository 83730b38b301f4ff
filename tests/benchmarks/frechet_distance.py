"""Fréchet distance from moments, and its error where n < d, beside the peers.

    python tests/benchmarks/frechet_distance.py [-d 2048] [--rounds 2] [--singular 1000]

Alternated rounds in one process, smallest wall-clock seconds; the peers take the same float64
statistics. The error is against an optimal transport: Y = X T with T positive definite, whose
distance is known exactly. `peer / rbench` is the number of times that rbench is faster.
"""

import argparse
import warnings
from typing import Any

import numpy as np
import torch
from alternated import best_of
from pytorch_fid.fid_score import calculate_frechet_distance
from torch_fidelity.metric_fid import KEY_METRIC_FID, fid_statistics_to_metric
from torchmetrics.image.fid import _compute_fid

from rbench.metrics.frechet.distance import frechet_distance
from rbench.metrics.moments import Moments

OURS = "rbench"


def peers(real: Moments, fake: Moments) -> dict[str, Any]:
    """Return what each peer does with the same statistics."""
    mean, covariance, other, others = real.mean, real.covariance, fake.mean, fake.covariance
    tensors = [torch.from_numpy(x) for x in (mean, covariance, other, others)]
    first, second = {"mu": mean, "sigma": covariance}, {"mu": other, "sigma": others}
    return {
        "pytorch-fid": lambda: calculate_frechet_distance(mean, covariance, other, others),
        "torch-fidelity": lambda: fid_statistics_to_metric(first, second, False)[KEY_METRIC_FID],
        "torchmetrics": lambda: _compute_fid(*tensors),
    }


def fresh(moments: Moments) -> Moments:
    """Return the same moments without a factor."""
    return Moments.from_statistics(moments.mean, moments.covariance, moments.n)


def table(title: str, ways: dict[str, Any], rounds: int, exact: float | None) -> None:
    """Measure and print one table."""
    found = best_of(rounds, ways)
    own = found[OURS][0]
    against = float(found[OURS][1]) if exact is None else exact
    print(f"\n{title}\n")
    print(f"| | seconds | peer / rbench | {'from rbench' if exact is None else 'error'} |")
    print("| --- | --: | --: | --: |")
    for name, (seconds, value) in found.items():
        difference = float(value) - against
        print(f"| {name} | {seconds:.2f} | {seconds / own:.1f} | {difference:+.1e} |")
    print(f"\nmethod {found[OURS][1].method}, value {float(found[OURS][1]):.9f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-d", "--dimension", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--singular", type=int, default=1000, help="samples of the singular case")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    d, rng = given.dimension, np.random.default_rng(0)
    root = rng.normal(size=(d, d)) / np.sqrt(d)
    transport = root @ root.T + 0.1 * np.eye(d)

    rows = rng.normal(size=(5 * d, d))
    real, fake = Moments(d).update(rows), Moments(d).update(rng.normal(size=(5 * d, d)) @ transport)
    # A reference is used again and again: with its factor kept, and without.
    kept = fresh(real)
    kept.factor()
    bare = [(fresh(real), fresh(fake)) for _ in range(given.rounds)]
    ways = {
        OURS: lambda: frechet_distance(*bare.pop()),
        "rbench, factor kept": lambda: frechet_distance(kept, fake),
        **peers(real, fake),
    }
    table(f"Full rank, d = {d}, n = {5 * d}, from moments", ways, given.rounds, None)

    few = rng.normal(size=(given.singular, d))
    few -= few.mean(0)
    moved = few @ transport
    exact = float(((few - moved) ** 2).sum() / (given.singular - 1))
    a, b = Moments(d).update(few), Moments(d).update(moved)
    ways = {
        OURS: lambda: frechet_distance(few, moved),
        "rbench, from moments": lambda: frechet_distance(fresh(a), fresh(b)),
        **peers(a, b),
    }
    table(f"n = {given.singular} < d = {d}", ways, 1, exact)
    for name, value in (("features", few), ("moments", a), ("full rank", real)):
        print(f"a set to itself, {name}: {frechet_distance(value, value).value:+.1e}")


if __name__ == "__main__":
    main()
