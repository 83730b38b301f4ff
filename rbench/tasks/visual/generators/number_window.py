"""The numbers that a guess draws from."""

from rbench.tasks.visual.dice import Dice


def number_window(
    dice: Dice, answer: int, *, count: int = 6, step: int = 1, low: int = 1
) -> tuple[str, ...]:
    """Return `count` numbers that rise by `step`, the answer at a place that the dice choose.

    No number is below `low`; only where the answer is near it are fewer places possible.
    """
    before = dice.integer(0, min(count - 1, (answer - low) // step))
    return tuple(str(answer + step * (i - before)) for i in range(count))
