"""Precision, recall, density and coverage against the peers, and the memory of a large run.

    python tests/benchmarks/manifold.py -n 5000 -d 2048 --rounds 3
    python tests/benchmarks/manifold.py -n 10000 --without-prdc
    python tests/benchmarks/manifold.py --memory-n 50000

The first forms print one line of JSON: best seconds, alternated, and the ratios peer / ours. The
last runs ours alone in a process of its own, on memory-mapped float32 features, and prints its
seconds and largest resident memory.
"""

import argparse
import contextlib
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rbench.metrics.manifold import SCORES, manifold_scores

Matrix = npt.NDArray[Any]


def write_features(path: Path, n: int, d: int, scale: float, seed: int) -> Matrix:
    """Write (n, d) float32 like pooled activations, in parts, and return them memory-mapped."""
    rng = np.random.default_rng(seed)
    mixing = np.random.default_rng(99).normal(size=(40, d)).astype(np.float32)
    rows = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(n, d))
    for start in range(0, n, 1000):
        part = rows[start : start + 1000]
        part[:] = scale * rng.normal(size=(len(part), 40)).astype(np.float32) @ mixing * 0.06
        part += 0.3 * rng.normal(size=part.shape).astype(np.float32) + 0.3
        np.maximum(part, 0, out=part)
    rows.flush()
    return np.asarray(np.load(path, mmap_mode="r"))


def in_one_process(folder: Path, k: int) -> None:
    """Run ours on the features in `folder` and print what it took."""
    real, fake = (np.load(folder / f"{role}.npy", mmap_mode="r") for role in ("real", "fake"))
    start = time.perf_counter()
    result = manifold_scores(real, fake, k=k)
    measured = {
        "seconds": round(time.perf_counter() - start, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "features_mb": round((real.nbytes + fake.nbytes) / 2**20, 1),
        "scores": {name: float(getattr(result, name)) for name in SCORES},
    }
    print(json.dumps(measured))


def memory(n: int, d: int, k: int) -> None:
    """Measure ours at `n` samples a side, features included."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_features(folder / "real.npy", n, d, 1.0, 0)
        write_features(folder / "fake.npy", n, d, 0.95, 1)
        command = [sys.executable, __file__, "--folder", name, "-k", str(k)]
        subprocess.run(command, check=True, env=os.environ)


def speed(n: int, d: int, k: int, rounds: int, with_prdc: bool) -> None:
    """Time ours and the peers in turn."""
    import torch
    from prdc import compute_prdc
    from torch_fidelity.metric_prc import prc_features_to_metric

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        real = np.array(write_features(folder / "real.npy", n, d, 1.0, 0))
        fake = np.array(write_features(folder / "fake.npy", n, d, 0.95, 1))

    def ours() -> dict[str, float]:
        result = manifold_scores(real, fake, k=k)
        return {name: float(getattr(result, name)) for name in SCORES}

    def torch_fidelity(save_cpu_ram: bool) -> dict[str, float]:
        found: dict[str, float] = prc_features_to_metric(
            torch.from_numpy(fake),
            torch.from_numpy(real),
            prc_neighborhood=k,
            prc_batch_size=10_000,
            save_cpu_ram=save_cpu_ram,
            verbose=False,
        )
        return found

    def prdc() -> dict[str, float]:
        with contextlib.redirect_stdout(io.StringIO()):
            return {name: float(v) for name, v in compute_prdc(real, fake, k).items()}

    ways: dict[str, Callable[[], dict[str, float]]] = {
        "ours": ours,
        "torch-fidelity": lambda: torch_fidelity(False),
        "torch-fidelity save_cpu_ram": lambda: torch_fidelity(True),
    }
    if with_prdc:
        ways["prdc"] = prdc
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    values: dict[str, dict[str, float]] = {}
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            values[name] = way()
            seconds[name].append(time.perf_counter() - start)
    best = {name: min(times) for name, times in seconds.items()}
    measured = {
        "n": n,
        "d": d,
        "k": k,
        "seconds": {name: round(value, 3) for name, value in best.items()},
        "ratios": {
            name: round(value / best["ours"], 2) for name, value in best.items() if name != "ours"
        },
        "values": values,
    }
    print(json.dumps(measured))


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description="Manifold scores against the peers.")
    parser.add_argument("-n", type=int, default=5000, help="samples a side")
    parser.add_argument("-d", type=int, default=2048, help="dimensions")
    parser.add_argument("-k", type=int, default=5, help="neighbours")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without-prdc", action="store_true")
    parser.add_argument("--memory-n", type=int, help="measure memory at this many samples instead")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.folder:
        in_one_process(given.folder, given.k)
    elif given.memory_n:
        memory(given.memory_n, given.d, given.k)
    else:
        speed(given.n, given.d, given.k, given.rounds, not given.without_prdc)


if __name__ == "__main__":
    main()
