"""How long an RBench-V-shaped set takes to load and validate, and how much memory that needs.

The set has 803 rows: 763 with a picture of its own of about 800 x 600, half of them PNG and half
JPEG (crops of photographs with lines drawn into them), and 40 without. It is written as one
parquet file with image structs, as the hub has it, and read through `rbench.tasks.rbench_v` by a
fresh process; so is a set of a tenth of the rows. Printed: the size of the file, the seconds of
the load, the peak resident memory of the process, and that before the load (Linux only).

    python -m tests.benchmarks.picture_loading [--rows 803]
"""

import argparse
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
from PIL import Image, ImageDraw
from skimage import data as photographs

WITHOUT = 20  # one row in so many has no picture: 40 of 803
CATEGORIES = ("Math", "Physics", "Counting", "Game")

LOAD = """
import json, sys, time
from pathlib import Path
from rbench.harness.types import TaskInput
from rbench.tasks.rbench_v import RBenchV, RBenchVOptions
# Not getrusage, whose peak is at first that of the process which started this one.
status = lambda: Path("/proc/self/status").read_text()
peak = lambda: int(status().partition("VmHWM:")[2].split()[0]) / 1024
before, start = peak(), time.perf_counter()
task = RBenchV.load(RBenchVOptions(), TaskInput(data=Path(sys.argv[1]), offline=True))
print(json.dumps({"seconds": time.perf_counter() - start, "before": before, "peak": peak(),
                  "items": len(task.items), "pictures": sum(bool(i.blobs) for i in task.items)}))
"""


def rows(count: int) -> Iterator[dict[str, object]]:
    """Yield rows of RBench-V."""
    rng = np.random.default_rng(0)
    sources = [Image.fromarray(photographs.astronaut()), Image.fromarray(photographs.coffee())]
    for i in range(count):
        content = None if i % WITHOUT == WITHOUT - 1 else picture(sources[i % 2], rng, i)
        yield {
            "question": f"How many lines cross in picture {i}?",
            "answer": str(i % 10),
            "image": None if content is None else {"bytes": content, "path": None},
            "catagory": CATEGORIES[i % 4],
        }


def picture(source: Image.Image, rng: np.random.Generator, number: int) -> bytes:
    """Return a file of about 800 x 600 pixels, PNG or JPEG by the number."""
    size = (int(rng.integers(760, 840)), int(rng.integers(570, 630)))
    left, top = (int(x) for x in rng.integers(0, 100, 2))
    image = source.crop((left, top, left + 300, top + 225)).resize(size)
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        draw.line([int(x) for x in rng.integers(0, 570, 4)], fill=(200, 30, 30), width=3)
    file = io.BytesIO()
    if number % 4 < 2:
        image.save(file, "PNG", compress_level=1)
    else:
        image.save(file, "JPEG")
    return file.getvalue()


def measure(count: int) -> None:
    """Write a set of `count` rows, load it in a fresh process, print one line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "full.parquet"
        image = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
        schema = pyarrow.schema(
            [
                ("question", pyarrow.string()),
                ("answer", pyarrow.string()),
                ("image", image),
                ("catagory", pyarrow.string()),
            ]
        )
        pyarrow.parquet.write_table(
            pyarrow.Table.from_pylist(list(rows(count)), schema), path, row_group_size=100
        )
        command = [sys.executable, "-c", LOAD, folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout)
        print(
            f"| {found['items']} | {found['pictures']} | {path.stat().st_size / 1e6:.0f} | "
            f"{found['seconds']:.1f} | {found['peak']:.0f} | {found['before']:.0f} |",
            flush=True,
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Loading an RBench-V-shaped set.")
    parser.add_argument("--rows", type=int, default=803)
    count = parser.parse_args().rows
    print("| rows | pictures | file MB | loaded in s | peak MB | MB before |")
    print("| --: | --: | --: | --: | --: | --: |")
    for number in (count // 10, count):
        measure(number)


if __name__ == "__main__":
    main()
