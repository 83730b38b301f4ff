"""`Mergeable`: what can be reset, merged, saved, and merged over processes."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self

from rbench.errors import RbenchError
from rbench.metrics.classes.synchronise import State, gathered_states

if TYPE_CHECKING:
    import torch


class Mergeable(ABC):
    """The conventions of torcheval's and torchmetrics' classes that all metrics here follow."""

    @abstractmethod
    def compute(self) -> Any:
        """Return the result of everything so far; the metric does not change.

        Raises `DataError` where there are too few samples.
        """

    @abstractmethod
    def reset(self, *, keep_reference: bool = True) -> Self:
        """Forget the fake images, and unless `keep_reference` the real ones that came by update.

        A reference given to the constructor stays in any case. Returns self.
        """

    @abstractmethod
    def merge_state(self, others: Iterable[Self]) -> Self:
        """Add the samples of `others`, in order after the own ones; they do not change.

        Returns self. Raises `UsageError` for another metric or other settings; nothing is merged
        then.
        """

    @abstractmethod
    def state_dict(self) -> State:
        """Return everything that came by update as tensors on the CPU and plain values.

        ``torch.load(weights_only=True)`` reads it. The tensors may share memory with the metric.
        The reference and the network are not in it, but what tells them from others is.
        """

    @abstractmethod
    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` saved, in place of what came by update.

        The number then has the same bits, on a metric that was never updated too. Raises
        `DataError` for what is no such state, `UsageError` for one of another metric or of other
        settings; nothing changes then.
        """

    @abstractmethod
    def to(self, device: "torch.device | str") -> Self:
        """Move to `device`; a network on another one is loaded again there. Returns self."""

    @abstractmethod
    def _empty(self) -> Self:
        """Return a metric with the same settings, reference and network, without samples."""

    def sync(self, process_group: Any = None) -> Self:
        """Return a new metric with the samples of all processes, in the order of their ranks.

        This one does not change, and every process gets the same bits. Every process of the group
        must call this, in the same order as other collective operations; one that does not
        (``if rank == 0:``) makes the others wait for ever. Give every process its own share of
        the images: those that several were given count several times. Without an initialised
        process group this returns a copy.

        Raises `UsageError` where the settings differ or this process is not in the group.
        """
        merged, problem = self._empty(), None
        for state in gathered_states(self.state_dict, process_group):
            if problem is not None:
                continue  # The others still need this process to pass their states on.
            try:
                received = self._empty()
                received.load_state_dict(state)
                merged.merge_state([received])
            except RbenchError as error:
                problem = error
        if problem is not None:
            raise problem
        return merged

    def sync_and_compute(self, process_group: Any = None) -> Any:
        """Return ``sync(process_group).compute()``, on every process; see `sync`."""
        return self.sync(process_group).compute()
