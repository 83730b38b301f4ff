"""Exchange of metric states between the processes of torch.distributed, in the order of ranks."""

import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from rbench.errors import DataError, RbenchError, UsageError

if TYPE_CHECKING:
    import torch

State: TypeAlias = dict[str, Any]
"""Tensors on the CPU, numbers, strings, None, and lists and dicts of these."""

_FAILED = -1
_BYTES_AT_ONCE = 2**28


def gathered_states(make_state: Callable[[], State], group: Any = None) -> Iterator[State]:
    """Yield the state of every process of `group`, rank 0 first: the same on all of them.

    Every process of the group must call this and take all states: it is a collective operation.
    Only the state that is being taken is in memory. Without an initialised process group, or
    with torch built without one, this process is the only one.

    Where `make_state` fails in one process, all raise: the others a `DataError` with its rank,
    instead of waiting for it for ever. Raises `UsageError` in a process outside the group.
    """
    import torch
    import torch.distributed as dist

    if not dist.is_available() or not dist.is_initialized():
        yield make_state()
        return
    rank = dist.get_rank(group)
    if rank < 0:
        raise UsageError("This process is not in the process group: only its members can sync.")
    device = _device(group)
    ours, failure = b"", None
    try:
        ours = _to_bytes(make_state())
    except RbenchError as error:
        failure = error
    length = torch.tensor([_FAILED if failure else len(ours)], dtype=torch.int64, device=device)
    gathered = [torch.empty_like(length) for _ in range(dist.get_world_size(group))]
    dist.all_gather(gathered, length, group=group)
    lengths = [int(one) for one in gathered]
    if failure:
        raise failure
    if _FAILED in lengths:
        raise DataError(f"Rank {lengths.index(_FAILED)} could not give its state: see its error.")
    for source, size in enumerate(lengths):
        whole = bytearray(ours) if source == rank else bytearray(size)
        _broadcast(torch.frombuffer(whole, dtype=torch.uint8), source, group, device)
        yield torch.load(io.BytesIO(whole), map_location="cpu", weights_only=True)


def _broadcast(buffer: "torch.Tensor", source: int, group: Any, device: "torch.device") -> None:
    import torch.distributed as dist

    root = dist.get_global_rank(group, source) if group is not None else source
    # In pieces: with NCCL they pass through the memory of the GPU.
    for start in range(0, len(buffer), _BYTES_AT_ONCE):
        piece = buffer[start : start + _BYTES_AT_ONCE]
        travelling = piece.to(device)
        dist.broadcast(travelling, src=root, group=group)
        piece.copy_(travelling)


def _device(group: Any) -> "torch.device":
    import torch
    import torch.distributed as dist

    if dist.get_backend(group) == "nccl":
        return torch.device("cuda", torch.cuda.current_device())
    return torch.device("cpu")


def _to_bytes(state: State) -> bytes:
    import torch

    file = io.BytesIO()
    torch.save(state, file)
    return file.getvalue()
