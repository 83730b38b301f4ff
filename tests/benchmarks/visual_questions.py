"""How long drawn questions take: each kind by itself, then a whole draw of rbench-v-live.

Per kind, processor milliseconds a question: what the question takes, its picture, and the PNG
file with everything else. Then the seconds of `load`, pictures kept, by as many processes as
there are processors.

    python tests/benchmarks/visual_questions.py -n 10000
"""

import argparse
import time
from collections.abc import Callable
from typing import TypeVar

from rbench.harness.options import build
from rbench.harness.types import TaskInput
from rbench.tasks.rbench_v_live import RBenchVLive, RBenchVLiveOptions
from rbench.tasks.visual.dice import Dice
from rbench.tasks.visual.drawn_question import Place, draw_question
from rbench.tasks.visual.generators import GENERATORS, generator
from rbench.tasks.visual.question import LEVELS

T = TypeVar("T")


def timed(work: Callable[[int, int], T], each: int) -> tuple[float, list[T]]:
    """Return processor milliseconds per call, over `each` calls a level, and the results."""
    start = time.process_time()
    found = [work(level, number) for level in LEVELS for number in range(each)]
    return 1000 * (time.process_time() - start) / len(found), found


def measure(kind: str, each: int) -> None:
    """Print one line for a kind."""
    made = generator(kind)
    draw_question(Place(kind, 1, 0), 0)  # imports and fonts
    drawing, questions = timed(lambda lv, i: made.draw(Dice(f"bench/{kind}/{lv}/{i}"), lv), each)
    pictures = iter(questions)
    rendering, _ = timed(lambda _lv, _i: made.render(next(pictures).scene), each)
    whole, drawn = timed(lambda lv, i: draw_question(Place(kind, lv, i), 0), each)
    size = sum(len(content) for _, content in drawn) / len(drawn)
    print(
        f"{kind:20} question {drawing:6.2f}  picture {rendering:6.2f}  "
        f"in all {whole:6.2f} ms  {size / 1000:5.1f} kB",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The time that drawn questions take.")
    parser.add_argument("-n", type=int, default=10_000, help="questions of the whole draw")
    parser.add_argument("--each", type=int, default=20, help="questions per kind and level")
    given = parser.parse_args()
    for kind in GENERATORS:
        measure(kind, given.each)
    options = build(RBenchVLiveOptions, {"n": given.n}, "rbench-v-live")
    start = time.perf_counter()
    task = RBenchVLive.load(options, TaskInput())
    print(f"{len(task.items)} items loaded in {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
