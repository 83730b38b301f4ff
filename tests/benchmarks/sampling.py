"""The engine of image runs beside a bare loop that samples and extracts features.

    python -m tests.benchmarks.sampling [-n 10000] [--model flow-digits]
    python -m tests.benchmarks.sampling --gpu [-n 10000]

Digits: shard by shard, either side makes the same number of samples by 32 Euler steps, rounds
them and computes the features of both evaluators; who goes first alternates. The bare loop draws
with torch.randn, keeps nothing but the features, and writes no file. Printed: seconds of all
shards, the ratio of the sums and the median of the shards' ratios, by the wall clock and by
processor time (which other processes on the machine disturb less). The engine's includes one
batch that is made a second time, for the spot check. Wanted: below 1.05.

With ``--gpu``: images of 256 x 256 from a small decoder through Inception (random weights), images
per second from end to end, as a share of the network alone on images that lie ready on the GPU.
Wanted: 0.85 or more.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from rbench.harness.generators.context import GeneratorContext
from rbench.harness.generators.opening import GeneratorModel, open_generator
from rbench.harness.images.extraction import Extractors, load_extractors
from rbench.harness.images.options import ImageRunOptions
from rbench.harness.images.plan import ImageCell, Unit, units
from rbench.harness.images.plan_image_cell import plan_image_cell
from rbench.harness.images.sampling import ShardMaker, computing
from rbench.harness.images.shards import Shards
from rbench.harness.images.task import ImageTask
from rbench.harness.types import TaskInput
from rbench.tasks.digits import Digits
from rbench.tasks.image_options import ImageTaskOptions

STEPS = 32
WANTED = 1.05


class Timed:
    """Wall-clock and processor seconds of some pieces of work."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []

    @contextmanager
    def piece(self) -> Iterator[None]:
        """Time one piece."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(time.process_time() - cpu)


def bare(network: Any, extractors: Extractors, samples: int, batch: int) -> list[np.ndarray]:
    """Sample and extract as a script would."""
    features = []
    for start in range(0, samples, batch):
        n = min(batch, samples - start)
        z = torch.randn(n, 1, 8, 8)
        for step in range(STEPS):
            z = z - network(z, torch.full((n,), 1 - step / STEPS)) / STEPS
        images = (127.5 * z + 128).clip(0, 255).to(torch.uint8)
        for extractor in extractors.values():
            features += [*extractor.extract(images).values()]
    return features


def digits(n: int, name: str) -> None:
    """Measure the overhead and print it."""
    task = Digits.load(ImageTaskOptions(evaluators="all"), TaskInput())
    given = {"steps": str(STEPS), "device": "cpu"}
    model = open_generator(f"zoo/{name}", given, GeneratorContext(task, "cpu", True))
    options = ImageRunOptions(out=Path(), task_entry="digits", limit=n, device="cpu")
    cell = plan_image_cell(task, model, options)
    extractors = load_extractors(task, device="cpu", offline=True)
    network = model.generator.networks["network"]
    one, other = Timed(), Timed()
    with tempfile.TemporaryDirectory() as folder, computing(cell.threads):
        maker = ShardMaker(cell, task, model.generator, extractors, Shards(folder), device="cpu")
        bare(network, extractors, cell.batch, cell.batch)  # warms up what both share

        def script(unit: Unit) -> None:
            with one.piece():
                bare(network, extractors, len(unit), cell.batch)

        def engine(unit: Unit) -> None:
            with other.piece():
                maker.ensure(unit)

        for unit in units(cell):
            order: list[Callable[[Unit], None]] = [script, engine]
            for work in order if unit.number % 2 else order[::-1]:
                work(unit)
    print(
        f"{n} samples of zoo/{name}, {STEPS} steps, batches of {cell.batch}, {cell.threads} thread"
    )
    print("| | bare loop s | engine s | ratio | median of shards |")
    print("| --- | --: | --: | --: | --: |")
    for clock, a, b in (("wall", one.wall, other.wall), ("processor", one.cpu, other.cpu)):
        ratios = [y / x for x, y in zip(a, b, strict=True)]
        print(
            f"| {clock} | {sum(a):.2f} | {sum(b):.2f} | {sum(b) / sum(a):.3f} | "
            f"{statistics.median(ratios):.3f} |"
        )
    print(f"wanted: below {WANTED}")


def gpu(n: int, rounds: int = 3) -> None:
    """Measure the throughput on a GPU and print it."""
    from tests.benchmarks.latent_decoder import BATCH, LatentDecoder, inception_task

    if not torch.cuda.is_available():
        raise SystemExit("there is no GPU here")
    with tempfile.TemporaryDirectory() as folder, computing(1):
        task = inception_task(Path(folder), n)
        generator = LatentDecoder("cuda")
        extractors = load_extractors(task, device="cuda", offline=True)
        (extractor,) = extractors.values()
        batch = extractor.representation.batch
        ready = torch.randint(0, 256, (batch, 3, 256, 256), dtype=torch.uint8, device="cuda")
        alone, end_to_end, sampling = [], [], []
        for number in range(rounds + 1):
            alone.append(_seconds(lambda: _through(extractor, ready, n)))
            sampling.append(_seconds(lambda: generator.make(n)))
            out = Path(folder) / str(number)
            end_to_end.append(
                _seconds(lambda out=out: _engine(task, generator, extractors, out, n))
            )
    print(f"{n} images of 256 x 256 on {torch.cuda.get_device_name()}, batches of {BATCH}")
    for name, seconds in (
        ("network alone", alone), ("generator alone", sampling), ("end to end", end_to_end)
    ):  # fmt: skip
        print(f"{name:16} {n / statistics.median(seconds[1:]):9.1f} images/s")
    share = statistics.median(a / b for a, b in zip(alone[1:], end_to_end[1:], strict=True))
    print(f"{'share':16} {share:9.2f} (wanted: 0.85 or more)")


def _seconds(work: Callable[[], Any]) -> float:
    torch.cuda.synchronize()
    start = time.perf_counter()
    work()
    torch.cuda.synchronize()
    return time.perf_counter() - start


def _through(extractor: Any, ready: torch.Tensor, n: int) -> None:
    for _ in extractor.stream(ready[: n - start] for start in range(0, n, len(ready))):
        pass


def _engine(task: ImageTask, generator: Any, extractors: Extractors, out: Path, n: int) -> None:
    options = ImageRunOptions(out=out, task_entry="", limit=n, device="cuda")
    cell: ImageCell = plan_image_cell(task, GeneratorModel("decoder", generator, False), options)
    maker = ShardMaker(cell, task, generator, extractors, Shards(out), threads=4, device="cuda")
    for unit in units(cell):
        maker.ensure(unit)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=10_000, help="samples")
    parser.add_argument("--model", default="flow-digits", help="a flow of the zoo, 8 x 8")
    parser.add_argument("--gpu", action="store_true")
    given = parser.parse_args()
    if given.gpu:
        gpu(given.n)
    else:
        digits(given.n, given.model)


if __name__ == "__main__":
    main()
