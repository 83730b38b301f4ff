"""Mean and covariance of features that come in batches, beside what the peers do.

    python tests/benchmarks/covariance.py [-n 10000] [-d 2048] [--batch 64] [--rounds 2]

Alternated rounds in one process, smallest wall-clock seconds. torchmetrics' own class runs with a
network that hands its features through; np.cov (torch-fidelity, clean-fid) needs all rows at once.
Errors are relative to np.cov in float64.
"""

import argparse
from typing import Any

import numpy as np
import torch
from alternated import best_of
from torchmetrics.image.fid import FrechetInceptionDistance

from rbench.metrics.moments import Moments

OURS = "rbench"


class Through(torch.nn.Module):
    """Hands features through as if they were computed."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.num_features = d

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the images themselves, (n, d)."""
        return images


def streamed(rows: Any, batch: int) -> Any:
    """Return rbench's covariance."""
    moments = Moments(rows.shape[1])
    for start in range(0, len(rows), batch):
        moments.update(rows[start : start + batch])
    return moments.covariance


def torchmetrics(rows: torch.Tensor, batch: int) -> Any:
    """Return torchmetrics' covariance, by the formula of its compute()."""
    metric = FrechetInceptionDistance(Through(rows.shape[1]), input_img_size=(1,))
    for start in range(0, len(rows), batch):
        metric.update(rows[start : start + batch], real=True)
    n, total = metric.real_features_num_samples, metric.real_features_sum
    mean = (total / n)[None]
    return ((metric.real_features_cov_sum - n * mean.t().mm(mean)) / (n - 1)).numpy()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=10000)
    parser.add_argument("-d", "--dimension", type=int, default=2048)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    rng = np.random.default_rng(0)
    rows = (rng.normal(size=(given.n, given.dimension)) + 0.5).astype(np.float32)
    tensor = torch.from_numpy(rows)
    found = best_of(
        given.rounds,
        {
            OURS: lambda: streamed(rows, given.batch),
            "rbench, tensors": lambda: streamed(tensor, given.batch),
            "torchmetrics": lambda: torchmetrics(tensor, given.batch),
            "np.cov, all rows at once": lambda: np.cov(rows, rowvar=False),
        },
    )
    exact = np.cov(rows.astype(np.float64), rowvar=False)
    print(f"n = {given.n}, d = {given.dimension}, batches of {given.batch}\n")
    print("| | seconds | peer / rbench | relative error |")
    print("| --- | --: | --: | --: |")
    for name, (seconds, value) in found.items():
        error = np.abs(value - exact).max() / np.abs(exact).max()
        print(f"| {name} | {seconds:.2f} | {seconds / found[OURS][0]:.1f} | {error:.0e} |")


if __name__ == "__main__":
    main()
