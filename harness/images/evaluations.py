"""How often the networks were evaluated: counted at the networks, not declared by anyone.

`depth` is the number of calls one after the other, `work` the number of evaluations that a sample
pays for. 18 steps of EDM's Heun: 35 and 35; guidance by a doubled batch: depth 1, work 2 a step;
DEQ-DDIM with T steps at once: depth k iterations, work T k.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from rbench.harness.types import Json
from rbench.metrics.arrays import is_tensor

# `decode` is how diffusers calls its autoencoders.
_ENTRANCES = ("forward", "decode")


@dataclass(slots=True)
class EvaluationCount:
    """Calls and rows by role, over some batches.

    Attributes:
        calls: of each network.
        rows: sum of the first dimensions of what they were called with.
        fewest, most: calls in one batch.
        batches: how many `batch_done` has told of.
        samples: made in them, padding included.
    """

    calls: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    fewest: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)
    batches: int = 0
    samples: int = 0
    _before: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def add(self, role: str, rows: int) -> None:
        """Count one call."""
        self.calls[role] = self.calls.get(role, 0) + 1
        self.rows[role] = self.rows.get(role, 0) + rows

    def batch_done(self, samples: int) -> None:
        """End a batch of so many samples, padding included."""
        for role, calls in self.calls.items():
            own = calls - self._before.get(role, 0)
            self.fewest[role] = min(own, self.fewest.get(role, own if self.batches == 0 else 0))
            self.most[role] = max(own, self.most.get(role, own))
        self._before = dict(self.calls)
        self.batches += 1
        self.samples += samples

    def per_sample(self) -> dict[str, dict[str, Json]]:
        """Return ``{"network": {"depth": 32, "work": 32.0}}``, by role.

        Where batches differed in their depth, it is their mean, and ``note`` gives the range.
        Empty where no batch is done or nothing was counted.
        """
        if not self.batches or not self.samples:
            return {}
        return {role: self._of(role) for role in self.calls}

    def _of(self, role: str) -> dict[str, Json]:
        fewest, most = self.fewest.get(role, 0), self.most.get(role, 0)
        work = self.rows[role] / self.samples
        if fewest == most:
            return {"depth": most, "work": work}
        return {
            "depth": self.calls[role] / self.batches,
            "work": work,
            "note": f"depth is a mean: from {fewest} to {most} in a batch",
        }

    def to_json(self) -> dict[str, Json]:
        """Return all counts as JSON values."""
        return {key: value for key, value in asdict(self).items() if key != "_before"}

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> "EvaluationCount":
        """Read what `to_json` wrote."""
        return cls(**state)


def joined(counts: Iterable[EvaluationCount]) -> EvaluationCount:
    """Return the counts of several shards as one."""
    found = EvaluationCount()
    parts = [count for count in counts if count.batches]
    for role in dict.fromkeys(role for count in parts for role in count.calls):
        found.calls[role] = sum(count.calls.get(role, 0) for count in parts)
        found.rows[role] = sum(count.rows.get(role, 0) for count in parts)
        found.fewest[role] = min(count.fewest.get(role, 0) for count in parts)
        found.most[role] = max(count.most.get(role, 0) for count in parts)
    found.batches = sum(count.batches for count in parts)
    found.samples = sum(count.samples for count in parts)
    return found


@contextmanager
def counting(networks: Mapping[str, Any]) -> Iterator[EvaluationCount]:
    """Count the calls of torch modules (compiled and TorchScript ones too) while it is open.

    A call is one of the module's `forward`, or of its `decode`; calls of a module inside its own
    are not counted again. What is no module is not counted. Of a compiled network, give the
    compiled module, not the one inside.
    """
    count = EvaluationCount()
    watched: list[tuple[dict[str, Any], str, Any]] = []
    try:
        for role, module in networks.items():
            watched += _watch(role, module, count)
        yield count
    finally:
        for own, name, before in reversed(watched):
            if before is None:
                del own[name]
            else:
                own[name] = before


def _watch(role: str, module: Any, count: EvaluationCount) -> list[tuple[dict[str, Any], str, Any]]:
    """Put a counting function before the module's own; return what undoes it."""
    import torch

    if not isinstance(module, torch.nn.Module):
        return []
    inside = [False]

    def watched(own_function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if inside[0]:
                return own_function(*arguments, **named)
            count.add(role, _rows((*arguments, *named.values())))
            inside[0] = True
            try:
                return own_function(*arguments, **named)
            finally:
                inside[0] = False

        return call

    undo = []
    # Not a hook: TorchScript modules take none. The instance's dictionary goes before the class,
    # and theirs is as good as any other's.
    own = module.__dict__
    for name in _ENTRANCES:
        function = getattr(module, name, None)
        # A part of the network may bear that name.
        if callable(function) and not isinstance(function, torch.nn.Module):
            undo.append((own, name, own.get(name)))
            own[name] = watched(function)
    return undo


def _rows(arguments: Iterable[Any]) -> int:
    """Return the first dimension of the first tensor that has one."""
    for value in arguments:
        if is_tensor(value) and value.ndim:
            return int(value.shape[0])
    return 1
