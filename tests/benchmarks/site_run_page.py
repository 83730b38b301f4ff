"""How long the page of a run takes to write, to open and to sort, in headless Chromium.

A run of multiple-choice questions with formulas, in two languages, with replies of about 2,500
characters. Printed: seconds to write the page and its pieces; their sizes; seconds from the start
of navigation until the table stands (median of the rounds, from disk); milliseconds from the
press on a heading until the sorted rows are laid out (the first time, when the column is ranked,
and again); seconds to open a sample, and to search inside all replies.

    python -m tests.benchmarks.site_run_page [--samples 10000] [--rounds 5]
"""

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

from rbench.harness.types import Ask, Item, Reply, Row, Sample, Score
from rbench.leaderboards.report import Report, TaskInfo
from rbench.leaderboards.site.folder import SiteFolder
from rbench.leaderboards.site.frame import SiteFrame
from rbench.leaderboards.site.run_page import write_question_page
from tests.chromium import start_chromium

WORDS = (
    *("the", "of", "field", "energy", "matrix", "therefore", "operator", "integral", "converges"),
    *("boundary", "hence", "condition", "under", "limit", "bounded", "solution", "state", "time"),
    *("$x^2 + y_i$", r"$\frac{a}{b}$", "path", "node", "we", "find", "that"),
)
READY = "return document.documentElement.dataset.ready === 'yes'"
OPENED = """
const done = arguments[arguments.length - 1];
const look = () => document.documentElement.dataset.ready === "yes"
  ? requestAnimationFrame(() => done(performance.now())) : setTimeout(look, 5);
look();
"""
SORTED = """
const [name, done] = arguments;
const start = performance.now();
document.querySelector(`#heads [data-name="${name}"] button`).click();
document.querySelector("#rows").getBoundingClientRect();
done(performance.now() - start);
"""
SAMPLE = """
const done = arguments[arguments.length - 1];
const start = performance.now();
document.querySelectorAll("#rows button.open")[20].click();
const look = () => document.querySelector("#parts .part")
  ? done(performance.now() - start) : setTimeout(look, 2);
look();
"""
SEARCHED = """
const done = arguments[arguments.length - 1];
const start = performance.now();
document.querySelector("#within").checked = true;
const search = document.querySelector("#search");
search.value = "no such words";
search.dispatchEvent(new Event("input", { bubbles: true }));
const look = () => document.querySelector("#count").textContent.startsWith("0 of")
  && document.querySelector("#progress").hidden
  ? done(performance.now() - start) : setTimeout(look, 5);
setTimeout(look, 150);
"""


def report(count: int) -> Report:
    """Return the report of a made-up run."""
    dice = random.Random(0)
    samples = [_sample(i, dice) for i in range(count)]
    right = sum(s.score.values["correct"] for s in samples) / count
    rows = [Row("demo", "mean", "accuracy", right, count, count // 2, right - 0.01, right + 0.01)]
    return Report(
        title="demo", task=TaskInfo("demo", "1", "", "CC0-1.0", redistribute=True), model="made-up",
        run_id="demo/1", status="complete", rows=rows, samples=samples, protocol={},
        protocol_id="0", settings={}, environment={}, costs={}, warnings=(), command="",
        version="0",
    )  # fmt: skip


def _sample(i: int, dice: random.Random) -> Sample:
    language = ("en", "zh")[i % 2]
    question = " ".join(dice.choices(WORDS, k=60))
    options = {letter: " ".join(dice.choices(WORDS, k=8)) for letter in "ABCDEF"}
    data = {"question": question, "options": options, "gold": dice.choice("ABCDEF"),
            "level": str(1 + i % 5), "language": language}  # fmt: skip
    prompt = question + "\n" + "\n".join(f"{k}. {v}" for k, v in options.items())
    answer = dice.choice("ABCDEF")
    return Sample(
        Item(f"{language}/{i // 2}", language, str(i // 2), data),
        0,
        (Ask("model", {"messages": [{"role": "user", "content": prompt}]}),),
        (
            Reply(
                " ".join(dice.choices(WORDS, k=350)) + f"\nANSWER: {answer}",
                usage={"input": 300, "output": dice.randrange(200, 900)},
            ),
        ),
        Score("scored", {"correct": float(answer == data["gold"])}, answer),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    made = report(given.samples)
    with tempfile.TemporaryDirectory() as temporary:
        site = SiteFrame("", "0", folder=SiteFolder(Path(temporary)))
        folder = Path(temporary) / "demo" / "page"
        start = time.perf_counter()
        write_question_page(made, "demo/page", site)
        print(f"written in {time.perf_counter() - start:.2f} s")
        sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
        print(f"index.html {sizes['index.html'] / 1e3:.0f} kB, "
              f"samples-index.js {sizes['samples-index.js'] / 1e3:.0f} kB, "
              f"{len(sizes) - 2} pieces {sum(sizes.values()) / 1e6:.1f} MB with them")  # fmt: skip
        driver = start_chromium(Path(temporary) / "profile", logs=False)
        try:
            measure(driver, (folder / "index.html").as_uri(), given.rounds)
        finally:
            driver.quit()


def measure(driver: webdriver.Chrome, address: str, rounds: int) -> None:
    """Print what a reader waits for."""
    opened, first, again = [], [], []
    for _ in range(rounds):
        driver.get("about:blank")
        driver.get(address)
        opened.append(driver.execute_async_script(OPENED) / 1000)
        WebDriverWait(driver, 20).until(lambda d: d.execute_script(READY))
        for name in ("id", "result", "tokens", "answer"):
            first.append(driver.execute_async_script(SORTED, name))
            again.append(driver.execute_async_script(SORTED, name))
    print(f"opened in {statistics.median(opened):.2f} s (slowest {max(opened):.2f})")
    print(f"sorted first in {statistics.median(first):.0f} ms (slowest {max(first):.0f}), "
          f"again in {statistics.median(again):.0f} ms (slowest {max(again):.0f})")  # fmt: skip
    print(f"a sample opened in {driver.execute_async_script(SAMPLE):.0f} ms")
    driver.get("about:blank")
    driver.get(address)
    driver.execute_async_script(OPENED)
    driver.set_script_timeout(120)
    print(f"searched inside everything in {driver.execute_async_script(SEARCHED) / 1000:.2f} s")


if __name__ == "__main__":
    main()
