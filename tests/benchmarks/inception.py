"""Images per second of `inception-v3` against torch-fidelity's network, in the same process.

    python -m tests.benchmarks.inception [--images 64] [--rounds 3] [--batch 32] [--threads 2]

Both take the same real pictures (crops of 256 x 256 in uint8) to 2048 features, resizing
included, on the same random weights. Rounds alternate; the best round of each counts.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from rbench.metrics.representations.extractor import Extractor
from rbench.metrics.representations.inception_v3 import inception_v3
from tests.metrics.representations.pictures import crops
from tests.metrics.representations.random_inception import peer_network, random_state

WANTED = 1.6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=32, help="of both")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--cpu-time", action="store_true", help="for a machine that is shared")
    arguments = parser.parse_args()
    clock = time.process_time if arguments.cpu_time else time.perf_counter
    torch.set_num_threads(arguments.threads)
    images = crops(arguments.images, 256)
    tensor = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "random.pth"
        torch.save(random_state(), weights)
        extractor = Extractor(replace(inception_v3(weights), batch=arguments.batch), device="cpu")
        peer = peer_network(weights)
    peer.features_list = ["2048"]

    def ours() -> np.ndarray:
        return extractor.extract(tensor)["pool"]

    def theirs() -> np.ndarray:
        with torch.inference_mode():
            return np.concatenate([peer(part)[0].numpy() for part in tensor.split(arguments.batch)])

    best = {"rbench": float("inf"), "torch-fidelity": float("inf")}
    functions: dict[str, Callable[[], np.ndarray]] = {"rbench": ours, "torch-fidelity": theirs}
    features = {}
    for _ in range(arguments.rounds):
        for name, function in functions.items():
            start = clock()
            features[name] = function()
            best[name] = min(best[name], clock() - start)
    for name, seconds in best.items():
        print(f"{name:15} {arguments.images / seconds:7.2f} images/s")
    ratio = best["torch-fidelity"] / best["rbench"]
    print(f"{'ratio':15} {ratio:7.2f} (wanted: {WANTED})")
    expected = features["torch-fidelity"].astype(np.float64)
    difference = np.linalg.norm(features["rbench"] - expected, axis=1)
    error = float((difference / np.linalg.norm(expected, axis=1)).max())
    print(f"{'relative error':15} {error:7.1e} (wanted: below 1e-6)")


if __name__ == "__main__":
    main()
