"""How long a whole site takes to write, and how large it is: 200 runs of 1,000 samples.

Runs of R-Bench-T's shape, 500 questions with formulas in each of two languages, made up; every
run has replies of its own, of 1,000 to 2,000 characters. `--pictured` of the runs are of
rbench-v-live, with a picture in every question. `rbench leaderboard RUNS --format html` then runs
as a process of its own, with nothing in its cache, once on one processor and once on all. Printed
for each: seconds, peak memory of the largest process and of all together, and the site's bytes:
what all readers load (pages, tables, plots, script, style), the pieces of samples, the pictures.

    python -m tests.benchmarks.site_of_runs [--runs 200] [--samples 1000] [--pictured 0]
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import accumulate
from pathlib import Path

import rbench
from rbench.harness.canonical import digest
from rbench.harness.run_directory import RunDirectory
from rbench.harness.saved_run import SavedRun
from rbench.harness.types import Call, Reply
from tests.harness.choice_files import LETTERS, write_folder
from tests.leaderboards.compare_runs import Quick

ROWS = 1094  # of R-Bench-T, in each language
FORMULAS = ("$x^2 + y_i$", r"$\frac{a}{b}$", r"$\int_0^1 f(t)\,dt$", r"$\alpha_{ij} \le \sqrt{n}$")
SYLLABLES = (
    "an",
    "be",
    "con",
    "der",
    "ex",
    "for",
    "in",
    "ly",
    "ma",
    "ness",
    "or",
    "re",
    "st",
    "ti",
)


def questions(dice: random.Random) -> dict[str, list[dict[str, object]]]:
    """Return rows in the shape of R-Bench-T."""
    found: dict[str, list[dict[str, object]]] = {"en": [], "zh": []}
    for number in range(1, ROWS + 1):
        answer = dice.choice(LETTERS)
        for rows in found.values():
            options = {letter: f"{i} " + words(dice, 6) for i, letter in enumerate(LETTERS)}
            rows.append(
                {"index": number, "question": f"{number} {words(dice, 60)}", "answer": answer}
                | options
            )
    return found


def words(dice: random.Random, count: int) -> str:
    """Return a text, one word in thirty a formula."""
    known, weights = vocabulary()
    return " ".join(dice.choices(known, cum_weights=weights, k=count))


@cache
def vocabulary() -> tuple[list[str], list[float]]:
    """Return words and their cumulative weights, the common ones common as in real texts."""
    dice = random.Random(0)
    known = ["".join(dice.choices(SYLLABLES, k=1 + i % 4)) for i in range(4000)]
    weights = [1 / (rank + 3) for rank in range(len(known))]
    formulas = [0.033 * sum(weights) / len(FORMULAS)] * len(FORMULAS)
    return [*known, *FORMULAS], list(accumulate([*weights, *formulas]))


def model(call: Call) -> Reply:
    """Answer so that a run can be taken as a template for others."""
    return Reply(text="ANSWER: A")


def make_runs(out: Path, data: Path, count: int, samples: int, pictured: int) -> None:
    """Write the runs: one of each task is evaluated, the others are made after it."""
    write_folder(data, questions(random.Random(0)), "{config}/test.jsonl")
    quick = Quick(model, identity={"model": "template"})
    given = {"model": quick, "out": out / "x"}
    (text,) = rbench.evaluate("rbench-t", data=data, limit=samples // 2, **given)
    for number in range(pictured, count):
        make_run(text, out, number)
    if pictured:
        (live,) = rbench.evaluate("rbench-v-live", task_options={"n": samples}, **given)
        for number in range(pictured):
            make_run(live, out, number)
    shutil.rmtree(out / "x")


def make_run(template: SavedRun, out: Path, number: int) -> None:
    """Write a run of the same questions, with replies of its own."""
    dice, skill = random.Random(number), 0.3 + 0.6 * (number % 50) / 50
    identity = {"model": f"lab-{number % 20}/model-{number}"}
    cell = replace(
        template.cell,
        model=f"scripted/{identity['model']}",
        identity=identity,
        answer_key=digest([template.cell.answer_key, identity]),
    )
    folder = RunDirectory(out / cell.run_id)
    shutil.copytree(template.path, folder.path, copy_function=os.link)
    for name in ("plan.json", "calls.jsonl", "results.json"):  # links would change the template
        (folder.path / name).unlink()
    folder.write_json("plan.json", cell.to_json())
    gold = {item.id: str(item.data["gold"]) for item in template.task.items}
    journal = folder.journal()
    journal.append([
        replace(entry, reply=replied(dice, gold[entry.item], skill))
        if entry.role == "model" else entry
        for entry in template.directory.entries()
    ])  # fmt: skip
    journal.close()
    run = SavedRun(folder.path)
    run.__dict__["task"] = template.task  # the same, and restored already
    run.write_scores(1.0)


def replied(dice: random.Random, gold: str, skill: float) -> Reply:
    """Return a reply of some length that is right as often as `skill`."""
    text = words(dice, dice.randrange(170, 340))
    answer = gold if dice.random() < skill else dice.choice(LETTERS)
    usage = {"input": 300, "output": len(text) // 4}
    return Reply(f"{text}\nANSWER: {answer}", usage=usage, seconds=dice.uniform(1, 30))


def measure(runs: Path, site: Path, processors: set[int]) -> float:
    """Write the site with so many processors, print what it took, and return the seconds."""
    with tempfile.TemporaryDirectory() as cache:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "rbench", "leaderboard", str(runs), "--format", "html",
             "-o", str(site)],
            env={**os.environ, "RBENCH_CACHE": cache, "OMP_NUM_THREADS": "1"},
            preexec_fn=lambda: os.sched_setaffinity(0, processors),
        )  # fmt: skip
        seen = Peaks(process.pid)
        code = process.wait()
        wall = time.perf_counter() - start
        largest, together = seen.end()
    if code:
        raise SystemExit(f"it ended with {code}")
    print(f"{len(processors)} processors: {wall:.1f} s, largest process {largest / 1e6:.0f} MB, "
          f"all together {together / 1e6:.0f} MB", flush=True)  # fmt: skip
    return wall


class Peaks(threading.Thread):
    """Looks at the memory of a process and its children ten times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._ended, self._peaks = pid, threading.Event(), (0, 0)
        self.start()

    def run(self) -> None:
        """Look until the end."""
        while not self._ended.wait(0.1):
            sizes = [_resident(pid) for pid in (self._pid, *_children(self._pid))]
            self._peaks = max(self._peaks[0], *sizes), max(self._peaks[1], sum(sizes))

    def end(self) -> tuple[int, int]:
        """Return the most bytes of one process and of all together."""
        self._ended.set()
        self.join()
        return self._peaks


def _children(pid: int) -> list[int]:
    try:
        return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def kind_of(path: Path) -> str:
    """Say what a file of the site is."""
    if path.name.startswith("samples-"):
        return "pieces of samples"
    return "pictures" if path.parent.name == "pictures" else "pages, tables, plots"


def print_sizes(site: Path) -> None:
    """Print how many files and bytes a site has, by what they are and by their endings."""
    files, sizes, endings = Counter[str](), Counter[str](), Counter[str]()
    for path in site.rglob("*"):
        if path.is_file():
            files[kind_of(path)] += 1
            sizes[kind_of(path)] += path.stat().st_size
            if kind_of(path).startswith("pages"):
                endings[path.suffix] += path.stat().st_size
    for kind, size in sorted(sizes.items()):
        print(f"{kind}: {size / 1e6:.1f} MB in {files[kind]:,} files")
    parts = [f"{suffix} {size / 1e6:.2f} MB" for suffix, size in sorted(endings.items())]
    print(f"of pages, tables, plots: {', '.join(parts)}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The time that a site of many runs takes.")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--pictured", type=int, default=0, help="so many runs show pictures")
    parser.add_argument("--keep", type=Path, help="a folder for runs and site, used again")
    given = parser.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp())
    try:
        runs, start = folder / "runs", time.perf_counter()
        if not runs.exists():
            make_runs(runs, folder / "data", given.runs, given.samples, given.pictured)
            print(f"{given.runs} runs made in {time.perf_counter() - start:.0f} s", flush=True)
        all_of_them = os.sched_getaffinity(0)
        alone = measure(runs, folder / "site-1", {min(all_of_them)})
        several = measure(runs, folder / "site", all_of_them)
        print(f"{len(all_of_them)} processors take {several / alone:.2f} of the time of one")
        print_sizes(folder / "site")
    finally:
        if given.keep is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
