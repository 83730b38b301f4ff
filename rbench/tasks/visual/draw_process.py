"""A process that draws: reads seed and places from its input, writes questions to its output.

    python -m rbench.tasks.visual.draw_process < request.json > questions.pickle

The output is a pickle after a pickle, each a `DrawnQuestion` and its picture. Only the process
that started this one reads them.
"""

import json
import pickle
import sys

from rbench.tasks.visual.drawn_question import Place, draw_question


def main() -> None:
    """Draw what the request asks for, in order."""
    request = json.load(sys.stdin)
    for place in request["places"]:
        drawn = draw_question(Place(*place), request["seed"])
        pickle.dump(drawn, sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    main()
