"""What `rbench evaluate` runs when it is told nothing: embedded tasks on what is at hand."""

from collections.abc import Mapping, Sequence

from rbench.harness.types import Json

TASKS = ("rbench-t-mini", "rbench-v-mini", "digits")

_PICTURED = ("rbench-m", "rbench-v", "rbench-v-live", "rbench-v-mini")

Choice = tuple[str, Mapping[str, Json]]

_BASELINES: tuple[Choice, ...] = (("baseline/uniform", {}), ("baseline/first", {}))

# Ranking the options takes a few forward passes a question, where writing takes hundreds; and a
# model this small knows more of the answers' texts than of their letters.
_SMOLLM2: Choice = ("zoo/smollm2", {"response": "loglikelihood", "options": "texts"})

_REAL: tuple[Choice, ...] = (
    ("baseline/noise", {}),
    ("baseline/gaussian", {}),
    ("baseline/train", {}),
    ("baseline/test", {}),
)

_GENERATORS: Mapping[str, tuple[Choice, ...]] = {
    "digits": (
        *_REAL,
        ("zoo/flow-digits", {"sampler": "euler", "steps": 1}),
        ("zoo/flow-digits", {"sampler": "euler", "steps": 4}),
        ("zoo/flow-digits", {"sampler": "euler", "steps": 32}),
        ("zoo/meanflow-digits", {"steps": 1}),
        ("zoo/meanflow-digits", {"steps": 2}),
        ("zoo/consistency-digits", {"sigmas": "80"}),
        ("zoo/consistency-digits", {}),
        ("zoo/diffusion-digits", {"sampler": "ddim", "steps": 25}),
        ("zoo/diffusion-digits", {"sampler": "deq-ddim", "steps": 25, "max_iterations": 8}),
    ),
    "fashion-mnist": (
        *_REAL,
        ("zoo/flow-fashion", {"sampler": "euler", "steps": 1}),
        ("zoo/flow-fashion", {"sampler": "euler", "steps": 32}),
        ("zoo/meanflow-fashion", {"steps": 1}),
    ),
}


def question_models(*, pictures: bool = False) -> Sequence[Choice]:
    """Return the models that can answer here without being told of any, with options.

    With `pictures`, those that may be shown pictures: SmolLM2 reads text only.
    """
    from rbench.zoo import smollm2

    return (*_BASELINES, *([_SMOLLM2] if smollm2.available() and not pictures else []))


def generators(task: str) -> Sequence[Choice]:
    """Return the generators of a task's images that can work here; none without torch."""
    return _GENERATORS.get(task, ()) if has_torch() else ()


def missing(tasks: Sequence[str]) -> list[str]:
    """Return how to get what is not installed and would run on `tasks`."""
    from rbench.zoo import smollm2

    found = []
    asks = any(task not in _GENERATORS and task.split("/")[0] not in _PICTURED for task in tasks)
    if asks and not smollm2.available():
        found.append(
            f"SmolLM2-135M-Instruct is not installed and is left out; {smollm2.HOW_TO_GET}"
        )
    if any(task in _GENERATORS for task in tasks) and not has_torch():
        found.append("torch is not installed, which images need; pip install 'rbench[metrics]'")
    return found


def has_torch() -> bool:
    """Whether what generators and features need is installed. Imports nothing."""
    from importlib.util import find_spec

    return find_spec("torch") is not None and find_spec("safetensors") is not None
