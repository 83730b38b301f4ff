"""The training steps that DDIM visits, and the signal alpha-bar at each of them."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rbench.errors import ModelError, UsageError
from rbench.harness.samplers.network import Network

Spacing = Literal["uniform", "trailing", "quadratic"]


@dataclass(frozen=True, slots=True)
class DdimSteps:
    """The chain from noise to data.

    Attributes:
        steps: of training, whole numbers, falling, (S,).
        signal: alpha-bar at the steps, and 1 for the data, rising, (S + 1,).
    """

    steps: tuple[int, ...]
    signal: tuple[float, ...]


def ddim_steps(network: Network, count: int, spacing: Spacing) -> DdimSteps:
    """Choose `count` of the network's T training steps.

    - uniform: 0, k, 2k ... with k = T // count, as diffusers' ``leading``; as DDIM's code where
      `count` divides T, which otherwise takes all multiples of k below T, so some more;
    - trailing: T - 1, T - 1 - T/count ..., rounded, as diffusers' ``trailing``;
    - quadratic: squares of numbers spaced evenly from 0 to sqrt(0.8 T), rounded down, as DDIM's
      code. Steps that come twice would change nothing and are left out: there are fewer then.

    Raises `UsageError` for more steps than T, `ModelError` for a network without a signal that
    falls inside (0, 1).
    """
    signal = _signal(network)
    total = len(signal)
    if count > total:
        raise UsageError(f"steps={count} is more than the {total} steps of the network's training.")
    if spacing == "uniform":
        chosen = [i * (total // count) for i in range(count)]
    elif spacing == "trailing":
        chosen = [round(total - i * total / count) - 1 for i in range(count)]
    else:
        end = math.sqrt(0.8 * total)
        chosen = [int((end * i / max(count - 1, 1)) ** 2) for i in range(count)]
    steps = tuple(sorted(set(chosen), reverse=True))
    return DdimSteps(steps, (*(signal[t] for t in steps), 1.0))


def signal_at(network: Network, step: int) -> float:
    """Return alpha-bar at a training step. Raises as `ddim_steps` does."""
    signal = _signal(network)
    if not 0 <= step < len(signal):
        raise UsageError(f"Step {step} is not one of the network's {len(signal)} training steps.")
    return signal[step]


def _signal(network: Network) -> list[float]:
    if network.signal is None or network.signal.ndim != 1 or not len(network.signal):
        raise ModelError(
            "A network that predicts noise needs its signal: alpha-bar at every step, (T,)."
        )
    signal: list[float] = network.signal.tolist()
    falls = all(a > b for a, b in pairwise(signal))
    if not falls or signal[-1] <= 0 or signal[0] >= 1:
        raise ModelError(
            f"The network's signal (alpha-bar) must fall inside (0, 1); it has {len(signal)} "
            f"steps from {signal[0]:g} to {signal[-1]:g}."
        )
    return signal
