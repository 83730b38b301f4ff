"""`with_decoys`: the answers a guess draws from, none of them more likely than another."""

from collections.abc import Sequence

from rbench.tasks.visual.dice import Dice


def with_decoys(dice: Dice, answer: int, pool: Sequence[int], count: int = 8) -> tuple[str, ...]:
    """Return `answer` among `count` different numbers of `pool`, in any order.

    The others are drawn evenly. Where all numbers of the pool are equally likely answers, all of
    the choices are too: neither their order nor their distances tell which is right.
    """
    others = dice.sample([value for value in pool if value != answer], count - 1)
    return tuple(str(value) for value in dice.shuffled([answer, *others]))
