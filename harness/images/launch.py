"""Which process this is, among those that work on one run, and which device is its own.

``torchrun --nproc-per-node 8 -m rbench evaluate ...`` (or a job array that sets the same
variables) starts ranks: rank r takes the shards r, r + world, r + 2 world ... There is no process
group and no collective, so ranks may come late, fail alone, or be fewer the next time.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from rbench.errors import UsageError


@dataclass(frozen=True, slots=True)
class Ranks:
    """Which rank this process is, of how many, and its number on its own machine."""

    rank: int
    world: int
    local: int


def find_ranks(environment: Mapping[str, str] | None = None) -> Ranks | None:
    """Return what torchrun told this process; None where it runs alone.

    Raises `UsageError` for numbers that make no sense.
    """
    given = os.environ if environment is None else environment
    if "RANK" not in given or "WORLD_SIZE" not in given:
        return None
    texts = (given["RANK"], given["WORLD_SIZE"], given.get("LOCAL_RANK", given["RANK"]))
    try:
        rank, world, local = map(int, texts)
    except ValueError:
        rank, world, local = -1, 0, -1
    if not (0 <= rank < world and local >= 0):
        raise UsageError(
            f"RANK={texts[0]!r}, WORLD_SIZE={texts[1]!r} and LOCAL_RANK={texts[2]!r} are no rank "
            f"of a launch: unset them, or start with torchrun."
        )
    return Ranks(rank, world, local) if world > 1 else None


def own_device(device: str | None, ranks: Ranks | None) -> str | None:
    """Return where this process computes: a rank has a GPU of its own, where there are any."""
    return device if ranks is None else device_of(ranks.local, device)


def device_of(number: int, device: str | None) -> str | None:
    """Return the device of worker `number`: ``cuda:(number mod count)``, or what was asked.

    `device` None or ``cuda`` leaves the choice; ``cpu`` and ``cuda:1`` are for all workers.
    """
    import torch

    if device not in (None, "cuda") or not torch.cuda.is_available():
        return device
    return f"cuda:{number % torch.cuda.device_count()}"


def preprocess_threads(processes: int) -> int:
    """Return the threads that prepare images for the networks in each of `processes`.

    They do what has the same bits in any thread, so they are not part of the plan.
    """
    return max(1, min(4, (os.cpu_count() or 1) // 2 // processes))
