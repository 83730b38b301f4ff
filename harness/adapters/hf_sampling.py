"""Which token comes next: the likeliest, or one drawn with noise of the sample's own.

torch's generators are shared by a batch and differ between devices; here every sample has a
Philox stream keyed by run seed, item, repeat and call, so a draw does not depend on the others.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rbench.harness.types import Call

if TYPE_CHECKING:
    import torch


class Sampler:
    """Picks one token per row. Temperature 0 takes the likeliest; above, one number is drawn.

    A request's own ``temperature`` goes before the one given here.
    """

    def __init__(self, calls: Sequence[Call], temperature: float, top_p: float) -> None:
        self._streams = [noise(call) for call in calls]
        self._temperatures = [
            float(call.ask.request.get("temperature", temperature)) for call in calls
        ]
        self._top_p = top_p

    def pick(self, logits: "torch.Tensor") -> list[int]:
        """Return the next token of each call from logits [B, V]; rows beyond them are padding."""
        rows = logits[: len(self._streams)]
        picked: dict[int, int] = {}
        for temperature in set(self._temperatures):
            places = [i for i, own in enumerate(self._temperatures) if own == temperature]
            if temperature == 0:
                tokens = [int(token) for token in rows[places].argmax(dim=-1)]
            else:
                uniform = [self._streams[i].random() for i in places]
                tokens = draw(rows[places] / temperature, self._top_p, uniform)
            picked |= zip(places, tokens, strict=True)
        return [picked[i] for i in range(len(rows))]


def noise(call: Call) -> np.random.Generator:
    """Return the stream of uniform numbers that belongs to one call of one sample."""
    key = json.dumps([call.seed, call.item.id, call.repeat, call.ordinal]).encode()
    words = np.frombuffer(hashlib.sha256(key).digest()[:16], dtype="<u8")
    return np.random.Generator(np.random.Philox(key=words))


def draw(logits: "torch.Tensor", top_p: float, uniform: Sequence[float]) -> list[int]:
    """Return per row of logits [B, V] the token that `uniform` [B] in [0, 1) points at.

    The nucleus is the smallest set of likeliest tokens whose probabilities reach `top_p`
    (Holtzman et al. 2020, arXiv 1904.09751); inside it the draw inverts the cumulated sum.
    """
    import torch

    chances, tokens = logits.softmax(dim=-1).sort(dim=-1, descending=True, stable=True)
    # On the CPU: a GPU's cumulated sum need not have the same bits twice.
    chances = chances.cpu().double()
    total = chances.cumsum(dim=-1)
    kept = (total - chances < top_p).sum(dim=-1, keepdim=True).clamp(min=1)
    mass = total.gather(-1, kept - 1)
    point = torch.tensor(uniform, dtype=torch.float64)[:, None] * mass
    place = torch.searchsorted(total, point, right=True).clamp(max=kept - 1)
    return [int(token) for token in tokens.cpu().gather(-1, place)[:, 0]]
