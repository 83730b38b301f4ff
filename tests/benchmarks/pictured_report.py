"""How long the page of a run with pictures takes to write, to load and to open a sample.

Two runs of 2,000 samples each. `drawn`: rbench-v-live in two languages, all kinds and levels,
1,000 pictures. `photographs`, the worst case: crops of scikit-image's photographs, a picture of
its own for each of 2,000 samples, with a long reply each. For both: seconds to write the page,
its size, and, in headless Chromium with an empty cache, seconds from the start of navigation to
the load event, and until a first sample was opened and its thumbnail drawn (median of the rounds).

    python -m tests.benchmarks.pictured_report [--samples 2000] [--rounds 5]
"""

import argparse
import io
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image
from selenium import webdriver
from skimage import data as photographs

import rbench
from rbench.harness.blobs import BlobFolder
from rbench.harness.types import Ask, Item, Reply, Sample, Score
from rbench.leaderboards.report import Report, write_report
from rbench.leaderboards.run_report import make_report
from tests.chromium import start_chromium

# Resolves once the sample is open, its picture decoded, and two frames have passed.
OPEN = """
const done = arguments[arguments.length - 1];
const sample = document.getElementById("s1");
sample.scrollIntoView();
sample.querySelector("summary").click();
const picture = sample.querySelector(".thumbs img");
picture.decode().then(() =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))));
"""
PHOTOGRAPHS = ("astronaut", "coffee", "cat", "rocket", "hubble_deep_field", "grass", "gravel")
LOADED = "return performance.getEntriesByType('navigation')[0].loadEventEnd"


def drawn(folder: Path, samples: int) -> Report:
    """Return the report of a run of drawn questions."""
    (run,) = rbench.evaluate(
        "rbench-v-live",
        model="baseline/uniform",
        out=folder,
        task_options={"n": samples // 2, "language": "both"},
    )
    return make_report(run)


def pictured(like: Report, folder: Path, samples: int) -> Report:
    """Return a report whose samples show a photograph each."""
    blobs = BlobFolder(folder / "blobs")
    made = [_sample(i, blobs.write(crop, "png")) for i, crop in enumerate(crops(samples))]
    return replace(like, samples=made, blobs=blobs)


def crops(count: int, side: int = 320) -> Iterator[bytes]:
    """Yield PNG files of squares cut out of photographs, all different."""
    rng = np.random.default_rng(0)
    shown = [getattr(photographs, name)() for name in PHOTOGRAPHS]
    for i in range(count):
        photograph = shown[i % len(shown)]
        height, width = photograph.shape[:2]
        cut = min(side, height, width)
        top, left = rng.integers(height - cut + 1), rng.integers(width - cut + 1)
        file = io.BytesIO()
        Image.fromarray(photograph[top : top + cut, left : left + cut]).save(
            file, "PNG", compress_level=1
        )
        yield file.getvalue()


def _sample(number: int, blob: str) -> Sample:
    question = f"How many people stand behind the $x_{{{number}}}$-th camera? " * 4
    data = {"question": question, "gold": "7", "language": "en", "category": "counting"}
    content = [{"type": "image", "index": 0}, {"type": "text", "text": question}]
    return Sample(
        Item(f"counting/{number}", "counting", f"counting/{number}", data, (blob,)),
        0,
        (Ask("model", {"messages": [{"role": "user", "content": content}]}),),
        (Reply("I look closely at the picture and count. " * 40 + "\\boxed{7}"),),
        Score("scored", {"correct": float(number % 2), "rule": float(number % 2)}, "7"),
    )


def measure(name: str, report: Report, folder: Path, driver: webdriver.Chrome, rounds: int) -> None:
    """Write the page, open it `rounds` times, print one line."""
    path = folder / "report.html"
    start = time.perf_counter()
    write_report(path, report)
    writing = time.perf_counter() - start
    loads, opened = [], []
    for _ in range(rounds + 1):
        driver.get("about:blank")
        driver.execute_cdp_cmd("Network.clearBrowserCache", {})
        driver.get(path.as_uri())
        loads.append(driver.execute_script(LOADED) / 1000)
        opened.append(driver.execute_async_script(OPEN) / 1000)
    pictures = len({blob for sample in report.samples for blob in sample.item.blobs})
    print(
        f"| {name} | {len(report.samples)} | {pictures} | {writing:.1f} | "
        f"{path.stat().st_size / 1e6:.1f} | {statistics.median(loads[1:]):.2f} | "
        f"{statistics.median(opened[1:]):.2f} |",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    print("| run | samples | pictures | written in s | size MB | loaded after s | sample open s |")
    print("| --- | --: | --: | --: | --: | --: | --: |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        driver = start_chromium(folder / "profile", logs=False)
        try:
            report = drawn(folder / "runs", given.samples)
            measure("drawn", report, folder, driver, given.rounds)
            report = pictured(report, folder, given.samples)
            measure("photographs", report, folder, driver, given.rounds)
        finally:
            driver.quit()


if __name__ == "__main__":
    main()
